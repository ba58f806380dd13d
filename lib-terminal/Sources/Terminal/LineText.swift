// The text of an edited line: UTF-8 in a fixed place, and a cursor between two of its characters.
// Nothing here draws.

import Bytes
import IPC
import Store

/// A line of text with a cursor.
///
/// ## Invariants
/// - The first `count` bytes are well-formed UTF-8 without control characters; `cursor` is at most
///   `count` and not inside a character.
struct LineText {
  private var region: Region
  /// Bytes of the text.
  private(set) var count = 0
  /// Bytes before the cursor.
  private(set) var cursor = 0
  let limit = Int(LinePrompt.lengths.upperBound)

  /// An empty line; nil when there is no room for the longest.
  init?(in region: inout Region) {
    guard let region = region.take(Int(LinePrompt.lengths.upperBound)) else { return nil }
    self.region = region
  }

  /// The text.
  @inline(__always)
  @_lifetime(borrow self)
  func bytes() -> RawSpan { region.bytes.extracting(0..<count) }

  /// Becomes another text, which is valid and short enough, with a cursor between its characters.
  mutating func set(_ text: RawSpan, cursor: Int) {
    guard text.byteCount <= limit else { return }
    var bytes = region.mutableBytes
    guard (try? bytes.copy(text, at: 0)) != nil else { return }
    count = text.byteCount
    self.cursor = min(cursor, count)
  }

  /// The byte at an index; 0 outside.
  private func byte(_ index: Int) -> UInt8 {
    (try? region.bytes.integer(at: index, as: UInt8.self)) ?? 0
  }

  private mutating func setByte(_ byte: UInt8, _ index: Int) {
    var bytes = region.mutableBytes
    try? bytes.store(byte, at: index)
  }

  // MARK: Characters

  /// Where the character that ends at an index begins.
  func before(_ index: Int) -> Int {
    var start = index
    while start > 0 {
      start -= 1
      if byte(start) & 0xC0 != 0x80 { break }
    }
    return start
  }

  /// Where the character that begins at an index ends.
  func after(_ index: Int) -> Int {
    var end = min(index + 1, count)
    while end < count, byte(end) & 0xC0 == 0x80 { end += 1 }
    return end
  }

  /// The character that begins at an index of the text.
  func scalar(at index: Int) -> UInt32 {
    let first = byte(index)
    let end = after(index)
    var scalar = end - index > 1 ? UInt32(first) & (0x7F >> UInt32(end - index)) : UInt32(first)
    for next in (index + 1)..<max(index + 1, end) {
      scalar = scalar << 6 | UInt32(byte(next) & 0x3F)
    }
    return scalar
  }

  /// Columns of the character that begins at an index.
  func width(at index: Int) -> Int { terminalWidth(of: scalar(at: index)) }

  /// Where the word before the cursor begins.
  var wordBefore: Int {
    var start = cursor
    while start > 0, byte(start - 1) == 0x20 { start -= 1 }
    while start > 0, byte(start - 1) != 0x20 { start -= 1 }
    return start
  }

  /// Where the word behind the cursor ends.
  var wordAfter: Int {
    var end = cursor
    while end < count, byte(end) == 0x20 { end += 1 }
    while end < count, byte(end) != 0x20 { end += 1 }
    return end
  }

  // MARK: Changes

  /// Moves the cursor to the begin of a character, or the end.
  mutating func move(to index: Int) { cursor = index }

  /// Inserts a character before the cursor.
  ///
  /// - Returns: Whether there was room.
  mutating func insert(_ scalar: UInt32) -> Bool {
    let length = scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x1_0000 ? 3 : 4
    guard count + length <= limit else { return false }
    var index = count
    while index > cursor {
      index -= 1
      setByte(byte(index), index + length)
    }
    var rest = scalar
    for offset in (0..<length).reversed() {
      let isFirst = offset == 0
      let low = UInt8(truncatingIfNeeded: rest)
      // The first byte has as many ones as the character has bytes, if that is more than one.
      let mark: UInt8 = isFirst ? (length == 1 ? 0 : ~(0xFF >> UInt8(length))) : 0x80
      setByte(mark | (isFirst ? low : low & 0x3F), cursor + offset)
      rest >>= 6
    }
    count += length
    cursor += length
    return true
  }

  /// Erases what stands between two ends of characters; the cursor ends where it was.
  mutating func erase(_ range: Range<Int>) {
    for index in range.upperBound..<max(count, range.upperBound) {
      setByte(byte(index), index - range.count)
    }
    count -= range.count
    if cursor >= range.upperBound {
      cursor -= range.count
    } else {
      cursor = min(cursor, range.lowerBound)
    }
  }
}
