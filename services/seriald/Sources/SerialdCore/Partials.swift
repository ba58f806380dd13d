// Begins of lines that wait for their end, by writer: what one writes never lands inside the line
// of another.

import Bytes
import CapABI
import IPC
import Store

/// The begin of a line of each writer that has one.
struct Partials {
  /// Longest begin; a line that is longer goes out in parts.
  static let capacity = Int(SerialdRequest.writeCounts.upperBound)
  private static let stride = 1024
  /// Memory that one writer needs.
  static let bytesPerWriter =
    stride + OrderedTable<Place>.bytesPerRecord + MemoryLayout<UInt64>.stride

  // INVARIANT: a writer in `places` has a place in `lengths`, and its bytes stand at that place's
  // stride in `bytes`. All three have the same capacity.
  private var places: OrderedTable<Place>
  private var lengths: Pile<UInt64>
  private var bytes: Region

  /// Room for as many writers as a region has memory for; nil when not even for one.
  init?(in region: Region) {
    var region = region
    let count = max(0, region.byteCount - 48) / Self.bytesPerWriter
    guard count > 0,
      let first = region.take(count * OrderedTable<Place>.bytesPerRecord),
      let second = region.take(count * MemoryLayout<UInt64>.stride),
      let third = region.take(count * Self.stride)
    else { return nil }
    places = OrderedTable(in: first)
    lengths = Pile(in: second)
    bytes = third
  }

  /// The place of a writer's begin; a new one when it has none.
  ///
  /// - Throws: LIMIT_REACHED when there are too many writers.
  mutating func open(_ writer: Badge) throws(ResultCode) -> Place {
    if let place = places[TableKey(writer.rawValue)] { return place }
    guard let place = lengths.add(0) else { throw .limitReached }
    guard places.insert(place, at: TableKey(writer.rawValue)) else {
      lengths.remove(place)
      throw .limitReached
    }
    return place
  }

  /// Bytes of a begin.
  func count(_ place: Place) -> Int { Int(truncatingIfNeeded: lengths[place]) }

  /// Adds a byte.
  ///
  /// - Returns: Whether more have room.
  mutating func append(_ byte: UInt8, to place: Place) -> Bool {
    let count = count(place)
    guard count < Self.capacity else { return false }
    var all = bytes.mutableBytes
    try? all.store(byte, at: Int(place.index) * Self.stride + count)
    lengths[place] = UInt64(count + 1)
    return count + 1 < Self.capacity
  }

  /// What a writer has begun.
  @inline(__always)
  @_lifetime(borrow self)
  func line(_ place: Place) -> RawSpan {
    let start = Int(place.index) * Self.stride
    return bytes.bytes.extracting(start..<start + count(place))
  }

  /// Forgets a begin that went out.
  mutating func clear(_ place: Place) { lengths[place] = 0 }

  /// Gives the place of a writer back when nothing is begun there.
  mutating func close(_ writer: Badge, _ place: Place) {
    guard lengths[place] == 0 else { return }
    _ = places.remove(TableKey(writer.rawValue))
    lengths.remove(place)
  }
}
