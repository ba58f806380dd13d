// Multiplication and squaring modulo 2^255 - 19. A product of limbs i and j with i + j >= 5 counts
// 2^(255 + 51 (i + j - 5)), so it is added 19-fold to limb i + j - 5.

extension FieldElement {
  /// The product.
  ///
  /// Limbs are below 2^52, so a column is below 2^104 * (1 + 4 * 19) < 2^111.
  package static func * (a: Self, b: Self) -> Self {
    let b1 = b.l1 &* 19
    let b2 = b.l2 &* 19
    let b3 = b.l3 &* 19
    let b4 = b.l4 &* 19
    return Self(
      columns: wide(a.l0, b.l0) &+ wide(a.l1, b4) &+ wide(a.l2, b3) &+ wide(a.l3, b2)
        &+ wide(a.l4, b1),
      wide(a.l0, b.l1) &+ wide(a.l1, b.l0) &+ wide(a.l2, b4) &+ wide(a.l3, b3) &+ wide(a.l4, b2),
      wide(a.l0, b.l2) &+ wide(a.l1, b.l1) &+ wide(a.l2, b.l0) &+ wide(a.l3, b4) &+ wide(a.l4, b3),
      wide(a.l0, b.l3) &+ wide(a.l1, b.l2) &+ wide(a.l2, b.l1) &+ wide(a.l3, b.l0)
        &+ wide(a.l4, b4),
      wide(a.l0, b.l4) &+ wide(a.l1, b.l3) &+ wide(a.l2, b.l2) &+ wide(a.l3, b.l1)
        &+ wide(a.l4, b.l0))
  }

  /// The square: the product with equal factors, mixed products computed once and doubled.
  package func squared() -> Self {
    let double0 = l0 &* 2
    let double1 = l1 &* 2
    let fold3 = l3 &* 19
    let fold4 = l4 &* 19
    return Self(
      columns: wide(l0, l0) &+ wide(double1, fold4) &+ wide(l2 &* 2, fold3),
      wide(double0, l1) &+ wide(l2 &* 2, fold4) &+ wide(l3, fold3),
      wide(double0, l2) &+ wide(l1, l1) &+ wide(l3 &* 2, fold4),
      wide(double0, l3) &+ wide(double1, l2) &+ wide(l4, fold4),
      wide(double0, l4) &+ wide(double1, l3) &+ wide(l2, l2))
  }

  /// The result of squaring `count` times.
  func squared(times count: Int) -> Self {
    var result = self
    for _ in 0..<count { result = result.squared() }
    return result
  }

  /// Carries 128-bit columns below 2^111 into limbs.
  ///
  /// A carry is below 2^60. The last one counts 19-fold, below 2^59 * 19 < 2^64 because the top
  /// column has no folded product (below 2^107, with the carry); it leaves limb 1 below 2^52.
  @inline(__always)
  private init(columns c0: UInt128, _ c1: UInt128, _ c2: UInt128, _ c3: UInt128, _ c4: UInt128) {
    let mask = Self.limbMask
    let d1 = c1 &+ (c0 &>> 51)
    let d2 = c2 &+ (d1 &>> 51)
    let d3 = c3 &+ (d2 &>> 51)
    let d4 = c4 &+ (d3 &>> 51)
    let low = (low64(c0) & mask) &+ low64(d4 &>> 51) &* 19
    self.init(
      low & mask, (low64(d1) & mask) &+ (low &>> 51), low64(d2) & mask, low64(d3) & mask,
      low64(d4) & mask)
  }
}

/// The full product of two words.
@inline(__always)
private func wide(_ a: UInt64, _ b: UInt64) -> UInt128 {
  UInt128(truncatingIfNeeded: a) &* UInt128(truncatingIfNeeded: b)
}

/// The low word; the callers have bounded or mean to drop the rest.
@inline(__always)
private func low64(_ value: UInt128) -> UInt64 { UInt64(truncatingIfNeeded: value) }
