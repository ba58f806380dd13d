// A cursor that reads little-endian fields one after another. It never passes the end of its span
// and keeps its place when a read fails.

/// Reads fields in order from a span of bytes.
///
/// Every method either consumes exactly what it returns or throws and consumes nothing.
public struct ByteReader: ~Escapable {
  /// All bytes of the input, consumed ones included.
  public let bytes: RawSpan
  /// Offset of the next unread byte, at most `bytes.byteCount`.
  public private(set) var offset: Int

  /// Starts reading at the first byte.
  @_lifetime(copy bytes)
  public init(_ bytes: RawSpan) {
    self.bytes = bytes
    offset = 0
  }

  /// How many bytes are left.
  public var remaining: Int { bytes.byteCount - offset }

  /// Reads one little-endian integer.
  ///
  /// - Throws: `BytesError.truncated` when too few bytes are left.
  @_lifetime(self: copy self)
  public mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
    as type: Integer.Type = Integer.self
  ) throws(BytesError) -> Integer {
    let value = try bytes.integer(at: offset, as: type)
    offset += MemoryLayout<Integer>.size
    return value
  }

  /// Reads one byte.
  ///
  /// - Throws: `BytesError.truncated` at the end.
  @_lifetime(self: copy self)
  public mutating func uint8() throws(BytesError) -> UInt8 { try integer() }

  /// Reads 16 bits.
  ///
  /// - Throws: `BytesError.truncated` when fewer are left.
  @_lifetime(self: copy self)
  public mutating func uint16() throws(BytesError) -> UInt16 { try integer() }

  /// Reads 32 bits.
  ///
  /// - Throws: `BytesError.truncated` when fewer are left.
  @_lifetime(self: copy self)
  public mutating func uint32() throws(BytesError) -> UInt32 { try integer() }

  /// Reads 64 bits.
  ///
  /// - Throws: `BytesError.truncated` when fewer are left.
  @_lifetime(self: copy self)
  public mutating func uint64() throws(BytesError) -> UInt64 { try integer() }

  /// Takes the next `count` bytes without copying them.
  ///
  /// - Throws: `BytesError.truncated` when fewer are left or `count` is negative.
  @_lifetime(copy self)
  public mutating func take(_ count: Int) throws(BytesError) -> RawSpan {
    let taken = try bytes.slice(at: offset, count: count)
    offset += count
    return taken
  }

  /// Copies the next bytes into a fixed-size array.
  ///
  /// - Throws: `BytesError.truncated` when fewer are left.
  @_lifetime(self: copy self)
  public mutating func fixedBytes<let count: Int>(
    as type: FixedBytes<count>.Type = FixedBytes<count>.self
  ) throws(BytesError) -> FixedBytes<count> {
    let value = try FixedBytes<count>(copying: bytes.slice(at: offset, count: count))
    offset += count
    return value
  }

  /// Consumes `count` reserved bytes, which must be zero.
  ///
  /// - Throws: `BytesError.nonzero` with the offending offset, or `BytesError.truncated`.
  @_lifetime(self: copy self)
  public mutating func zeros(_ count: Int) throws(BytesError) {
    try bytes.requireZero(at: offset, count: count)
    offset += count
  }

  /// Checks that the input is used up.
  ///
  /// - Throws: `BytesError.trailing` with the number of bytes left.
  public func expectEnd() throws(BytesError) {
    guard remaining == 0 else { throw .trailing(offset: offset, count: remaining) }
  }
}
