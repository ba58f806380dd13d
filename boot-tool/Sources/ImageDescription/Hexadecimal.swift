// Lower-case hexadecimal text for fixed-size bytes, in key files, descriptions and reports. One
// spelling only: what can be written in two ways cannot be compared as text.

package import Bytes

/// Hexadecimal text.
package enum Hexadecimal {
  private static let digits = Array("0123456789abcdef".utf8)

  /// The text of some bytes.
  package static func text<let count: Int>(_ bytes: FixedBytes<count>) -> String {
    var text: [UInt8] = []
    append(bytes, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the text of some bytes, as ASCII.
  ///
  /// No other array holds the digits on the way: they may be those of a private key.
  package static func append<let count: Int>(
    _ bytes: FixedBytes<count>, to text: inout [UInt8]
  ) {
    for index in 0..<count {
      text.append(digits[Int(bytes[index] >> 4)])
      text.append(digits[Int(bytes[index] & 15)])
    }
  }

  /// The bytes that ASCII text stands for: exactly two digits per byte, lower case.
  ///
  /// The error has the place of the first character that is wrong or missing.
  package static func parse<let count: Int>(
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
package struct HexadecimalError: Error, Equatable {
  /// The place of the first character that is wrong or missing.
  package let position: Int
}
