// The right-hand operand of point additions with its factors computed in advance, and tables of
// such operands. Reading a table touches every entry, whichever is wanted.

/// A point prepared for being added: Y + X, Y - X, 2Z and 2dT.
struct CachedPoint: Sendable {
  var yPlusX: FieldElement
  var yMinusX: FieldElement
  var doubleZ: FieldElement
  var doubleDT: FieldElement

  /// The neutral element (0, 1), prepared by hand.
  static var identity: Self {
    Self(yPlusX: .one, yMinusX: .one, doubleZ: .one + .one, doubleDT: .zero)
  }

  private init(
    yPlusX: FieldElement, yMinusX: FieldElement, doubleZ: FieldElement, doubleDT: FieldElement
  ) {
    self.yPlusX = yPlusX
    self.yMinusX = yMinusX
    self.doubleZ = doubleZ
    self.doubleDT = doubleDT
  }

  /// Prepares a point.
  init(_ point: EdwardsPoint) {
    yPlusX = point.y + point.x
    yMinusX = point.y - point.x
    doubleZ = point.z + point.z
    doubleDT = point.t * .doubleCurveD
  }

  /// Becomes `other` when the condition is true.
  @inline(__always)
  mutating func assign(_ other: Self, where mask: Mask) {
    yPlusX.assign(other.yPlusX, where: mask)
    yMinusX.assign(other.yMinusX, where: mask)
    doubleZ.assign(other.doubleZ, where: mask)
    doubleDT.assign(other.doubleDT, where: mask)
  }

  /// Becomes its negative, which swaps Y + X with Y - X, when the condition is true.
  @inline(__always)
  mutating func negate(where mask: Mask) {
    let before = self
    yPlusX.assign(before.yMinusX, where: mask)
    yMinusX.assign(before.yPlusX, where: mask)
    doubleDT.assign(-before.doubleDT, where: mask)
  }
}

/// The multiples 1 to 8 of a point, prepared for being added.
struct PointTable {
  private var multiples: InlineArray<8, CachedPoint>

  /// Computes the multiples of a point.
  init(_ point: EdwardsPoint) {
    let single = CachedPoint(point)
    multiples = InlineArray(repeating: single)
    var multiple = point
    for index in 1..<8 {
      multiple = multiple + single
      multiples[index] = CachedPoint(multiple)
    }
  }

  /// The multiple for a secret digit between -8 and 8.
  ///
  /// Reads all eight entries and keeps one by masks, then negates by a mask.
  func multiple(_ digit: Int64) -> CachedPoint {
    let sign = digit &>> 63
    let magnitude = UInt64(bitPattern: (digit ^ sign) &- sign)
    var result = CachedPoint.identity
    let entries = multiples.span  // Indexing the array itself would copy all of it each time.
    for index in 0..<8 {
      result.assign(entries[index], where: Mask(isEqual: magnitude, UInt64(index) &+ 1))
    }
    result.negate(where: Mask(isNegative: digit))
    return result
  }
}
