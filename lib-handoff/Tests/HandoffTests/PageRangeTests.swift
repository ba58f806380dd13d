// Page ranges: what lies inside which, and that no arithmetic on a range that nobody checked traps.

import Handoff
import Testing

struct PageRangeTests {
  private let range = PageRange(base: 0x1000, pageCount: 4)

  @Test func `the end is behind the last byte`() {
    #expect(range.end == 0x5000)
  }

  @Test(arguments: [(0x1000, 4, true), (0x2000, 2, true), (0x1000, 5, false), (0, 2, false)])
  func `a range contains what begins and ends inside`(
    _ base: UInt64, _ count: UInt64, _ isInside: Bool
  ) {
    #expect(range.contains(PageRange(base: base, pageCount: count)) == isInside)
  }

  @Test(arguments: [
    (0, 1, false), (0, 2, true), (0x2000, 1, true), (0x4000, 9, true), (0x5000, 1, false),
  ])
  func `ranges overlap when they share a page`(
    _ base: UInt64, _ count: UInt64, _ isShared: Bool
  ) {
    let other = PageRange(base: base, pageCount: count)
    #expect(range.overlaps(other) == isShared)
    #expect(other.overlaps(range) == isShared)
  }

  @Test func `the end of a range that was never checked is cut to 64 bits`() {
    #expect(PageRange(base: .max, pageCount: .max).end == .max &- 4096)
    #expect(PageRange(base: 0, pageCount: 1 << 52).end == 0)
  }
}
