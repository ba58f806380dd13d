// Scalars in signed digits of four bits, recoded without branches or memory of digits.

/// The digits of a scalar to base 16, each from -8 to 7.
///
/// Adding 8 to every digit of the scalar and taking it away from the digits read turns 0...15 into
/// -8...7. The sum is below L + 8 * (2^256 - 1) / 15 < 2^256, so it has no more than 64 digits.
struct SignedDigits {
  /// How many digits there are.
  static var count: Int { 64 }

  private let words: Scalar.Words

  /// Recodes a scalar.
  init(_ scalar: Scalar) {
    var words = scalar.words
    var carry: UInt64 = 0
    for index in 0..<4 {
      (words[index], carry) = Scalar.add(words[index], 0x8888_8888_8888_8888, carry)
    }
    self.words = words
  }

  /// The digit that counts 16^index.
  subscript(index: Int) -> Int64 {
    let digit = (words[index / 16] &>> UInt64(index % 16 * 4)) & 15
    return Int64(bitPattern: digit) &- 8
  }
}

extension Scalar {
  /// The scalar's digits to base 16.
  var signedDigits: SignedDigits { SignedDigits(self) }
}
