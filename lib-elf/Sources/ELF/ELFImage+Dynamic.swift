// From the dynamic section to the bytes of the relocation table.

import Bytes

extension ELFImage {
  /// The relocation entries of the file; empty for a fixed image and for one without relocations.
  @_lifetime(copy bytes)
  static func relocationTable(
    _ bytes: RawSpan, dynamic: DynamicSection?, table: SegmentTable
  ) throws(ELFError) -> RawSpan {
    guard let dynamic else { return try bytes.part(at: 0, count: 0) }
    let range = try relocationRange(dynamic, table: table)
    return try bytes.part(at: range.lowerBound, count: range.count)
  }

  /// The dynamic section of a position-independent image; nil for a fixed one.
  static func dynamicSection(
    _ bytes: RawSpan, kind: ELFKind, headers: ProgramHeaderTable
  ) throws(ELFError) -> DynamicSection? {
    guard let header = headers.dynamic else {
      // A linker writes the section for every such image: without it relocations may be lost.
      guard kind == .fixed else { throw .dynamicMissing }
      return nil
    }
    guard kind == .positionIndependent else {
      throw .dynamicInFixedFile(address: header.address)
    }
    return try DynamicSection(dynamicBytes(bytes, header: header, table: headers.segments))
  }

  /// The bytes of the dynamic section, a bounded whole number of entries.
  @_lifetime(copy bytes)
  private static func dynamicBytes(
    _ bytes: RawSpan, header: ProgramHeader, table: SegmentTable
  ) throws(ELFError) -> RawSpan {
    let entrySize = UInt64(DynamicSection.entrySize)
    guard header.fileSize.isMultiple(of: entrySize),
      header.fileSize / entrySize <= UInt64(ELFLimits.maximumDynamicEntries)
    else { throw .dynamicSize(header.fileSize) }
    // Two statements of the same place must agree: the mapped bytes and the header's own offset.
    guard let offset = table.fileOffset(of: header.address, size: header.fileSize),
      UInt64(offset) == header.offset
    else { throw .dynamicRange(address: header.address, size: header.fileSize) }
    return try bytes.part(at: offset, count: Int(header.fileSize))
  }

  /// Where the relocation table is in the file: a bounded whole number of entries, maybe none.
  private static func relocationRange(
    _ dynamic: DynamicSection, table: SegmentTable
  ) throws(ELFError) -> Range<Int> {
    let given = (dynamic.tableAddress, dynamic.tableSize, dynamic.entrySize)
    guard let address = given.0, let size = given.1, let entrySize = given.2 else {
      guard given == (nil, nil, nil) else { throw .relocationTableIncomplete }
      return 0..<0
    }
    guard entrySize == UInt64(ELFRelocations.entrySize) else {
      throw .relocationEntrySize(entrySize)
    }
    let limit = ELFLimits.maximumRelocations
    guard size.isMultiple(of: entrySize), size / entrySize <= UInt64(limit) else {
      throw .relocationTableSize(size, limit: limit)
    }
    guard size > 0 else { return 0..<0 }
    guard let offset = table.fileOffset(of: address, size: size) else {
      throw .relocationTableRange(address: address, size: size)
    }
    return offset..<(offset + Int(size))
  }
}
