// Questions about all segments of an image together.

extension SegmentTable {
  /// Link addresses from the first page to the end of the last, gaps included; empty without
  /// segments.
  var pages: Range<UInt64> {
    guard let last, count > 0 else { return 0..<0 }
    // Addresses ascend, so the first begins before the last ends.
    return segments[0].pages.lowerBound..<last.pages.upperBound
  }

  /// The file offset of `size` bytes at `address`, when one segment takes them all from the file.
  func fileOffset(of address: UInt64, size: UInt64) -> Int? {
    let segments = segments
    for index in segments.indices {
      if let offset = segments[index].fileOffset(of: address, size: size) { return offset }
    }
    return nil
  }

  /// Whether an instruction at `address` comes from the file and may be executed.
  func isCode(_ address: UInt64) -> Bool {
    let segments = segments
    for index in segments.indices where segments[index].rights.isExecutable {
      if segments[index].fileOffset(of: address, size: 1) != nil { return true }
    }
    return false
  }

  /// The whole pages of a read-only-after-relocation part.
  ///
  /// - Throws: `ELFError.relroRange` unless it begins with a writable segment and ends on a page
  ///   boundary in its pages.
  func relroPages(_ header: ProgramHeader) throws(ELFError) -> Range<UInt64> {
    let segments = segments
    let end = header.address.addingReportingOverflow(header.memorySize)
    for index in segments.indices where segments[index].address == header.address {
      let segment = segments[index]
      guard segment.rights.isWritable, !end.overflow, header.memorySize > 0,
        end.partialValue.isMultiple(of: ELFLimits.pageSize),
        end.partialValue <= segment.pages.upperBound
      else { break }
      return segment.pages.lowerBound..<end.partialValue
    }
    throw .relroRange(address: header.address, size: header.memorySize)
  }
}
