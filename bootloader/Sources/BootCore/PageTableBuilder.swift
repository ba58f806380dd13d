// Four-level page tables as data: Intel SDM volume 3, section 4.5. The builder writes into memory
// given as a span and knows its physical address; it runs no instruction and follows no pointer.

import Bytes

/// What the kernel may do with pages.
public enum PageAccess: Equatable, Sendable {
  /// Read; no code.
  case read
  /// Read and write; no code.
  case readWrite
  /// Read and execute.
  case readExecute
}

/// Why page tables cannot be built.
public enum PageTableError: Error, Equatable, Sendable {
  /// More tables than there is memory for.
  case full(tables: Int)
  /// An address that is not a multiple of the page size, or a length of zero or beyond the end of
  /// the address space.
  case badRange(virtual: UInt64, byteCount: UInt64)
  /// A page that is mapped already.
  case alreadyMapped(virtual: UInt64)
}

/// Builds one address space.
///
/// ## Invariants
/// - The first `used` pages of `memory` are tables; the first of them is the root.
/// - No entry allows writing and executing; every leaf but code has the no-execute bit.
struct PageTableBuilder: ~Copyable, ~Escapable {
  static let pageSize: UInt64 = 4096
  static let entriesPerTable: UInt64 = 512

  private enum Bit {
    static let present: UInt64 = 1 << 0
    static let writable: UInt64 = 1 << 1
    static let large: UInt64 = 1 << 7
    static let noExecute: UInt64 = 1 << 63
    static let address: UInt64 = 0x000F_FFFF_FFFF_F000
  }

  private var memory: MutableRawSpan
  private let base: UInt64
  private let hasGigabytePages: Bool
  private(set) var used = 0

  /// Starts with an empty root table.
  ///
  /// - Parameters:
  ///   - memory: Room for the tables, a whole number of pages.
  ///   - base: Physical address of that memory.
  ///   - hasGigabytePages: Whether pages of 1 GiB may be used.
  /// - Throws: `PageTableError.full` without room for the root.
  @_lifetime(copy memory)
  init(
    _ memory: consuming MutableRawSpan, base: UInt64, hasGigabytePages: Bool
  ) throws(PageTableError) {
    self.memory = memory
    self.base = base
    self.hasGigabytePages = hasGigabytePages
    _ = try takeTable()
  }

  /// Physical address of the root table.
  var root: UInt64 { base }

  /// Maps a run of pages with the largest page sizes that fit.
  ///
  /// - Parameters:
  ///   - virtual: First virtual address.
  ///   - physical: First physical address, below 2^52.
  ///   - byteCount: Length in bytes.
  ///   - access: What the kernel may do with the pages.
  /// - Throws: `PageTableError`; the run may be mapped in part then.
  @_lifetime(self: copy self)
  mutating func map(
    _ virtual: UInt64, to physical: UInt64, byteCount: UInt64, _ access: PageAccess
  ) throws(PageTableError) {
    let last = byteCount &- 1
    guard byteCount > 0, (virtual | physical | byteCount).isMultiple(of: Self.pageSize),
      virtual <= UInt64.max - last, physical <= Bit.address,
      last <= (Bit.address | 0xFFF) - physical
    else { throw .badRange(virtual: virtual, byteCount: byteCount) }
    var done: UInt64 = 0
    while done < byteCount {
      let left = byteCount - done
      let level = leafLevel(virtual + done, physical + done, left)
      done += try fill(
        virtual + done, to: physical + done, atMost: left, level: level, Self.leaf(access, level))
    }
  }

  /// The largest page, as a level (1: 4 KiB, 2: 2 MiB, 3: 1 GiB), that both addresses allow.
  private func leafLevel(_ virtual: UInt64, _ physical: UInt64, _ left: UInt64) -> UInt64 {
    var level: UInt64 = hasGigabytePages ? 3 : 2
    while level > 1 {
      let size = Self.size(level)
      if left >= size, (virtual | physical).isMultiple(of: size) { break }
      level -= 1
    }
    return level
  }

  /// Writes neighbouring leaves of one table; returns how many bytes they map.
  @_lifetime(self: copy self)
  private mutating func fill(
    _ virtual: UInt64, to physical: UInt64, atMost byteCount: UInt64, level: UInt64, _ bits: UInt64
  ) throws(PageTableError) -> UInt64 {
    let size = Self.size(level)
    let table = try table(for: virtual, level: level)
    let first = Self.index(virtual, level)
    let count = min(Self.entriesPerTable - first, byteCount / size)
    for step in 0..<count {
      let offset = Int(table + (first + step) * 8)
      guard try entry(at: offset) == 0 else {
        throw .alreadyMapped(virtual: virtual + step * size)
      }
      try setEntry(physical + step * size | bits, at: offset)
    }
    return count * size
  }

  /// Offset in `memory` of the table of a level that an address belongs to; made when absent.
  @_lifetime(self: copy self)
  private mutating func table(
    for virtual: UInt64, level: UInt64
  ) throws(PageTableError) -> UInt64 {
    var table: UInt64 = 0
    var current: UInt64 = 4
    while current > level {
      let offset = Int(table + Self.index(virtual, current) * 8)
      let found = try entry(at: offset)
      guard found & Bit.large == 0 else { throw .alreadyMapped(virtual: virtual) }
      if found == 0 {
        table = try takeTable()
        try setEntry(base + table | Bit.present | Bit.writable, at: offset)
      } else {
        // Only this builder writes entries, so the address is one of its own tables.
        table = (found & Bit.address) - base
      }
      current -= 1
    }
    return table
  }

  /// Clears the next free page; returns its offset in `memory`.
  @_lifetime(self: copy self)
  private mutating func takeTable() throws(PageTableError) -> UInt64 {
    let offset = UInt64(used) * Self.pageSize
    for entry in 0..<Self.entriesPerTable {
      try setEntry(0, at: Int(offset + entry * 8))
    }
    used += 1
    return offset
  }

  private func entry(at offset: Int) throws(PageTableError) -> UInt64 {
    do { return try memory.bytes.integer(at: offset) } catch { throw .full(tables: used) }
  }

  @_lifetime(self: copy self)
  private mutating func setEntry(_ value: UInt64, at offset: Int) throws(PageTableError) {
    do { try memory.store(value, at: offset) } catch { throw .full(tables: used) }
  }

  /// The bits of a leaf beside its address.
  private static func leaf(_ access: PageAccess, _ level: UInt64) -> UInt64 {
    let kind = Bit.present | (level > 1 ? Bit.large : 0)
    return switch access {
    case .read: kind | Bit.noExecute
    case .readWrite: kind | Bit.noExecute | Bit.writable
    case .readExecute: kind
    }
  }

  /// Bytes that an entry of a level maps.
  private static func size(_ level: UInt64) -> UInt64 { pageSize << (9 * (level - 1)) }

  /// Place of an address in its table of a level.
  private static func index(_ virtual: UInt64, _ level: UInt64) -> UInt64 {
    (virtual / size(level)) % entriesPerTable
  }
}
