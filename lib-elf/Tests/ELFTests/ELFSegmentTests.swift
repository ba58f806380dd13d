// The rules for program headers: which are loaded, kept, ignored and refused.

import ELF
import ELFTesting
import Testing

struct ELFSegmentTests {
  /// Why the sample is refused after one field of one program header was changed.
  private func refusal(
    _ header: Sample.Header, _ field: Sample.Field, _ value: UInt64,
    limits: ELFLimits = .program
  ) -> ELFError? {
    Sample.pie { $0.set(header, field, value) }.refusal(limits: limits)
  }

  @Test func `writable code is refused`() {
    #expect(refusal(.code, .flags, 7) == .writableAndExecutable(address: 0x11C0))
    #expect(refusal(.code, .flags, 3) == .writableAndExecutable(address: 0x11C0))
  }

  @Test(arguments: [0, 1, 2, 0xC, 0x10_0004])
  func `other combinations of flags are refused`(flags: UInt32) {
    #expect(refusal(.data, .flags, UInt64(flags)) == .segmentFlags(flags))
  }

  @Test(arguments: [0, 1, 8, 0x800, 0x1800, 0x40_0000, UInt64.max])
  func `an alignment that is no power of two in range is refused`(alignment: UInt64) {
    #expect(
      refusal(.code, .alignment, alignment) == .segmentAlignment(alignment, limit: 0x20_0000))
  }

  @Test func `the largest alignment is accepted`() throws {
    #expect(refusal(.constants, .alignment, 0x20_0000) == nil)
  }

  @Test func `a segment without memory is refused`() {
    let sample = Sample.pie { sample in
      sample.set(.code, .fileSize, 0)
      sample.set(.code, .memorySize, 0)
    }
    #expect(sample.refusal() == .segmentEmpty(address: 0x11C0))
  }

  @Test func `more bytes in the file than in memory are refused`() {
    #expect(refusal(.code, .memorySize, 0xF) == .segmentFileSize(0x10, memorySize: 0xF))
  }

  @Test func `bytes beyond the end of the file are refused`() {
    #expect(
      refusal(.data, .fileSize, 0x71)
        == .segmentFileRange(offset: 0x1D0, size: 0x71, available: 0x240))
    #expect(
      refusal(.data, .offset, 0xFFFF_FFFF_FFFF_F1D0)
        == .segmentFileRange(offset: 0xFFFF_FFFF_FFFF_F1D0, size: 0x70, available: 0x240))
  }

  @Test func `memory that passes the end of the address space is refused`() {
    #expect(
      refusal(.data, .memorySize, UInt64.max)
        == .segmentAddressRange(address: 0x21D0, size: UInt64.max))
    #expect(
      refusal(.data, .address, 0xFFFF_FFFF_FFFF_E1D0)
        == .segmentAddressRange(address: 0xFFFF_FFFF_FFFF_E1D0, size: 0x1200))
  }

  @Test func `memory may end one page before the end of the address space`() {
    let limits = ELFLimits(addresses: 0..<UInt64.max, maximumImageSize: UInt64.max)
    for (size, refusal) in [
      (0x1E30, nil),
      (0x1E31, ELFError.segmentAddressRange(address: 0xFFFF_FFFF_FFFF_D1D0, size: 0x1E31)),
    ] as [(UInt64, ELFError?)] {
      let sample = Sample.fixed { sample in
        sample.set(.data, .address, 0xFFFF_FFFF_FFFF_D1D0)
        sample.set(.data, .memorySize, size)
        sample.set(.relro, .type, 0)
      }
      #expect(sample.refusal(limits: limits) == refusal)
    }
  }

  @Test func `an address that disagrees with the file offset is refused`() {
    #expect(
      refusal(.code, .address, 0x11C8) == .segmentCongruence(address: 0x11C8, offset: 0x1C0))
    #expect(
      refusal(.code, .alignment, 0x2000) == .segmentCongruence(address: 0x11C0, offset: 0x1C0))
  }

  @Test func `segments out of order are refused`() {
    #expect(
      refusal(.constants, .address, 0x8000) == .segmentOrder(address: 0x11C0, previous: 0x8000))
  }

  @Test func `overlapping segments are refused`() {
    #expect(
      refusal(.code, .memorySize, 0x1011) == .segmentOverlap(address: 0x21D0, previousEnd: 0x21D1))
    #expect(
      refusal(.data, .address, 0x11D0 - 0x1000) == .segmentOrder(address: 0x1D0, previous: 0x11C0))
  }

  @Test func `segments that share a page are refused`() {
    #expect(refusal(.data, .address, 0x11D0) == .sharedPage(0x1000))
    #expect(refusal(.code, .memorySize, 0x1010) == .sharedPage(0x2000))
  }

  @Test func `segments may touch without sharing a page`() {
    #expect(refusal(.code, .memorySize, 0xE40) == nil)
    #expect(refusal(.code, .memorySize, 0xE41) == .sharedPage(0x2000))
  }

  @Test func `a file without segments is refused`() {
    let sample = Sample.pie { sample in
      for header in [Sample.Header.constants, .code, .data] { sample.set(header, .type, 0) }
    }
    #expect(sample.refusal() == .noSegments)
  }

  @Test func `the image size is limited`() {
    let exact = ELFLimits(addresses: 0..<0x1_0000, maximumImageSize: 0x4000)
    let small = ELFLimits(addresses: 0..<0x1_0000, maximumImageSize: 0x3FFF)
    #expect(Sample.pie().refusal(limits: exact) == nil)
    #expect(Sample.pie().refusal(limits: small) == .imageTooLarge(size: 0x4000, limit: 0x3FFF))
  }

  @Test func `a fixed image lies inside the window`() {
    let exact = ELFLimits(addresses: 0x40_0000..<0x40_4000, maximumImageSize: 0x4000)
    let above = ELFLimits(addresses: 0x40_0001..<0x40_5000, maximumImageSize: 0x4000)
    let below = ELFLimits(addresses: 0..<0x40_3FFF, maximumImageSize: 0x4000)
    let outside = ELFError.outsideWindow(address: 0x40_0000, size: 0x4000)
    #expect(Sample.fixed().refusal(limits: exact) == nil)
    #expect(Sample.fixed().refusal(limits: above) == outside)
    #expect(Sample.fixed().refusal(limits: below) == outside)
    #expect(Sample.fixed().refusal(limits: .kernel) == outside)
  }

  @Test func `at most sixteen segments are accepted`() {
    #expect(manySegments(16).refusal() == nil)
    #expect(manySegments(17).refusal() == .tooManySegments(limit: 16))
    #expect(ELFLimits.maximumSegments == 16)
  }

  /// The fixed sample with code, then constants on the pages behind it.
  private func manySegments(_ count: Int) -> Sample {
    Sample.fixed { sample in
      let table = sample.bytes.count
      for index in 0..<count {
        var header = Array(sample.bytes[(64 + 56)..<(64 + 112)])
        header[4] = index == 0 ? 5 : 4
        header[17] = UInt8(0x11 + 0x10 * (index % 14))
        header[18] = UInt8(0x40 + index / 14)
        sample.bytes += header
      }
      sample.set(UInt64(table), at: 32)
      sample.set(UInt16(count), at: 56)
    }
  }

  @Test(arguments: [0, 4, 6, 0x6474_E550, 0x6474_E553])
  func `harmless headers are ignored`(type: UInt64) {
    #expect(refusal(.stack, .type, type) == nil)
  }

  @Test(arguments: [5, 8, 0x6000_0000, 0x6474_E554, 0x7000_0000, 0xFFFF_FFFF])
  func `unknown headers are refused`(type: UInt32) {
    #expect(refusal(.stack, .type, UInt64(type)) == .unknownProgramHeader(type: type))
  }

  @Test func `an interpreter is refused`() {
    #expect(refusal(.relro, .type, 3) == .interpreter(offset: 0x1D0))
  }

  @Test func `thread-local storage is refused`() {
    #expect(refusal(.relro, .type, 7) == .threadLocalStorage(size: 0xE30))
  }

  @Test func `an executable stack is refused`() {
    #expect(refusal(.stack, .flags, 7) == .executableStack(flags: 7))
  }

  @Test func `a second dynamic section or relocation hint is refused`() {
    #expect(refusal(.stack, .type, 2) == .duplicateProgramHeader(type: 2))
    #expect(refusal(.stack, .type, 0x6474_E552) == .duplicateProgramHeader(type: 0x6474_E552))
  }

  @Test func `a relocation hint that is not whole pages of a writable segment is refused`() {
    #expect(refusal(.relro, .memorySize, 0xE2F) == .relroRange(address: 0x21D0, size: 0xE2F))
    #expect(refusal(.relro, .memorySize, 0) == .relroRange(address: 0x21D0, size: 0))
    #expect(refusal(.relro, .memorySize, 0x2E30) == .relroRange(address: 0x21D0, size: 0x2E30))
    #expect(
      refusal(.relro, .memorySize, UInt64.max) == .relroRange(address: 0x21D0, size: UInt64.max))
    #expect(refusal(.relro, .address, 0x2200) == .relroRange(address: 0x2200, size: 0xE30))
    #expect(refusal(.relro, .address, 0x11C0) == .relroRange(address: 0x11C0, size: 0xE30))
  }

  @Test func `a relocation hint may cover the whole segment or be absent`() {
    #expect(refusal(.relro, .memorySize, 0x1E30) == nil)
    #expect(refusal(.relro, .type, 0) == nil)
  }
}
