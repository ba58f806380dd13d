// Reading the fields of one record. Every refusal names the field by its offset in the whole file,
// so that a reader of the byte tables finds it. No field is interpreted here.

public import Bytes
public import CapABI

/// The bytes of one record, and where they stand in their file.
public struct Record: ~Escapable {
  /// The bytes of the record.
  public let bytes: RawSpan
  /// Offset of the record in the file.
  public let base: Int

  /// A record of these bytes, which begin at `base`.
  @_lifetime(copy bytes)
  public init(_ bytes: RawSpan, base: Int) {
    self.bytes = bytes
    self.base = base
  }

  /// Reads an integer.
  ///
  /// - Throws: `FormatError.truncated` when the record is shorter than its type.
  public func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Integer.Type = Integer.self
  ) throws(FormatError) -> Integer {
    do { return try bytes.integer(at: offset, as: type) } catch {
      throw .truncated(needed: base + offset + MemoryLayout<Integer>.size, available: end)
    }
  }

  /// Reads a value of a closed set.
  ///
  /// - Throws: `FormatError.invalidValue` for a number that the set does not have.
  public func value<Value: RawRepresentable>(
    at offset: Int, as type: Value.Type = Value.self
  ) throws(FormatError) -> Value
  where Value.RawValue: FixedWidthInteger & BitwiseCopyable {
    let raw = try integer(at: offset, as: Value.RawValue.self)
    guard let value = Value(rawValue: raw) else { throw invalid(at: offset, raw) }
    return value
  }

  /// Reads a set of flags.
  ///
  /// - Throws: `FormatError.unknownFlags` for a bit without meaning.
  public func flags<Flags: FlagSet>(
    at offset: Int, as type: Flags.Type = Flags.self
  ) throws(FormatError) -> Flags where Flags.RawValue: BitwiseCopyable {
    let raw = try integer(at: offset, as: Flags.RawValue.self)
    guard let flags = Flags(validating: raw) else {
      throw .unknownFlags(offset: base + offset, found: UInt64(truncatingIfNeeded: raw))
    }
    return flags
  }

  /// Copies bytes.
  ///
  /// - Throws: `FormatError.truncated` when the record is shorter than its type.
  public func fixedBytes<let count: Int>(
    at offset: Int, as type: FixedBytes<count>.Type = FixedBytes<count>.self
  ) throws(FormatError) -> FixedBytes<count> {
    do { return try FixedBytes(copying: bytes.slice(at: offset, count: count)) } catch {
      throw .truncated(needed: base + offset + count, available: end)
    }
  }

  /// Reads a record inside this one.
  ///
  /// - Throws: what the inner record's type throws; `FormatError.truncated` when it does not fit.
  public func nested<Inner: WireRecord>(
    at offset: Int, as type: Inner.Type = Inner.self
  ) throws(FormatError) -> Inner {
    let inner: RawSpan
    do { inner = try bytes.slice(at: offset, count: Inner.encodedSize) } catch {
      throw .truncated(needed: base + offset + Inner.encodedSize, available: end)
    }
    return try Inner(Record(inner, base: base + offset))
  }

  /// Reads a record inside this one that may be absent; its bytes must be zero then.
  ///
  /// - Throws: what `nested` throws, and `FormatError.nonzeroReserved`.
  public func nested<Inner: WireRecord>(
    at offset: Int, ifPresent present: Bool, as type: Inner.Type = Inner.self
  ) throws(FormatError) -> Inner? {
    if present { return try nested(at: offset, as: type) }
    try requireZero(at: offset, count: Inner.encodedSize)
    return nil
  }

  /// Checks reserved bytes.
  ///
  /// - Throws: `FormatError.nonzeroReserved` with the first byte that is not zero.
  public func requireZero(at offset: Int, count: Int) throws(FormatError) {
    do { try bytes.requireZero(at: offset, count: count) } catch {
      guard case .nonzero(let place) = error else {
        throw .truncated(needed: base + offset + count, available: end)
      }
      throw .nonzeroReserved(offset: base + place)
    }
  }

  /// Fails with `FormatError.invalidValue` for the field at `offset` unless a condition holds.
  public func require<Integer: FixedWidthInteger>(
    _ condition: Bool, at offset: Int, _ found: Integer
  ) throws(FormatError) {
    guard condition else { throw invalid(at: offset, found) }
  }

  /// The refusal of a field's value.
  public func invalid<Integer: FixedWidthInteger>(
    at offset: Int, _ found: Integer
  ) -> FormatError {
    .invalidValue(offset: base + offset, found: UInt64(truncatingIfNeeded: found))
  }

  private var end: Int { base + bytes.byteCount }
}
