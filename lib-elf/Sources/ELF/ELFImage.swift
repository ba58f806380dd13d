// A checked executable over the bytes of its file (gABI, psABI; docs/reference/elf.md). Nothing is
// copied but the small table of segments; nothing here touches the memory of the loaded program.

import Bytes

/// An executable that passed every check: the plan by which a loader fills memory.
///
/// Later code relies on the checks and does not repeat them.
public struct ELFImage: ~Escapable {
  /// Whether the addresses are final.
  public let kind: ELFKind
  /// Link address of the first instruction, in the file-backed bytes of an executable segment.
  public let entry: UInt64
  /// Link addresses of pages that stay as they are after relocation; nil when there are none.
  ///
  /// Whole pages at the start of a writable segment: the loader fills them, applies the relocations
  /// and maps them without the write right.
  public let readOnlyAfterRelocation: Range<UInt64>?

  let bytes: RawSpan
  let table: SegmentTable
  let limits: ELFLimits
  private let relocationBytes: RawSpan

  /// Checks a whole file.
  ///
  /// - Parameters:
  ///   - bytes: The file, from its first byte on. Bytes that no segment refers to are ignored.
  ///   - limits: Where the image may lie and how large it may be. The window of addresses applies
  ///     to fixed images here, to position-independent ones in `bias(base:)`.
  /// - Throws: `ELFError`, the first violated rule in the order of docs/reference/elf.md.
  @_lifetime(copy bytes)
  public init(_ bytes: RawSpan, limits: ELFLimits) throws(ELFError) {
    let header = try ELFHeader(bytes)
    let headers = try ProgramHeaderTable(
      bytes, header: header, maximumAlignment: limits.maximumAlignment)
    let table = headers.segments
    try Self.checkPlace(table, kind: header.kind, limits: limits)
    guard table.isCode(header.entry) else { throw .entryNotExecutable(header.entry) }
    if let relro = headers.relro {
      readOnlyAfterRelocation = try table.relroPages(relro)
    } else {
      readOnlyAfterRelocation = nil
    }
    kind = header.kind
    entry = header.entry
    self.bytes = bytes
    self.table = table
    self.limits = limits
    let dynamic = try Self.dynamicSection(bytes, kind: header.kind, headers: headers)
    relocationBytes = try Self.relocationTable(bytes, dynamic: dynamic, table: table)
    try checkRelocations(announced: dynamic?.relativeCount)
  }

  /// Checks every relocation, then their number when the file states it.
  private func checkRelocations(announced: UInt64?) throws(ELFError) {
    var relocations = relocations
    while try relocations.next() != nil {}
    guard announced == nil || announced == UInt64(relocations.count) else {
      throw .relocationCount(announced ?? 0, actual: relocations.count)
    }
  }

  /// The segments in address order.
  ///
  /// Their pages do not touch each other's, and no segment is writable and executable.
  public var segments: Span<ELFSegment> {
    @inline(__always)
    @_lifetime(borrow self)
    get { table.segments }
  }

  /// Link addresses from the first page to the end of the last, gaps included.
  public var pages: Range<UInt64> { table.pages }

  /// The largest alignment of a segment in bytes, a power of two, at least a page.
  public var alignment: UInt64 { table.alignment }

  /// The relocations, from the first on; none in a fixed image.
  public var relocations: ELFRelocations {
    @_lifetime(copy self)
    get { ELFRelocations(relocationBytes, table: table) }
  }

  private static func checkPlace(
    _ table: SegmentTable, kind: ELFKind, limits: ELFLimits
  ) throws(ELFError) {
    let pages = table.pages
    let size = pages.upperBound - pages.lowerBound
    guard size <= limits.maximumImageSize else {
      throw .imageTooLarge(size: size, limit: limits.maximumImageSize)
    }
    guard kind == .positionIndependent || limits.contains(pages.lowerBound, size: size) else {
      throw .outsideWindow(address: pages.lowerBound, size: size)
    }
  }
}
