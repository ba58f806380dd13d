// The whole of a valid image, its file header, every truncation and every single-byte change.

import Bytes
import ELF
import ELFTesting
import Testing

struct ELFImageTests {
  @Test func `a position-independent file gives its plan`() throws {
    let sample = Sample.pie()
    let image = try ELFImage(sample.bytes.span.rawBytes, limits: .program)
    #expect(image.kind == .positionIndependent)
    #expect(image.entry == Sample.entry)
    #expect(image.pages == 0..<0x4000)
    #expect(image.alignment == 0x1000)
    #expect(image.readOnlyAfterRelocation == 0x2000..<0x3000)
    #expect(image.relocations.count == 2)
    #expect(image.segments.count == 3)
    let data = image.segments[2]
    #expect(data.pages == 0x2000..<0x4000)
    #expect(data.rights == .readWrite)
    #expect(data.fileOffset == 0x1D0)
    #expect(data.fileSize == 0x70)
    #expect(data.memorySize == 0x1200)
    #expect(image.segments[1].rights == .readExecute)
    #expect(image.segments[0].rights == .read)
  }

  @Test func `a fixed file gives its plan without relocations`() throws {
    let sample = Sample.fixed()
    let image = try ELFImage(sample.bytes.span.rawBytes, limits: .program)
    #expect(image.kind == .fixed)
    #expect(image.pages == 0x40_0000..<0x40_4000)
    #expect(image.relocations.count == 0)
  }

  @Test func `every truncation is refused`() {
    for length in 0..<Sample.size {
      let short = Sample(bytes: Array(Sample.pie().bytes.prefix(length)))
      #expect(short.refusal() != nil, "length \(length)")
    }
  }

  @Test func `a file shorter than its header is truncated`() {
    let short = Sample(bytes: Array(Sample.pie().bytes.prefix(63)))
    #expect(short.refusal() == .truncated(offset: 0, needed: 64, available: 63))
    #expect(Sample(bytes: []).refusal() == .truncated(offset: 0, needed: 4, available: 0))
  }

  @Test func `bytes after the last segment are ignored`() {
    #expect(Sample.pie { $0.bytes += [1, 2, 3] }.refusal() == nil)
  }

  @Test func `every changed byte is refused or still gives a valid plan`() throws {
    let original = Sample.pie()
    for offset in original.bytes.indices {
      for mask: UInt8 in [0x01, 0x80, 0xFF] {
        var changed = original
        changed.bytes[offset] ^= mask
        guard changed.refusal() == nil else { continue }
        let image = try ELFImage(changed.bytes.span.rawBytes, limits: .program)
        let isValid = isValid(image, fileSize: Sample.size)
        #expect(isValid, "offset \(offset) mask \(mask)")
      }
    }
  }

  /// The promises of a plan, computed anew from what it offers.
  private func isValid(_ image: borrowing ELFImage, fileSize: Int) -> Bool {
    var previousEnd: UInt64 = 0
    var holdsEntry = false
    for index in image.segments.indices {
      let segment = image.segments[index]
      guard segment.pages.lowerBound >= previousEnd, segment.memorySize > 0,
        UInt64(segment.fileSize) <= segment.memorySize,
        segment.fileOffset + segment.fileSize <= fileSize
      else { return false }
      previousEnd = segment.pages.upperBound
      holdsEntry = holdsEntry || segment.rights.isExecutable && segment.pages.contains(image.entry)
    }
    return holdsEntry && previousEnd == image.pages.upperBound
  }

  @Test func `another magic is refused`() {
    #expect(Sample.pie { $0.bytes[0] = 0x7E }.refusal() == .notELF(0x464C_457E))
  }

  @Test func `a 32-bit file is refused`() {
    #expect(Sample.pie { $0.bytes[4] = 1 }.refusal() == .fileClass(1))
  }

  @Test func `a big-endian file is refused`() {
    #expect(Sample.pie { $0.bytes[5] = 2 }.refusal() == .byteOrder(2))
  }

  @Test func `another version of the identification is refused`() {
    #expect(Sample.pie { $0.bytes[6] = 2 }.refusal() == .identVersion(2))
  }

  @Test func `only the System V and GNU ABIs are accepted`() {
    #expect(Sample.pie { $0.bytes[7] = 3 }.refusal() == nil)
    #expect(Sample.pie { $0.bytes[7] = 9 }.refusal() == .osABI(9))
  }

  @Test func `an ABI version is refused`() {
    #expect(Sample.pie { $0.bytes[8] = 1 }.refusal() == .abiVersion(1))
  }

  @Test(arguments: 9..<16) func `a nonzero padding byte is refused`(offset: Int) {
    #expect(Sample.pie { $0.bytes[offset] = 1 }.refusal() == .identPadding(offset: offset))
  }

  @Test(arguments: [0, 1, 4, 0xFFFF]) func `another file type is refused`(type: UInt16) {
    #expect(Sample.pie { $0.set(type, at: 16) }.refusal() == .fileType(type))
  }

  @Test func `another machine is refused`() {
    #expect(Sample.pie { $0.set(UInt16(183), at: 18) }.refusal() == .machine(183))
  }

  @Test func `another version of the header is refused`() {
    #expect(Sample.pie { $0.set(UInt32(0), at: 20) }.refusal() == .version(0))
  }

  @Test func `processor flags are refused`() {
    #expect(Sample.pie { $0.set(UInt32(1), at: 48) }.refusal() == .flags(1))
  }

  @Test func `another header size is refused`() {
    #expect(Sample.pie { $0.set(UInt16(65), at: 52) }.refusal() == .headerSize(65))
  }

  @Test func `another program header size is refused`() {
    #expect(Sample.pie { $0.set(UInt16(32), at: 54) }.refusal() == .programHeaderSize(32))
  }

  @Test(arguments: [0, 33, 0xFFFF])
  func `a count of program headers beyond the limits is refused`(count: UInt16) {
    #expect(
      Sample.pie { $0.set(count, at: 56) }.refusal() == .programHeaderCount(count, limit: 32))
  }

  @Test func `the most program headers are accepted`() {
    let sample = Sample.pie { sample in
      // A copy of the table at the end of the file, filled up with empty headers.
      let table = sample.bytes[64..<400]
      sample.set(UInt64(Sample.size), at: 32)
      sample.set(UInt16(32), at: 56)
      sample.bytes += table + Array(repeating: 0, count: 26 * 56)
    }
    #expect(sample.refusal() == nil)
  }

  @Test(arguments: [0, 56, 65, 0x108, 0x240, UInt64.max])
  func `a misplaced program header table is refused`(offset: UInt64) {
    #expect(Sample.pie { $0.set(offset, at: 32) }.refusal() == .programHeaderOffset(offset))
  }

  @Test(arguments: [0, 0x11BF, 0x11D0, 0x21D0, UInt64.max])
  func `an entry outside the code is refused`(entry: UInt64) {
    #expect(Sample.pie { $0.set(entry, at: 24) }.refusal() == .entryNotExecutable(entry))
  }

  @Test func `an entry in the zero-filled end of the code is refused`() {
    let sample = Sample.pie { sample in
      sample.set(.code, .memorySize, 0x20)
      sample.set(UInt64(0x11D0), at: 24)
    }
    #expect(sample.refusal() == .entryNotExecutable(0x11D0))
  }
}
