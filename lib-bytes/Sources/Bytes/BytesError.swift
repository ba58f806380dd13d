// What goes wrong when bytes are read or written within bounds. Format libraries wrap these in
// their own errors; nothing here knows a format.

/// A bounds or content violation found while reading or writing bytes.
public enum BytesError: Error, Equatable, Sendable {
  /// A read of `needed` bytes at `offset` passes the end: `available` bytes are there.
  case truncated(offset: Int, needed: Int, available: Int)
  /// A write of `needed` bytes at `offset` passes the end: room for `available` is there.
  case full(offset: Int, needed: Int, available: Int)
  /// The byte at `offset` must be zero and is not.
  case nonzero(offset: Int)
  /// The input goes on for `count` bytes after its last field, which ended at `offset`.
  case trailing(offset: Int, count: Int)
}
