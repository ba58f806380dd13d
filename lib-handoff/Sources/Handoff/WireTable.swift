// A view of one table: entries are decoded on demand, nothing is copied or kept.

/// The entries of a table, in place.
///
/// The bytes must not change while the view lives.
public struct WireTable<Entry: WireRecord>: ~Escapable {
  private let bytes: RawSpan
  private let base: Int
  /// Number of entries.
  public let count: Int

  /// A view of `bytes`, which begin at `base` in their file.
  ///
  /// Bytes after the last whole entry are not part of it.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, base: Int) {
    self.bytes = bytes
    self.base = base
    count = bytes.byteCount / Entry.encodedSize
  }

  /// The entry at an index; nil outside `0 ..< count`.
  public subscript(index: Int) -> Entry? { try? entry(at: index) }

  /// Decodes the entry at an index.
  ///
  /// - Throws: `FormatError.truncated` for an index outside `0 ..< count`; what is wrong with the
  ///   entry, which is nothing once the format has been validated.
  public func entry(at index: Int) throws(FormatError) -> Entry {
    let end = base + bytes.byteCount
    guard index >= 0, index < count else {
      throw .truncated(needed: end + Entry.encodedSize, available: end)
    }
    let record = Record(bytes, base: base)
    return try record.nested(at: index * Entry.encodedSize)
  }

  /// Where an entry, whose index is below `count`, begins in the file.
  public func offset(of index: Int) -> Int { base + index * Entry.encodedSize }

  /// A run of the table, as a table of its own.
  ///
  /// - Returns: the entries from `first` on, at most `count` of them: fewer, or none, when the
  ///   table ends before.
  @_lifetime(copy self)
  public func run(from first: Int, count: Int) -> WireTable<Entry> {
    let start = min(max(first, 0), self.count)
    let length = min(max(count, 0), self.count - start)
    let size = Entry.encodedSize
    return WireTable(
      bytes.extracting(start * size..<(start + length) * size), base: base + start * size)
  }
}
