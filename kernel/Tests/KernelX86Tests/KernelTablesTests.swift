// Page tables under construction, and the walk that looks for flaws in them.

import CapABI
import Handoff
import KernelX86
import Testing

/// Page tables in an array; table n is at physical address 4096 n.
struct ArrayTables: TableMemory {
  var tables: [[UInt64]] = [[]]

  mutating func makeTable() -> UInt64 {
    tables.append(Array(repeating: 0, count: 512))
    return UInt64(tables.count - 1) * 4096
  }
  func entry(_ index: Int, of table: UInt64) -> UInt64 { tables[Int(table / 4096)][index] }
  mutating func setEntry(_ index: Int, of table: UInt64, to value: UInt64) {
    tables[Int(table / 4096)][index] = value
  }
}

struct KernelTablesTests {
  private static let base: UInt64 = 0xFFFF_8000_0000_0000
  private static let gigabyte: UInt64 = 1 << 30
  private static let megabyte: UInt64 = 1 << 20
  /// Far away from every table of these tests.
  private static let nowhere: Range<UInt64> = 0..<0

  private static func pages(_ space: KernelTables<ArrayTables>) -> [MappedPage] {
    var pages: [MappedPage] = []
    TableWalk(memory: space.memory, root: space.root).forEachPage { pages.append($0) }
    return pages
  }

  /// What page tables do not show.
  private static func missing(
    _ space: KernelTables<ArrayTables>, tables: Range<UInt64> = nowhere,
    guarding page: UInt64 = .max
  ) -> Protections {
    let guards = GuardPages([.max, .max, page, .max, .max, .max])
    let walk = TableWalk(memory: space.memory, root: space.root)
    let found = walk.protections(of: KernelParts(tables: tables, guards: guards))
    #expect(HardeningPlan.shownByTables.contains(found))
    return HardeningPlan.shownByTables.subtracting(found)
  }

  @Test func `the largest pages that fit are used`() {
    var space = KernelTables(memory: ArrayTables(), hasGigabytePages: true)
    let start = Self.gigabyte - 2 * Self.megabyte - 4096
    space.map(
      Self.base + start, to: start, bytes: Self.gigabyte + 2 * Self.megabyte + 8192, .readWrite)
    let pages = Self.pages(space)
    #expect(pages.map(\.bytes) == [4096, 2 * Self.megabyte, Self.gigabyte, 4096])
    #expect(pages.map(\.physical).first == start)
    #expect(pages.allSatisfy { $0.virtual == Self.base + $0.physical })
    #expect(pages.allSatisfy { $0.isWritable && !$0.isExecutable && !$0.isUser })
  }

  @Test func `without gigabyte pages none is made`() {
    var space = KernelTables(memory: ArrayTables(), hasGigabytePages: false)
    space.map(Self.base, to: 0, bytes: Self.gigabyte, .read)
    let pages = Self.pages(space)
    #expect(pages.count == 512)
    #expect(pages.allSatisfy { $0.bytes == 2 * Self.megabyte && !$0.isWritable })
  }

  @Test func `protecting a page splits the large ones around it and changes nothing else`() {
    var space = KernelTables(memory: ArrayTables(), hasGigabytePages: true)
    space.map(Self.base, to: 0, bytes: Self.gigabyte, .readWrite)
    let target = 5 * Self.megabyte
    space.protect(Self.base + target, bytes: 4096)
    let pages = Self.pages(space)
    #expect(pages.count == 511 + 512)
    #expect(pages.reduce(0) { $0 + $1.bytes } == Self.gigabyte)
    #expect(pages.allSatisfy { $0.virtual == Self.base + $0.physical && !$0.isExecutable })
    #expect(pages.filter { !$0.isWritable }.map(\.physical) == [target])
  }

  @Test func `an unmapped page is gone and its neighbours stay`() {
    var space = KernelTables(memory: ArrayTables(), hasGigabytePages: true)
    space.map(Self.base, to: 0x10000, bytes: 3 * 4096, .readWrite)
    space.unmap(Self.base + 4096, bytes: 4096)
    #expect(Self.pages(space).map(\.virtual) == [Self.base, Self.base + 8192])
  }

  @Test func `a clean space has no flaw`() {
    var space = KernelTables(memory: ArrayTables(), hasGigabytePages: true)
    space.map(Self.base, to: 0, bytes: 4 * Self.megabyte, .readWrite)
    space.map(0xFFFF_FFFF_8000_0000, to: 8 * Self.megabyte, bytes: 8192, .execute)
    #expect(Self.missing(space) == .none)
  }

  @Test func `a writable alias of executable memory is found`() {
    var space = KernelTables(memory: ArrayTables(), hasGigabytePages: true)
    space.map(Self.base, to: 0, bytes: Self.gigabyte, .readWrite)
    space.map(0xFFFF_FFFF_8000_0000, to: 8 * Self.megabyte, bytes: 4096, .execute)
    #expect(Self.missing(space) == .writeXorExecute)
  }

  @Test func `an alias of the last of many executable runs is found`() {
    var space = KernelTables(memory: ArrayTables(), hasGigabytePages: true)
    let code: UInt64 = 0xFFFF_FFFF_8000_0000
    for run in 0..<20 as Range<UInt64> {
      space.map(code + run * 4096, to: Self.megabyte + run * 8192, bytes: 4096, .execute)
    }
    #expect(Self.missing(space) == .none)
    space.map(Self.base, to: Self.megabyte + 19 * 8192, bytes: 4096, .readWrite)
    #expect(Self.missing(space) == .writeXorExecute)
  }

  @Test func `a guard page that is mapped is found`() {
    var space = KernelTables(memory: ArrayTables(), hasGigabytePages: true)
    space.map(Self.base, to: 0x10000, bytes: 2 * Self.megabyte, .readWrite)
    let page = Self.base + Self.megabyte
    #expect(Self.missing(space, guarding: page) == .stackGuards)
    space.unmap(page, bytes: 4096)
    #expect(Self.missing(space, guarding: page) == .none)
    #expect(Self.missing(space, guarding: page + 4096) == .stackGuards)
  }

  @Test func `a user page in the kernel's own tables is found`() {
    var space = KernelTables(memory: ArrayTables(), hasGigabytePages: true)
    space.map(4096, to: 0x10000, bytes: 4096, .read)
    let user: UInt64 = 1 << 2
    var table = space.root
    for _ in 0..<4 {
      let index = (0..<512).first { space.memory.entry($0, of: table) != 0 } ?? 0
      let entry = space.memory.entry(index, of: table)
      space.memory.setEntry(index, of: table, to: entry | user)
      table = entry & (1 << 52 - 1) & ~4095
    }
    #expect(Self.missing(space) == .separateTables)
  }

  @Test func `a mapped page 0 is found`() {
    var space = KernelTables(memory: ArrayTables(), hasGigabytePages: true)
    space.map(0, to: Self.megabyte, bytes: 4096, .read)
    #expect(Self.missing(space) == .nullGuard)
  }

  @Test func `a writable page table is found`() {
    var space = KernelTables(memory: ArrayTables(), hasGigabytePages: true)
    space.map(Self.base, to: 0, bytes: 2 * Self.megabyte, .readWrite)
    let tables = 4096..<UInt64(space.memory.tables.count) * 4096
    #expect(Self.missing(space, tables: tables) == .readOnlyTables)
    var page = tables.lowerBound
    while page < UInt64(space.memory.tables.count) * 4096 {
      space.protect(Self.base + page, bytes: 4096)
      page += 4096
    }
    #expect(Self.missing(space, tables: tables.lowerBound..<page) == .none)
  }
}
