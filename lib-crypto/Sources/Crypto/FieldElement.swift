// Integers modulo p = 2^255 - 19 in five limbs of 51 bits: the field of edwards25519 (RFC 8032
// section 5.1). Every operation takes the same time for all values.

/// An element of the field of edwards25519, not necessarily in its smallest representation.
///
/// ## Invariants
/// - Every limb is below 2^52. All operations accept and restore this; limb `i` counts 2^(51 i).
package struct FieldElement: Sendable {
  var l0: UInt64
  var l1: UInt64
  var l2: UInt64
  var l3: UInt64
  var l4: UInt64

  /// Takes limbs that are below 2^52 each.
  @inline(__always)
  package init(_ l0: UInt64, _ l1: UInt64, _ l2: UInt64, _ l3: UInt64, _ l4: UInt64) {
    self.l0 = l0
    self.l1 = l1
    self.l2 = l2
    self.l3 = l3
    self.l4 = l4
  }

  /// The neutral element of addition.
  static var zero: Self { Self(0, 0, 0, 0, 0) }

  /// The neutral element of multiplication.
  static var one: Self { Self(1, 0, 0, 0, 0) }

  /// Takes limbs of any size and carries each limb's bits above 51 into the next one.
  ///
  /// The carry out of the top limb counts 2^255 = 19 (mod p). A carry is below 2^13, so the limbs
  /// end below 2^51 + 19 * 2^13 < 2^52.
  @inline(__always)
  init(carrying l0: UInt64, _ l1: UInt64, _ l2: UInt64, _ l3: UInt64, _ l4: UInt64) {
    let mask = Self.limbMask
    self.init(
      (l0 & mask) &+ (l4 &>> 51) &* 19,
      (l1 & mask) &+ (l0 &>> 51),
      (l2 & mask) &+ (l1 &>> 51),
      (l3 & mask) &+ (l2 &>> 51),
      (l4 & mask) &+ (l3 &>> 51))
  }

  /// The 51 bits of a limb.
  static var limbMask: UInt64 { (1 << 51) - 1 }

  /// The sum.
  @inline(__always)
  package static func + (a: Self, b: Self) -> Self {
    Self(carrying: a.l0 &+ b.l0, a.l1 &+ b.l1, a.l2 &+ b.l2, a.l3 &+ b.l3, a.l4 &+ b.l4)
  }

  /// The difference.
  ///
  /// Adds 4p first, whose limbs 2^53 - 76 and 2^53 - 4 exceed every limb of `b`: nothing borrows.
  @inline(__always)
  package static func - (a: Self, b: Self) -> Self {
    let low: UInt64 = (1 << 53) - 76
    let rest: UInt64 = (1 << 53) - 4
    return Self(
      carrying: a.l0 &+ low &- b.l0, a.l1 &+ rest &- b.l1, a.l2 &+ rest &- b.l2,
      a.l3 &+ rest &- b.l3, a.l4 &+ rest &- b.l4)
  }

  /// The negative.
  static prefix func - (a: Self) -> Self { zero - a }

  /// Becomes `other` when the condition is true.
  @inline(__always)
  mutating func assign(_ other: Self, where mask: Mask) {
    l0 = mask.select(other.l0, l0)
    l1 = mask.select(other.l1, l1)
    l2 = mask.select(other.l2, l2)
    l3 = mask.select(other.l3, l3)
    l4 = mask.select(other.l4, l4)
  }
}
