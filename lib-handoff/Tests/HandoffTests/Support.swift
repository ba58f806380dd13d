// What the suites share: a fixed-seed generator, patches of single fields, golden files, walks over
// truncations and mutations.

import Bytes
import Foundation
import Handoff
import Testing

/// A small generator (SplitMix64) whose sequence depends on its seed alone.
struct Random: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// Bytes that are not all zero.
  mutating func bytes<let count: Int>(_ type: FixedBytes<count>.Type) -> FixedBytes<count> {
    var value = FixedBytes<count>()
    for index in 0..<count { value[index] = UInt8(truncatingIfNeeded: next()) | 1 }
    return value
  }
}

/// One change to a valid file, and the refusal that must follow.
struct Refusal: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let patches: [(offset: Int, bytes: [UInt8])]
  let error: FormatError

  init<Integer: FixedWidthInteger>(
    _ description: String, at offset: Int, _ value: Integer, _ error: FormatError
  ) {
    testDescription = description
    patches = [(offset, littleEndian(value))]
    self.error = error
  }

  init(_ description: String, _ patches: [(Int, [UInt8])], _ error: FormatError) {
    testDescription = description
    self.patches = patches.map { (offset: $0.0, bytes: $0.1) }
    self.error = error
  }

  func apply(to file: [UInt8]) -> [UInt8] {
    var file = file
    for patch in patches {
      file.replaceSubrange(patch.offset..<patch.offset + patch.bytes.count, with: patch.bytes)
    }
    return file
  }
}

/// The bytes of an integer as files store it.
func littleEndian<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
  (0..<Integer.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> Integer($0 * 8)) }
}

/// A zero-padded name.
func name(_ text: String) -> FixedBytes<32> {
  var bytes = FixedBytes<32>()
  for (index, byte) in text.utf8.enumerated() { bytes[index] = byte }
  return bytes
}

/// The error that a validator throws; nil when it accepts.
func refusal<Format: WireFormat>(_ file: [UInt8], _ format: Format.Type) -> FormatError? {
  do throws(FormatError) {
    try Format.validate(file.span.rawBytes)
    return nil
  } catch { return error }
}

/// The bytes that a golden file gives in hexadecimal digits; white space is for the reader.
func golden(_ file: String, _ bundle: Bundle) throws -> [UInt8] {
  let url = try #require(bundle.url(forResource: "Golden/\(file)", withExtension: "hex"))
  let digits = try String(contentsOf: url, encoding: .utf8).filter { !$0.isWhitespace }
  let pairs = stride(from: 0, to: digits.count, by: 2)
  let utf8 = Array(digits.utf8)
  return try pairs.map { index in
    let pair = String(decoding: utf8[index..<index + 2], as: UTF8.self)
    return try #require(UInt8(pair, radix: 16))
  }
}

/// Every byte of a file changed by ^01, ^80 and ^FF, with the place of the change.
func mutations(of file: [UInt8], in range: Range<Int>) -> [(offset: Int, file: [UInt8])] {
  range.flatMap { offset in
    ([0x01, 0x80, 0xFF] as [UInt8]).map { mask in
      var changed = file
      changed[offset] ^= mask
      return (offset, changed)
    }
  }
}
