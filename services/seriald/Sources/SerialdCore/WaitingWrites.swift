// WRITE requests that wait for room in the output queue, in the order in which they came, each with
// its text and a slot for its saved reply.

import Bytes
import CapABI
import IPC
import Store

/// A request that waits.
struct WaitingWrite: BitwiseCopyable {
  /// Whose text it is.
  let writer: Badge
  /// Bytes of text.
  let length: Int
}

/// The requests that wait.
struct WaitingWrites {
  private static let stride = 1024
  /// Memory that one request needs.
  static let bytesPerWrite = stride + MemoryLayout<WaitingWrite>.stride

  private var records: Ring<WaitingWrite>
  private var texts: Region
  private let capacity: Int

  /// Room for as many as a region has memory and a CSpace has slots for; nil without any.
  init?(in region: Region, slotCount: Int) {
    var region = region
    capacity = min(max(0, region.byteCount - 32) / Self.bytesPerWrite, slotCount)
    guard capacity > 0,
      let first = region.take(capacity * MemoryLayout<WaitingWrite>.stride),
      let second = region.take(capacity * Self.stride)
    else { return nil }
    records = Ring(in: first)
    texts = second
  }

  /// How many wait.
  var count: Int { Int(truncatingIfNeeded: records.next - records.oldest) }
  /// Whether another one has a place.
  var hasRoom: Bool { count < capacity }
  /// The place of the oldest; also the place of its slot.
  var firstPlace: UInt32 { place(records.oldest) }
  /// The place that the next one gets.
  var nextPlace: UInt32 { place(records.next) }
  /// The oldest request.
  var first: WaitingWrite? { records[records.oldest] }

  private func place(_ number: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: number % UInt64(capacity))
  }

  /// Adds a request; there must be room.
  mutating func append(_ text: RawSpan, of writer: Badge) {
    let start = Int(nextPlace) * Self.stride
    var bytes = texts.mutableBytes
    try? bytes.copy(text, at: start)
    _ = records.append(WaitingWrite(writer: writer, length: text.byteCount))
  }

  /// The text of the oldest request.
  @inline(__always)
  @_lifetime(borrow self)
  func text() -> RawSpan {
    let start = Int(firstPlace) * Self.stride
    return texts.bytes.extracting(start..<start + (first?.length ?? 0))
  }

  /// Forgets the oldest request.
  mutating func removeFirst() { records.removeOldest() }
}
