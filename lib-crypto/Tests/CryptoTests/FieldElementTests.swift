// Field arithmetic at the limits of its representation.

import Bytes
import Crypto
import Testing

/// The elements with the most extreme limbs that the invariant allows, and some ordinary ones.
private let samples: [FieldElement] = {
  let most: UInt64 = (1 << 52) - 1
  let mask: UInt64 = (1 << 51) - 1
  return [
    FieldElement(0, 0, 0, 0, 0), FieldElement(1, 0, 0, 0, 0),
    FieldElement(most, most, most, most, most), FieldElement(mask, mask, mask, mask, mask),
    FieldElement(mask - 18, mask, mask, mask, mask),
    FieldElement(mask - 19, mask, mask, mask, mask),
    FieldElement(0, 0, 0, 0, most), .baseX, .baseY, .curveD,
  ]
}()

struct FieldElementTests {
  @Test func `p is zero, p - 1 is not, and 2^255 - 1 is 18`() throws {
    let mask: UInt64 = (1 << 51) - 1
    #expect(FieldElement(mask - 18, mask, mask, mask, mask).encoded == FixedBytes())
    let last = FieldElement(mask - 19, mask, mask, mask, mask).encoded
    #expect(hexadecimal(last) == "ec" + String(repeating: "f", count: 60) + "7f")
    #expect(FieldElement(mask, mask, mask, mask, mask).encoded[0] == 18)
  }

  @Test func `decoding what was encoded gives the same element`() {
    for sample in samples {
      #expect(FieldElement(sample.encoded).encoded == sample.encoded)
    }
  }

  @Test func `the top bit is ignored when decoding`() {
    var bytes = FieldElement.baseX.encoded
    bytes[31] |= 0x80
    #expect(FieldElement(bytes).encoded == FieldElement.baseX.encoded)
  }

  @Test func `the field laws hold for all pairs of extreme elements`() {
    for a in samples {
      #expect(a.squared().encoded == (a * a).encoded)
      #expect((a - a).encoded == FixedBytes())
      for b in samples {
        #expect((a * b).encoded == (b * a).encoded)
        #expect((a + b - b).encoded == a.encoded)
        #expect(((a + b) * (a - b)).encoded == (a.squared() - b.squared()).encoded)
      }
    }
  }

  @Test func `an element times its inverse is one, and zero has inverse zero`() {
    let one = FieldElement(1, 0, 0, 0, 0).encoded
    for sample in samples where sample.encoded != FixedBytes() {
      #expect((sample * sample.inverted).encoded == one)
    }
    #expect(FieldElement(0, 0, 0, 0, 0).inverted.encoded == FixedBytes())
  }
}
