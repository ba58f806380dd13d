// A cursor that writes little-endian fields one after another. It never passes the end of its span
// and writes nothing when a field does not fit.

/// Writes fields in order into a span of bytes.
public struct ByteWriter: ~Copyable, ~Escapable {
  private var bytes: MutableRawSpan
  /// Offset of the next byte to write, at most the length of the span.
  public private(set) var offset: Int

  /// Starts writing at the first byte.
  @_lifetime(copy bytes)
  public init(_ bytes: consuming MutableRawSpan) {
    self.bytes = bytes
    offset = 0
  }

  /// How many bytes still fit.
  public var remaining: Int { bytes.byteCount - offset }

  /// Writes one integer in little-endian order.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  @_lifetime(self: copy self)
  public mutating func write<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ value: Integer
  ) throws(BytesError) {
    try bytes.store(value, at: offset)
    offset += MemoryLayout<Integer>.size
  }

  /// Writes all bytes of `source`.
  ///
  /// - Throws: `BytesError.full` when they do not fit.
  @_lifetime(self: copy self)
  public mutating func write(bytes source: RawSpan) throws(BytesError) {
    try bytes.copy(source, at: offset)
    offset += source.byteCount
  }

  /// Writes a fixed-size array.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  @_lifetime(self: copy self)
  public mutating func write<let count: Int>(_ value: FixedBytes<count>) throws(BytesError) {
    try write(bytes: value.rawBytes)
  }

  /// Writes `count` zero bytes.
  ///
  /// - Throws: `BytesError.full` when they do not fit.
  @_lifetime(self: copy self)
  public mutating func writeZeros(_ count: Int) throws(BytesError) {
    try bytes.zero(at: offset, count: count)
    offset += count
  }
}
