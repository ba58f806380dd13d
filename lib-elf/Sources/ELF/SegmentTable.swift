// The loadable segments of one file, in address order (gABI chapter 5, "Segment Contents"). Each is
// checked by itself and against the one before when it is added, so a table is always valid.

import Bytes

/// The checked segments of an image.
///
/// ## Invariants
/// - Addresses ascend; no two segments overlap or share a page.
/// - The first `count` elements of `storage` are segments, the others are filler.
struct SegmentTable {
  typealias Storage = InlineArray<16, ELFSegment>

  private var storage: Storage
  private(set) var count = 0
  /// The largest alignment of a segment, a power of two, at least a page.
  private(set) var alignment = ELFLimits.pageSize

  init() {
    storage = InlineArray(
      repeating: ELFSegment(
        address: 0, memorySize: 0, fileOffset: 0, fileSize: 0, rights: .read))
  }

  /// The segments in address order.
  var segments: Span<ELFSegment> {
    @inline(__always)
    @_lifetime(borrow self)
    get { storage.span.extracting(first: count) }
  }

  /// The segment with the highest addresses so far.
  var last: ELFSegment? { count > 0 ? storage[count - 1] : nil }

  /// Checks a header of type load and adds it.
  ///
  /// - Throws: `ELFError`, the first violated rule of docs/reference/elf.md, "Segments".
  mutating func append(
    _ header: ProgramHeader, fileSize: Int, maximumAlignment: UInt64
  ) throws(ELFError) {
    guard count < Storage.count else { throw .tooManySegments(limit: Storage.count) }
    let rights = try Self.rights(header)
    guard header.alignment.nonzeroBitCount == 1, header.alignment >= ELFLimits.pageSize,
      header.alignment <= maximumAlignment
    else { throw .segmentAlignment(header.alignment, limit: maximumAlignment) }
    let fileRange = try Self.fileRange(header, fileSize: fileSize)
    try Self.checkMemory(header)
    let segment = ELFSegment(
      address: header.address, memorySize: header.memorySize, fileOffset: fileRange.lowerBound,
      fileSize: fileRange.count, rights: rights)
    if let last { try Self.checkOrder(segment, after: last) }
    storage[count] = segment
    count += 1
    alignment = max(alignment, header.alignment)
  }

  private static func rights(_ header: ProgramHeader) throws(ELFError) -> SegmentRights {
    let both = ProgramHeader.write | ProgramHeader.execute
    guard header.flags & both != both else { throw .writableAndExecutable(address: header.address) }
    switch header.flags {
    case ProgramHeader.read: return .read
    case ProgramHeader.read | ProgramHeader.write: return .readWrite
    case ProgramHeader.read | ProgramHeader.execute: return .readExecute
    default: throw .segmentFlags(header.flags)
    }
  }

  /// The segment's bytes in a file of `fileSize` bytes.
  private static func fileRange(
    _ header: ProgramHeader, fileSize: Int
  ) throws(ELFError) -> Range<Int> {
    guard header.memorySize > 0 else { throw .segmentEmpty(address: header.address) }
    guard header.fileSize <= header.memorySize else {
      throw .segmentFileSize(header.fileSize, memorySize: header.memorySize)
    }
    guard let offset = Int(exactly: header.offset), let size = Int(exactly: header.fileSize),
      offset <= fileSize, size <= fileSize - offset
    else {
      throw .segmentFileRange(offset: header.offset, size: header.fileSize, available: fileSize)
    }
    return offset..<(offset + size)
  }

  /// Checks that the end can be rounded up to a page, and that pages of file and memory coincide.
  private static func checkMemory(_ header: ProgramHeader) throws(ELFError) {
    let end = header.address.addingReportingOverflow(header.memorySize)
    guard !end.overflow, end.partialValue <= UInt64.max - (ELFLimits.pageSize - 1) else {
      throw .segmentAddressRange(address: header.address, size: header.memorySize)
    }
    // A power of two: the low bits of both numbers must agree.
    guard (header.address ^ header.offset) & (header.alignment - 1) == 0 else {
      throw .segmentCongruence(address: header.address, offset: header.offset)
    }
  }

  private static func checkOrder(
    _ segment: ELFSegment, after previous: ELFSegment
  ) throws(ELFError) {
    guard segment.address >= previous.address else {
      throw .segmentOrder(address: segment.address, previous: previous.address)
    }
    guard segment.address >= previous.end else {
      throw .segmentOverlap(address: segment.address, previousEnd: previous.end)
    }
    guard segment.pages.lowerBound >= previous.pages.upperBound else {
      throw .sharedPage(segment.pages.lowerBound)
    }
  }
}
