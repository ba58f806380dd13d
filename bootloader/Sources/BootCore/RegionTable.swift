// The memory regions the loader works on, kept in memory taken from the firmware: their number is
// the firmware's choice, and there is no heap.

import Bytes
import Handoff

/// A list of memory regions in a buffer.
///
/// ## Invariants
/// - The first `count` records of the buffer are regions; `count` is at most `capacity`.
struct RegionTable: ~Copyable, ~Escapable {
  /// Bytes of one record: base, page count, kind.
  static let recordSize = 24

  private var records: MutableRawSpan
  private(set) var count = 0

  /// An empty list in a buffer.
  @_lifetime(copy records)
  init(_ records: consuming MutableRawSpan) {
    self.records = records
  }

  /// How many regions the buffer holds.
  var capacity: Int { records.byteCount / Self.recordSize }

  /// The region at an index; nil outside the list.
  subscript(index: Int) -> MemoryRegion? {
    guard index >= 0, index < count else { return nil }
    let offset = index * Self.recordSize
    let bytes = records.bytes
    guard let base = try? bytes.integer(at: offset, as: UInt64.self),
      let pages = try? bytes.integer(at: offset + 8, as: UInt64.self),
      let number = try? bytes.integer(at: offset + 16, as: UInt32.self),
      let kind = MemoryRegion.Kind(rawValue: number)
    else { return nil }
    return MemoryRegion(range: PageRange(base: base, pageCount: pages), kind: kind)
  }

  /// Empties the list.
  @_lifetime(self: copy self)
  mutating func removeAll() {
    count = 0
  }

  /// Adds a region at the end.
  ///
  /// - Throws: `MemoryMapError.tooManyRegions` when the buffer is full.
  @_lifetime(self: copy self)
  mutating func append(_ region: MemoryRegion) throws(MemoryMapError) {
    count += 1
    do { try set(region, at: count - 1) } catch {
      count -= 1
      throw error
    }
  }

  /// Replaces the region at an index of the list.
  ///
  /// - Throws: `MemoryMapError.tooManyRegions` for an index outside the list.
  @_lifetime(self: copy self)
  mutating func set(_ region: MemoryRegion, at index: Int) throws(MemoryMapError) {
    guard index < count else { throw .tooManyRegions(limit: capacity) }
    let offset = index * Self.recordSize
    do {
      try records.store(region.range.base, at: offset)
      try records.store(region.range.pageCount, at: offset + 8)
      try records.store(UInt64(region.kind.rawValue), at: offset + 16)
    } catch {
      throw .tooManyRegions(limit: capacity)
    }
  }

  /// Makes room for a region at an index, moving what stands there and behind.
  ///
  /// - Throws: `MemoryMapError.tooManyRegions` when the buffer is full.
  @_lifetime(self: copy self)
  mutating func insert(_ region: MemoryRegion, at index: Int) throws(MemoryMapError) {
    try append(region)
    var place = count - 1
    while place > index, let before = self[place - 1] {
      try set(before, at: place)
      place -= 1
    }
    try set(region, at: place)
  }

  /// Drops all regions from an index on.
  @_lifetime(self: copy self)
  mutating func truncate(to newCount: Int) {
    count = min(count, max(newCount, 0))
  }

  /// Puts the regions in order of their addresses (Shell's method: in place, no recursion).
  @_lifetime(self: copy self)
  mutating func sort() throws(MemoryMapError) {
    var gap = count / 2
    while gap > 0 {
      for index in gap..<count {
        guard let region = self[index] else { continue }
        var place = index
        while place >= gap, let before = self[place - gap],
          before.range.base > region.range.base
        {
          try set(before, at: place)
          place -= gap
        }
        try set(region, at: place)
      }
      gap /= 2
    }
  }
}
