// Page tables of the boot, where the direct map shows them. One of the accessor files that may be
// unsafe: it is where addresses of tables become memory.

import Handoff

/// The words of physical memory, behind the direct map.
///
/// ## Invariants
/// Callers come with pages of RAM that the direct map shows and that hold page tables.
struct DirectMap {
  /// Where physical address 0 is.
  let base: UInt64

  /// One of the 512 words of a page.
  @inline(__always) subscript(index: Int, of page: UInt64) -> UInt64 {
    // SAFETY: by the invariant of the type this is a word of RAM, used as an entry of a table.
    get { unsafe pointer(to: index, of: page).pointee }
    nonmutating set { unsafe pointer(to: index, of: page).pointee = newValue }
  }

  @inline(__always)
  private func pointer(to index: Int, of page: UInt64) -> UnsafeMutablePointer<UInt64> {
    let address = UInt(base &+ page &+ UInt64(truncatingIfNeeded: index & 511) * 8)
    // SAFETY: only made from a number, which lies in the upper half; the accessors above say why it
    // may be used.
    guard let pointer = unsafe UnsafeMutablePointer<UInt64>(bitPattern: address) else {
      preconditionFailure("no direct map")
    }
    // SAFETY: only handed on to the two accessors.
    return unsafe pointer
  }
}

/// Page tables that are being built in physical memory, one behind the other.
struct BootTables: TableMemory {
  private let map: DirectMap
  private let start: UInt64
  /// Where the next table goes.
  private(set) var end: UInt64
  private let limit: UInt64

  init(in run: PageRange, directMapBase: UInt64) {
    map = DirectMap(base: directMapBase)
    start = run.base
    end = run.base
    limit = run.end
  }

  mutating func makeTable() -> UInt64 {
    precondition(end < limit, "no memory for the kernel's page tables")
    let table = end
    end += PageRange.pageSize
    for index in 0..<512 { map[index, of: table] = 0 }
    return table
  }

  func entry(_ index: Int, of table: UInt64) -> UInt64 { map[index, of: table] }

  mutating func setEntry(_ index: Int, of table: UInt64, to value: UInt64) {
    precondition(table >= start && table < end, "no table of this builder")
    map[index, of: table] = value
  }
}

/// Page tables that are in use.
package struct DirectMapTables: TableMemory {
  /// The tables of the machine.
  package init() {}

  /// Never called: nothing makes tables after the boot but address spaces.
  package mutating func makeTable() -> UInt64 { preconditionFailure("tables are complete") }

  /// Reads an entry.
  package func entry(_ index: Int, of table: UInt64) -> UInt64 {
    DirectMap(base: X86Machine.facts.directMapBase)[index, of: table]
  }

  /// Never called.
  package mutating func setEntry(_ index: Int, of table: UInt64, to value: UInt64) {
    preconditionFailure("tables are complete")
  }
}
