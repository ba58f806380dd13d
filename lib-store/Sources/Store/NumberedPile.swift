// Records that outsiders name by numbers. The number says where the record stands, so that finding
// it takes no search, and for which use of the place it was given out, so that an old number finds
// nothing.

/// Records of one type in a region, each with a number that no other record has or had.
///
/// A number is the record's place, below 2^20, and a count of additions, below 2^44: the same one
/// comes again after seventeen trillion additions.
public struct NumberedPile<Record: BitwiseCopyable> {
  // The hole that a removed entry becomes is written over its first four bytes, so what stands in
  // `number` stays: 0 for an entry that is gone.
  private struct Entry: BitwiseCopyable {
    var hole: UInt32
    var unused: UInt32
    var number: UInt64
    var record: Record
  }

  private static var placeBits: UInt64 { 20 }

  private var entries: Pile<Entry>
  private var additions: UInt64 = 0
  /// The most records that fit.
  public let capacity: Int

  /// An empty pile.
  ///
  /// - Parameters:
  ///   - region: Its memory decides how many records there can be.
  ///   - limit: The most records, where there is memory for more.
  public init(in region: Region, limit: Int = 1 << 20) {
    entries = Pile(in: region)
    capacity = min(entries.capacity, min(limit, 1 << Self.placeBits))
  }

  /// How many records there are.
  public var count: Int { entries.count }
  /// The bytes of one record in the region.
  public static var bytesPerRecord: Int { MemoryLayout<Entry>.stride }

  /// Adds a record; nil when there is no room.
  ///
  /// Places are taken in order, those given back first, so none is `capacity` or above.
  public mutating func add(_ record: Record) -> Place? {
    guard count < capacity,
      let place = entries.add(Entry(hole: 0, unused: 0, number: 0, record: record))
    else { return nil }
    additions = (additions + 1) & (.max >> Self.placeBits)
    // 0 is nobody's number.
    if additions == 0 { additions = 1 }
    let number = additions << Self.placeBits | UInt64(place.index)
    entries[place] = Entry(hole: 0, unused: 0, number: number, record: record)
    return place
  }

  /// The place of the record with a number that may come from anywhere; nil when there is none.
  public func find(_ number: UInt64) -> Place? {
    let index = UInt32(truncatingIfNeeded: number & ((1 << Self.placeBits) - 1))
    guard let place = entries.place(at: index), entries[place].number == number, number != 0
    else { return nil }
    return place
  }

  /// The number of the record at a place that holds one.
  public func number(of place: Place) -> UInt64 { entries[place].number }

  /// The record at a place that holds one.
  public subscript(place: Place) -> Record {
    @inline(__always) get { entries[place].record }
    @inline(__always) set {
      let number = entries[place].number
      entries[place] = Entry(hole: 0, unused: 0, number: number, record: newValue)
    }
  }

  /// Takes out the record at a place that holds one; its number finds nothing from now on.
  public mutating func remove(_ place: Place) {
    let record = entries[place].record
    entries[place] = Entry(hole: 0, unused: 0, number: 0, record: record)
    entries.remove(place)
  }
}
