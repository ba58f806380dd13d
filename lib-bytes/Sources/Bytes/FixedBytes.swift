// A byte array whose length is part of its type: digests, keys, seeds, padded names.

/// Exactly `count` bytes, stored in place.
public struct FixedBytes<let count: Int>: Sendable {
  private var storage: InlineArray<count, UInt8>

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
  public var rawBytes: RawSpan {
    @_lifetime(borrow self)
    get { storage.span.rawBytes }
  }

  /// The bytes for writing, in place.
  public var mutableSpan: MutableSpan<UInt8> {
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
