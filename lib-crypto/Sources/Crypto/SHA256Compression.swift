// The SHA-256 compression function (FIPS 180-4 section 6.2.2). Nothing here sees a partial block
// or padding.

import Bytes

/// The eight state words of SHA-256 and the rounds that mix blocks into them.
///
/// The sixteen rounds between two expansions of the message schedule are written out with the
/// roles of the words rotated, so that no word moves and every schedule index is a constant.
struct SHA256Compression: BlockCompression {
  private var state: InlineArray<8, UInt32>

  /// The first 32 bits of the fractional parts of the square roots of the first eight primes
  /// (FIPS 180-4 section 5.3.3).
  init() {
    state = [
      0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
      0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
  }

  /// The state as the digest: the words in order, most significant byte first.
  var digest: FixedBytes<32> {
    var digest = FixedBytes<32>()
    for index in 0..<8 { digest.store(state[index].byteSwapped, at: index * 4) }
    return digest
  }

  mutating func compress(_ blocks: RawSpan) {
    for offset in stride(from: 0, to: blocks.byteCount, by: 64) {
      var schedule = InlineArray<16, UInt32> { blocks.bigEndianWord(at: offset + 4 * $0) }
      var words = state
      Self.sixteenRounds(&words, schedule, constantsFrom: 0)
      for firstRound in stride(from: 16, to: 64, by: 16) {
        Self.expand(&schedule)
        Self.sixteenRounds(&words, schedule, constantsFrom: firstRound)
      }
      for index in 0..<8 { state[index] &+= words[index] }
    }
  }

  /// Replaces the sixteen schedule words by the next sixteen (step 1 of the section).
  @inline(__always)
  private static func expand(_ w: inout InlineArray<16, UInt32>) {
    for index in 0..<16 {
      let early = w[(index + 1) & 15]
      let late = w[(index + 14) & 15]
      let sigma0 = early.rotatedRight(by: 7) ^ early.rotatedRight(by: 18) ^ (early &>> 3)
      let sigma1 = late.rotatedRight(by: 17) ^ late.rotatedRight(by: 19) ^ (late &>> 10)
      w[index] = w[index] &+ sigma0 &+ w[(index + 9) & 15] &+ sigma1
    }
  }

  @inline(__always)
  private static func sixteenRounds(
    _ words: inout InlineArray<8, UInt32>, _ w: borrowing InlineArray<16, UInt32>,
    constantsFrom first: Int
  ) {
    var (a, b, c, d) = (words[0], words[1], words[2], words[3])
    var (e, f, g, h) = (words[4], words[5], words[6], words[7])
    let k = sha256RoundConstants.span
    round(a, b, c, &d, e, f, g, &h, k[first] &+ w[0])
    round(h, a, b, &c, d, e, f, &g, k[first + 1] &+ w[1])
    round(g, h, a, &b, c, d, e, &f, k[first + 2] &+ w[2])
    round(f, g, h, &a, b, c, d, &e, k[first + 3] &+ w[3])
    round(e, f, g, &h, a, b, c, &d, k[first + 4] &+ w[4])
    round(d, e, f, &g, h, a, b, &c, k[first + 5] &+ w[5])
    round(c, d, e, &f, g, h, a, &b, k[first + 6] &+ w[6])
    round(b, c, d, &e, f, g, h, &a, k[first + 7] &+ w[7])
    round(a, b, c, &d, e, f, g, &h, k[first + 8] &+ w[8])
    round(h, a, b, &c, d, e, f, &g, k[first + 9] &+ w[9])
    round(g, h, a, &b, c, d, e, &f, k[first + 10] &+ w[10])
    round(f, g, h, &a, b, c, d, &e, k[first + 11] &+ w[11])
    round(e, f, g, &h, a, b, c, &d, k[first + 12] &+ w[12])
    round(d, e, f, &g, h, a, b, &c, k[first + 13] &+ w[13])
    round(c, d, e, &f, g, h, a, &b, k[first + 14] &+ w[14])
    round(b, c, d, &e, f, g, h, &a, k[first + 15] &+ w[15])
    words = [a, b, c, d, e, f, g, h]
  }

  /// One round (step 3 of the section): `d` and `h` take the new values, the caller rotates roles.
  ///
  /// The rotations are nested, `x ^ (x ^ (x >>> 14) >>> 5) >>> 6`, and the choice and majority
  /// functions are in the forms with the fewest operations; both equal the formulas of
  /// section 4.1.2.
  @inline(__always)
  private static func round(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32,
    _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: inout UInt32, _ input: UInt32
  ) {
    let sum1 = (e ^ (e ^ e.rotatedRight(by: 14)).rotatedRight(by: 5)).rotatedRight(by: 6)
    let sum0 = (a ^ (a ^ a.rotatedRight(by: 9)).rotatedRight(by: 11)).rotatedRight(by: 2)
    let choice = g ^ (e & (f ^ g))
    let majority = (a & b) | (c & (a | b))
    h = h &+ sum1 &+ choice &+ input
    d = d &+ h
    h = h &+ sum0 &+ majority
  }
}
