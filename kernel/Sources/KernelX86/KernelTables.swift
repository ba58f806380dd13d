// Page tables of the kernel's half: built once at boot, then never changed and mapped read-only.
// Intel SDM volume 3A, section 4.5. Pure: where the tables are is the business of `TableMemory`.

/// Where page tables are kept.
package protocol TableMemory {
  /// Takes a cleared page for a table; returns its physical address.
  mutating func makeTable() -> UInt64
  /// Reads an entry, 0 ... 511.
  func entry(_ index: Int, of table: UInt64) -> UInt64
  /// Writes an entry, 0 ... 511.
  mutating func setEntry(_ index: Int, of table: UInt64, to value: UInt64)
}

/// What the kernel may do with a page.
///
/// No page is writable and executable.
package enum KernelAccess: Sendable {
  /// Constants.
  case read
  /// Data.
  case readWrite
  /// Code.
  case execute
  /// Device registers: not cached.
  case device

  var bits: UInt64 {
    switch self {
    case .read: TableBits.leaf | TableBits.noExecute
    case .readWrite: TableBits.leaf | TableBits.writable | TableBits.noExecute
    case .execute: TableBits.leaf
    case .device: TableBits.leaf | TableBits.writable | TableBits.noExecute | TableBits.uncached
    }
  }
}

/// Bits of page-table entries.
enum TableBits {
  static let present: UInt64 = 1 << 0
  static let writable: UInt64 = 1 << 1
  static let user: UInt64 = 1 << 2
  /// Write-through and cache disable: uncached, whatever the page attribute table holds.
  static let uncached: UInt64 = 1 << 3 | 1 << 4
  /// Accessed and dirty, set beforehand: the processor has nothing to note in the tables.
  static let noted: UInt64 = 1 << 5 | 1 << 6
  static let large: UInt64 = 1 << 7
  static let global: UInt64 = 1 << 8
  static let noExecute: UInt64 = 1 << 63
  static let address: UInt64 = ((1 << 52) - 1) & ~0xFFF
  static let leaf: UInt64 = present | noted | global
  static let table: UInt64 = present | writable | 1 << 5
}

/// Page tables under construction.
package struct KernelTables<Memory: TableMemory> {
  /// The memory of the tables.
  package var memory: Memory
  /// The physical address of the top-level table.
  package let root: UInt64
  /// The shift of the largest pages: 30 or 21.
  private let largestShift: UInt64

  private static var pageShift: UInt64 { 12 }
  private static var topShift: UInt64 { 39 }

  /// Starts with nothing mapped.
  package init(memory: consuming Memory, hasGigabytePages: Bool) {
    self.memory = memory
    root = self.memory.makeTable()
    largestShift = hasGigabytePages ? 30 : 21
  }

  /// Maps a run of pages that is not mapped yet, with the largest pages that fit; traps otherwise.
  package mutating func map(
    _ virtual: UInt64, to physical: UInt64, bytes: UInt64, _ access: KernelAccess
  ) {
    var done: UInt64 = 0
    while done < bytes {
      var shift = largestShift
      while shift > Self.pageShift,
        bytes - done < 1 << shift || ((virtual &+ done) | (physical + done)) & (1 << shift - 1) != 0
      {
        shift -= 9
      }
      let table = self.table(for: virtual &+ done, shift: shift)
      let index = Self.index(virtual &+ done, shift)
      precondition(memory.entry(index, of: table) == 0, "mapped twice")
      let size = shift == Self.pageShift ? 0 : TableBits.large
      memory.setEntry(index, of: table, to: (physical + done) | access.bits | size)
      done += 1 << shift
    }
  }

  /// Takes the right to write from a mapped run of pages.
  package mutating func protect(_ virtual: UInt64, bytes: UInt64) {
    change(virtual, bytes: bytes) { entry in entry & ~TableBits.writable }
  }

  /// Takes a mapped run of pages away.
  package mutating func unmap(_ virtual: UInt64, bytes: UInt64) {
    change(virtual, bytes: bytes) { _ in 0 }
  }

  private mutating func change(_ virtual: UInt64, bytes: UInt64, _ new: (UInt64) -> UInt64) {
    for offset in stride(from: 0, to: bytes, by: 1 << Int(Self.pageShift)) {
      let address = virtual &+ offset
      let table = self.table(for: address, shift: Self.pageShift)
      let index = Self.index(address, Self.pageShift)
      let entry = memory.entry(index, of: table)
      precondition(entry & TableBits.present != 0, "not mapped")
      memory.setEntry(index, of: table, to: new(entry))
    }
  }

  /// The table whose entries map pages of 2^shift bytes at an address; made, or made of a larger
  /// page, where there is none.
  private mutating func table(for virtual: UInt64, shift: UInt64) -> UInt64 {
    var table = root
    var level = Self.topShift
    while level > shift {
      let index = Self.index(virtual, level)
      let entry = memory.entry(index, of: table)
      if entry & TableBits.present == 0 {
        let next = memory.makeTable()
        memory.setEntry(index, of: table, to: next | TableBits.table)
        table = next
      } else if entry & TableBits.large != 0 {
        let next = split(entry, below: level)
        memory.setEntry(index, of: table, to: next | TableBits.table)
        table = next
      } else {
        table = entry & TableBits.address
      }
      level -= 9
    }
    return table
  }

  /// A table that maps what one large page maps.
  private mutating func split(_ entry: UInt64, below level: UInt64) -> UInt64 {
    let table = memory.makeTable()
    let shift = level - 9
    let kept = shift == Self.pageShift ? entry & ~TableBits.large : entry
    for index in 0..<512 {
      memory.setEntry(index, of: table, to: kept + UInt64(index) << shift)
    }
    return table
  }

  private static func index(_ virtual: UInt64, _ shift: UInt64) -> Int {
    Int(truncatingIfNeeded: virtual >> shift & 511)
  }
}
