// Loads and stores at offsets that this library computes itself. A wrong offset is a bug of this
// library and traps; offsets that come from outside never reach these functions.

import Bytes

extension RawSpan {
  /// Loads a little-endian integer from an offset known to be inside the span.
  @inline(__always)
  func word<Word: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Word.Type = Word.self
  ) -> Word {
    guard let value = try? integer(at: offset, as: Word.self) else {
      preconditionFailure("the caller computed an offset outside the span")
    }
    return value
  }

  /// Loads a big-endian integer from an offset known to be inside the span.
  @inline(__always)
  func bigEndianWord<Word: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Word.Type = Word.self
  ) -> Word {
    word(at: offset, as: Word.self).byteSwapped
  }

  /// The bytes of a range known to be inside the span.
  @inline(__always)
  @_lifetime(copy self)
  func part(_ range: Range<Int>) -> RawSpan { extracting(range) }
}

extension FixedBytes {
  /// Stores a little-endian integer at an offset known to be inside the array.
  @inline(__always)
  mutating func store<Word: FixedWidthInteger & BitwiseCopyable>(_ value: Word, at offset: Int) {
    var span = mutableSpan
    var bytes = span.mutableRawBytes
    guard (try? bytes.store(value, at: offset)) != nil else {
      preconditionFailure("the caller computed an offset outside the array")
    }
  }

  /// Copies a span to an offset where it is known to fit.
  @inline(__always)
  mutating func copy(_ source: RawSpan, at offset: Int) {
    var span = mutableSpan
    var bytes = span.mutableRawBytes
    guard (try? bytes.copy(source, at: offset)) != nil else {
      preconditionFailure("the caller computed a range outside the array")
    }
  }
}

extension MutableRawSpan {
  /// Copies a span to an offset where it is known to fit.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func place(_ source: RawSpan, at offset: Int) {
    guard (try? copy(source, at: offset)) != nil else {
      preconditionFailure("the caller computed a range outside the span")
    }
  }
}
