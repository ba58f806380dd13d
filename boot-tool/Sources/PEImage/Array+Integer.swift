// Appending little-endian numbers to a byte array.

extension [UInt8] {
  /// Appends `value`, lowest byte first.
  mutating func appendInteger<Integer: FixedWidthInteger>(_ value: Integer) {
    for shift in stride(from: 0, to: Integer.bitWidth, by: 8) {
      // Each byte is cut out of the number on purpose.
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// Appends zeros up to `count` bytes.
  mutating func pad(to count: Int) {
    append(contentsOf: repeatElement(0, count: Swift.max(0, count - self.count)))
  }
}
