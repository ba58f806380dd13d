// Integers modulo L = 2^252 + 27742317777372353535851937790883648493, the order of the base point
// (RFC 8032 section 5.1), by Montgomery multiplication. Nothing branches on a value, except the
// range check of scalars from signatures, which are public.

package import Bytes

/// An integer modulo the order of the base point.
///
/// ## Invariants
/// - The value is below L; `words` holds it least significant word first.
package struct Scalar: Sendable {
  /// Four words, a number below 2^256.
  package typealias Words = InlineArray<4, UInt64>

  package let words: Words

  private init(belowOrder words: Words) {
    self.words = words
  }

  /// The number 0.
  static var zero: Self { Self(belowOrder: [0, 0, 0, 0]) }

  /// Takes a public number only when it is below L.
  package init?(exactly bytes: FixedBytes<32>) {
    let words = Self.load(bytes.rawBytes, at: 0)
    guard Self.subtractOrder(words).borrow == 1 else { return nil }
    self.init(belowOrder: words)
  }

  /// Reduces a 256-bit number.
  package init(reducing bytes: FixedBytes<32>) {
    self.init(low: Self.load(bytes.rawBytes, at: 0), high: [0, 0, 0, 0])
  }

  /// Reduces a 512-bit number.
  package init(reducing bytes: FixedBytes<64>) {
    self.init(
      low: Self.load(bytes.rawBytes, at: 0), high: Self.load(bytes.rawBytes, at: 32))
  }

  /// Reduces `low + R * high` with R = 2^256.
  ///
  /// Montgomery's product of a and b is ab/R, so those with R and R^2 give both halves.
  private init(low: Words, high: Words) {
    self =
      Self(belowOrder: Self.montgomeryProduct(low, Self.r))
      + Self(belowOrder: Self.montgomeryProduct(high, Self.rSquared))
  }

  /// The number as 32 bytes, least significant first.
  package var encoded: FixedBytes<32> {
    var bytes = FixedBytes<32>()
    for index in 0..<4 { bytes.store(words[index], at: index * 8) }
    return bytes
  }

  /// The sum; below 2L before its reduction, so nothing carries out of the words.
  package static func + (a: Self, b: Self) -> Self {
    var sum = Words(repeating: 0)
    var carry: UInt64 = 0
    for index in 0..<4 {
      (sum[index], carry) = add(a.words[index], b.words[index], carry)
    }
    return Self(belowOrder: reduceOnce(sum))
  }

  /// The product: ab/R times R^2/R.
  package static func * (a: Self, b: Self) -> Self {
    Self(belowOrder: montgomeryProduct(montgomeryProduct(a.words, b.words), rSquared))
  }

  private static func load(_ bytes: RawSpan, at offset: Int) -> Words {
    Words { bytes.word(at: offset + 8 * $0) }
  }
}
