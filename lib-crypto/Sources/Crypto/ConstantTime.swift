// Comparison in a time that does not depend on the values (docs/reference/crypto.md section 6).
// Nothing here may branch on, or index with, the contents of its arguments.

import Bytes

/// Compares two byte sequences in a time that depends only on their lengths.
///
/// The lengths are public: unequal ones give `false` at once. Use it for authenticators and
/// everything else that an attacker could guess byte by byte.
///
/// - Returns: Whether both hold the same bytes; two empty sequences do.
public func constantTimeEquals(_ a: RawSpan, _ b: RawSpan) -> Bool {
  guard a.byteCount == b.byteCount else { return false }
  var difference: UInt8 = 0
  for index in 0..<a.byteCount {
    difference |= a.word(at: index, as: UInt8.self) ^ b.word(at: index, as: UInt8.self)
  }
  return difference == 0
}
