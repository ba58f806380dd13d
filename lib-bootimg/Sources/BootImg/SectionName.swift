// Names of sections: 1 to 32 bytes of a small alphabet, zero-padded to 32 in the file.

public import Bytes

/// A valid section name.
public struct SectionName: Equatable, Sendable {
  /// The longest name, in bytes.
  public static let maximumLength = 32

  /// The name, padded with zero bytes.
  public let bytes: FixedBytes<32>
  /// How many bytes of `bytes` are the name: 1 to 32.
  public let length: Int

  /// Checks a zero-padded name.
  ///
  /// - Returns: `nil` when it is empty, has a byte that is not one of `a`-`z`, `0`-`9`, `-`, or
  ///   goes on after its first zero byte.
  public init?(padded bytes: FixedBytes<32>) {
    var length = 0
    while length < Self.maximumLength, Self.isAllowed(bytes[length]) { length += 1 }
    guard length > 0 else { return nil }
    for index in length..<Self.maximumLength where bytes[index] != 0 { return nil }
    self.bytes = bytes
    self.length = length
  }

  /// Checks and pads a name.
  ///
  /// - Returns: `nil` when it is empty, longer than 32 bytes, or has a byte that is not one of
  ///   `a`-`z`, `0`-`9`, `-`.
  public init?(_ text: RawSpan) {
    guard text.byteCount <= Self.maximumLength else { return nil }
    var bytes = FixedBytes<32>()
    for index in 0..<text.byteCount {
      guard let byte = try? text.integer(at: index, as: UInt8.self), Self.isAllowed(byte) else {
        return nil
      }
      bytes[index] = byte
    }
    self.init(padded: bytes)
  }

  /// The order of names in the section table: that of their padded bytes.
  static func < (first: Self, second: Self) -> Bool {
    for index in 0..<maximumLength where first.bytes[index] != second.bytes[index] {
      return first.bytes[index] < second.bytes[index]
    }
    return false
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
