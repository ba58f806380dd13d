// The local interrupt controller of the processor: end of interrupt, timer, what is pending.
// Intel SDM volume 3A, chapter 11.

import CKernelX86

/// A local interrupt controller.
struct LocalAPIC {
  /// Virtual address of the registers; 0 in x2APIC mode, where they are model-specific registers.
  private var registers: UInt64 = 0
  /// Whether the timer compares with the time-stamp counter.
  private var hasDeadline = false
  /// The timer's own counter, in the other mode.
  private var timer = Clock.stopped
  /// The controller's number.
  private(set) var identifier: UInt32 = 0

  private enum Register {
    static let identifier: UInt32 = 0x020
    static let taskPriority: UInt32 = 0x080
    static let endOfInterrupt: UInt32 = 0x0B0
    static let spurious: UInt32 = 0x0F0
    static let requests: UInt32 = 0x200
    static let errorStatus: UInt32 = 0x280
    static let timer: UInt32 = 0x320
    static let localLines: UInt32 = 0x350
    static let initialCount: UInt32 = 0x380
    static let currentCount: UInt32 = 0x390
    static let divide: UInt32 = 0x3E0
  }

  private static let masked: UInt32 = 1 << 16
  private static let deadlineMode: UInt32 = 2 << 17
  private static let divideByOne: UInt32 = 0b1011
  private static let baseMSR: UInt32 = 0x1B
  private static let deadlineMSR: UInt32 = 0x6E0
  private static let x2APICBase: UInt32 = 0x800

  /// Switches the controller on, with the timer off and both local lines masked.
  ///
  /// - Parameters:
  ///   - features: What the processor offers.
  ///   - window: Virtual address of the registers.
  mutating func start(features: ProcessorFeatures, window: UInt64) {
    let enabled: UInt64 = 1 << 11
    let x2Mode: UInt64 = 1 << 10
    let base = erix_read_msr(Self.baseMSR)
    // The firmware may have entered the mode, which is left by a reset alone.
    let isX2 = features.x2APIC || base & x2Mode != 0
    registers = isX2 ? 0 : window
    erix_write_msr(Self.baseMSR, base | enabled | (isX2 ? x2Mode : 0))
    hasDeadline = features.deadlineTimer
    identifier = isX2 ? read(Register.identifier) : read(Register.identifier) >> 24
    write(Register.taskPriority, 0)
    write(Register.localLines, Self.masked)
    write(Register.localLines + 0x10, Self.masked)
    write(Register.timer, Self.masked | UInt32(VECTOR_TIMER))
    write(Register.divide, Self.divideByOne)
    write(Register.spurious, 1 << 8 | UInt32(VECTOR_SPURIOUS))
  }

  /// Sets the timer's counter to its highest value.
  func startCounting() { write(Register.initialCount, .max) }

  /// Ticks since `startCounting`.
  func ticksCounted() -> UInt32 { .max - read(Register.currentCount) }

  /// Puts the timer to use.
  ///
  /// - Parameter frequency: Ticks of its counter in a second.
  /// - Returns: False when it has no usable frequency.
  mutating func useTimer(frequency: UInt64) -> Bool {
    write(Register.initialCount, 0)
    if hasDeadline {
      write(Register.timer, Self.deadlineMode | UInt32(VECTOR_TIMER))
      return true
    }
    guard let timer = Clock(frequency: frequency, start: 0) else { return false }
    self.timer = timer
    write(Register.timer, UInt32(VECTOR_TIMER))
    return true
  }

  /// Asks for an interrupt at a time; none for `UInt64.max`.
  func armTimer(at time: UInt64, clock: Clock) {
    if hasDeadline {
      erix_write_msr(Self.deadlineMSR, time == .max ? 0 : max(clock.count(at: time), 1))
      return
    }
    guard time != .max else {
      write(Register.initialCount, 0)
      return
    }
    let now = clock.nanoseconds(at: erix_read_tsc())
    let ticks = time > now ? timer.ticks(in: time - now) : 0
    // A longer time is waited for in parts: the interrupt comes early and is armed again.
    write(Register.initialCount, UInt32(clamping: max(ticks, 1)))
  }

  /// Tells the controller that the interrupt has been dealt with.
  @inline(__always) func endInterrupt() { write(Register.endOfInterrupt, 0) }

  /// Whether an interrupt waits for being taken.
  func hasRequest() -> Bool {
    for word: UInt32 in 1..<8 where read(Register.requests + word * 0x10) != 0 { return true }
    return false
  }

  @inline(__always) private func read(_ register: UInt32) -> UInt32 {
    guard registers != 0 else {
      // Registers have 32 bits, in the low half of the model-specific ones.
      return UInt32(truncatingIfNeeded: erix_read_msr(Self.x2APICBase + register >> 4))
    }
    return erix_mmio_read32(registers &+ UInt64(register))
  }

  @inline(__always) private func write(_ register: UInt32, _ value: UInt32) {
    guard registers != 0 else {
      erix_write_msr(Self.x2APICBase + register >> 4, UInt64(value))
      return
    }
    erix_mmio_write32(registers &+ UInt64(register), value)
  }
}
