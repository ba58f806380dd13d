// Numbers, sizes and times as a person reads them.

import Runtime
import ShellCore
import Testing

extension TextLine {
  /// The line as a string.
  var string: String { String(decoding: (0..<count).map { self[$0] }, as: UTF8.self) }
}

struct ColumnTests {
  @Test(
    arguments: [
      (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"),
      (1_048_575, "1023.9 KiB"), (1_048_576, "1.0 MiB"), (268_435_456, "256.0 MiB"),
      (1 << 30, "1.0 GiB"), (1 << 40, "1.0 TiB"), (.max, "16777215.9 TiB"),
    ] as [(UInt64, String)])
  func `a size has one decimal`(_ bytes: UInt64, _ expected: String) {
    #expect(TextLine.size(bytes).string == expected)
  }

  @Test(
    arguments: [
      (0, "00:00:00"), (59_999_999_999, "00:00:59"), (3_600_000_000_000, "01:00:00"),
      (86_399_000_000_000, "23:59:59"), (86_400_000_000_000, "1 day 00:00:00"),
      (200_000_000_000_000, "2 days 07:33:20"),
    ] as [(UInt64, String)])
  func `a duration is hours, minutes and seconds`(_ nanoseconds: UInt64, _ expected: String) {
    #expect(TextLine.duration(nanoseconds).string == expected)
  }

  @Test(
    arguments: [
      (0, "1970-01-01 00:00:00 UTC"), (86_399, "1970-01-01 23:59:59 UTC"),
      (951_782_400, "2000-02-29 00:00:00 UTC"), (951_868_800, "2000-03-01 00:00:00 UTC"),
      (1_763_769_600, "2025-11-22 00:00:00 UTC"), (4_107_542_400, "2100-03-01 00:00:00 UTC"),
      (253_402_300_799, "9999-12-31 23:59:59 UTC"),
    ] as [(UInt64, String)])
  func `a date follows the calendar`(_ seconds: UInt64, _ expected: String) {
    #expect(TextLine.date(seconds).string == expected)
  }

  @Test func `seconds have milliseconds`() {
    #expect(TextLine.seconds(1_002_345_678).string == "1.002")
    #expect(TextLine.seconds(999_999).string == "0.000")
  }

  @Test func `shares are in percent`() {
    #expect(TextLine.share(1, of: 3).string == "33.3")
    #expect(TextLine.share(5, of: 5).string == "100.0")
    #expect(TextLine.share(5, of: 0).string == "0.0")
    #expect(TextLine.share(.max, of: 1).string == "0.0")
  }

  @Test func `columns end where they should, with a blank before them at least`() {
    var row = TextLine("ab")
    row.right(UInt64(7), endingAt: 6)
    row.pad(to: 8)
    row.append("c")
    row.right("toolong", endingAt: 4)
    #expect(row.string == "ab   7  c toolong")
  }
}
