// Lower-case hexadecimal text for fixed-size bytes.

import Bytes

/// Hexadecimal text.
enum Hexadecimal {
  private static let digits = Array("0123456789abcdef".utf8)

  /// The text of some bytes.
  static func text<let count: Int>(_ bytes: FixedBytes<count>) -> String {
    String(decoding: self.bytes(bytes), as: UTF8.self)
  }

  /// The text of some bytes, as ASCII.
  static func bytes<let count: Int>(_ bytes: FixedBytes<count>) -> [UInt8] {
    (0..<(2 * count)).map { index in
      digits[Int(index % 2 == 0 ? bytes[index / 2] >> 4 : bytes[index / 2] & 15)]
    }
  }

  /// The bytes that ASCII text stands for: exactly two digits per byte, lower case.
  ///
  /// The error has the place of the first character that is wrong or missing.
  static func parse<let count: Int>(
    _ text: ArraySlice<UInt8>, as type: FixedBytes<count>.Type = FixedBytes<count>.self
  ) throws(HexadecimalError) -> FixedBytes<count> {
    var bytes = FixedBytes<count>()
    for (position, character) in text.enumerated() {
      guard position < 2 * count, let digit = value(of: character) else {
        throw HexadecimalError(position: position)
      }
      bytes[position / 2] = bytes[position / 2] << 4 | digit
    }
    guard text.count == 2 * count else { throw HexadecimalError(position: text.count) }
    return bytes
  }

  private static func value(of character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}

/// Text that is not hexadecimal, from `position` on.
struct HexadecimalError: Error, Equatable {
  let position: Int
}
