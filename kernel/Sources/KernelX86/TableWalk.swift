// Walks page tables as the processor does, to find out which protections they show: that no
// executable memory can be written through any address, that guard pages are not there. Pure.

import CapABI
package import Handoff

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

/// The pages below the kernel's stacks, which are not mapped.
package struct GuardPages: Sendable {
  /// Stacks of the kernel: its own, the one for the processor's frame, those of exceptions.
  package static let count = 6

  private let addresses: InlineArray<6, UInt64>

  /// Pages at these virtual addresses.
  package init(_ addresses: InlineArray<6, UInt64>) { self.addresses = addresses }

  /// The address of one of them.
  package subscript(index: Int) -> UInt64 { addresses[index] }

  func touch(_ page: MappedPage) -> Bool {
    for index in 0..<Self.count where addresses[index] &- page.virtual < page.bytes { return true }
    return false
  }
}

/// Neighbouring physical bytes.
struct PhysicalRun {
  var start: UInt64 = 0
  var end: UInt64 = 0
}

/// Executable memory, some runs of it at a time.
private struct ExecutableRuns {
  private var runs = InlineArray<8, PhysicalRun>(repeating: PhysicalRun())
  private(set) var count = 0
  /// Where the next runs begin, when there are more.
  private(set) var next: UInt64?
  private let first: UInt64

  /// Starts with nothing; pages below a virtual address are passed over.
  init(from first: UInt64) { self.first = first }

  /// Adds an executable page, which is behind those before.
  mutating func add(_ page: MappedPage) {
    guard page.virtual >= first, next == nil else { return }
    if count > 0, runs[count - 1].end == page.physical {
      runs[count - 1].end += page.bytes
    } else if count < runs.count {
      runs[count] = PhysicalRun(start: page.physical, end: page.physical + page.bytes)
      count += 1
    } else {
      next = page.virtual
    }
  }

  func overlap(_ page: MappedPage) -> Bool {
    for index in 0..<count where page.overlaps(runs[index]) { return true }
    return false
  }
}

/// What page tables are compared with.
package struct KernelParts: Sendable {
  /// Physical range of the kernel's page tables, which nobody may write.
  package let tables: Range<UInt64>
  /// Virtual addresses of the pages below the stacks, which are not mapped.
  package let guards: GuardPages

  /// Parts of a kernel.
  package init(tables: Range<UInt64>, guards: GuardPages) {
    self.tables = tables
    self.guards = guards
  }
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

  /// The protections that the tables show, of those that are a matter of the kernel's own tables.
  ///
  /// Two passes, unless executable memory is in more pieces than the kernel's image ever is.
  package func protections(of parts: KernelParts) -> Protections {
    var missing = Protections.none
    var code = ExecutableRuns(from: 0)
    let tables = PhysicalRun(start: parts.tables.lowerBound, end: parts.tables.upperBound)
    forEachPage { page in
      if page.virtual == 0 { missing = missing | .nullGuard }
      // User pages are in the tables of processes alone.
      if page.isUser { missing = missing | .separateTables }
      if page.isWritable, page.overlaps(tables) { missing = missing | .readOnlyTables }
      if parts.guards.touch(page) { missing = missing | .stackGuards }
      if page.isExecutable { code.add(page) }
    }
    while code.count > 0 {
      if isWritable(code) { missing = missing | .writeXorExecute }
      guard let next = code.next else { break }
      code = ExecutableRuns(from: next)
      forEachPage { page in if page.isExecutable { code.add(page) } }
    }
    return HardeningPlan.shownByTables.subtracting(missing)
  }

  /// Whether some of the memory can be written through some page.
  private func isWritable(_ code: ExecutableRuns) -> Bool {
    var isFound = false
    forEachPage { page in
      if page.isWritable, code.overlap(page) { isFound = true }
    }
    return isFound
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
