// Reads the fields of a message body in order. A thin layer over ByteReader that knows what the
// protocols share: closed sets, flag sets, ranges, reserved bytes; it knows no operation.

public import Bytes
public import CapABI

/// A cursor over a message body, in the hands of a protocol's decoder.
public struct BodyReader: ~Escapable {
  private var reader: ByteReader

  /// Starts at the first byte.
  @_lifetime(copy body)
  init(_ body: RawSpan) {
    reader = ByteReader(body)
  }

  /// Offset of the next field.
  public var offset: Int { reader.offset }
  /// Bytes that are left.
  public var remaining: Int { reader.remaining }

  /// Reads an integer of any value.
  ///
  /// - Throws: `ProtocolError.wrongLength` when the body ends first.
  @_lifetime(self: copy self)
  public mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
    as type: Integer.Type = Integer.self
  ) throws(ProtocolError) -> Integer {
    do { return try reader.integer() } catch { throw ProtocolError(error) }
  }

  /// Reads an integer that must lie in `range`.
  ///
  /// - Throws: `ProtocolError.wrongLength` when the body ends first, `.invalidField`
  ///   when the value lies outside.
  @_lifetime(self: copy self)
  public mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
    in range: ClosedRange<Integer>
  ) throws(ProtocolError) -> Integer {
    let start = offset
    let value: Integer = try integer()
    try require(range.contains(value), at: start)
    return value
  }

  /// Reads a named number: a member of a closed set, or any member of an open one.
  ///
  /// - Throws: `ProtocolError.wrongLength` when the body ends first, `.invalidField`
  ///   for a number that the closed set does not have.
  @_lifetime(self: copy self)
  public mutating func value<Value: RawRepresentable>(
    as type: Value.Type = Value.self
  ) throws(ProtocolError) -> Value where Value.RawValue: FixedWidthInteger & BitwiseCopyable {
    let start = offset
    guard let value = Value(rawValue: try integer()) else { throw .invalidField(offset: start) }
    return value
  }

  /// Reads a set of flags, none outside `allowed`.
  ///
  /// - Throws: `ProtocolError.wrongLength` when the body ends first, `.invalidField`
  ///   for a flag outside.
  @_lifetime(self: copy self)
  public mutating func flags<Flags: FlagSet>(
    _ allowed: Flags = .all
  ) throws(ProtocolError) -> Flags where Flags.RawValue: BitwiseCopyable {
    let start = offset
    let flags = Flags(rawValue: try integer())
    try require(allowed.contains(flags), at: start)
    return flags
  }

  /// Consumes reserved bytes, which must be zero.
  ///
  /// - Throws: `ProtocolError.wrongLength` when the body ends first,
  ///   `.reservedNotZero` with the first byte that is not.
  @_lifetime(self: copy self)
  public mutating func reserved(_ count: Int) throws(ProtocolError) {
    do { try reader.zeros(count) } catch { throw ProtocolError(error) }
  }

  /// Copies the next bytes.
  ///
  /// - Throws: `ProtocolError.wrongLength` when the body ends first.
  @_lifetime(self: copy self)
  public mutating func fixedBytes<let count: Int>() throws(ProtocolError) -> FixedBytes<count> {
    do { return try reader.fixedBytes() } catch { throw ProtocolError(error) }
  }

  /// Takes the next bytes without copying them.
  ///
  /// - Throws: `ProtocolError.wrongLength` when the body ends first.
  @_lifetime(copy self)
  public mutating func take(_ count: Int) throws(ProtocolError) -> RawSpan {
    do { return try reader.take(count) } catch { throw ProtocolError(error) }
  }

  /// Checks a rule about the field at `fieldOffset`.
  ///
  /// - Throws: `ProtocolError.invalidField` with that offset.
  public func require(_ rule: Bool, at fieldOffset: Int) throws(ProtocolError) {
    guard rule else { throw .invalidField(offset: fieldOffset) }
  }

  /// Checks that the body is used up.
  ///
  /// - Throws: `ProtocolError.wrongLength` when bytes are left.
  func expectEnd() throws(ProtocolError) {
    do { try reader.expectEnd() } catch { throw ProtocolError(error) }
  }
}
