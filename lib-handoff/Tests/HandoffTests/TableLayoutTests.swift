// Places of the common form, computed from the tables' sizes.

import Handoff
import Testing

struct TableLayoutTests {
  private let layout = TableLayout(
    magic: 1, fixedSize: 40, TableSpec(entrySize: 24, minimum: 1, limit: 3),
    TableSpec(entrySize: 8, limit: 2))

  @Test func `parts follow one another without gap`() throws {
    #expect(layout.tableCount == 2)
    #expect(layout.fixedOffset == 64)
    #expect(layout.firstTableOffset == 104)
    #expect(try layout.size(of: TableCounts(2, 1)) == 160)
  }

  @Test func `a table that does not exist takes nothing`() {
    for table in [-1, 2, 5, Int.max] { #expect(layout[table].limit == 0) }
  }

  @Test func `counts of a table that does not exist are 0`() {
    let counts = TableCounts(1, 2, 3, 4, 5)
    #expect((0..<5).map { counts[$0] } == [1, 2, 3, 4, 5])
    for table in [-1, 5, Int.min, Int.max] { #expect(counts[table] == 0) }
  }

  @Test(arguments: [Int.min, -1, 4, 1 << 32, Int.max])
  func `a count outside the limit is refused, however far`(_ count: Int) {
    #expect(throws: FormatError.self) { try layout.size(of: TableCounts(count, 0)) }
  }
}
