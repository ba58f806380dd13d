// Builds small position-independent executables for the tests.

import Bytes
import PEImage

/// An executable described by its segments and pointers; the dynamic section and the relocation
/// table come in a read-only segment of their own at `tablesAddress`.
struct TestELF {
  struct Segment {
    var flags: UInt32
    var address: UInt64
    var contents: [UInt8]
    var memorySize: UInt64
  }

  static let read: UInt32 = 4
  static let code: UInt32 = 5
  static let data: UInt32 = 6

  var type: UInt16 = 3
  var entry: UInt64 = 0x2010
  var tablesAddress: UInt64 = 0x1000
  var segments = [
    Segment(
      flags: code, address: 0x2010, contents: Array(repeating: 0x90, count: 40), memorySize: 40),
    Segment(flags: data, address: 0x3000, contents: Array(1...64), memorySize: 0x2800),
  ]
  var relocations: [(target: UInt64, addend: UInt64)] = [(0x3008, 0x2010), (0x3000, 0x3020)]

  /// The whole file.
  var bytes: [UInt8] {
    var tables: [UInt8] = []
    let dynamic: [UInt64] = [
      7, tablesAddress + 80, 8, UInt64(24 * relocations.count), 9, 24, 0x6FFF_FFFB, 0x0800_0000,
      0, 0,
    ]
    for word in dynamic { tables.add(word) }
    for relocation in relocations {
      tables.add(relocation.target)
      tables.add(UInt64(8))
      tables.add(relocation.addend)
    }
    let first = Segment(
      flags: Self.read, address: tablesAddress, contents: tables,
      memorySize: UInt64(tables.count))
    return file([first] + segments)
  }

  private func file(_ segments: [Segment]) -> [UInt8] {
    // Segment contents begin at a page of the file plus the offset of the address in its page.
    var headers = fileHeader(programHeaders: segments.count + 1)
    var body: [UInt8] = []
    for segment in segments {
      body += Array(repeating: 0, count: -body.count & 0xFFF)
      body += Array(repeating: 0xEE, count: Int(segment.address & 0xFFF))
      headers.addProgramHeader(segment, offset: 0x1000 + UInt64(body.count))
      body += segment.contents
    }
    let dynamic = Segment(
      flags: Self.read, address: tablesAddress, contents: Array(repeating: 0, count: 80),
      memorySize: 80)
    headers.addProgramHeader(dynamic, type: 2, offset: 0x1000 + (tablesAddress & 0xFFF))
    return headers + Array(repeating: 0xEE, count: 0x1000 - headers.count) + body
  }

  private func fileHeader(programHeaders: Int) -> [UInt8] {
    var header: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    header.add(type)
    header.add(UInt16(62))
    header.add(UInt32(1))
    header.add(entry)
    header.add(UInt64(64))
    header.add(UInt64(0))
    header.add(UInt32(0))
    for value in [64, 56, programHeaders, 0, 0, 0] { header.add(UInt16(value)) }
    return header
  }

  /// The converted file, or why there is none.
  func convert() throws(PEImageError) -> [UInt8] {
    try PEWriter.convert(bytes.span.rawBytes)
  }

  /// Why the conversion is refused.
  var refusal: PEImageError? {
    do {
      _ = try convert()
      return nil
    } catch {
      return error
    }
  }
}

extension [UInt8] {
  fileprivate mutating func add<Integer: FixedWidthInteger>(_ value: Integer) {
    for index in 0..<(Integer.bitWidth / 8) {
      append(UInt8(truncatingIfNeeded: value >> (8 * index)))
    }
  }

  fileprivate mutating func addProgramHeader(
    _ segment: TestELF.Segment, type: UInt32 = 1, offset: UInt64
  ) {
    add(type)
    add(segment.flags)
    add(offset)
    add(segment.address)
    add(segment.address)
    add(UInt64(segment.contents.count))
    add(segment.memorySize)
    add(UInt64(0x1000))
  }
}
