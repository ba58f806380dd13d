// One line as a person types it, in a fixed buffer.

import Runtime

/// A line of at most 900 bytes of UTF-8.
public struct LineText: BitwiseCopyable {
  /// The most bytes that a line has.
  public static let capacity = 900

  private var bytes = [900 of UInt8](repeating: 0)
  /// How many bytes there are.
  public private(set) var count = 0

  /// An empty line.
  public init() {}

  /// A line of the text.
  public init(_ text: StaticString) {
    let line = TextLine(text)
    for index in 0..<line.count { append(line[index]) }
  }

  /// One byte; 0 behind the end.
  public subscript(index: Int) -> UInt8 { index >= 0 && index < count ? bytes[index] : 0 }

  /// Appends a byte; what does not fit is cut off.
  public mutating func append(_ byte: UInt8) {
    guard count < Self.capacity else { return }
    bytes[count] = byte
    count += 1
  }

  /// Puts bytes in at a place.
  ///
  /// - Returns: Whether there was room for all of them; nothing changes when not.
  mutating func insert(_ text: borrowing TextLine, at place: Int) -> Bool {
    guard place <= count, count + text.count <= Self.capacity else { return false }
    var index = count
    while index > place {
      index -= 1
      bytes[index + text.count] = bytes[index]
    }
    for offset in 0..<text.count { bytes[place + offset] = text[offset] }
    count += text.count
    return true
  }

  /// Whether both have the same bytes.
  func isSame(as other: borrowing LineText) -> Bool {
    guard count == other.count else { return false }
    for index in 0..<count where bytes[index] != other.bytes[index] { return false }
    return true
  }

  /// Whether there is nothing but blanks.
  var isBlank: Bool {
    for index in 0..<count where bytes[index] != UInt8(ascii: " ") { return false }
    return true
  }
}
