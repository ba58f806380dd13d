// Why bytes are refused as a handoff, a start envelope or a boot configuration. One enum for all
// four formats, since they share one form: docs/reference/handoff.md, "Errors".

public import CapABI

/// A violation of the form that handoffs, start envelopes and boot configurations share.
///
/// Offsets count from the start of the file; tables and entries are indexes.
public enum FormatError: Error, Equatable, Sendable {
  /// Shorter than header and directory, or than the total size says.
  case truncated(needed: Int, available: Int)
  /// Longer than the total size says.
  case trailing(offset: Int, count: Int)
  /// Not this format.
  case badMagic(found: UInt64)
  /// Not version 1.0; newer minor versions are refused too.
  case unsupportedVersion(major: UInt16, minor: UInt16)
  /// Total size above the limit.
  case tooLarge(size: UInt32, limit: UInt32)
  /// A size, count or offset of header or directory is not the only one possible.
  case wrongHeaderField(offset: Int, found: UInt32, expected: UInt32)
  /// More entries than the table may have.
  case tooManyEntries(table: Int, count: UInt32, limit: UInt32)
  /// Fewer entries than the table must have.
  case tooFewEntries(table: Int, count: UInt32, minimum: UInt32)
  /// A reserved byte, or a byte of an absent item, is not zero.
  case nonzeroReserved(offset: Int)
  /// A flag, right or mask bit without meaning.
  case unknownFlags(offset: Int, found: UInt64)
  /// The value of a field is not allowed.
  case invalidValue(offset: Int, found: UInt64)
  /// The entry belongs before its neighbour.
  case outOfOrder(table: Int, entry: Int)
  /// Same key as the entry before it, or a second one of something unique.
  case duplicate(table: Int, entry: Int)
  /// The range begins inside the one before it, or shares pages with that of an earlier entry.
  case overlap(table: Int, entry: Int)
  /// A module or kernel segment outside the reservations of its kind.
  case unreserved(table: Int, entry: Int)
  /// Something required is not in the table.
  case missing(table: Int)
  /// A slot that is named twice, or that does not lie below the first free one.
  case slotConflict(CapSlot)
  /// Writer only: the file does not fit.
  case bufferTooSmall(needed: Int, available: Int)
  /// Writer: more or fewer entries appended than announced. Reader of the boot configuration: the
  /// runs of its services cover `appended` of the `announced` entries.
  case wrongEntryCount(table: Int, appended: Int, announced: Int)
}
