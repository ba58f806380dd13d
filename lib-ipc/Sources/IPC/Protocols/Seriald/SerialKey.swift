// A key of a serial terminal as a program sees it: escape sequences, control bytes and UTF-8 are
// already taken apart.

/// Which key, or which kind of key, was pressed.
public enum SerialKeyCode: UInt8, BitwiseCopyable, Sendable {
  /// A printable character.
  case character = 1
  /// A letter with Ctrl, as its small letter.
  case control = 2
  /// A printable character with Alt.
  case alt = 3
  /// Enter.
  case enter = 4
  /// Tab.
  case tab = 5
  /// Backspace.
  case backspace = 6
  /// Escape, and another key after it that makes no sequence.
  case escape = 7
  /// Delete.
  case delete = 8
  /// Insert.
  case insert = 9
  /// Arrow up.
  case up = 10
  /// Arrow down.
  case down = 11
  /// Arrow left.
  case left = 12
  /// Arrow right.
  case right = 13
  /// Home.
  case home = 14
  /// End.
  case end = 15
  /// Page up.
  case pageUp = 16
  /// Page down.
  case pageDown = 17
  /// Arrow left with Ctrl or Alt.
  case wordLeft = 18
  /// Arrow right with Ctrl or Alt.
  case wordRight = 19
}

/// A key.
public struct SerialKey: Equatable, BitwiseCopyable, Sendable {
  /// Which one.
  public let code: SerialKeyCode
  /// The Unicode scalar of a character, with or without Alt or Ctrl; 0 for every other key.
  public let scalar: UInt32

  /// A key without a character.
  public init(_ code: SerialKeyCode) {
    self.code = code
    scalar = 0
  }

  /// A key with a character.
  ///
  /// Is nil when the code has none, or not this one.
  public init?(_ code: SerialKeyCode, scalar: UInt32) {
    let isPrintable =
      (0x20...0x10_FFFF).contains(scalar) && !(0x7F...0x9F).contains(scalar)
      && !(0xD800...0xDFFF).contains(scalar)
    switch code {
    case .character, .alt: guard isPrintable else { return nil }
    case .control: guard (0x61...0x7A).contains(scalar) else { return nil }
    default: guard scalar == 0 else { return nil }
    }
    self.code = code
    self.scalar = scalar
  }

  init(from reader: inout BodyReader) throws(ProtocolError) {
    let code: SerialKeyCode = try reader.value()
    try reader.reserved(3)
    guard let key = SerialKey(code, scalar: try reader.integer()) else {
      throw .invalidField(offset: 4)
    }
    self = key
  }

  func write(to writer: inout BodyWriter) throws(ProtocolError) {
    // Only `init(_:)` can leave a character out.
    try writer.require(SerialKey(code, scalar: scalar) != nil, at: 4)
    try writer.value(code)
    try writer.reserved(3)
    try writer.integer(scalar)
  }
}
