// The rules for single relocations.

import Bytes
import ELF
import ELFTesting
import Testing

struct ELFRelocationsTests {
  /// Why the sample is refused when its first relocation is replaced.
  private func refusal(
    target: UInt64 = 0x2230, type: UInt32 = 8, symbol: UInt32 = 0, addend: UInt64 = 0
  ) -> ELFError? {
    Sample.pie {
      $0.setRelocation(0, target: target, type: type, symbol: symbol, addend: addend)
    }.refusal()
  }

  @Test func `relocations come in file order and start anew each time`() throws {
    let sample = Sample.pie()
    let image = try ELFImage(sample.bytes.span.rawBytes, limits: .program)
    for _ in 0..<2 {
      var relocations = image.relocations
      let first = try relocations.next()
      let second = try relocations.next()
      let third = try relocations.next()
      #expect(first?.target == 0x2230)
      #expect(first?.addend == 0x11C0)
      #expect(second?.target == 0x33C8)
      #expect(second?.addend == 0x4000)
      #expect(third == nil)
    }
  }

  @Test(arguments: [0, 1, 5, 6, 7, 9, 16, 37, 38, UInt32.max])
  func `other types are refused`(type: UInt32) {
    #expect(refusal(type: type) == .relocationType(type))
  }

  @Test func `a symbol is refused`() {
    #expect(refusal(symbol: 1) == .relocationSymbol(1))
  }

  @Test func `an unaligned target is refused`() {
    #expect(refusal(target: 0x2234) == .relocationAlignment(0x2234))
  }

  @Test(arguments: [0, 0x190, 0x11C0, 0x21C8, 0x33D0, 0x3FF8, 0x9000, 0xFFFF_FFFF_FFFF_FFF8])
  func `a target outside writable memory is refused`(target: UInt64) {
    #expect(refusal(target: target) == .relocationTarget(target))
  }

  @Test func `the first and last words of writable memory are targets`() {
    #expect(refusal(target: 0x21D0) == nil)
    #expect(refusal(target: 0x33C8) == nil)
  }

  @Test func `a target that is half inside is refused`() {
    let sample = Sample.pie { $0.set(.data, .memorySize, 0x11FF) }
    #expect(sample.refusal() == .relocationTarget(0x33C8))
  }

  @Test func `a value inside the image or at its end is accepted`() {
    #expect(refusal(addend: 0) == nil)
    #expect(refusal(addend: 0x4000) == nil)
  }

  @Test(arguments: [0x4001, 0x7FFF_FFFF_FFFF_FFFF, UInt64.max])
  func `a value outside the image is refused`(addend: UInt64) {
    #expect(refusal(addend: addend) == .relocationAddend(addend))
  }
}
