// The 32-byte little-endian form of field elements (RFC 8032 section 5.1.2), and the questions
// that only the smallest representation answers.

package import Bytes

extension FieldElement {
  /// Reads 255 bits; the top bit of the last byte is the caller's and is ignored.
  ///
  /// Values from p to 2^255 - 1 are taken modulo p: a caller who must refuse them compares with
  /// `encoded`.
  package init(_ bytes: FixedBytes<32>) {
    let source = bytes.rawBytes
    let w0: UInt64 = source.word(at: 0)
    let w1: UInt64 = source.word(at: 8)
    let w2: UInt64 = source.word(at: 16)
    let w3: UInt64 = source.word(at: 24)
    let mask = Self.limbMask
    self.init(
      w0 & mask, (w0 &>> 51 | w1 &<< 13) & mask, (w1 &>> 38 | w2 &<< 26) & mask,
      (w2 &>> 25 | w3 &<< 39) & mask, (w3 &>> 12) & mask)
  }

  /// The value in its smallest representation.
  ///
  /// After one carry the value is below 2p. It is at least p exactly when adding 19 carries out of
  /// bit 255; that carry, counted 19-fold, is what the reduction adds before it drops bit 255.
  private var reduced: Self {
    let mask = Self.limbMask
    var r = Self(carrying: l0, l1, l2, l3, l4)
    var carry = (r.l0 &+ 19) &>> 51
    carry = (r.l1 &+ carry) &>> 51
    carry = (r.l2 &+ carry) &>> 51
    carry = (r.l3 &+ carry) &>> 51
    carry = (r.l4 &+ carry) &>> 51
    r.l0 &+= carry &* 19
    r.l1 &+= r.l0 &>> 51
    r.l2 &+= r.l1 &>> 51
    r.l3 &+= r.l2 &>> 51
    r.l4 &+= r.l3 &>> 51
    return Self(r.l0 & mask, r.l1 & mask, r.l2 & mask, r.l3 & mask, r.l4 & mask)
  }

  /// The smallest representation as 32 bytes, least significant first; the top bit is zero.
  package var encoded: FixedBytes<32> {
    let r = reduced
    var bytes = FixedBytes<32>()
    bytes.store(r.l0 | r.l1 &<< 51, at: 0)
    bytes.store(r.l1 &>> 13 | r.l2 &<< 38, at: 8)
    bytes.store(r.l2 &>> 26 | r.l3 &<< 25, at: 16)
    bytes.store(r.l3 &>> 39 | r.l4 &<< 12, at: 24)
    return bytes
  }

  /// Whether the value is 0 modulo p.
  var isZero: Bool {
    let r = reduced
    return r.l0 | r.l1 | r.l2 | r.l3 | r.l4 == 0
  }

  /// The lowest bit of the smallest representation: the "sign" of RFC 8032 section 5.1.2.
  var isOdd: UInt64 { reduced.l0 & 1 }
}
