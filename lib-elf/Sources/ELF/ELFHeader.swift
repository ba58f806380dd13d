// The file header (gABI chapter 4, "ELF Header"): everything is compared with the one accepted
// value; section headers are never looked at.

import Bytes

/// A checked file header.
struct ELFHeader {
  static let size = 64
  private static let magic: UInt32 = 0x464C_457F
  private static let systemV: UInt8 = 0
  private static let gnu: UInt8 = 3
  private static let x8664: UInt16 = 62

  let kind: ELFKind
  let entry: UInt64
  /// The table of `programHeaderCount` program headers is inside the file.
  let programHeaderOffset: Int
  let programHeaderCount: Int

  init(_ bytes: RawSpan) throws(ELFError) {
    let magic: UInt32 = try bytes.field(at: 0)
    guard magic == Self.magic else { throw .notELF(magic) }
    guard bytes.byteCount >= Self.size else {
      throw .truncated(offset: 0, needed: Self.size, available: bytes.byteCount)
    }
    try Self.checkIdentification(bytes)
    try Self.checkConstants(bytes)
    let type: UInt16 = try bytes.field(at: 16)
    guard let kind = ELFKind(rawValue: type) else { throw .fileType(type) }
    self.kind = kind
    entry = try bytes.field(at: 24)
    programHeaderCount = try Self.headerCount(bytes)
    programHeaderOffset = try Self.headerOffset(bytes, count: programHeaderCount)
  }

  /// Checks the class, order, version and ABI bytes at the start of the file.
  private static func checkIdentification(_ bytes: RawSpan) throws(ELFError) {
    let fileClass: UInt8 = try bytes.field(at: 4)
    guard fileClass == 2 else { throw .fileClass(fileClass) }
    let byteOrder: UInt8 = try bytes.field(at: 5)
    guard byteOrder == 1 else { throw .byteOrder(byteOrder) }
    let version: UInt8 = try bytes.field(at: 6)
    guard version == 1 else { throw .identVersion(version) }
    let osABI: UInt8 = try bytes.field(at: 7)
    guard osABI == systemV || osABI == gnu else { throw .osABI(osABI) }
    let abiVersion: UInt8 = try bytes.field(at: 8)
    guard abiVersion == 0 else { throw .abiVersion(abiVersion) }
    for offset in 9..<16 {
      guard try bytes.field(at: offset, as: UInt8.self) == 0 else {
        throw .identPadding(offset: offset)
      }
    }
  }

  /// Checks the fields after the identification that have one value.
  private static func checkConstants(_ bytes: RawSpan) throws(ELFError) {
    let machine: UInt16 = try bytes.field(at: 18)
    guard machine == x8664 else { throw .machine(machine) }
    let version: UInt32 = try bytes.field(at: 20)
    guard version == 1 else { throw .version(version) }
    let flags: UInt32 = try bytes.field(at: 48)
    guard flags == 0 else { throw .flags(flags) }
    let headerSize: UInt16 = try bytes.field(at: 52)
    guard headerSize == size else { throw .headerSize(headerSize) }
    let programHeaderSize: UInt16 = try bytes.field(at: 54)
    guard programHeaderSize == ProgramHeader.size else {
      throw .programHeaderSize(programHeaderSize)
    }
  }

  /// The number of program headers, 1 to the limit.
  private static func headerCount(_ bytes: RawSpan) throws(ELFError) -> Int {
    let count: UInt16 = try bytes.field(at: 56)
    guard count > 0, count <= ELFLimits.maximumProgramHeaders else {
      throw .programHeaderCount(count, limit: ELFLimits.maximumProgramHeaders)
    }
    return Int(count)
  }

  /// Where the program headers begin: aligned, after the file header, and wholly inside the file.
  private static func headerOffset(_ bytes: RawSpan, count: Int) throws(ELFError) -> Int {
    let value: UInt64 = try bytes.field(at: 32)
    guard let offset = Int(exactly: value), offset >= size, offset.isMultiple(of: 8),
      offset <= bytes.byteCount, count * ProgramHeader.size <= bytes.byteCount - offset
    else { throw .programHeaderOffset(value) }
    return offset
  }
}
