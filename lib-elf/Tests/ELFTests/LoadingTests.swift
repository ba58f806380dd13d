// Placing an image and filling memory from it.

import Bytes
import ELF
import ELFTesting
import Testing

struct LoadingTests {
  private let pie = Sample.pie()

  /// The bias for a base, or why there is none.
  private func bias(
    _ sample: Sample, base: UInt64, limits: ELFLimits = .program
  ) throws -> UInt64 {
    try ELFImage(sample.bytes.span.rawBytes, limits: limits).bias(base: base)
  }

  /// `size` bytes of loaded memory from a link address on, in a buffer that held something else.
  private func load(_ sample: Sample, address: UInt64, size: Int, bias: UInt64) throws -> [UInt8] {
    var memory = [UInt8](repeating: 0xEE, count: size)
    let image = try ELFImage(sample.bytes.span.rawBytes, limits: .program)
    var span = memory.mutableSpan
    var raw = span.mutableRawBytes
    try image.load(into: &raw, address: address, bias: bias)
    return memory
  }

  @Test func `a base gives a bias`() throws {
    #expect(try bias(pie, base: 0x70_0000) == 0x70_0000)
    #expect(try bias(.fixed(), base: 0x40_0000) == 0)
  }

  @Test func `the bias of a base below the link address wraps`() throws {
    let high = Sample.pie { sample in
      sample.set(UInt64(0x10_11C0), at: 24)
      for (header, address) in [
        (Sample.Header.constants, 0x10_0000), (.code, 0x10_11C0), (.data, 0x10_21D0),
        (.dynamic, 0x10_21D0), (.relro, 0x10_21D0),
      ] {
        sample.set(header, .address, UInt64(address))
      }
      sample.setDynamic(0, tag: 7, value: 0x10_0190)
      sample.setRelocation(0, target: 0x10_2230, addend: 0x10_11C0)
      sample.setRelocation(1, target: 0x10_33C8, addend: 0x10_4000)
    }
    let bias = try bias(high, base: 0x1000)
    #expect(bias == UInt64(bitPattern: -0xF_F000))
    let memory = try load(high, address: 0x10_2000, size: 0x2000, bias: bias)
    #expect(word(memory, at: 0x230) == 0x21C0)
  }

  @Test func `a fixed image has one base`() {
    #expect(throws: ELFError.baseFixed(0x40_1000, expected: 0x40_0000)) {
      try bias(.fixed(), base: 0x40_1000)
    }
  }

  @Test func `a base keeps the alignment`() throws {
    #expect(throws: ELFError.baseAlignment(0x1800, alignment: 0x1000)) {
      try bias(pie, base: 0x1800)
    }
    let large = Sample.pie { $0.set(.constants, .alignment, 0x20_0000) }
    #expect(throws: ELFError.baseAlignment(0x10_0000, alignment: 0x20_0000)) {
      try bias(large, base: 0x10_0000)
    }
    #expect(try bias(large, base: 0x20_0000) == 0x20_0000)
  }

  @Test func `a base stays inside the window`() throws {
    #expect(try bias(pie, base: 0x1000) == 0x1000)
    #expect(try bias(pie, base: 0xFFF_FFFF_B000) == 0xFFF_FFFF_B000)
    for base: UInt64 in [0, 0xFFF_FFFF_C000, 0xFFFF_FFFF_FFFF_F000] {
      #expect(throws: ELFError.outsideWindow(address: base, size: 0x4000)) {
        try bias(pie, base: base)
      }
    }
  }

  @Test func `loaded data has file bytes, zeros and relocated words`() throws {
    let memory = try load(pie, address: 0x2000, size: 0x2000, bias: 0x50_0000)
    #expect(memory[..<0x1D0].allSatisfy { $0 == 0 })
    #expect(Array(memory[0x1D0..<0x230]) == Array(pie.bytes[0x1D0..<0x230]))
    #expect(word(memory, at: 0x230) == 0x50_11C0)
    #expect(Array(memory[0x238..<0x240]) == Array(pie.bytes[0x238..<0x240]))
    #expect(memory[0x240..<0x13C8].allSatisfy { $0 == 0 })
    #expect(word(memory, at: 0x13C8) == 0x50_4000)
    #expect(memory[0x13D0...].allSatisfy { $0 == 0 })
  }

  @Test func `code is loaded as it is in the file`() throws {
    let memory = try load(pie, address: 0x1000, size: 0x1000, bias: 0x50_0000)
    #expect(Array(memory[0x1C0..<0x1D0]) == Array(repeating: 0x90, count: 16))
    #expect(memory[..<0x1C0].allSatisfy { $0 == 0 })
    #expect(memory[0x1D0...].allSatisfy { $0 == 0 })
  }

  @Test(arguments: [8, 64, 0x1000]) func `loading in pieces gives the same bytes`(size: Int) throws
  {
    let whole = try load(pie, address: 0x2000, size: 0x2000, bias: 0x7000)
    var pieces: [UInt8] = []
    while pieces.count < whole.count {
      pieces += try load(
        pie, address: 0x2000 + UInt64(pieces.count), size: size, bias: 0x7000)
    }
    #expect(pieces == whole)
  }

  @Test(
    arguments: [
      (0x2000, 0x2008), (0x2004, 8), (0x2000, 12), (0x4000, 8), (0x3FF8, 16), (0x1F00, 0x200),
      (0xFFFF_FFFF_FFFF_FFF8, 8),
    ] as [(UInt64, Int)])
  func `memory that is not words of one segment's pages is refused`(
    address: UInt64, size: Int
  ) {
    #expect(throws: ELFError.notInSegment(address: address, size: size)) {
      try load(pie, address: address, size: size, bias: 0)
    }
  }

  @Test func `no bytes inside a segment are loaded without effect`() throws {
    #expect(try load(pie, address: 0x2000, size: 0, bias: 0) == [])
  }

  private func word(_ bytes: [UInt8], at offset: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << (8 * $1) }
  }
}
