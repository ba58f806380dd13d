// One line of text in a fixed buffer: how programs without a heap make text. What does not fit is
// cut off.

import Bootstrap
public import CapABI

/// A line under construction.
public struct TextLine {
  /// The most bytes that a line holds.
  public static let capacity = 224

  private var bytes = [224 of UInt8](repeating: 0)
  /// How many bytes there are.
  public private(set) var count = 0

  /// An empty line.
  public init() {}

  /// A line of the text.
  public init(_ text: StaticString) { append(text) }

  /// One byte of the line; 0 behind its end.
  public subscript(index: Int) -> UInt8 { index >= 0 && index < count ? bytes[index] : 0 }

  /// Appends one byte.
  public mutating func append(byte: UInt8) {
    guard count < Self.capacity else { return }
    bytes[count] = byte
    count += 1
  }

  /// Appends text.
  public mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { buffer in
      for index in 0..<buffer.count {
        // SAFETY: the index is below the count of the buffer, which a literal never leaves.
        append(byte: unsafe buffer[index])
      }
    }
  }

  /// Appends a number in decimal.
  public mutating func append(decimal value: UInt64) { append(value, base: 10) }

  /// Appends a number in hexadecimal, with `0x` before it.
  public mutating func append(hexadecimal value: UInt64) {
    append("0x")
    append(value, base: 16)
  }

  /// Appends a role as boot configurations write it: its name, or `program-` and its number.
  public mutating func append(_ role: RoleID) {
    if let name = role.name {
      append(name)
    } else {
      append(role.isProgram ? "program-" : "role-")
      append(UInt64(role.rawValue), base: 16)
    }
  }

  private mutating func append(_ value: UInt64, base: UInt64) {
    var divisor: UInt64 = 1
    while value / divisor >= base { divisor *= base }
    while divisor > 0 {
      let digit = UInt8(truncatingIfNeeded: value / divisor % base)
      append(byte: digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      divisor /= base
    }
  }
}
