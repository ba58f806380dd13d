// Bounds-checked little-endian stores into a span of bytes; the writing half of the parsing
// layer's only unsafe code.

extension MutableRawSpan {
  /// Stores an integer in little-endian order.
  ///
  /// - Parameters:
  ///   - value: The value to store.
  ///   - offset: Byte offset of the integer; any value, any alignment.
  /// - Throws: `BytesError.full` when the integer would not be wholly inside the span. Nothing is
  ///   written then.
  @inlinable
  @inline(__always)
  @_lifetime(self: copy self)
  public mutating func store<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ value: Integer, at offset: Int
  ) throws(BytesError) {
    try requireRoom(at: offset, count: MemoryLayout<Integer>.size)
    storeBytes(of: value.littleEndian, toByteOffset: offset, as: Integer.self)
  }

  /// Copies all of `source` to `offset`.
  ///
  /// The spans never overlap: `self` is exclusive.
  ///
  /// - Throws: `BytesError.full` when the copy would pass the end. Nothing is written then.
  @inlinable
  @_lifetime(self: copy self)
  public mutating func copy(_ source: RawSpan, at offset: Int) throws(BytesError) {
    try requireRoom(at: offset, count: source.byteCount)
    // SAFETY: the line above proves room for the whole source behind `offset`, and exclusive
    // access to `self` means the source cannot overlap it.
    unsafe withUnsafeMutableBytes { destination in
      unsafe source.withUnsafeBytes { bytes in
        unsafe UnsafeMutableRawBufferPointer(rebasing: destination[offset...]).copyMemory(
          from: bytes)
      }
    }
  }

  /// Sets `count` bytes from `offset` on to zero.
  ///
  /// - Throws: `BytesError.full` when the range passes the end. Nothing is written then.
  @_lifetime(self: copy self)
  public mutating func zero(at offset: Int, count: Int) throws(BytesError) {
    try requireRoom(at: offset, count: count)
    for index in offset..<(offset + count) {
      storeBytes(of: 0, toByteOffset: index, as: UInt8.self)
    }
  }

  /// Fails unless `offset ..< offset + count` lies inside the span.
  @usableFromInline
  func requireRoom(at offset: Int, count: Int) throws(BytesError) {
    guard offset >= 0, offset <= byteCount, count >= 0, count <= byteCount - offset else {
      let available = offset >= 0 && offset <= byteCount ? byteCount - offset : 0
      throw .full(offset: offset, needed: count, available: available)
    }
  }
}

extension MutableSpan where Element == UInt8 {
  /// The same bytes as a raw span for writing.
  @inlinable
  public var mutableRawBytes: MutableRawSpan {
    @_lifetime(&self)
    mutating get {
      // SAFETY: the standard library marks `mutableBytes` unsafe because raw stores could make an
      // element invalid; every bit pattern is a valid UInt8.
      unsafe mutableBytes
    }
  }
}
