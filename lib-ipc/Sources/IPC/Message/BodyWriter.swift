// Writes the fields of a message body in order, under the same rules as BodyReader: what it wrote,
// the reader accepts.

import Bytes
public import CapABI

/// A cursor that fills a message body, in the hands of a protocol's encoder.
public struct BodyWriter: ~Copyable, ~Escapable {
  private var writer: ByteWriter

  /// Starts at the first byte.
  @_lifetime(copy body)
  init(_ body: consuming MutableRawSpan) {
    writer = ByteWriter(body)
  }

  /// Offset of the next field.
  public var offset: Int { writer.offset }

  /// Writes an integer.
  ///
  /// - Throws: `ProtocolError.bufferTooSmall`.
  @_lifetime(self: copy self)
  public mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ value: Integer
  ) throws(ProtocolError) {
    do { try writer.write(value) } catch { throw ProtocolError(error) }
  }

  /// Writes an integer that must lie in `range`.
  ///
  /// - Throws: `ProtocolError.bufferTooSmall`, `.invalidField` for a value outside.
  @_lifetime(self: copy self)
  public mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ value: Integer, in range: ClosedRange<Integer>
  ) throws(ProtocolError) {
    try require(range.contains(value), at: offset)
    try integer(value)
  }

  /// Writes a named number.
  ///
  /// - Throws: `ProtocolError.bufferTooSmall`.
  @_lifetime(self: copy self)
  public mutating func value<Value: RawRepresentable>(
    _ value: Value
  ) throws(ProtocolError) where Value.RawValue: FixedWidthInteger & BitwiseCopyable {
    try integer(value.rawValue)
  }

  /// Writes a set of flags, none outside `allowed`.
  ///
  /// - Throws: `ProtocolError.bufferTooSmall`, `.invalidField` for a flag outside.
  @_lifetime(self: copy self)
  public mutating func flags<Flags: FlagSet>(
    _ flags: Flags, _ allowed: Flags = .all
  ) throws(ProtocolError) where Flags.RawValue: BitwiseCopyable {
    try require(allowed.contains(flags), at: offset)
    try integer(flags.rawValue)
  }

  /// Writes reserved bytes.
  ///
  /// - Throws: `ProtocolError.bufferTooSmall`.
  @_lifetime(self: copy self)
  public mutating func reserved(_ count: Int) throws(ProtocolError) {
    do { try writer.writeZeros(count) } catch { throw ProtocolError(error) }
  }

  /// Writes all bytes of `source`.
  ///
  /// - Throws: `ProtocolError.bufferTooSmall`.
  @_lifetime(self: copy self)
  public mutating func bytes(_ source: RawSpan) throws(ProtocolError) {
    do { try writer.write(bytes: source) } catch { throw ProtocolError(error) }
  }

  /// Checks a rule about the field at `fieldOffset`.
  ///
  /// - Throws: `ProtocolError.invalidField` with that offset.
  public func require(_ rule: Bool, at fieldOffset: Int) throws(ProtocolError) {
    guard rule else { throw .invalidField(offset: fieldOffset) }
  }
}
