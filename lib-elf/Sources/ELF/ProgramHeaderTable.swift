// The walk over the program headers: segments are collected, the two descriptive headers are kept,
// and everything a static image must not contain is refused.

import Bytes

/// What the program headers of a file say.
struct ProgramHeaderTable {
  private(set) var segments = SegmentTable()
  private(set) var dynamic: ProgramHeader?
  private(set) var relro: ProgramHeader?

  /// Reads and checks all headers in table order.
  init(_ bytes: RawSpan, header: ELFHeader, maximumAlignment: UInt64) throws(ELFError) {
    for index in 0..<header.programHeaderCount {
      let entry = try ProgramHeader(
        bytes, at: header.programHeaderOffset + index * ProgramHeader.size)
      if entry.type == ProgramHeader.Kind.load.rawValue {
        try segments.append(
          entry, fileSize: bytes.byteCount, maximumAlignment: maximumAlignment)
      } else {
        try take(entry)
      }
    }
    guard segments.count > 0 else { throw .noSegments }
  }

  /// Keeps, ignores or refuses a header that is not loaded.
  private mutating func take(_ header: ProgramHeader) throws(ELFError) {
    guard let kind = ProgramHeader.Kind(rawValue: header.type) else {
      throw .unknownProgramHeader(type: header.type)
    }
    switch kind {
    case .null, .load, .note, .headers, .ehFrame, .property: break
    case .dynamic: try Self.keep(header, in: &dynamic)
    case .relro: try Self.keep(header, in: &relro)
    case .interpreter: throw .interpreter(offset: header.offset)
    case .threadLocal: throw .threadLocalStorage(size: header.memorySize)
    case .stack:
      guard header.flags & ProgramHeader.execute == 0 else {
        throw .executableStack(flags: header.flags)
      }
    }
  }

  private static func keep(
    _ header: ProgramHeader, in place: inout ProgramHeader?
  ) throws(ELFError) {
    guard place == nil else { throw .duplicateProgramHeader(type: header.type) }
    place = header
  }
}
