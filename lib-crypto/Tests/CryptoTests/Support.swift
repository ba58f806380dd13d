// Conversions that the suites share: bytes from and to hexadecimal, spans of arrays.

import Bytes
import Crypto

/// The bytes of a hexadecimal string with an even number of digits.
func bytes(_ hexadecimal: String) -> [UInt8] {
  let digits = hexadecimal.utf8.map { $0 < 0x40 ? $0 - 0x30 : ($0 | 0x20) - 0x61 + 10 }
  return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// The hexadecimal digits of some bytes.
func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
  return String(decoding: text, as: UTF8.self)
}

/// The bytes of a fixed array.
func array<let count: Int>(_ fixed: FixedBytes<count>) -> [UInt8] {
  (0..<count).map { fixed[$0] }
}

/// The hexadecimal digits of a fixed array.
func hexadecimal<let count: Int>(_ fixed: FixedBytes<count>) -> String {
  hexadecimal(array(fixed))
}

/// A fixed array of the right number of bytes; fails the test for another number.
func fixed<let count: Int>(
  _ bytes: [UInt8], as type: FixedBytes<count>.Type = FixedBytes<count>.self
) throws -> FixedBytes<count> {
  try FixedBytes<count>(copying: bytes.span.rawBytes)
}

/// Bytes that repeat 0 to 250.
func pattern(_ count: Int) -> [UInt8] {
  (0..<count).map { UInt8($0 % 251) }
}

/// The digest of an array.
func sha256(_ message: [UInt8]) -> [UInt8] { array(SHA256.hash(message.span.rawBytes)) }

/// The digest of an array.
func sha512(_ message: [UInt8]) -> [UInt8] { array(SHA512.hash(message.span.rawBytes)) }

/// The authenticator of an array.
func hmac(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
  array(HMACSHA256.authenticate(message.span.rawBytes, key: key.span.rawBytes))
}
