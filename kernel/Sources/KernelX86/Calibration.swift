// Measures the time-stamp counter and the local timer against a clock whose frequency is known.

import CKernelX86

/// What a measurement found.
struct CounterRates: Equatable {
  /// Ticks of the time-stamp counter in a second.
  var counter: UInt64
  /// Ticks of the local timer in a second.
  var timer: UInt64
}

/// A clock to measure with.
enum Reference {
  /// The time-stamp counter, whose frequency the processor tells.
  case counter(UInt64)
  /// The power-management timer.
  case power(PowerTimer)
  /// The programmable interval timer.
  case interval

  /// 4 ms, as part of a second: a reading error of a microsecond is then 0.025 %.
  private static let part: UInt64 = 250
  /// Far more polls than a measurement takes.
  private static let patience = 100_000_000

  /// Measures both counters.
  ///
  /// - Returns: nil when the reference stands still.
  func measure(_ apic: LocalAPIC) -> CounterRates? {
    apic.startCounting()
    let start = erix_read_tsc()
    let ticks: UInt64
    let frequency: UInt64
    switch self {
    case .counter(let known):
      while erix_read_tsc() - start < known / Self.part {}
      ticks = erix_read_tsc() - start
      frequency = known
    case .power(let timer):
      guard let waited = Self.wait(for: timer) else { return nil }
      ticks = waited
      frequency = PowerTimer.frequency
    case .interval:
      guard let waited = Self.waitForInterval() else { return nil }
      ticks = waited
      frequency = Self.intervalFrequency
    }
    let counted = erix_read_tsc() - start
    let timed = UInt64(apic.ticksCounted())
    guard ticks > 0 else { return nil }
    // A few milliseconds of ticks at less than 2^34 Hz, times less than 2^34: below 2^60.
    return CounterRates(counter: counted * frequency / ticks, timer: timed * frequency / ticks)
  }

  private static func wait(for timer: PowerTimer) -> UInt64? {
    let start = erix_port_read32(timer.port)
    for _ in 0..<patience {
      let passed = (erix_port_read32(timer.port) &- start) & timer.mask
      if UInt64(passed) >= PowerTimer.frequency / part { return UInt64(passed) }
    }
    return nil
  }

  private static let intervalFrequency: UInt64 = 1_193_182

  /// Lets channel 2 count down once: Intel 8254 datasheet; gate and output are bits of port 0x61.
  private static func waitForInterval() -> UInt64? {
    let control: UInt16 = 0x61
    let ticks = intervalFrequency / part
    let old = erix_port_read8(control)
    // Gate on, loudspeaker off; mode 0, both bytes.
    erix_port_write8(control, old & ~2 | 1)
    erix_port_write8(0x43, 0b1011_0000)
    erix_port_write8(0x42, UInt8(truncatingIfNeeded: ticks))
    erix_port_write8(0x42, UInt8(truncatingIfNeeded: ticks >> 8))
    defer { erix_port_write8(control, old) }
    for _ in 0..<patience where erix_port_read8(control) & 1 << 5 != 0 { return ticks }
    return nil
  }
}
