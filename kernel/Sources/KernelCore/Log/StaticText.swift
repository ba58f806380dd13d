// The bytes of fixed text. One of the accessor files that may be unsafe.

extension StaticString {
  /// One byte of the text; traps outside it.
  func byte(at index: Int) -> UInt8 {
    precondition(index >= 0 && index < utf8CodeUnitCount, "index outside fixed text")
    // SAFETY: literals are stored as bytes for good, and the index is inside (line above).
    return unsafe utf8Start[index]
  }
}
