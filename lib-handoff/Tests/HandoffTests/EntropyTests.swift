// Entropy: a source has a seed, no source has none.

import Bytes
import Handoff
import Testing

struct EntropyTests {
  private func sample(_ source: Entropy.Source) -> Entropy {
    var seed = FixedBytes<64>()
    if source != .none { seed[63] = 1 }
    return Entropy(source: source, seed: seed)
  }

  @Test(arguments: Entropy.Source.allCases)
  func `every source survives a round trip`(_ source: Entropy.Source) throws {
    #expect(try decode(encode(sample(source))) == sample(source))
  }

  @Test func `an unknown source is refused`() throws {
    let bytes = try encode(sample(.rdrand)).replacing(at: 0, with: [5])
    #expect(throws: FormatError.invalidValue(offset: 0, found: 5)) {
      try decode(bytes, as: Entropy.self)
    }
  }

  @Test func `a seed without a source is refused`() throws {
    let bytes = try encode(sample(.rdrand)).replacing(at: 0, with: [0])
    #expect(throws: FormatError.nonzeroReserved(offset: 171)) {
      try decode(bytes, as: Entropy.self, base: 100)
    }
  }

  @Test func `a source without a seed is refused`() throws {
    let bytes = try encode(Entropy.absent).replacing(at: 0, with: [2])
    #expect(throws: FormatError.invalidValue(offset: 108, found: 0)) {
      try decode(bytes, as: Entropy.self, base: 100)
    }
  }
}
