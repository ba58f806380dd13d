// Scalar multiplication in signed digits of four bits. The sequence of operations is the same for
// all scalars: the scalars of signing are secret, and verification gains little from an own way.

extension EdwardsPoint {
  /// The multiple `scalar * point`.
  static func multiple(_ scalar: Scalar, of point: Self) -> Self {
    let table = PointTable(point)
    let digits = scalar.signedDigits
    var result = identity
    for index in (0..<SignedDigits.count).reversed() {
      result = result.doubled(times: 4) + table.multiple(digits[index])
    }
    return result
  }

  /// The sum `first * firstPoint + second * secondPoint`, with the doublings shared.
  static func sum(
    _ first: Scalar, of firstPoint: Self, _ second: Scalar, of secondPoint: Self
  ) -> Self {
    let firstTable = PointTable(firstPoint)
    let secondTable = PointTable(secondPoint)
    let firstDigits = first.signedDigits
    let secondDigits = second.signedDigits
    var result = identity
    for index in (0..<SignedDigits.count).reversed() {
      result =
        result.doubled(times: 4) + firstTable.multiple(firstDigits[index])
        + secondTable.multiple(secondDigits[index])
    }
    return result
  }
}
