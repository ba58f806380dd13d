// What a type needs to stand in a handoff: a size, a validating decoder, an encoder. Decoding
// checks everything that the record alone can tell; relations between entries belong to the format.

public import Bytes

/// A type with a fixed-size encoding.
public protocol WireRecord {
  /// Bytes of the encoding; a multiple of 8 for the entries of a table.
  static var encodedSize: Int { get }

  /// Decodes and validates a record of `encodedSize` bytes.
  ///
  /// - Throws: the first violation, as a `FormatError` with the field's place in the file.
  init(_ record: Record) throws(FormatError)

  /// Writes the fields; reserved bytes are zero already and are not written.
  ///
  /// - Throws: `BytesError.full` when the record does not fit at `offset`.
  func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError)
}

/// A record that stands in a table of a format.
public protocol WireEntry: WireRecord {
  /// The format it belongs to.
  associatedtype Format: WireFormat
  /// The index of its table.
  static var table: Int { get }
}

/// A file format of the common form.
///
/// Conforming types have no values: the view of a decoded file cannot conform, since it does not
/// escape.
public protocol WireFormat {
  /// The type of the fixed part.
  associatedtype Info: WireRecord
  /// Magic, sizes and bounds.
  static var layout: TableLayout { get }
  /// Decodes and drops the result.
  ///
  /// - Throws: the first violation.
  static func validate(_ bytes: RawSpan) throws(FormatError)
}
