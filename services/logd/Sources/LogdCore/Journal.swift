// The records of the log: a ring of fixed parts by number, and a ring of bytes for the texts. A
// record leaves when either ring needs its place.

import Bytes
import CapABI
import IPC
import Runtime
import Store

/// The fixed part of a record.
struct Entry: BitwiseCopyable {
  /// Where its text begins, counted from the first byte ever written.
  var start: UInt64
  /// When it arrived, in monotonic nanoseconds.
  var nanoseconds: UInt64
  /// The badge that it arrived with.
  var source: Badge
  /// Bytes of its text.
  var length: UInt16
  /// How much it matters.
  var severity: LogSeverity
}

/// The latest records.
///
/// ## Invariants
/// - Texts of records that are left lie between the oldest entry's `start` and `end`, which are at
///   most as far apart as the ring has bytes.
/// - No text passes the end of the region: what is left there before a wrap stays unused.
struct Journal {
  private var entries: Ring<Entry>
  private var texts: Region
  /// Where the next text begins, counted from the first byte ever written.
  private var end: UInt64 = 0

  /// An empty journal; nil when there is no room for one record of the longest text.
  init?(in region: Region) {
    var region = region
    guard let first = region.take(region.byteCount / 8 * 3 & ~15) else { return nil }
    entries = Ring(in: first)
    texts = region
    guard entries.capacity > 0, texts.byteCount >= LogText.maximumLength else { return nil }
  }

  /// The number of the oldest record.
  var oldest: UInt64 { entries.oldest }
  /// The number of the next record.
  var next: UInt64 { entries.next }
  /// Bytes for texts and fixed parts.
  var byteCount: Int { texts.byteCount + entries.capacity * MemoryLayout<Entry>.stride }

  /// Adds a record with a text of at most `LogText.maximumLength` bytes, and no time yet.
  ///
  /// - Returns: Its number.
  mutating func append(
    _ text: RawSpan, _ severity: LogSeverity, from source: Badge
  ) -> UInt64 {
    let start = makeRoom(text.byteCount)
    // Inside the region: `makeRoom` says so.
    let place = Int(truncatingIfNeeded: start % UInt64(texts.byteCount))
    var bytes = texts.mutableBytes
    try? bytes.copy(text, at: place)
    return keep(text.byteCount, start, severity, source)
  }

  /// Adds a record of the kernel's: any bytes, of which those that are not plain ASCII become `?`.
  mutating func append(plain text: RawSpan) {
    let start = makeRoom(text.byteCount)
    let place = Int(truncatingIfNeeded: start % UInt64(texts.byteCount))
    var bytes = texts.mutableBytes
    for index in 0..<text.byteCount {
      let byte = (try? text.integer(at: index, as: UInt8.self)) ?? 0
      try? bytes.store(
        byte >= 0x20 && byte < 0x7F ? byte : UInt8(ascii: "?"), at: place + index)
    }
    _ = keep(text.byteCount, start, .info, .none)
  }

  /// Adds a record of logd's own about the kernel's log.
  mutating func append(_ line: TextLine, _ severity: LogSeverity) {
    let start = makeRoom(line.count)
    let place = Int(truncatingIfNeeded: start % UInt64(texts.byteCount))
    var bytes = texts.mutableBytes
    for index in 0..<line.count { try? bytes.store(line[index], at: place + index) }
    _ = keep(line.count, start, severity, .none)
  }

  /// Gives the records from a number on their time.
  mutating func stamp(from number: UInt64, _ nanoseconds: UInt64) {
    for number in number..<max(number, next) {
      entries[number]?.nanoseconds = nanoseconds
    }
  }

  /// The number of the first record from a cursor on; nil at the end.
  func first(from cursor: UInt64) -> UInt64? { entries.first(from: cursor) }

  /// How many records from a cursor on are gone.
  func lostCount(from cursor: UInt64) -> UInt32 { entries.lostCount(from: cursor) }

  /// The fixed part of a record that is left.
  func entry(_ number: UInt64) -> Entry? { entries[number] }

  /// The text of a record that is left.
  @inline(__always)
  @_lifetime(borrow self)
  func text(of entry: Entry) -> RawSpan {
    let place = Int(truncatingIfNeeded: entry.start % UInt64(texts.byteCount))
    return texts.bytes.extracting(place..<place + Int(entry.length))
  }

  // MARK: Places

  /// Lets the oldest records go until a text has a place.
  ///
  /// - Returns: Where it begins; from there on it lies inside the region without a wrap.
  private mutating func makeRoom(_ length: Int) -> UInt64 {
    let size = UInt64(texts.byteCount)
    let rest = size - end % size
    let start = rest < UInt64(length) ? end + rest : end
    while let oldest = entries[entries.oldest], start + UInt64(length) - oldest.start > size {
      entries.removeOldest()
    }
    return start
  }

  private mutating func keep(
    _ length: Int, _ start: UInt64, _ severity: LogSeverity, _ source: Badge
  ) -> UInt64 {
    end = start + UInt64(length)
    return entries.append(
      Entry(
        // At most `LogText.maximumLength`.
        start: start, nanoseconds: 0, source: source,
        length: UInt16(truncatingIfNeeded: length), severity: severity))
  }
}
