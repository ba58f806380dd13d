// Walks page tables as the processor does, to show that no executable memory can be written
// through any address. Pure.

/// A page that page tables map.
package struct MappedPage: Equatable, Sendable {
  /// Virtual address; sign-extended.
  package let virtual: UInt64
  /// Physical address.
  package let physical: UInt64
  /// Size in bytes.
  package let bytes: UInt64
  /// Whether it can be written, all levels considered.
  package let isWritable: Bool
  /// Whether it can be executed, all levels considered.
  package let isExecutable: Bool
  /// Whether user code can use it, all levels considered.
  package let isUser: Bool

  func overlaps(_ run: PhysicalRun) -> Bool { physical < run.end && run.start < physical + bytes }
}

/// Neighbouring physical bytes.
struct PhysicalRun {
  var start: UInt64 = 0
  var end: UInt64 = 0
}

/// What is wrong with page tables.
package enum TableFlaw: Equatable, Sendable {
  /// Executable memory can be written, at this virtual address.
  case writableAlias(UInt64)
  /// The page at address 0 is mapped.
  case nullPage
  /// A page of the upper half is open to user code.
  case userInUpperHalf(UInt64)
  /// A page of page tables of the kernel can be written, at this virtual address.
  case writableTable(UInt64)
}

/// Page tables that are in use.
package struct TableWalk<Memory: TableMemory> {
  private let memory: Memory
  private let root: UInt64

  /// The tables below a top-level one.
  package init(memory: consuming Memory, root: UInt64) {
    self.memory = memory
    self.root = root
  }

  /// The first flaw.
  ///
  /// - Parameter tables: Physical range of the kernel's page tables, which nobody may write.
  /// - Returns: nil when there is none.
  package func firstFlaw(tables: Range<UInt64>) -> TableFlaw? {
    var flaw: TableFlaw?
    let tableRun = PhysicalRun(start: tables.lowerBound, end: tables.upperBound)
    forEachPage { page in
      guard flaw == nil else { return }
      if page.virtual == 0 { flaw = .nullPage }
      if page.isUser, page.virtual >> 63 == 1 { flaw = .userInUpperHalf(page.virtual) }
      if page.isWritable, page.overlaps(tableRun) { flaw = .writableTable(page.virtual) }
    }
    return flaw ?? firstAlias()
  }

  /// The first writable page that shows executable memory.
  private func firstAlias() -> TableFlaw? {
    var flaw: TableFlaw?
    var after: UInt64 = 0
    while let runs = executableRuns(from: after) {
      forEachPage { page in
        guard flaw == nil, page.isWritable else { return }
        for index in 0..<runs.count where page.overlaps(runs.runs[index]) {
          flaw = .writableAlias(page.virtual)
        }
      }
      guard flaw == nil, let next = runs.next else { return flaw }
      after = next
    }
    return flaw
  }

  /// Executable memory, some runs of it at a time.
  private struct ExecutableRuns {
    var runs = InlineArray<8, PhysicalRun>(repeating: PhysicalRun())
    var count = 0
    /// Where the next runs begin, when there are more.
    var next: UInt64?
  }

  private func executableRuns(from start: UInt64) -> ExecutableRuns? {
    var found = ExecutableRuns()
    forEachPage { page in
      guard page.isExecutable, page.virtual >= start, found.next == nil else { return }
      let last = found.count - 1
      if last >= 0, found.runs[last].end == page.physical {
        found.runs[last].end += page.bytes
      } else if found.count < found.runs.count {
        found.runs[found.count] = PhysicalRun(
          start: page.physical, end: page.physical + page.bytes)
        found.count += 1
      } else {
        found.next = page.virtual
      }
    }
    return found.count == 0 ? nil : found
  }

  /// Visits every page in order of virtual addresses.
  package func forEachPage(_ visit: (MappedPage) -> Void) {
    let all = TableBits.writable | TableBits.user
    walk(root, shift: 39, base: 0, rights: all, visit)
  }

  /// Visits the pages below one table; `rights` is what the levels above allow, where the bit for
  /// no execution means that it is denied.
  private func walk(
    _ table: UInt64, shift: UInt64, base: UInt64, rights: UInt64, _ visit: (MappedPage) -> Void
  ) {
    for index in 0..<512 {
      let entry = memory.entry(index, of: table)
      guard entry & TableBits.present != 0 else { continue }
      let address = base + UInt64(index) << shift
      let both = rights & entry & (TableBits.writable | TableBits.user)
      let rights = both | (rights | entry) & TableBits.noExecute
      if shift > 12, entry & TableBits.large == 0 {
        walk(entry & TableBits.address, shift: shift - 9, base: address, rights: rights, visit)
      } else {
        let size: UInt64 = 1 << shift
        visit(
          MappedPage(
            virtual: address >> 47 == 1 ? address | ~0 << 48 : address,
            physical: entry & TableBits.address & ~(size - 1), bytes: size,
            isWritable: rights & TableBits.writable != 0,
            isExecutable: rights & TableBits.noExecute == 0,
            isUser: rights & TableBits.user != 0))
      }
    }
  }
}
