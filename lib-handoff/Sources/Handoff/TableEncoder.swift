// Writing the common form. The counts are announced first, so every table has its place from the
// start, entries need no buffer beside the output, and the output is checked by its own reader.

import Bytes

/// Writes a file of one format into a buffer.
public struct TableEncoder<Format: WireFormat>: ~Copyable, ~Escapable {
  private var bytes: MutableRawSpan
  private let announced: TableCounts
  private var appended = TableCounts(0)
  /// Bytes of the finished file.
  public let size: Int

  /// Writes header, directory and fixed part, and clears the rest of the file.
  ///
  /// - Parameters:
  ///   - buffer: Room for the file; bytes behind it stay as they are.
  ///   - info: The fixed part.
  ///   - counts: How many entries will be appended to each table.
  /// - Throws: `FormatError.tooManyEntries`, `tooFewEntries`, `tooLarge` for the counts,
  ///   `bufferTooSmall`.
  @_lifetime(copy buffer)
  public init(
    into buffer: consuming MutableRawSpan, info: Format.Info, counts: TableCounts
  ) throws(FormatError) {
    let size = try Format.layout.size(of: counts)
    let room = buffer.byteCount
    guard room >= size else { throw .bufferTooSmall(needed: size, available: room) }
    var output = buffer
    do throws(BytesError) {
      try output.zero(at: 0, count: size)
      try Self.writeHeader(&output, size: size, counts)
      try info.encode(into: &output, at: Format.layout.fixedOffset)
    } catch {
      throw .bufferTooSmall(needed: size, available: room)
    }
    self.size = size
    announced = counts
    bytes = output
  }

  /// Writes header and directory.
  private static func writeHeader(
    _ bytes: inout MutableRawSpan, size: Int, _ counts: TableCounts
  ) throws(BytesError) {
    let layout = Format.layout
    try bytes.store(layout.magic, at: 0)
    try bytes.store(UInt16(1), at: 8)
    try bytes.store(UInt32(size), at: 12)
    try bytes.store(UInt32(layout.fixedSize), at: 16)
    try bytes.store(UInt32(layout.tableCount), at: 20)
    var next = layout.firstTableOffset
    for table in 0..<layout.tableCount {
      let row = TableLayout.directoryOffset(of: table)
      try bytes.store(UInt32(next), at: row)
      try bytes.store(UInt32(counts[table]), at: row + 4)
      try bytes.store(UInt32(layout[table].entrySize), at: row + 8)
      next += counts[table] * layout[table].entrySize
    }
  }

  /// Writes the next entry of the table that its type belongs to.
  ///
  /// - Throws: `FormatError.wrongEntryCount` when the table is full.
  @_lifetime(self: copy self)
  public mutating func append<Entry: WireEntry>(_ entry: Entry) throws(FormatError)
  where Entry.Format == Format {
    let table = Entry.table
    let index = appended[table]
    guard index < announced[table] else {
      throw .wrongEntryCount(table: table, appended: index + 1, announced: announced[table])
    }
    var offset = Format.layout.firstTableOffset
    for earlier in 0..<table { offset += announced[earlier] * Format.layout[earlier].entrySize }
    do { try entry.encode(into: &bytes, at: offset + index * Entry.encodedSize) } catch {
      throw .bufferTooSmall(needed: size, available: bytes.byteCount)
    }
    appended[table] = index + 1
  }

  /// Checks that every table is full and that the reader accepts the file.
  ///
  /// - Returns: The bytes of the file, which begins at the start of the buffer.
  /// - Throws: `FormatError.wrongEntryCount`, and whatever the format's reader refuses.
  @_lifetime(self: copy self)
  public mutating func finish() throws(FormatError) -> Int {
    for table in 0..<Format.layout.tableCount where appended[table] != announced[table] {
      throw .wrongEntryCount(
        table: table, appended: appended[table], announced: announced[table])
    }
    try Format.validate(bytes.bytes.extracting(0..<size))
    return size
  }
}
