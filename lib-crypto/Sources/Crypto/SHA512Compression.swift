// The SHA-512 compression function (FIPS 180-4 section 6.4.2). Nothing here sees a partial block
// or padding.

import Bytes

/// The eight state words of SHA-512 and the rounds that mix blocks into them.
///
/// The sixteen rounds between two expansions of the message schedule are written out with the
/// roles of the words rotated, so that no word moves and every schedule index is a constant.
struct SHA512Compression: BlockCompression {
  private var state: InlineArray<8, UInt64>

  /// The first 64 bits of the fractional parts of the square roots of the first eight primes
  /// (FIPS 180-4 section 5.3.5).
  init() {
    state = [
      0x6a09_e667_f3bc_c908, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1,
      0x510e_527f_ade6_82d1, 0x9b05_688c_2b3e_6c1f, 0x1f83_d9ab_fb41_bd6b, 0x5be0_cd19_137e_2179,
    ]
  }

  /// The state as the digest: the words in order, most significant byte first.
  var digest: FixedBytes<64> {
    var digest = FixedBytes<64>()
    for index in 0..<8 { digest.store(state[index].byteSwapped, at: index * 8) }
    return digest
  }

  mutating func compress(_ blocks: RawSpan) {
    for offset in stride(from: 0, to: blocks.byteCount, by: 128) {
      var schedule = InlineArray<16, UInt64> { blocks.bigEndianWord(at: offset + 8 * $0) }
      var words = state
      Self.sixteenRounds(&words, schedule, constantsFrom: 0)
      for firstRound in stride(from: 16, to: 80, by: 16) {
        Self.expand(&schedule)
        Self.sixteenRounds(&words, schedule, constantsFrom: firstRound)
      }
      for index in 0..<8 { state[index] &+= words[index] }
    }
  }

  /// Replaces the sixteen schedule words by the next sixteen (step 1 of the section).
  @inline(__always)
  private static func expand(_ w: inout InlineArray<16, UInt64>) {
    for index in 0..<16 {
      let early = w[(index + 1) & 15]
      let late = w[(index + 14) & 15]
      let sigma0 = early.rotatedRight(by: 1) ^ early.rotatedRight(by: 8) ^ (early &>> 7)
      let sigma1 = late.rotatedRight(by: 19) ^ late.rotatedRight(by: 61) ^ (late &>> 6)
      w[index] = w[index] &+ sigma0 &+ w[(index + 9) & 15] &+ sigma1
    }
  }

  @inline(__always)
  private static func sixteenRounds(
    _ words: inout InlineArray<8, UInt64>, _ w: borrowing InlineArray<16, UInt64>,
    constantsFrom first: Int
  ) {
    var (a, b, c, d) = (words[0], words[1], words[2], words[3])
    var (e, f, g, h) = (words[4], words[5], words[6], words[7])
    let k = sha512RoundConstants.span
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
  /// The rotations are nested, `x ^ (x ^ (x >>> 23) >>> 4) >>> 14`, and the choice and majority
  /// functions are in the forms with the fewest operations; both equal the formulas of
  /// section 4.1.3.
  @inline(__always)
  private static func round(
    _ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: inout UInt64,
    _ e: UInt64, _ f: UInt64, _ g: UInt64, _ h: inout UInt64, _ input: UInt64
  ) {
    let sum1 = (e ^ (e ^ e.rotatedRight(by: 23)).rotatedRight(by: 4)).rotatedRight(by: 14)
    let sum0 = (a ^ (a ^ a.rotatedRight(by: 5)).rotatedRight(by: 6)).rotatedRight(by: 28)
    let choice = g ^ (e & (f ^ g))
    let majority = (a & b) | (c & (a | b))
    h = h &+ sum1 &+ choice &+ input
    d = d &+ h
    h = h &+ sum0 &+ majority
  }
}
