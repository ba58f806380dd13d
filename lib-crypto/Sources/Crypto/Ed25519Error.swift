// What is wrong with a public key or a signature. Private keys have no errors: every seed is one.

/// Why a public key or a signature was refused.
///
/// Keys and signatures are public, so the reason may be told to anyone.
public enum Ed25519Error: Error, Equatable, Sendable {
  /// The key is not the one canonical encoding of its point: y >= p, or x = 0 with the sign bit.
  case nonCanonicalKey
  /// No point of the curve has the key's y.
  case keyNotOnCurve
  /// The key's point has an order of 1, 2, 4 or 8: signatures under it prove nothing.
  case smallOrderKey
  /// R is not the one canonical encoding of its point: y >= p, or x = 0 with the sign bit.
  case nonCanonicalR
  /// No point of the curve has the y of R.
  case rNotOnCurve
  /// S is not below the group order L (RFC 8032 section 5.1.7 step 1).
  case scalarOutOfRange
  /// Everything is well formed, and R differs from [S]B - [k]A.
  case mismatch
}
