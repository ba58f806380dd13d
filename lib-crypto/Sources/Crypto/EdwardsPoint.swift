// Points of edwards25519 in extended homogeneous coordinates (RFC 8032 section 5.1.4). The
// formulas are complete: they hold for all pairs of points and never branch.

/// A point of the curve: x = X/Z, y = Y/Z, xy = T/Z.
struct EdwardsPoint: Sendable {
  var x: FieldElement
  var y: FieldElement
  var z: FieldElement
  var t: FieldElement

  /// The neutral element (0, 1).
  static var identity: Self { Self(x: .zero, y: .one, z: .one, t: .zero) }

  /// The base point B, of prime order L.
  static var base: Self { Self(affineX: .baseX, y: .baseY) }

  /// Takes affine coordinates of a point of the curve.
  init(affineX x: FieldElement, y: FieldElement) {
    self.init(x: x, y: y, z: .one, t: x * y)
  }

  private init(x: FieldElement, y: FieldElement, z: FieldElement, t: FieldElement) {
    self.x = x
    self.y = y
    self.z = z
    self.t = t
  }

  /// Finishes an addition: X = EF, Y = GH, Z = FG, T = EH.
  @inline(__always)
  private init(e: FieldElement, f: FieldElement, g: FieldElement, h: FieldElement) {
    self.init(x: e * f, y: g * h, z: f * g, t: e * h)
  }

  /// The negative (-x, y).
  static prefix func - (point: Self) -> Self {
    Self(x: -point.x, y: point.y, z: point.z, t: -point.t)
  }

  /// The sum (section 5.1.4, with the factors of the second point prepared).
  static func + (first: Self, second: CachedPoint) -> Self {
    let a = (first.y - first.x) * second.yMinusX
    let b = (first.y + first.x) * second.yPlusX
    let c = first.t * second.doubleDT
    let d = first.z * second.doubleZ
    return Self(e: b - a, f: d - c, g: d + c, h: b + a)
  }

  /// Twice the point (section 5.1.4; all of E, F, G, H with the opposite sign).
  func doubled() -> Self {
    let a = x.squared()
    let b = y.squared()
    let c = z.squared()
    let h = a + b
    let e = (x + y).squared() - h
    let g = b - a
    return Self(e: e, f: c + c - g, g: g, h: h)
  }

  /// Twice the point, `count` times over.
  func doubled(times count: Int) -> Self {
    var result = self
    for _ in 0..<count { result = result.doubled() }
    return result
  }

  /// Whether the point is (0, 1); for public points only.
  var isIdentity: Bool { x.isZero && (y - z).isZero }
}
