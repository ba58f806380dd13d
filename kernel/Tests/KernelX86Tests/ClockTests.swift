// Conversions of the clock, against exact arithmetic.

import KernelX86
import Testing

struct ClockTests {
  @Test(
    arguments: [1_000_000, 999_999_999, 1_000_000_000, 2_893_437_000, 16_000_000_000] as [UInt64])
  func `an hour is an hour within a microsecond`(frequency: UInt64) throws {
    let clock = try #require(Clock(frequency: frequency, start: 5))
    let time = clock.nanoseconds(at: 5 + frequency * 3600)
    let hour: UInt64 = 3_600_000_000_000
    #expect(time <= hour && hour - time < 4000)
  }

  @Test func `time before the start is 0`() throws {
    let clock = try #require(Clock(frequency: 1_000_000_000, start: 100))
    #expect(clock.nanoseconds(at: 99) == 0)
    #expect(clock.nanoseconds(at: 100) == 0)
    #expect(clock.nanoseconds(at: 101) == 1)
  }

  @Test func `a count far away is the highest`() throws {
    let clock = try #require(Clock(frequency: 4_000_000_000, start: 100))
    #expect(clock.count(at: .max) == .max)
    #expect(clock.ticks(in: 1_000_000_000) == 4_000_000_000)
    #expect(clock.count(at: 1_000_000_000) == 4_000_000_100)
  }

  @Test func `frequencies outside the limits are refused`() {
    #expect(Clock(frequency: 999_999, start: 0) == nil)
    #expect(Clock(frequency: 16_000_000_001, start: 0) == nil)
    #expect(Clock(frequency: 0, start: 0) == nil)
  }

  @Test func `an unmeasured clock stands still`() {
    #expect(Clock.stopped.nanoseconds(at: .max) == 0)
  }
}
