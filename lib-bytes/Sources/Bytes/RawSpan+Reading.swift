// Bounds-checked little-endian loads from a span of bytes. Together with the writing side this is
// the only unsafe code of the parsing layer; it must not learn about any format.

extension RawSpan {
  /// Loads a little-endian integer.
  ///
  /// - Parameters:
  ///   - offset: Byte offset of the integer; any value, any alignment.
  ///   - type: The integer's type, which gives its width.
  /// - Returns: The value in host order.
  /// - Throws: `BytesError.truncated` when the integer is not wholly inside the span.
  @inlinable
  @inline(__always)
  public func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Integer.Type = Integer.self
  ) throws(BytesError) -> Integer {
    let size = MemoryLayout<Integer>.size
    guard offset >= 0, offset <= byteCount, size <= byteCount - offset else {
      throw .truncated(offset: offset, needed: size, available: remaining(from: offset))
    }
    // SAFETY: the guard puts `offset ..< offset + size` inside the span, and a fixed-width integer
    // accepts every bit pattern, so an unaligned load is defined.
    return Integer(
      littleEndian: unsafe unsafeLoadUnaligned(
        fromUncheckedByteOffset: offset, as: Integer.self))
  }

  /// The `count` bytes from `offset` on, without copying them.
  ///
  /// - Throws: `BytesError.truncated` when the range is not inside the span; a negative `count`
  ///   counts as not inside.
  @inlinable
  @_lifetime(copy self)
  public func slice(at offset: Int, count: Int) throws(BytesError) -> RawSpan {
    guard offset >= 0, offset <= byteCount, count >= 0, count <= byteCount - offset else {
      throw .truncated(offset: offset, needed: count, available: remaining(from: offset))
    }
    return extracting(offset..<(offset + count))
  }

  /// Checks that every byte of a range is zero.
  ///
  /// - Throws: `BytesError.nonzero` with the first offending offset; `BytesError.truncated` when
  ///   the range is not inside the span.
  public func requireZero(at offset: Int, count: Int) throws(BytesError) {
    let range = try slice(at: offset, count: count)
    for index in 0..<range.byteCount {
      guard try range.integer(at: index, as: UInt8.self) == 0 else {
        throw .nonzero(offset: offset + index)
      }
    }
  }

  /// Whether both spans hold the same bytes.
  ///
  /// Takes time that depends on the contents: secrets are compared with the constant-time
  /// comparison of lib-crypto instead.
  public func hasSameBytes(as other: RawSpan) -> Bool {
    guard byteCount == other.byteCount else { return false }
    for index in 0..<byteCount {
      // SAFETY: `index` is below the length of both spans, checked equal above.
      let same =
        unsafe unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
        == other.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
      guard same else { return false }
    }
    return true
  }

  /// How many bytes lie at and after `offset`; zero for an offset outside the span.
  @usableFromInline
  func remaining(from offset: Int) -> Int {
    offset >= 0 && offset <= byteCount ? byteCount - offset : 0
  }
}

extension Span where Element == UInt8 {
  /// The same bytes as a raw span.
  @inlinable
  public var rawBytes: RawSpan {
    @_lifetime(copy self)
    get {
      // SAFETY: the standard library marks `bytes` unsafe because padding of an element may be
      // uninitialised; UInt8 has no padding.
      unsafe bytes
    }
  }
}
