// A machine whose RAM is host memory and whose devices are absent: what the kernel's core runs on
// in the simulation. Physical addresses count from the start of that memory, so that equal boots
// see equal addresses wherever the host put it.

package import KernelMachine

/// The hardware of the one kernel that is simulated at a time.
@safe package final class Hardware {
  // SAFETY: the simulation runs on one thread of the host, and nothing else uses this machine.
  private nonisolated(unsafe) static var inUse = Hardware()

  /// The devices of the kernel in use.
  package static var current: Hardware {
    // SAFETY: read and replaced by the one thread of the simulation only.
    get { unsafe inUse }
    // SAFETY: as when it is read: one thread, between two entries of the kernel.
    set { unsafe inUse = newValue }
  }

  /// Where the host shows physical address 0.
  private var origin: UnsafeMutableRawPointer?
  /// Bytes of RAM.
  private var size: UInt64 = 0

  /// Nanoseconds since the boot.
  package var time: UInt64 = 0
  /// When the timer interrupts.
  package var timer = UInt64.max
  /// The top-level page table in use.
  package var root: PhysicalAddress?
  /// How often a mapping may have gone; whoever remembers mappings looks at them again.
  package var invalidations: UInt64 = 0
  /// How the kernel ended the emulator; nil before it did.
  package var exitCode: UInt8?
  /// Bytes shown on the early console and not taken yet.
  package var shown: [UInt8] = []

  /// A machine without RAM.
  package init() {}

  /// Gives the machine its RAM.
  ///
  /// - Safety: `size` bytes from `origin` on are used for nothing else until other RAM is given.
  @unsafe package func use(ram origin: UnsafeMutableRawPointer, size: UInt64) {
    // SAFETY: the caller's promise is the invariant under which the pointer is used below.
    unsafe self.origin = origin
    self.size = size
  }

  /// Where the host shows a physical address; traps outside RAM.
  fileprivate func pointer(to address: PhysicalAddress) -> UnsafeMutableRawPointer {
    // SAFETY: only the pointer itself is read, which the one thread of the simulation set.
    guard address.rawValue < size, let origin = unsafe origin else {
      preconditionFailure("a physical address outside RAM")
    }
    // SAFETY: below the size, so inside the memory that `use` was promised.
    return unsafe origin + Int(address.rawValue)
  }

  // MARK: Address translation

  /// Walks the page tables in use, as the processor does.
  ///
  /// - Parameter address: A user address.
  /// - Returns: The entry that maps it and the size of its page; nil where nothing is mapped.
  package func walk(_ address: UInt64) -> (entry: PageTableEntry, pageSize: UInt64)? {
    guard var table = root, address >> 47 == 0 else { return nil }
    for level in (0...3 as ClosedRange<UInt64>).reversed() {
      let shift = 12 + 9 * level
      let index = Int(address >> shift & 511)
      // SAFETY: the kernel's page tables are whole pages of RAM.
      let bits = unsafe pointer(to: table).load(fromByteOffset: index * 8, as: UInt64.self)
      let entry = PageTableEntry(rawValue: bits)
      guard entry.isPresent, entry.isUser else { return nil }
      if level == 0 || entry.isLarge && level == 1 { return (entry, 1 << shift) }
      table = entry.address
    }
    return nil
  }

  /// Copies from user memory; false where it cannot be read.
  ///
  /// - Safety: `count` bytes from `destination` on belong to the caller.
  @unsafe package func copyFromUser(
    _ source: UInt64, to destination: UnsafeMutableRawPointer, count: Int
  ) -> Bool {
    var done = 0
    while done < count {
      let address = source &+ UInt64(done)
      guard let found = walk(address) else { return false }
      let offset = address & (found.pageSize - 1)
      let piece = min(Int(found.pageSize - offset), count - done)
      let physical = PhysicalAddress(truncating: found.entry.address.rawValue + offset)
      guard physical.rawValue + UInt64(piece) <= size else { return false }
      // SAFETY: both ends were checked: inside RAM by the line above, inside the caller's bytes by
      // the smaller of the two counts.
      unsafe (destination + done).copyMemory(from: pointer(to: physical), byteCount: piece)
      done += piece
    }
    return true
  }
}

/// The machine that `Hardware.current` is.
package enum HostMachine: Machine {
  private static var hardware: Hardware { Hardware.current }

  /// The host's memory.
  ///
  /// - Safety: `address` is RAM that the caller owns.
  @unsafe package static func pointer(to address: PhysicalAddress) -> UnsafeMutableRawPointer {
    // SAFETY: only handed on; what is read through it the caller answers for.
    unsafe hardware.pointer(to: address)
  }

  package static func now() -> UInt64 { hardware.time }
  package static func ticks() -> UInt64 { hardware.time }
  package static func nanoseconds(in ticks: UInt64) -> UInt64 { ticks }
  package static func armTimer(at time: UInt64) { hardware.timer = time }
  package static func interruptPending() -> Bool { hardware.timer <= hardware.time }

  package static func kernelEntry(_ index: Int) -> UInt64 { 0 }
  package static func activate(root: PhysicalAddress) { hardware.root = root }
  package static func activateKernel() { hardware.root = nil }
  package static func invalidate(page: VirtualAddress) { hardware.invalidations += 1 }
  package static func invalidateAll() { hardware.invalidations += 1 }
  /// Copies from the address space in use.
  ///
  /// - Safety: `count` bytes from `destination` on belong to the caller.
  @unsafe package static func copyFromUser(
    _ source: VirtualAddress, to destination: UnsafeMutableRawPointer, count: Int
  ) -> Bool {
    // SAFETY: only handed on, with the caller's promise.
    unsafe hardware.copyFromUser(source.rawValue, to: destination, count: count)
  }

  // Programs keep their registers on host stacks, so there is no FPU to switch.
  package static var fpuAreaBytes: Int { 1024 }
  package static func initialiseFPU(_ area: FPUMemory) {}
  package static func saveFPU(_ area: FPUMemory) {}
  package static func restoreFPU(_ area: FPUMemory) {}
  package static func disableFPU() {}
  package static func loadFSBase(_ base: UInt64) {}
  package static func isolateProcess() {}

  // There is a serial port that is always ready, and nothing else.
  package static func readPort8(_ port: UInt16) -> UInt8 { port == 0x3FD ? 0x60 : 0xFF }
  package static func writePort8(_ port: UInt16, _ value: UInt8) {}
  package static func readPort16(_ port: UInt16) -> UInt16 { .max }
  package static func writePort16(_ port: UInt16, _ value: UInt16) {}
  package static func readPort32(_ port: UInt16) -> UInt32 { .max }
  package static func writePort32(_ port: UInt16, _ value: UInt32) {}
  package static func emit(_ byte: UInt8) { hardware.shown.append(byte) }
  package static func releaseSerial() {}
  package static func releaseScreen() {}
  package static func endEmulation(_ code: UInt8) { hardware.exitCode = code }
  package static var interruptLines: UInt32 { 24 }
  package static func configureLine(_ line: UInt32, levelTriggered: Bool, activeLow: Bool) {}
  package static func maskLine(_ line: UInt32, _ masked: Bool) {}
  package static func hardeningInForce() -> UInt64 { 0 }
}
