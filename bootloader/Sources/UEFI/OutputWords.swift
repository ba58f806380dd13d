// Results that firmware functions write through pointers: four words in one place, so that a call
// needs one pointer whose life is plain to see.

/// Four words that a firmware function reads and writes through pointers.
struct OutputWords {
  private var words: InlineArray<4, UInt64>

  init(_ first: UInt64 = 0) {
    words = [first, 0, 0, 0]
  }

  /// The word at an index below 4.
  subscript(index: Int) -> UInt64 { words[index] }

  /// Runs `body` with the address of the first word; the others follow at distances of 8.
  ///
  /// The address is valid until `body` returns.
  mutating func withAddress(_ body: (UInt64) -> Status) -> Status {
    var span = words.mutableSpan
    // SAFETY: only the address leaves, as a number, and the callers pass it to one firmware call
    // that returns before `body` does.
    return unsafe span.withUnsafeMutableBufferPointer { buffer in
      body(UInt64(UInt(bitPattern: buffer.baseAddress)))
    }
  }
}
