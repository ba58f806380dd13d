// Montgomery multiplication modulo L with R = 2^256, and the constants it needs.

extension Scalar {
  /// The order L of the base point.
  package static var order: Words {
    [0x5812_631a_5cf5_d3ed, 0x14de_f9de_a2f7_9cd6, 0, 0x1000_0000_0000_0000]
  }

  /// R modulo L.
  package static var r: Words {
    [
      0xd6ec_3174_8d98_951d, 0xc6ef_5bf4_737d_cf70, 0xffff_ffff_ffff_fffe, 0x0fff_ffff_ffff_ffff,
    ]
  }

  /// R^2 modulo L.
  package static var rSquared: Words {
    [
      0xa406_11e3_449c_0f01, 0xd00e_1ba7_6885_9347, 0xceec_73d2_17f5_be65, 0x0399_411b_7c30_9a3d,
    ]
  }

  /// -1/L modulo 2^64.
  package static var minusInverseOfOrder: UInt64 { 0xd2b5_1da3_1254_7e1b }

  /// The product divided by R, modulo L.
  ///
  /// One factor is below 2^256 and the other below L, so each partial sum stays below 2^320 and
  /// the result below 2L before the last subtraction.
  static func montgomeryProduct(_ a: Words, _ b: Words) -> Words {
    let order = order
    var sum = InlineArray<5, UInt64>(repeating: 0)
    for i in 0..<4 {
      // sum + a[i] * b + m * L is divisible by 2^64 by the choice of m; the shift divides.
      let m = (sum[0] &+ a[i] &* b[0]) &* minusInverseOfOrder
      var carry: UInt64 = 0
      var orderCarry: UInt64 = 0
      for j in 0..<4 {
        let (low, high) = multiplyAdd(a[i], b[j], sum[j], carry)
        carry = high
        let (shifted, orderHigh) = multiplyAdd(m, order[j], low, orderCarry)
        orderCarry = orderHigh
        if j > 0 { sum[j - 1] = shifted }
      }
      let (top, overflow) = add(carry, orderCarry, 0)
      let (word, second) = add(sum[4], top, 0)
      sum[3] = word
      sum[4] = overflow &+ second
    }
    return reduceOnce([sum[0], sum[1], sum[2], sum[3]])
  }

  /// Subtracts L from a number below 2L unless that would borrow, by a mask.
  static func reduceOnce(_ words: Words) -> Words {
    let (difference, borrow) = subtractOrder(words)
    let keep = Mask(bit: borrow)
    return Words { keep.select(words[$0], difference[$0]) }
  }

  /// The difference from L modulo 2^256, and 1 when the number was below L.
  static func subtractOrder(_ words: Words) -> (difference: Words, borrow: UInt64) {
    let order = order
    var difference = Words(repeating: 0)
    var borrow: UInt64 = 0
    for index in 0..<4 {
      let wide =
        UInt128(truncatingIfNeeded: words[index]) &- UInt128(truncatingIfNeeded: order[index])
        &- UInt128(truncatingIfNeeded: borrow)
      difference[index] = UInt64(truncatingIfNeeded: wide)
      borrow = UInt64(truncatingIfNeeded: wide &>> 127)
    }
    return (difference, borrow)
  }

  /// `a + b + carry` as a word and a carry.
  static func add(_ a: UInt64, _ b: UInt64, _ carry: UInt64) -> (UInt64, UInt64) {
    multiplyAdd(a, 1, b, carry)
  }

  /// `a * b + c + d`, which always fits two words.
  @inline(__always)
  private static func multiplyAdd(
    _ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64
  ) -> (low: UInt64, high: UInt64) {
    let wide =
      UInt128(truncatingIfNeeded: a) &* UInt128(truncatingIfNeeded: b)
      &+ UInt128(truncatingIfNeeded: c) &+ UInt128(truncatingIfNeeded: d)
    return (UInt64(truncatingIfNeeded: wide), UInt64(truncatingIfNeeded: wide &>> 64))
  }
}
