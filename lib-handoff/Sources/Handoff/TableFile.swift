// Reading the common form: header and directory are checked against the only values they can have,
// then the parts are handed out as spans. Nothing here knows what the tables mean.

/// A file whose header and directory are valid.
public struct TableFile: ~Escapable {
  private let bytes: RawSpan
  private let layout: TableLayout
  private let counts: TableCounts

  /// Checks header and directory.
  ///
  /// - Throws: `FormatError.truncated`, `trailing`, `badMagic`, `unsupportedVersion`, `tooLarge`,
  ///   `wrongHeaderField`, `tooManyEntries`, `tooFewEntries`, `unknownFlags`, `nonzeroReserved`.
  @_lifetime(copy bytes)
  public init(_ bytes: RawSpan, layout: TableLayout) throws(FormatError) {
    self.bytes = bytes
    self.layout = layout
    let total = try Self.checkHeader(bytes, layout)
    var counts = TableCounts(0)
    var next = layout.firstTableOffset
    let file = Record(bytes, base: 0)
    for table in 0..<layout.tableCount {
      counts[table] = try Self.checkRow(file, table, at: next, layout)
      next += counts[table] * layout[table].entrySize
    }
    // Bounded counts and entry sizes keep `next` far below 2^32.
    guard next == total else {
      throw .wrongHeaderField(offset: 12, found: UInt32(total), expected: UInt32(next))
    }
    self.counts = counts
  }

  /// Checks the header and that the bytes are as many as it says; returns the total size.
  private static func checkHeader(
    _ bytes: RawSpan, _ layout: TableLayout
  ) throws(FormatError) -> Int {
    guard bytes.byteCount >= layout.fixedOffset else {
      throw .truncated(needed: layout.fixedOffset, available: bytes.byteCount)
    }
    let header = Record(bytes, base: 0)
    let magic: UInt64 = try header.integer(at: 0)
    guard magic == layout.magic else { throw .badMagic(found: magic) }
    let major: UInt16 = try header.integer(at: 8)
    let minor: UInt16 = try header.integer(at: 10)
    guard major == 1, minor == 0 else { throw .unsupportedVersion(major: major, minor: minor) }
    try requireField(header, at: 16, layout.fixedSize)
    try requireField(header, at: 20, layout.tableCount)
    let flags: UInt32 = try header.integer(at: 24)
    guard flags == 0 else { throw .unknownFlags(offset: 24, found: UInt64(flags)) }
    try header.requireZero(at: 28, count: 4)
    return try checkTotal(header)
  }

  /// Checks the total size against its limit and the bytes that are there.
  private static func checkTotal(_ header: Record) throws(FormatError) -> Int {
    let total: UInt32 = try header.integer(at: 12)
    let limit = TableLayout.maximumSize
    guard total <= limit else { throw .tooLarge(size: total, limit: UInt32(limit)) }
    let available = header.bytes.byteCount
    guard available >= Int(total) else {
      throw .truncated(needed: Int(total), available: available)
    }
    guard available == Int(total) else {
      throw .trailing(offset: Int(total), count: available - Int(total))
    }
    return Int(total)
  }

  /// Checks a directory row whose table must begin at `expected`; returns the count.
  private static func checkRow(
    _ file: Record, _ table: Int, at expected: Int, _ layout: TableLayout
  ) throws(FormatError) -> Int {
    let row = TableLayout.directoryOffset(of: table)
    try requireField(file, at: row, expected)
    let count: UInt32 = try file.integer(at: row + 4)
    try layout.requireCount(count, table: table)
    try requireField(file, at: row + 8, layout[table].entrySize)
    try file.requireZero(at: row + 12, count: 4)
    return Int(count)
  }

  /// Checks a field that can have only one value.
  private static func requireField(
    _ header: Record, at offset: Int, _ expected: Int
  ) throws(FormatError) {
    let found: UInt32 = try header.integer(at: offset)
    guard found == expected else {
      throw .wrongHeaderField(offset: offset, found: found, expected: UInt32(expected))
    }
  }

  /// Decodes the fixed part.
  ///
  /// - Throws: what its type throws.
  public func info<Info: WireRecord>(as type: Info.Type = Info.self) throws(FormatError) -> Info {
    try Record(bytes, base: 0).nested(at: layout.fixedOffset)
  }

  /// A table, every entry of which decodes.
  ///
  /// - Throws: what is wrong with the first bad entry.
  @_lifetime(copy self)
  public func table<Entry: WireEntry>(
    of type: Entry.Type = Entry.self
  ) throws(FormatError) -> WireTable<Entry> {
    var offset = layout.firstTableOffset
    for earlier in 0..<Entry.table { offset += counts[earlier] * layout[earlier].entrySize }
    let size = counts[Entry.table] * Entry.encodedSize
    let table = WireTable<Entry>(bytes.extracting(offset..<offset + size), base: offset)
    for index in 0..<table.count { _ = try table.entry(at: index) }
    return table
  }
}
