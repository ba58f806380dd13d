// Dates and the seconds they stand for; the expected numbers come from the calendar, not from code.

import BootCore
import Testing

struct CalendarTimeTests {
  @Test(
    arguments: [
      (1970, 1, 1, 0), (1970, 3, 1, 5_097_600), (1999, 12, 31, 946_598_400),
      (2000, 2, 29, 951_782_400),
      (2000, 3, 1, 951_868_800), (2024, 2, 29, 1_709_164_800), (2100, 3, 1, 4_107_542_400),
      (9999, 12, 31, 253_402_214_400),
    ] as [(Int, Int, Int, UInt64)])
  func `dates count from 1970`(year: Int, month: Int, day: Int, seconds: UInt64) {
    let time = CalendarTime(year: year, month: month, day: day, hour: 0, minute: 0, second: 0)
    #expect(time.utcSeconds == seconds)
  }

  @Test func `the time of day is added`() {
    let time = CalendarTime(year: 1970, month: 1, day: 2, hour: 23, minute: 59, second: 58)
    #expect(time.utcSeconds == 172_798)
  }

  @Test func `the time zone is added and an unknown one counts as UTC`() {
    var time = CalendarTime(year: 1970, month: 1, day: 2, hour: 0, minute: 0, second: 0)
    time.minutesToUTC = -60
    #expect(time.utcSeconds == 82_800)
    time.minutesToUTC = 2047
    #expect(time.utcSeconds == 86_400)
  }

  @Test(arguments: [
    (1969, 1, 1, 0, 0, 0), (10000, 1, 1, 0, 0, 0), (2000, 0, 1, 0, 0, 0), (2000, 13, 1, 0, 0, 0),
    (2000, 1, 0, 0, 0, 0), (2000, 1, 32, 0, 0, 0), (2001, 2, 29, 0, 0, 0), (2100, 2, 29, 0, 0, 0),
    (2000, 4, 31, 0, 0, 0), (2000, 1, 1, 24, 0, 0), (2000, 1, 1, 0, 60, 0), (2000, 1, 1, 0, 0, 60),
    (2000, 1, 1, -1, 0, 0),
  ])
  func `what is no time has no seconds`(
    year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int
  ) {
    let time = CalendarTime(
      year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    #expect(time.utcSeconds == nil)
  }

  @Test(arguments: [-1441, 1441, 2046]) func `a zone out of range has no seconds`(zone: Int) {
    let time = CalendarTime(
      year: 2000, month: 1, day: 1, hour: 0, minute: 0, second: 0, minutesToUTC: zone)
    #expect(time.utcSeconds == nil)
  }

  @Test func `a time before 1970 by its zone has no seconds`() {
    let time = CalendarTime(
      year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, minutesToUTC: -1)
    #expect(time.utcSeconds == nil)
  }
}
