// The rotation that the hash functions are made of (FIPS 180-4 section 3.2).

extension FixedWidthInteger {
  /// The value rotated right; `count` is between 1 and the width less one.
  @inline(__always)
  func rotatedRight(by count: Self) -> Self {
    (self &>> count) | (self &<< (Self(Self.bitWidth) &- count))
  }
}
