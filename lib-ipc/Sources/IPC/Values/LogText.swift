// The text of a log record: one line of well-formed UTF-8 without control characters, so that no
// sender can move a console's cursor or forge a second line. Well-formed is table 3-7 of the
// Unicode Standard: no overlong forms, no surrogates, nothing above U+10FFFF.

import Bytes

/// A valid line of text, not copied.
public struct LogText: ~Escapable {
  /// The bytes.
  public let bytes: RawSpan

  /// Longest text, in bytes.
  public static let maximumLength = 992

  /// Checks a line; nil when it is longer than `maximumLength`, not well-formed UTF-8, or has a
  /// control character (U+0000-U+001F, U+007F-U+009F).
  @_lifetime(copy bytes)
  public init?(_ bytes: RawSpan) {
    guard bytes.byteCount <= Self.maximumLength else { return nil }
    var offset = 0
    while offset < bytes.byteCount {
      let length = Self.characterLength(bytes, at: offset)
      guard length > 0 else { return nil }
      offset += length
    }
    self.bytes = bytes
  }

  /// Bytes of the character at `offset`; 0 when it is malformed or a control character.
  private static func characterLength(_ bytes: RawSpan, at offset: Int) -> Int {
    guard let first = try? bytes.integer(at: offset, as: UInt8.self) else { return 0 }
    switch first {
    case 0x20...0x7E: return 1
    // U+0080-U+009F begin with C2 80-C2 9F.
    case 0xC2: return follows(bytes, offset, 0xA0...0xBF, 1)
    case 0xC3...0xDF: return follows(bytes, offset, 0x80...0xBF, 1)
    case 0xE0: return follows(bytes, offset, 0xA0...0xBF, 2)
    case 0xED: return follows(bytes, offset, 0x80...0x9F, 2)
    case 0xE1...0xEF: return follows(bytes, offset, 0x80...0xBF, 2)
    case 0xF0: return follows(bytes, offset, 0x90...0xBF, 3)
    case 0xF1...0xF3: return follows(bytes, offset, 0x80...0xBF, 3)
    case 0xF4: return follows(bytes, offset, 0x80...0x8F, 3)
    default: return 0
    }
  }

  /// `count + 1` when `count` continuation bytes follow, the first of them in `second`; else 0.
  private static func follows(
    _ bytes: RawSpan, _ offset: Int, _ second: ClosedRange<UInt8>, _ count: Int
  ) -> Int {
    for index in 1...count {
      let allowed = index == 1 ? second : 0x80...0xBF
      guard let byte = try? bytes.integer(at: offset + index, as: UInt8.self),
        allowed.contains(byte)
      else { return 0 }
    }
    return count + 1
  }
}

extension LogText {
  /// Number of bytes; the initialiser keeps it below 2^16.
  var length: UInt16 { UInt16(truncatingIfNeeded: bytes.byteCount) }

  /// Whether a character begins at an offset, or the text ends there.
  func isBoundary(_ offset: UInt16) -> Bool {
    guard Int(offset) < bytes.byteCount else { return Int(offset) == bytes.byteCount }
    return ((try? bytes.integer(at: Int(offset), as: UInt8.self)) ?? 0) & 0xC0 != 0x80
  }
}

extension BodyReader {
  /// Takes the text at the end of a body, which must be exactly `length` bytes.
  @_lifetime(copy self)
  mutating func text(
    _ length: UInt16, lengthAt lengthOffset: Int
  ) throws(ProtocolError) -> LogText {
    try require(Int(length) == remaining, at: lengthOffset)
    return try text(length)
  }

  /// Takes a text of `length` bytes.
  @_lifetime(copy self)
  mutating func text(_ length: UInt16) throws(ProtocolError) -> LogText {
    let start = offset
    guard let text = LogText(try take(Int(length))) else { throw .invalidField(offset: start) }
    return text
  }
}
