// The rules for the dynamic section and for the table of relocations it names.

import ELF
import ELFTesting
import Testing

struct DynamicSectionTests {
  /// Why the sample is refused when one entry of its dynamic section is replaced.
  private func refusal(_ index: Int, tag: UInt64, value: UInt64) -> ELFError? {
    Sample.pie { $0.setDynamic(index, tag: tag, value: value) }.refusal()
  }

  /// Why the sample is refused when the entry that counts relocations becomes another.
  private func refusal(tag: UInt64, value: UInt64 = 0) -> ELFError? {
    refusal(3, tag: tag, value: value)
  }

  @Test func `a fixed file with a dynamic section is refused`() {
    #expect(
      Sample.fixed { $0.set(.dynamic, .type, 2) }.refusal()
        == .dynamicInFixedFile(address: 0x21D0))
  }

  @Test func `a position-independent file without a dynamic section is refused`() {
    #expect(Sample.pie { $0.set(.dynamic, .type, 0) }.refusal() == .dynamicMissing)
  }

  @Test(arguments: [0x5F, 0x61, 1040, UInt64.max])
  func `a section that is not 64 whole entries at most is refused`(size: UInt64) {
    #expect(Sample.pie { $0.set(.dynamic, .fileSize, size) }.refusal() == .dynamicSize(size))
  }

  @Test func `a section elsewhere than its segment says is refused`() {
    let expected = ELFError.dynamicRange(address: 0x21D0, size: 0x60)
    #expect(Sample.pie { $0.set(.dynamic, .offset, 0x1D8) }.refusal() == expected)
    #expect(
      Sample.pie { $0.set(.dynamic, .address, 0x9000) }.refusal()
        == .dynamicRange(address: 0x9000, size: 0x60))
    #expect(
      Sample.pie { $0.set(.dynamic, .fileSize, 0x80) }.refusal()
        == .dynamicRange(address: 0x21D0, size: 0x80))
  }

  @Test func `a section without an end is refused`() {
    #expect(refusal(5, tag: 21, value: 0) == .dynamicUnterminated)
    #expect(Sample.pie { $0.set(.dynamic, .fileSize, 0) }.refusal() == .dynamicUnterminated)
  }

  @Test func `an entry after the end is refused`() {
    #expect(refusal(tag: 0) == .dynamicAfterEnd(tag: 0x6FFF_FFFB))
  }

  @Test(arguments: [7, 8, 9, 0x6FFF_FFFB])
  func `an entry that occurs twice is refused`(tag: UInt64) {
    // The flags come after the entry that is replaced, the others before it.
    #expect(refusal(tag: tag, value: 0x0800_0000) == .duplicateDynamicTag(tag))
  }

  @Test(arguments: [4, 5, 6, 10, 11, 21, 0x6FFF_FEF5])
  func `tables of a dynamic linker are ignored`(tag: UInt64) {
    #expect(refusal(tag: tag, value: UInt64.max) == nil)
  }

  @Test(arguments: [14, 15, 24, 29, 34, 38, 0x6FFF_FFF0, 0x7FFF_FFFF, UInt64.max])
  func `unknown entries are refused`(tag: UInt64) {
    #expect(refusal(tag: tag) == .unknownDynamicTag(tag))
  }

  @Test func `a needed library is refused`() {
    #expect(refusal(tag: 1, value: 0x33) == .neededLibrary(nameOffset: 0x33))
  }

  @Test(arguments: [2, 3, 17, 18, 19, 20, 23, 35, 36, 37])
  func `other kinds of relocation tables are refused`(tag: UInt64) {
    #expect(refusal(tag: tag) == .relocationTableKind(tag: tag))
  }

  @Test func `relocations of code are refused`() {
    #expect(refusal(tag: 22) == .textRelocations(tag: 22))
    #expect(refusal(tag: 30, value: 4) == .textRelocations(tag: 30))
  }

  @Test(arguments: [12, 13, 25, 26, 27, 28, 32, 33])
  func `functions before the entry are refused`(tag: UInt64) {
    #expect(refusal(tag: tag) == .initialiser(tag: tag))
  }

  @Test func `flags other than immediate binding are refused`() {
    #expect(refusal(tag: 30, value: 8) == nil)
    #expect(refusal(tag: 30, value: 0x10) == .dynamicFlags(tag: 30, value: 0x10))
    #expect(refusal(4, tag: 0x6FFF_FFFB, value: 0x0800_0001) == nil)
    #expect(
      refusal(4, tag: 0x6FFF_FFFB, value: 0x0800_0002)
        == .dynamicFlags(tag: 0x6FFF_FFFB, value: 0x0800_0002))
  }

  @Test func `a shared library is refused`() {
    #expect(refusal(4, tag: 0x6FFF_FFFB, value: 1) == .notExecutable(flags: 1))
    #expect(refusal(4, tag: 21, value: 0) == .notExecutable(flags: 0))
  }

  @Test(arguments: 0..<3) func `an incomplete description of the table is refused`(index: Int) {
    #expect(refusal(index, tag: 21, value: 0) == .relocationTableIncomplete)
  }

  @Test func `no table at all is accepted when none is counted`() {
    let sample = Sample.pie { sample in
      for index in 0..<4 { sample.setDynamic(index, tag: 21, value: 0) }
    }
    #expect(sample.refusal() == nil)
    let counted = Sample.pie { sample in
      for index in 0..<3 { sample.setDynamic(index, tag: 21, value: 0) }
    }
    #expect(counted.refusal() == .relocationCount(2, actual: 0))
  }

  @Test func `another entry size is refused`() {
    #expect(refusal(2, tag: 9, value: 16) == .relocationEntrySize(16))
  }

  @Test(arguments: [47, 65_537 * 24, UInt64.max] as [UInt64])
  func `a table that is not whole entries up to the limit is refused`(size: UInt64) {
    #expect(refusal(1, tag: 8, value: size) == .relocationTableSize(size, limit: 65_536))
  }

  @Test func `the largest table is looked for in the file`() {
    let size: UInt64 = 65_536 * 24
    #expect(
      refusal(1, tag: 8, value: size) == .relocationTableRange(address: 0x190, size: size))
  }

  @Test func `a table outside the file bytes of a segment is refused`() {
    #expect(
      refusal(0, tag: 7, value: 0x198) == .relocationTableRange(address: 0x198, size: 48))
    #expect(
      refusal(0, tag: 7, value: 0x3000) == .relocationTableRange(address: 0x3000, size: 48))
    #expect(
      refusal(0, tag: 7, value: UInt64.max)
        == .relocationTableRange(address: UInt64.max, size: 48))
  }

  @Test func `an empty table needs no address`() {
    let sample = Sample.pie { sample in
      sample.setDynamic(0, tag: 7, value: UInt64.max)
      sample.setDynamic(1, tag: 8, value: 0)
      sample.setDynamic(3, tag: 21, value: 0)
    }
    #expect(sample.refusal() == nil)
  }

  @Test func `a wrong count of relocations is refused`() {
    #expect(refusal(3, tag: 0x6FFF_FFF9, value: 1) == .relocationCount(1, actual: 2))
  }

  @Test func `the most entries are accepted`() {
    let sample = Sample.pie { sample in
      // The section moves behind the data; entries that are ignored stand before the end.
      sample.bytes += sample.bytes[0x1D0..<0x220]
      sample.bytes += Array(repeating: 0, count: 1024 - 80)
      for index in 5..<63 { sample.set(UInt64(21), at: Sample.size + 16 * index) }
      sample.set(.data, .fileSize, 0x470)
      sample.set(.dynamic, .address, 0x2240)
      sample.set(.dynamic, .offset, 0x240)
      sample.set(.dynamic, .fileSize, 1024)
    }
    #expect(sample.refusal() == nil)
  }

  @Test func `the most relocations are accepted`() throws {
    let sample = Sample.pie { sample in
      // A table behind the data, with the first relocation again and again.
      let entry = sample.bytes[Sample.relocationTable..<(Sample.relocationTable + 24)]
      sample.bytes += repeatElement(entry, count: 65_536).joined()
      sample.set(.data, .fileSize, 0x70 + 65_536 * 24)
      sample.set(.data, .memorySize, 0x70 + 65_536 * 24)
      sample.setDynamic(0, tag: 7, value: 0x2240)
      sample.setDynamic(1, tag: 8, value: 65_536 * 24)
      sample.setDynamic(3, tag: 0x6FFF_FFF9, value: 65_536)
    }
    #expect(sample.refusal() == nil)
  }
}
