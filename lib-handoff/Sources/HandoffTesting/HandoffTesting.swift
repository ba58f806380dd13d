// What the suites of this form of file share, here and in lib-bootstrap: a fixed-seed generator,
// patches of single fields, golden files, walks over mutations. Host only.

public import Bytes
public import Foundation
public import Handoff

/// A small generator (SplitMix64) whose sequence depends on its seed alone.
public struct Random: RandomNumberGenerator {
  private var state: UInt64

  /// A generator whose sequence follows from `state`.
  public init(state: UInt64) { self.state = state }

  /// The next number.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// Bytes that are not all zero.
  public mutating func bytes<let count: Int>(_ type: FixedBytes<count>.Type) -> FixedBytes<count> {
    var value = FixedBytes<count>()
    for index in 0..<count { value[index] = UInt8(truncatingIfNeeded: next()) | 1 }
    return value
  }
}

/// One change to a valid file, and the refusal that must follow.
public struct Refusal: Sendable, CustomStringConvertible {
  /// What is wrong, for the list of cases.
  public let description: String
  private let patches: [(offset: Int, bytes: [UInt8])]
  /// The refusal that must follow.
  public let error: FormatError

  /// One field with another value.
  public init<Integer: FixedWidthInteger>(
    _ description: String, at offset: Int, _ value: Integer, _ error: FormatError
  ) {
    self.description = description
    patches = [(offset, littleEndian(value))]
    self.error = error
  }

  /// Any bytes at several places.
  public init(_ description: String, _ patches: [(Int, [UInt8])], _ error: FormatError) {
    self.description = description
    self.patches = patches.map { (offset: $0.0, bytes: $0.1) }
    self.error = error
  }

  /// The file with the change.
  public func apply(to file: [UInt8]) -> [UInt8] {
    var file = file
    for patch in patches {
      file.replaceSubrange(patch.offset..<patch.offset + patch.bytes.count, with: patch.bytes)
    }
    return file
  }
}

/// The bytes of an integer as files store it.
public func littleEndian<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
  (0..<Integer.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> Integer($0 * 8)) }
}

/// A zero-padded name.
public func name(_ text: String) -> FixedBytes<32> {
  var bytes = FixedBytes<32>()
  for (index, byte) in text.utf8.enumerated() { bytes[index] = byte }
  return bytes
}

/// The error that a validator throws; nil when it accepts.
public func refusal<Format: WireFormat>(_ file: [UInt8], _ format: Format.Type) -> FormatError? {
  do throws(FormatError) {
    try Format.validate(file.span.rawBytes)
    return nil
  } catch { return error }
}

/// A golden file that is not there, or that holds something else than pairs of digits.
public struct BadGoldenFile: Error {}

/// The bytes that a golden file gives in hexadecimal digits; white space is for the reader.
///
/// - Throws: `BadGoldenFile`, and what reading a file throws.
public func golden(_ file: String, _ bundle: Bundle) throws -> [UInt8] {
  guard let url = bundle.url(forResource: "Golden/\(file)", withExtension: "hex") else {
    throw BadGoldenFile()
  }
  let digits = try String(contentsOf: url, encoding: .utf8).filter { !$0.isWhitespace }
  guard digits.count.isMultiple(of: 2) else { throw BadGoldenFile() }
  let pairs = stride(from: 0, to: digits.count, by: 2)
  let utf8 = Array(digits.utf8)
  return try pairs.map { index in
    let pair = String(decoding: utf8[index..<index + 2], as: UTF8.self)
    guard let byte = UInt8(pair, radix: 16) else { throw BadGoldenFile() }
    return byte
  }
}

/// Every byte of a file changed by ^01, ^80 and ^FF, with the place of the change.
public func mutations(of file: [UInt8], in range: Range<Int>) -> [(offset: Int, file: [UInt8])] {
  range.flatMap { offset in
    ([0x01, 0x80, 0xFF] as [UInt8]).map { mask in
      var changed = file
      changed[offset] ^= mask
      return (offset, changed)
    }
  }
}
