// The seam between the portable kernel and the hardware. Everything behind it is static, so a
// kernel built for one machine has no indirect calls; host tests bring a machine made of ordinary
// memory.

/// Where a thread's FPU registers are kept.
///
/// ## Invariants
/// `fpuAreaBytes` of RAM from the address on, aligned to 64 and all zero at first, are used for
/// this alone as long as a value is in use.
@safe package struct FPUMemory {
  /// The address of the first byte.
  package let address: UInt

  /// - Safety: The memory satisfies the invariants of the type.
  @unsafe package init(address: UInt) { self.address = address }
}

/// What the kernel core needs from the hardware.
package protocol Machine {
  /// Where the direct map shows a physical address.
  ///
  /// The mapping is linear: neighbouring physical bytes are neighbours behind the pointer.
  /// - Safety: Only RAM that the caller owns may be reached through the result.
  @unsafe static func pointer(to address: PhysicalAddress) -> UnsafeMutableRawPointer

  // Time.

  /// Nanoseconds since the boot; never decreases.
  static func now() -> UInt64
  /// The count of a counter of constant frequency, which is read faster than the time.
  static func ticks() -> UInt64
  /// How long a number of ticks takes, in nanoseconds.
  static func nanoseconds(in ticks: UInt64) -> UInt64
  /// Asks for a timer interrupt at a time, in nanoseconds; replaces what was asked before.
  ///
  /// A time that has passed gives one at once. `UInt64.max` asks for none.
  static func armTimer(at time: UInt64)

  /// Whether an interrupt would be taken if interrupts were on.
  ///
  /// Work in steps is broken off then.
  static func interruptPending() -> Bool

  // Address spaces.

  /// An entry of the kernel's half, which every top-level page table shares.
  ///
  /// - Parameter index: 256 ... 511.
  /// - Returns: The entry; 0 for none.
  static func kernelEntry(_ index: Int) -> UInt64
  /// Makes a top-level page table the one in use, on the current processor.
  static func activate(root: PhysicalAddress)
  /// Makes the kernel's own top-level page table the one in use, with nothing in its lower half.
  static func activateKernel()
  /// Drops what the current processor remembers of one page of the address space in use.
  static func invalidate(page: VirtualAddress)
  /// Drops everything that the current processor remembers of the address space in use.
  static func invalidateAll()
  /// Copies from user memory of the address space in use.
  ///
  /// - Returns: False when part of it is not readable.
  /// - Safety: `destination` is RAM that the caller owns, `count` bytes of it.
  @unsafe static func copyFromUser(
    _ source: VirtualAddress, to destination: UnsafeMutableRawPointer, count: Int
  ) -> Bool

  // Processor state beyond the general registers.

  /// Bytes of a save area for the FPU, a power of two of at least 64.
  static var fpuAreaBytes: Int { get }
  /// Makes a new area hold the state of a thread that never used the FPU.
  static func initialiseFPU(_ area: FPUMemory)
  /// Saves the FPU's registers.
  static func saveFPU(_ area: FPUMemory)
  /// Loads the FPU's registers from an area that was initialised or saved to, and lets user code
  /// use them.
  static func restoreFPU(_ area: FPUMemory)
  /// Makes the next use of the FPU by user code an exception; its registers hold nobody's data.
  static func disableFPU()
  /// Loads the base of the FS segment.
  static func loadFSBase(_ base: UInt64)
  /// Called when the address space in use changes to that of another process.
  ///
  /// Barriers against speculation, where the processor has them.
  static func isolateProcess()

  // Devices.

  /// Reads one byte from an I/O port.
  static func readPort8(_ port: UInt16) -> UInt8
  /// Writes one byte to an I/O port.
  static func writePort8(_ port: UInt16, _ value: UInt8)
  /// Reads 16 bits from an I/O port.
  static func readPort16(_ port: UInt16) -> UInt16
  /// Writes 16 bits to an I/O port.
  static func writePort16(_ port: UInt16, _ value: UInt16)
  /// Reads 32 bits from an I/O port.
  static func readPort32(_ port: UInt16) -> UInt32
  /// Writes 32 bits to an I/O port.
  static func writePort32(_ port: UInt16, _ value: UInt32)
  /// Shows one byte of the kernel's log on the early console, while the kernel owns it.
  static func emit(_ byte: UInt8)
  /// Stops showing the log on the serial port, which belongs to user space from now on.
  static func releaseSerial()
  /// Stops showing the log on the screen, which belongs to user space from now on.
  static func releaseScreen()
  /// Ends the emulator of a smoke image; returns without doing anything in other images.
  static func endEmulation(_ code: UInt8)
  /// Number of interrupt lines of the I/O interrupt controllers.
  static var interruptLines: UInt32 { get }
  /// Sets the trigger and polarity of a line and masks it.
  static func configureLine(_ line: UInt32, levelTriggered: Bool, activeLow: Bool)
  /// Masks or unmasks a line.
  static func maskLine(_ line: UInt32, _ masked: Bool)
  /// Protections that are on, read back from the control registers: bits of `Hardening`.
  static func hardeningInForce() -> UInt64
}
