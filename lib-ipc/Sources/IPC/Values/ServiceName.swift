// The name of a service, driver or program: 1 to 16 bytes of `a`-`z`, `0`-`9` and `-`, beginning
// with a letter (docs/reference/ipc.md, "Names"). Names find nothing by themselves: named hands a
// capability to those that were seeded for it.

public import Bytes

/// A valid name.
public struct ServiceName: Equatable, BitwiseCopyable, Sendable {
  private let padded: FixedBytes<16>

  /// Longest name, in bytes.
  public static let maximumLength = 16
  /// Bytes that a name takes in a message: the name, then zeros; a name of 16 bytes has none.
  public static let size = 16

  /// Copies a name without padding; nil when it is not one.
  public init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= 1, bytes.byteCount <= Self.maximumLength else { return nil }
    var padded = FixedBytes<16>()
    for index in 0..<bytes.byteCount {
      guard let byte = try? bytes.integer(at: index, as: UInt8.self),
        Self.allows(byte, at: index)
      else { return nil }
      padded[index] = byte
    }
    self.padded = padded
  }

  /// Takes over a padded name; nil when it is not one or a byte after its end is not zero.
  public init?(padded: FixedBytes<16>) {
    var length = 0
    while length < Self.maximumLength, padded[length] != 0 {
      guard Self.allows(padded[length], at: length) else { return nil }
      length += 1
    }
    guard length > 0 else { return nil }
    for index in length..<Self.size {
      guard padded[index] == 0 else { return nil }
    }
    self.padded = padded
  }

  /// The name that has these words; nil when they are not those of a name.
  public init?(firstWord: UInt64, secondWord: UInt64) {
    var padded = FixedBytes<16>()
    for index in 0..<8 {
      padded[index] = UInt8(truncatingIfNeeded: firstWord >> UInt64(56 - index * 8))
      padded[index + 8] = UInt8(truncatingIfNeeded: secondWord >> UInt64(56 - index * 8))
    }
    self.init(padded: padded)
  }

  /// The first eight bytes as a number; names are ordered as their words are.
  public var firstWord: UInt64 { word(at: 0) }
  /// The last eight bytes as a number.
  public var secondWord: UInt64 { word(at: 8) }

  private func word(at start: Int) -> UInt64 {
    var word: UInt64 = 0
    for index in start..<start + 8 { word = word << 8 | UInt64(padded[index]) }
    return word
  }

  /// Length in bytes, 1 to 16.
  public var length: Int {
    var length = 1
    while length < Self.maximumLength, padded[length] != 0 {
      length += 1
    }
    return length
  }

  /// The name and its padding, 16 bytes.
  public var paddedBytes: RawSpan {
    @inline(__always)
    @_lifetime(borrow self)
    get { padded.rawBytes }
  }

  /// Whether `byte` may stand at `index` of a name.
  private static func allows(_ byte: UInt8, at index: Int) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): index > 0
    default: false
    }
  }
}

extension BodyReader {
  /// Reads a padded name.
  @_lifetime(self: copy self)
  mutating func name() throws(ProtocolError) -> ServiceName {
    let start = offset
    guard let name = ServiceName(padded: try fixedBytes()) else {
      throw .invalidField(offset: start)
    }
    return name
  }
}

extension BodyWriter {
  /// Writes a padded name.
  @_lifetime(self: copy self)
  mutating func name(_ name: ServiceName) throws(ProtocolError) {
    try bytes(name.paddedBytes)
  }
}
