// The page tables of address spaces: finding, making and giving back. The records of table pages
// count present entries and know the entry that leads to them, so an empty one is found at once.

package import KernelMachine

extension ObjectSpace {
  /// The shift of the lowest address bit that selects an entry of the top-level table.
  private static let topShift: UInt64 = 39
  private static let pageShift: UInt64 = 12

  /// The shift of the address bits that select the entry which leads to the last table.
  @inline(__always) private static func lastShift(isLarge: Bool) -> UInt64 { isLarge ? 30 : 21 }

  /// The index of the entry for an address.
  @inline(__always) private static func index(_ address: UInt64, _ shift: UInt64) -> Int {
    Int(truncatingIfNeeded: (address &>> shift) & 511)
  }

  /// The index of the first entry of a mapping in its table.
  @inline(__always) static func firstEntry(_ address: UInt64, isLarge: Bool) -> Int {
    index(address, isLarge ? 21 : pageShift)
  }

  /// The table that `backedPageTable` or `pageTable` found last, if it is that of the address.
  ///
  /// It is in use as long as no table was freed, so no larger page covers the address.
  @inline(__always) private mutating func lastTable(
    for address: UInt64, isLarge: Bool, of vspace: Ref<VSpace>
  ) -> FrameNumber? {
    let last = vspace.object.lastTable
    guard last.time == tablesFreed, !isLarge, UInt64(last.key) == address >> 21 else { return nil }
    return last.page
  }

  /// Remembers a table of small pages.
  @inline(__always) private mutating func remember(
    _ table: FrameNumber, for address: UInt64, isLarge: Bool, of vspace: Ref<VSpace>
  ) {
    guard !isLarge else { return }
    // User addresses are below 2^44.
    vspace.object.lastTable = Waypoint(
      key: UInt32(truncatingIfNeeded: address >> 21), page: table, time: tablesFreed)
  }

  /// The slot for the record of a mapping that begins with a page; nil while its leaf is absent.
  @inline(__always)
  mutating func recordSlot(_ page: UInt32, of vspace: Ref<VSpace>) -> Ref<Slot>? {
    let last = vspace.object.lastLeaf
    guard last.time == tablesFreed, last.key == page &>> 6 else {
      return findRecordSlot(page, of: vspace)
    }
    return frames.table(of: Slot.self, in: last.page)[Int(page & 63)]
  }

  @inline(never)
  private mutating func findRecordSlot(_ page: UInt32, of vspace: Ref<VSpace>) -> Ref<Slot>? {
    guard let slot = vspace.object.records.slot(page, in: frames) else { return nil }
    vspace.object.lastLeaf = Waypoint(
      key: page &>> 6, page: frames.frame(of: slot), time: tablesFreed)
    return slot
  }

  /// The table whose entries map an address in pages of a size; nil if there is none.
  @inline(__always)
  mutating func pageTable(for address: UInt64, isLarge: Bool, of vspace: Ref<VSpace>)
    -> FrameNumber?
  {
    lastTable(for: address, isLarge: isLarge, of: vspace)
      ?? findPageTable(for: address, isLarge: isLarge, of: vspace)
  }

  @inline(never)
  private mutating func findPageTable(
    for address: UInt64, isLarge: Bool, of vspace: Ref<VSpace>
  ) -> FrameNumber? {
    var table = vspace.object.root
    var shift = Self.topShift
    while true {
      let entries = frames.table(of: PageTableEntry.self, in: table)
      let entry = entries[Self.index(address, shift)].object
      guard entry.isPresent, !entry.isLarge else { return nil }
      table = frames.frame(at: entry.address)
      guard shift != Self.lastShift(isLarge: isLarge) else { break }
      shift &-= 9
    }
    remember(table, for: address, isLarge: isLarge, of: vspace)
    return table
  }

  /// The table whose entries map an address in pages of a size, made if need be.
  ///
  /// A table made stays although nothing is in it until `trimTables`.
  /// - Throws: `exists` when a larger page covers the address; `noMemory`.
  @inline(__always) mutating func backedPageTable(
    for address: UInt64, isLarge: Bool, of vspace: Ref<VSpace>
  ) throws(SyscallError) -> FrameNumber {
    if let table = lastTable(for: address, isLarge: isLarge, of: vspace) { return table }
    return try makePageTables(for: address, isLarge: isLarge, of: vspace)
  }

  @inline(never) private mutating func makePageTables(
    for address: UInt64, isLarge: Bool, of vspace: Ref<VSpace>
  ) throws(SyscallError) -> FrameNumber {
    var table = vspace.object.root
    var shift = Self.topShift
    while true {
      let index = Self.index(address, shift)
      let entry = frames.table(of: PageTableEntry.self, in: table)[index]
      if entry.object.isPresent {
        // Nothing was made on the way to a page that is there.
        guard !entry.object.isLarge else { throw .exists }
        table = frames.frame(at: entry.object.address)
      } else {
        guard let page = makeTable(below: table, index: index, of: vspace) else {
          trimTables(from: table)
          throw .noMemory
        }
        table = page
      }
      guard shift != Self.lastShift(isLarge: isLarge) else { break }
      shift &-= 9
    }
    remember(table, for: address, isLarge: isLarge, of: vspace)
    return table
  }

  /// Makes an empty table and the entry that leads to it.
  private mutating func makeTable(below table: FrameNumber, index: Int, of vspace: Ref<VSpace>)
    -> FrameNumber?
  {
    guard let page = allocatePage(.pageTable, from: vspace.object.records.pool) else { return nil }
    let record = frames[page]
    record.object.used = 0
    record.object.next = table.rawValue
    // Below 512.
    record.object.previous = UInt32(truncatingIfNeeded: index)
    let entry = frames.table(of: PageTableEntry.self, in: table)[index]
    entry.object = PageTableEntry(table: frames.address(of: page))
    frames[table].object.used += 1
    return page
  }

  /// Gives back a table, and those above it, as far as they are empty; never the top-level table.
  @inline(never) mutating func trimTables(from start: FrameNumber) {
    var table = start
    while true {
      let record = frames[table]
      let parent = FrameNumber(record.object.next)
      guard record.object.used == 0, !parent.isNone else { return }
      let entries = frames.table(of: PageTableEntry.self, in: parent)
      entries[Int(record.object.previous & 511)].object = .absent
      frames[parent].object.used -= 1
      // Its entries were made absent one by one: it is clean.
      freeCleanBlock(table)
      tablesFreed += 1
      table = parent
    }
  }

  /// Whether entries of a table are all absent.
  @inline(__always) mutating func isVacant(_ table: FrameNumber, first: Int, count: Int) -> Bool {
    let entries = frames.table(of: PageTableEntry.self, in: table)
    for index in first..<first &+ count where entries[index].object.isPresent { return false }
    return true
  }

  /// The entry that maps an address, of either page size; nil if it is not mapped.
  package mutating func entry(for address: UInt64, in vspace: Ref<VSpace>) -> Translation? {
    guard address < VSpace.addressLimit else { return nil }
    var table = vspace.object.root
    var shift = Self.topShift
    while true {
      let entries = frames.table(of: PageTableEntry.self, in: table)
      let entry = entries[Self.index(address, shift)].object
      guard entry.isPresent else { return nil }
      if shift == Self.pageShift || entry.isLarge {
        return Translation(entry: entry, isLarge: shift != Self.pageShift)
      }
      table = frames.frame(at: entry.address)
      shift &-= 9
    }
  }
}

/// What an address is mapped to.
package struct Translation: Equatable {
  /// The entry of the page.
  package let entry: PageTableEntry
  /// Whether the page has 2 MiB instead of 4 KiB.
  package let isLarge: Bool

  /// Where a byte of the page stands in physical memory.
  package func physical(_ address: UInt64) -> PhysicalAddress {
    let offset = address & ((isLarge ? 1 << 21 : 1 << 12) - 1)
    return PhysicalAddress(truncating: entry.address.rawValue | offset)
  }
}
