// The constant-time comparison: its verdicts. Its timing is read from the machine code
// (docs/reference/crypto.md section 6).

import Bytes
import Crypto
import Testing

private func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
  constantTimeEquals(a.span.rawBytes, b.span.rawBytes)
}

struct ConstantTimeTests {
  @Test func `equal bytes are equal and empty ones too`() {
    #expect(areEqual(pattern(100), pattern(100)))
    #expect(areEqual([], []))
  }

  @Test func `every single changed bit is seen`() {
    let bytes = pattern(33)
    for index in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << bit
        #expect(!areEqual(bytes, changed))
      }
    }
  }

  @Test func `a prefix is not equal`() {
    #expect(!areEqual(pattern(31), pattern(32)))
    #expect(!areEqual(pattern(1), []))
  }
}
