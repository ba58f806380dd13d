// The 32-byte form of points (RFC 8032 sections 5.1.2 and 5.1.3): y, and the lowest bit of x in
// the top bit. Decoding accepts exactly what encoding produces.

import Bytes

/// Why 32 bytes are not the encoding of a point.
enum PointDecodingError: Error {
  /// y is p or more, or x is 0 and its sign bit is set: another encoding stands for the point.
  case nonCanonical
  /// No point of the curve has this y.
  case notOnCurve
}

extension EdwardsPoint {
  /// The encoding, in a time that does not depend on the point.
  var encoded: FixedBytes<32> {
    let inverse = z.inverted
    var bytes = (y * inverse).encoded
    bytes[31] |= UInt8(truncatingIfNeeded: (x * inverse).isOdd &<< 7)  // One bit, moved to bit 7.
    return bytes
  }

  /// Decodes a public point.
  ///
  /// From -x^2 + y^2 = 1 + d x^2 y^2 follows x^2 = (y^2 - 1) / (d y^2 + 1); the denominator is
  /// never 0 because -1/d is not a square.
  init(decoding bytes: FixedBytes<32>) throws(PointDecodingError) {
    let y = FieldElement(bytes)
    let sign = UInt64(bytes[31] &>> 7)
    var canonical = y.encoded
    canonical[31] |= bytes[31] & 0x80
    guard canonical == bytes else { throw .nonCanonical }

    let ySquared = y.squared()
    let numerator = ySquared - .one
    let denominator = .curveD * ySquared + .one
    guard let root = FieldElement.squareRoot(of: numerator, over: denominator) else {
      throw .notOnCurve
    }
    guard !root.isZero || sign == 0 else { throw .nonCanonical }
    self.init(affineX: root.isOdd == sign ? root : -root, y: y)
  }

  /// Whether the point's order divides the cofactor 8; for public points only.
  var hasSmallOrder: Bool { doubled(times: 3).isIdentity }
}
