// Conversions between ticks of a counter and nanoseconds by multiplication. Pure.

/// A counter with a constant frequency.
package struct Clock: Equatable, Sendable {
  /// Nanoseconds of a tick, in units of 2^-32.
  private let nanosecondsPerTick: UInt64
  /// Ticks of a nanosecond, in units of 2^-32.
  private let ticksPerNanosecond: UInt64
  /// The count at time 0.
  private let start: UInt64

  /// The frequencies that the conversions are exact enough for: 1 MHz to 4 GHz x 2^2.
  package static let frequencies: ClosedRange<UInt64> = 1_000_000...16_000_000_000

  private static let second: UInt64 = 1_000_000_000

  /// A counter that has not been measured: its time stands still.
  package static let stopped = Clock()

  private init() {
    nanosecondsPerTick = 0
    ticksPerNanosecond = 0
    start = 0
  }

  /// A counter; nil for a frequency outside `frequencies`.
  ///
  /// - Parameters:
  ///   - frequency: Ticks in a second.
  ///   - start: The count at time 0.
  package init?(frequency: UInt64, start: UInt64) {
    guard Self.frequencies.contains(frequency) else { return nil }
    // 10^9 x 2^32 is below 2^62, and 2^34 x 2^32 would not fit, so the second divides first: the
    // quotient of the rest keeps the precision.
    nanosecondsPerTick = (Self.second << 32) / frequency
    let whole = frequency / Self.second
    let rest = frequency % Self.second
    ticksPerNanosecond = whole << 32 + (rest << 32) / Self.second
    self.start = start
  }

  /// The time of a count, in nanoseconds; 0 for one before the start.
  @inline(__always) package func nanoseconds(at count: UInt64) -> UInt64 {
    guard count > start else { return 0 }
    return nanoseconds(in: count &- start)
  }

  /// How long a number of ticks takes, in nanoseconds.
  @inline(__always) package func nanoseconds(in ticks: UInt64) -> UInt64 {
    Self.scale(ticks, by: nanosecondsPerTick)
  }

  /// The count at a time; the highest for times too far away.
  package func count(at nanoseconds: UInt64) -> UInt64 {
    let ticks = ticks(in: nanoseconds)
    let (sum, overflow) = start.addingReportingOverflow(ticks)
    return overflow ? .max : sum
  }

  /// Ticks in a span of time; the highest number when it has more bits.
  package func ticks(in nanoseconds: UInt64) -> UInt64 {
    let product = nanoseconds.multipliedFullWidth(by: ticksPerNanosecond)
    return product.high >> 32 == 0 ? product.high << 32 | product.low >> 32 : .max
  }

  /// A product of a number and a fraction in units of 2^-32, cut to 64 bits: centuries.
  @inline(__always) private static func scale(_ number: UInt64, by fraction: UInt64) -> UInt64 {
    let product = number.multipliedFullWidth(by: fraction)
    return product.high << 32 | product.low >> 32
  }
}
