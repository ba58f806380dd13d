// The layout of converted images, every refusal, and the limits.

import Bytes
import ELF
import PEImage
import Testing

struct PEWriterTests {
  @Test func `the headers have the one value that the format allows`() throws {
    let file = try TestELF().convert()
    #expect(Array(file[0..<2]) == Array("MZ".utf8))
    #expect(file[2..<60].allSatisfy { $0 == 0 })
    #expect(PEFile.number(file, 60, 4) == 64)
    #expect(Array(file[64..<68]) == Array("PE\0\0".utf8))
    let fields = [
      (68, 2, 0x8664), (70, 2, 4), (72, 4, 0), (76, 8, 0), (84, 2, 240), (86, 2, 0x22),
    ]
    for (offset, size, value) in fields {
      #expect(PEFile.number(file, offset, size) == value, "offset \(offset)")
    }
  }

  @Test func `the optional header describes an EFI application`() throws {
    let file = PEFile(try TestELF().convert())
    let fields = [
      (0, 2, 0x20B), (2, 2, 0), (4, 4, 0x200), (8, 4, 0x600), (12, 4, 0x2600), (16, 4, 0x2010),
      (20, 4, 0x2000), (24, 8, 0), (32, 4, 4096), (36, 4, 512), (40, 8, 0), (48, 8, 0),
      (56, 4, 0x7000), (60, 4, 512), (68, 2, 10), (70, 2, 0x140), (72, 8, 0), (80, 8, 0),
      (88, 8, 0), (96, 8, 0), (104, 4, 0), (108, 4, 16),
    ]
    for (offset, size, value) in fields {
      #expect(file.optional(offset, size) == value, "offset \(offset)")
    }
  }

  @Test func `only the base relocation directory is filled`() throws {
    let file = PEFile(try TestELF().convert())
    for index in 0..<16 {
      #expect(file.optional(112 + 8 * index, 4) == (index == 5 ? 0x6000 : 0))
      #expect(file.optional(116 + 8 * index, 4) == (index == 5 ? 12 : 0))
    }
  }

  @Test func `sections carry the rights of their segments`() throws {
    let sections = PEFile(try TestELF().convert()).sections
    #expect(sections.map(\.name) == [".rodata", ".text", ".data", ".reloc"])
    #expect(
      sections.map(\.characteristics)
        == [0x4000_0040, 0x6000_0020, 0xC000_0040, 0x4200_0040])
    #expect(sections.map(\.address) == [0x1000, 0x2000, 0x3000, 0x6000])
    #expect(sections.map(\.memorySize) == [128, 56, 0x2800, 12])
    #expect(sections.map(\.rawSize) == [512, 512, 512, 512])
    #expect(sections.map(\.rawOffset) == [512, 1024, 1536, 2048])
  }

  @Test func `a segment without file bytes becomes a section without raw data`() throws {
    var elf = TestELF()
    elf.segments.append(
      TestELF.Segment(flags: TestELF.data, address: 0x8000, contents: [], memorySize: 0x1234))
    let section = PEFile(try elf.convert()).sections[3]
    #expect(section.name == ".bss")
    #expect(section.characteristics == 0xC000_0080)
    #expect(section.memorySize == 0x1234)
    #expect(section.rawSize == 0)
    #expect(section.rawOffset == 0)
  }

  @Test func `the bytes before a segment in its page are zero`() throws {
    let file = try TestELF().convert()
    #expect(file[1024..<1040].allSatisfy { $0 == 0 })
    #expect(file[1040..<1080].allSatisfy { $0 == 0x90 })
    #expect(file[1080..<1536].allSatisfy { $0 == 0 })
  }

  @Test func `pointers hold link addresses and are listed in order`() throws {
    let file = PEFile(try TestELF().convert())
    #expect(PEFile.number(file.bytes, 1536, 8) == 0x3020)
    #expect(PEFile.number(file.bytes, 1544, 8) == 0x2010)
    #expect(file.relocationBlocks.map(\.page) == [0x3000])
    #expect(file.relocationBlocks.map(\.entries) == [[0xA000, 0xA008]])
  }

  @Test func `each page has its own block of an even number of entries`() throws {
    var elf = TestELF()
    elf.segments[1].contents = Array(repeating: 0, count: 0x2800)
    elf.relocations = [(0x5000, 0x3000), (0x3FF8, 0x3000), (0x3010, 0x3000), (0x3000, 0x3000)]
    let blocks = PEFile(try elf.convert()).relocationBlocks
    #expect(blocks.map(\.page) == [0x3000, 0x5000])
    #expect(blocks.map(\.entries) == [[0xA000, 0xA010, 0xAFF8, 0], [0xA000, 0]])
  }

  @Test func `an image without pointers has one empty block`() throws {
    var elf = TestELF()
    elf.relocations = []
    let blocks = PEFile(try elf.convert()).relocationBlocks
    #expect(blocks.map(\.page) == [0])
    #expect(blocks.map(\.entries) == [[0, 0]])
  }

  @Test func `the checksum covers the whole file`() throws {
    let file = try TestELF().convert()
    // A wide sum folded at the end, instead of a carry after each word.
    var sum = stride(from: 0, to: file.count, by: 2).reduce(0) { total, offset in
      offset == 152 || offset == 154 ? total : total + PEFile.number(file, offset, 2)
    }
    while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
    #expect(PEFile.number(file, 152, 4) == sum + file.count)
  }

  @Test func `what is not loaded does not change the output`() throws {
    var elf = TestELF().bytes
    let expected = try TestELF().convert()
    elf += Array("debug information".utf8)
    elf[0x300] = 0x77
    #expect(try PEWriter.convert(elf.span.rawBytes) == expected)
  }

  @Test func `a loaded image equals the loaded executable`() throws {
    try expectSameMemory(TestELF().bytes)
  }

  @Test func `the most segments fit the headers`() throws {
    var elf = TestELF()
    elf.segments = (0..<15).map { index in
      TestELF.Segment(
        flags: index == 0 ? TestELF.code : TestELF.data, address: 0x2000 + 0x1000 * UInt64(index),
        contents: Array(repeating: 1, count: 32), memorySize: 32)
    }
    elf.entry = 0x2000
    let file = PEFile(try elf.convert())
    #expect(file.sections.count == 17)
    #expect(file.optional(60, 4) == 1024)
    #expect(file.bytes.count.isMultiple(of: 512))
    #expect(file.sections.allSatisfy { $0.rawOffset.isMultiple(of: 512) })
  }

  @Test func `no section is writable and executable`() throws {
    for section in PEFile(try TestELF().convert()).sections {
      #expect(section.characteristics & 0xA000_0000 != 0xA000_0000)
    }
  }

  @Test func `input that is no executable is refused`() {
    var elf = TestELF()
    elf.entry = 0x3000
    #expect(elf.refusal == .elf(.entryNotExecutable(0x3000)))
  }

  @Test func `an alignment above a page is refused`() {
    var bytes = TestELF().bytes
    // The alignment of the first program header.
    bytes[64 + 49] = 0x20
    #expect(throws: PEImageError.elf(.segmentAlignment(0x2000, limit: 0x1000))) {
      try PEWriter.convert(bytes.span.rawBytes)
    }
  }

  @Test func `a fixed executable is refused`() {
    var bytes = TestELF().bytes
    bytes[16] = 2
    // The header of the dynamic section, which a fixed file may not have.
    for index in 0..<4 { bytes[64 + 3 * 56 + index] = 0 }
    #expect(throws: PEImageError.notPositionIndependent) {
      try PEWriter.convert(bytes.span.rawBytes)
    }
  }

  @Test func `a segment below the first page behind the headers is refused`() {
    var elf = TestELF()
    elf.tablesAddress = 0
    #expect(elf.refusal == .overlapsHeaders(address: 0, limit: 0x1000))
    elf.tablesAddress = 0xF00
    #expect(elf.refusal == .overlapsHeaders(address: 0, limit: 0x1000))
  }

  @Test func `an image ends at or below two gibibytes`() throws {
    var elf = TestELF()
    elf.segments[1].memorySize = 0x7FFF_F000 - 0x3000
    #expect(PEFile(try elf.convert()).optional(56, 4) == 0x8000_0000)
    elf.segments[1].memorySize += 1
    #expect(elf.refusal == .imageTooLarge(end: 0x8000_1000, limit: 0x8000_0000))
    elf.segments[1].memorySize += 0x1000
    #expect(elf.refusal == .imageTooLarge(end: 0x8000_1000, limit: 0x8000_0000))
  }

  @Test func `a pointer in zeroed memory is refused`() {
    var elf = TestELF()
    elf.relocations.append((0x3040, 0x3000))
    #expect(elf.refusal == .relocationInZeroFill(target: 0x3040))
    elf.segments[1].contents.append(contentsOf: [0, 0, 0, 0])
    #expect(elf.refusal == .relocationInZeroFill(target: 0x3040))
    elf.segments[1].contents.append(contentsOf: [0, 0, 0, 0])
    #expect(elf.refusal == nil)
  }

  @Test func `a pointer that is listed twice is refused`() {
    var elf = TestELF()
    elf.relocations.append((0x3008, 0x2010))
    #expect(elf.refusal == .duplicateRelocation(target: 0x3008))
  }

  @Test func `every truncation is refused`() {
    let bytes = TestELF().bytes
    let accepted = bytes.indices.filter { length in
      (try? PEWriter.convert(bytes.span.rawBytes.extracting(first: length))) != nil
    }
    #expect(accepted.isEmpty)
  }

  @Test func `a changed header byte is refused or gives a readable image`() {
    let bytes = TestELF().bytes
    for offset in 0..<(64 + 4 * 56) {
      for mask: UInt8 in [0x01, 0x80, 0xFF] {
        var changed = bytes
        changed[offset] ^= mask
        guard let file = try? PEWriter.convert(changed.span.rawBytes) else { continue }
        #expect(PEFile(file).sections.count >= 2, "offset \(offset) mask \(mask)")
      }
    }
  }
}
