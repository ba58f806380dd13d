// The form that all handoffs share: header, directory, fixed part, tables
// (docs/reference/handoff.md, "Common form"). This file only computes places; it reads and writes
// nothing.

/// Entry size and bounds of one table.
public struct TableSpec: Equatable, Sendable {
  /// Bytes of an entry, a multiple of 8.
  public let entrySize: Int
  /// Fewest entries.
  public let minimum: Int
  /// Most entries.
  public let limit: Int

  /// A table with entries of `entrySize` bytes and `minimum` to `limit` entries.
  public init(entrySize: Int, minimum: Int = 0, limit: Int) {
    self.entrySize = entrySize
    self.minimum = minimum
    self.limit = limit
  }

  /// What stands for a table that a format does not have.
  static let absent = TableSpec(entrySize: 8, limit: 0)
}

/// How many entries each table of a file has.
public struct TableCounts: Sendable {
  private var counts: InlineArray<5, Int>

  /// Counts in table order; tables that a format does not have stay 0.
  public init(
    _ first: Int, _ second: Int = 0, _ third: Int = 0, _ fourth: Int = 0, _ fifth: Int = 0
  ) {
    counts = [first, second, third, fourth, fifth]
  }

  /// The count of a table; 0 for an index that no format has.
  public internal(set) subscript(table: Int) -> Int {
    get { table >= 0 && table < TableLayout.maximumTableCount ? counts[table] : 0 }
    set { counts[table] = newValue }
  }
}

/// Magic, fixed part and tables of a format.
public struct TableLayout: Sendable {
  /// Largest file of any format, in bytes.
  public static let maximumSize = 1 << 20
  /// Most tables of any format.
  public static let maximumTableCount = 5
  /// Bytes of the header.
  public static let headerSize = 32
  /// Bytes of a directory row.
  public static let directoryRowSize = 16

  /// The first eight bytes, read as a little-endian integer.
  public let magic: UInt64
  /// Bytes of the fixed part, a multiple of 8.
  public let fixedSize: Int
  /// Number of tables.
  public let tableCount: Int
  private let specs: InlineArray<5, TableSpec>

  /// A format of one to five tables.
  public init(
    magic: UInt64, fixedSize: Int, _ first: TableSpec, _ second: TableSpec? = nil,
    _ third: TableSpec? = nil, _ fourth: TableSpec? = nil, _ fifth: TableSpec? = nil
  ) {
    self.magic = magic
    self.fixedSize = fixedSize
    specs = [
      first, second ?? .absent, third ?? .absent, fourth ?? .absent, fifth ?? .absent,
    ]
    var count = 1
    while count < 5, specs[count] != .absent { count += 1 }
    tableCount = count
  }

  /// The description of a table below `tableCount`.
  public subscript(table: Int) -> TableSpec {
    table >= 0 && table < tableCount ? specs[table] : .absent
  }

  /// Where the fixed part begins.
  public var fixedOffset: Int { Self.headerSize + Self.directoryRowSize * tableCount }

  /// Where the first table begins.
  public var firstTableOffset: Int { fixedOffset + fixedSize }

  /// Where a directory row begins.
  static func directoryOffset(of table: Int) -> Int { headerSize + directoryRowSize * table }

  /// Bytes of a file with these entries.
  ///
  /// - Throws: `FormatError.tooManyEntries` and `FormatError.tooFewEntries` for a count outside the
  ///   bounds of its table, `FormatError.tooLarge` for a sum above `maximumSize`.
  public func size(of counts: TableCounts) throws(FormatError) -> Int {
    var size = firstTableOffset
    for table in 0..<tableCount {
      let count = counts[table]
      try requireCount(UInt32(exactly: count) ?? .max, table: table)
      size += count * self[table].entrySize
    }
    guard size <= Self.maximumSize else {
      throw .tooLarge(size: UInt32(size), limit: UInt32(Self.maximumSize))
    }
    return size
  }

  /// Checks a count against the bounds of its table, so that products with it stay small.
  func requireCount(_ count: UInt32, table: Int) throws(FormatError) {
    let spec = self[table]
    guard count <= spec.limit else {
      throw .tooManyEntries(table: table, count: count, limit: UInt32(spec.limit))
    }
    guard count >= spec.minimum else {
      throw .tooFewEntries(table: table, count: count, minimum: UInt32(spec.minimum))
    }
  }
}
