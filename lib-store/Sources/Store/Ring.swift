// Records that only age removes: a new one takes the place of the oldest. Readers come with a
// cursor.

/// Records by number, as many of the latest as a region holds.
///
/// Numbers begin at 1, go up by one and are never used again.
public struct Ring<Record: BitwiseCopyable> {
  private var region: Region
  /// The number of the oldest record that is left; `next` when there is none.
  public private(set) var oldest: UInt64 = 1
  /// The number that the next record gets.
  public private(set) var next: UInt64 = 1

  /// An empty ring.
  ///
  /// - Parameter region: Its memory decides how many records there can be.
  public init(in region: Region) {
    self.region = region
  }

  /// The most records that fit.
  public var capacity: Int { Int(region.capacity(of: Record.self)) }

  /// Whether there is no record.
  public var isEmpty: Bool { oldest == next }

  /// Adds a record, in the place of the oldest when the region is full.
  ///
  /// - Returns: Its number; 0 when the region has no room for even one.
  public mutating func append(_ record: Record) -> UInt64 {
    let room = UInt64(region.capacity(of: Record.self))
    guard room > 0 else { return 0 }
    if next - oldest == room { oldest += 1 }
    region.store(record, at: place(of: next, room))
    next += 1
    return next - 1
  }

  /// Forgets the oldest record; nothing happens when there is none.
  public mutating func removeOldest() {
    if oldest < next { oldest += 1 }
  }

  /// The record with a number, nil when it is gone or not there yet; setting changes one that is
  /// there.
  public subscript(number: UInt64) -> Record? {
    get {
      guard number >= oldest, number < next else { return nil }
      let room = UInt64(region.capacity(of: Record.self))
      return region.load(place(of: number, room), as: Record.self)
    }
    set {
      guard number >= oldest, number < next, let newValue else { return }
      let room = UInt64(region.capacity(of: Record.self))
      region.store(newValue, at: place(of: number, room))
    }
  }

  /// The number of the first record from a cursor on; nil at the end.
  public func first(from cursor: UInt64) -> UInt64? {
    let number = max(cursor, oldest)
    return number < next ? number : nil
  }

  /// How many records from a cursor on are gone, at most `UInt32.max`.
  public func lostCount(from cursor: UInt64) -> UInt32 {
    let first = max(cursor, 1)
    return first < oldest ? UInt32(clamping: oldest - first) : 0
  }

  /// Numbers of the ring follow one another in its places; the remainder is below a UInt32.
  private func place(of number: UInt64, _ room: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: number % room)
  }
}
