// `Machine` for x86-64: time, address spaces, FPU, devices, by single instructions and what the
// boot found out.

import CKernelX86
import CapABI
import Handoff
package import KernelMachine

/// The machine that the kernel runs on.
package enum X86Machine: Machine {
  /// Where the direct map shows a physical address.
  /// - Safety: Only RAM that the caller owns may be reached through the result.
  @unsafe @inline(__always)
  package static func pointer(to address: PhysicalAddress) -> UnsafeMutableRawPointer {
    // The direct map lies in the upper half, so the sum is not 0.
    let virtual = UInt(facts.directMapBase &+ address.rawValue)
    // SAFETY: only made from a number; what is reached through it is the caller's promise.
    guard let pointer = unsafe UnsafeMutableRawPointer(bitPattern: virtual) else {
      preconditionFailure("no direct map")
    }
    // SAFETY: only handed on, nothing is read through it here.
    return unsafe pointer
  }

  // MARK: Time

  /// Nanoseconds since the boot.
  @inline(__always) package static func now() -> UInt64 {
    facts.clock.nanoseconds(at: erix_read_tsc())
  }

  /// The time-stamp counter.
  @inline(__always) package static func ticks() -> UInt64 { erix_read_tsc() }

  /// How long a number of ticks of the time-stamp counter takes.
  package static func nanoseconds(in ticks: UInt64) -> UInt64 {
    facts.clock.nanoseconds(in: ticks)
  }

  /// Asks for a timer interrupt at a time, in nanoseconds.
  package static func armTimer(at time: UInt64) {
    facts.localAPIC.armTimer(at: time, clock: facts.clock)
  }

  /// Whether an interrupt would be taken if interrupts were on.
  package static func interruptPending() -> Bool { facts.localAPIC.hasRequest() }

  /// Tells the local controller that the interrupt has been dealt with.
  @inline(__always) package static func endInterrupt() { facts.localAPIC.endInterrupt() }

  // MARK: Address spaces

  /// An entry of the kernel's half, which every top-level page table shares.
  package static func kernelEntry(_ index: Int) -> UInt64 {
    precondition(index >= 256 && index < 512, "not an entry of the kernel's half")
    return DirectMapTables().entry(index, of: facts.kernelRoot)
  }

  /// Makes a top-level page table the one in use.
  @inline(__always) package static func activate(root: PhysicalAddress) {
    erix_write_cr3(root.rawValue)
  }

  /// Makes the kernel's own top-level page table the one in use.
  package static func activateKernel() { erix_write_cr3(facts.kernelRoot) }

  /// Drops what the processor remembers of one page of the address space in use.
  @inline(__always) package static func invalidate(page: VirtualAddress) {
    erix_invalidate_page(page.rawValue)
  }

  /// Drops what the processor remembers of the address space in use; what the kernel maps stays.
  package static func invalidateAll() { erix_write_cr3(erix_read_cr3()) }

  /// Copies from user memory of the address space in use.
  ///
  /// - Returns: False when part of it is not readable.
  /// - Safety: `destination` is RAM that the caller owns, `count` bytes of it.
  @unsafe package static func copyFromUser(
    _ source: VirtualAddress, to destination: UnsafeMutableRawPointer, count: Int
  ) -> Bool {
    let end: UInt64 = 1 << 47
    guard count >= 0, source.rawValue < end, UInt64(count) <= end - source.rawValue else {
      return false
    }
    // SAFETY: the source is in the user's half (above), where the routine survives every fault; the
    // caller answers for the destination.
    return unsafe erix_copy_from_user(destination, source.rawValue, UInt64(count)) != 0
  }

  /// Barriers against speculation between two processes.
  @inline(__always) package static func isolateProcess() {
    if facts.hasPredictionBarrier { erix_write_msr(MSR.predictionCommand, 1) }
  }

  /// Loads the base of the FS segment.
  @inline(__always) package static func loadFSBase(_ base: UInt64) {
    // Users have addresses of the lower half only; the processor would refuse others.
    erix_write_msr(MSR.fsBase, base & (1 << 47 - 1))
  }

  // MARK: Devices

  /// Reads one byte from an I/O port.
  package static func readPort8(_ port: UInt16) -> UInt8 { erix_port_read8(port) }
  /// Writes one byte to an I/O port.
  package static func writePort8(_ port: UInt16, _ value: UInt8) { erix_port_write8(port, value) }
  /// Reads 16 bits from an I/O port.
  package static func readPort16(_ port: UInt16) -> UInt16 { erix_port_read16(port) }
  /// Writes 16 bits to an I/O port.
  package static func writePort16(_ port: UInt16, _ value: UInt16) {
    erix_port_write16(port, value)
  }
  /// Reads 32 bits from an I/O port.
  package static func readPort32(_ port: UInt16) -> UInt32 { erix_port_read32(port) }
  /// Writes 32 bits to an I/O port.
  package static func writePort32(_ port: UInt16, _ value: UInt32) {
    erix_port_write32(port, value)
  }

  /// Shows one byte of the log on the early console.
  ///
  /// A release kernel keeps its log to itself: what it says of its own end goes another way.
  package static func emit(_ byte: UInt8) {
    guard EarlyPorts.isVerbose else { return }
    facts.console?.write(byte)
  }

  /// Leaves the serial port to user space; a panic takes it back.
  package static func releaseSerial() { facts.console?.releaseSerial() }

  /// Ends the emulator of a smoke image.
  package static func endEmulation(_ code: UInt8) {
    #if ERIX_PROFILE_SMOKE
    erix_port_write8(DebugExit.port, code)
    #endif
  }

  /// Leaves the screen to user space; the kernel never draws on it.
  package static func releaseScreen() {}

  /// Number of interrupt lines of the I/O interrupt controllers.
  package static var interruptLines: UInt32 { facts.lines.lineCount }

  /// Sets the trigger and polarity of a line and masks it.
  package static func configureLine(_ line: UInt32, levelTriggered: Bool, activeLow: Bool) {
    facts.lines.configure(
      line, destination: facts.localAPIC.identifier, levelTriggered: levelTriggered,
      activeLow: activeLow)
  }

  /// Masks or unmasks a line.
  package static func maskLine(_ line: UInt32, _ masked: Bool) { facts.lines.mask(line, masked) }

  /// Protections that are on, read back from registers and page tables: bits of `Protections`.
  package static func hardeningInForce() -> UInt64 {
    guard let plan = facts.plan else { return 0 }
    let now = Processor86.registers(of: plan)
    return plan.inForce(now, shown: facts.shownByTables).rawValue
  }
}

/// Numbers of model-specific registers: Intel SDM volume 4.
enum MSR {
  static let speculationControl: UInt32 = 0x48
  static let predictionCommand: UInt32 = 0x49
  static let architecturalCapabilities: UInt32 = 0x10A
  static let efer: UInt32 = 0xC000_0080
  static let star: UInt32 = 0xC000_0081
  static let longModeTarget: UInt32 = 0xC000_0082
  static let flagMask: UInt32 = 0xC000_0084
  static let fsBase: UInt32 = 0xC000_0100
  static let gsBase: UInt32 = 0xC000_0101
  static let kernelGSBase: UInt32 = 0xC000_0102
}
