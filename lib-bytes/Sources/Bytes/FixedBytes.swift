// A byte array whose length is part of its type: digests, keys, seeds, padded names.

/// Exactly `count` bytes, stored in place.
///
/// The two span accessors must be inlined into their callers. Otherwise the compiler (6.3.1,
/// Embedded) may specialise them in another module to take the value in registers, and the span
/// they return points to a copy in their own dead frame: comparisons then give any answer.
public struct FixedBytes<let count: Int>: BitwiseCopyable, Sendable {
  @usableFromInline var storage: InlineArray<count, UInt8>

  /// All bytes zero.
  public init() {
    storage = InlineArray(repeating: 0)
  }

  /// Takes over an inline array.
  public init(_ bytes: InlineArray<count, UInt8>) {
    storage = bytes
  }

  /// Copies a span of exactly `count` bytes.
  ///
  /// - Throws: `BytesError.truncated` for a shorter span, `BytesError.trailing` for a longer one.
  public init(copying source: RawSpan) throws(BytesError) {
    guard source.byteCount >= count else {
      throw .truncated(offset: 0, needed: count, available: source.byteCount)
    }
    guard source.byteCount == count else {
      throw .trailing(offset: count, count: source.byteCount - count)
    }
    storage = InlineArray(repeating: 0)
    var span = mutableSpan
    var destination = span.mutableRawBytes
    try destination.copy(source, at: 0)
  }

  /// One byte.
  ///
  /// The index must be in `0 ..< count`: a wrong one is a programming error and traps.
  public subscript(index: Int) -> UInt8 {
    get { storage[index] }
    set { storage[index] = newValue }
  }

  /// The bytes for reading, in place.
  @inlinable
  public var rawBytes: RawSpan {
    @inline(__always)
    @_lifetime(borrow self)
    get { storage.span.rawBytes }
  }

  /// The bytes for writing, in place.
  @inlinable
  public var mutableSpan: MutableSpan<UInt8> {
    @inline(__always)
    @_lifetime(&self)
    mutating get { storage.mutableSpan }
  }
}

extension FixedBytes: Equatable {
  /// Whether all bytes agree.
  ///
  /// Takes time that depends on the contents: see `hasSameBytes(as:)`.
  public static func == (first: Self, second: Self) -> Bool {
    first.rawBytes.hasSameBytes(as: second.rawBytes)
  }
}
