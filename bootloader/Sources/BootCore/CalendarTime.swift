// Time of day as the firmware gives it, turned into seconds since 1970: UEFI specification 2.10,
// section 8.3 (EFI_TIME). The clock is not trusted to hold a date at all.

/// A date and time of day, unchecked.
public struct CalendarTime: Equatable, Sendable {
  /// Years that are believed.
  private static let years = 1970...9999
  /// What the firmware says when it does not know its time zone.
  private static let unspecifiedZone = 2047

  /// Year, such as 2024.
  public var year: Int
  /// Month, 1 to 12.
  public var month: Int
  /// Day of the month, from 1.
  public var day: Int
  /// Hour, 0 to 23.
  public var hour: Int
  /// Minute, 0 to 59.
  public var minute: Int
  /// Second, 0 to 59.
  public var second: Int
  /// Minutes to add to get UTC, -1440 to 1440; 2047 for unknown, which counts as UTC.
  public var minutesToUTC: Int

  /// A time of these parts.
  public init(
    year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, minutesToUTC: Int = 0
  ) {
    self.year = year
    self.month = month
    self.day = day
    self.hour = hour
    self.minute = minute
    self.second = second
    self.minutesToUTC = minutesToUTC
  }

  /// Seconds since 1970-01-01 00:00 UTC, leap seconds not counted.
  ///
  /// - Returns: `nil` when the fields are no date and time, or the time is before 1970.
  public var utcSeconds: UInt64? {
    guard Self.years.contains(year), (1...12).contains(month), day >= 1, day <= daysInMonth,
      (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second)
    else { return nil }
    let zone = minutesToUTC == Self.unspecifiedZone ? 0 : minutesToUTC
    guard (-1440...1440).contains(zone) else { return nil }
    return UInt64(exactly: ((days * 24 + hour) * 60 + minute + zone) * 60 + second)
  }

  private var isLeapYear: Bool {
    year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
  }

  private var daysInMonth: Int {
    switch month {
    case 2: isLeapYear ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days from 1970-01-01 to this date.
  ///
  /// Counts years from March, so that the leap day is the last of its year: then the months before
  /// one have (153 * month + 2) / 5 days together.
  private var days: Int {
    let shifted = month > 2 ? year : year - 1
    let fromMarch = (month + 9) % 12
    let yearDays = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400
    // 719468 days lie between the first of March of year 0 and 1970-01-01.
    return yearDays + (153 * fromMarch + 2) / 5 + day - 1 - 719_468
  }
}
