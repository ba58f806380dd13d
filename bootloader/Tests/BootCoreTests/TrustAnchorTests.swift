// The bytes that the linker puts into a loader.

import BootCore
import BootCoreTesting
import BootImg
import Bytes
import Testing

struct TrustAnchorTests {
  /// Minimum version 5, smoke images, two keys.
  private static var valid: [UInt8] {
    [5, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 2, 0, 0, 0] + key(1, 8) + key(2, 6)
  }

  private static func key(_ byte: UInt8, _ profiles: UInt8) -> [UInt8] {
    Array(repeating: byte, count: 32) + [profiles, 0, 0, 0, 0, 0, 0, 0]
  }

  private func accepts(_ bytes: [UInt8]) -> Bool {
    TrustAnchor(decoding: bytes.span.rawBytes) != nil
  }

  @Test func `keys, profiles and minimum version are read`() {
    let bytes = Self.valid
    guard let anchor = TrustAnchor(decoding: bytes.span.rawBytes) else {
      Issue.record("a valid anchor is refused")
      return
    }
    let policy = anchor.policy
    #expect(policy.minimumVersion == 5)
    #expect(policy.profiles == ProfileSet(.smoke))
    #expect(policy.keys.count == 2)
    #expect(policy.keys[0].publicKey[31] == 1)
    #expect(policy.keys[1].profiles == ProfileSet(.dev) | ProfileSet(.release))
  }

  @Test func `every other length is refused`() {
    for count in 0..<Self.valid.count {
      #expect(accepts(Array(Self.valid.prefix(count))) == false)
    }
    #expect(accepts((Self.valid + [0])) == false)
  }

  @Test func `no key and too many keys are refused`() {
    let none: [UInt8] = [5, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0]
    #expect(accepts(none) == false)
    let header: (UInt8) -> [UInt8] = { [5, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, $0, 0, 0, 0] }
    let keys = (0..<9).flatMap { Self.key($0, 2) }
    #expect(accepts((header(9) + keys)) == false)
    #expect(accepts((header(8) + keys.dropLast(40))) == true)
  }

  @Test(
    arguments: [(8, 0), (8, 1), (8, 16), (48, 0), (48, 1), (51, 0x80), (52, 1)] as [(Int, UInt8)])
  func `unknown or no profiles and reserved bytes are refused`(offset: Int, value: UInt8) {
    var bytes = Self.valid
    bytes[offset] = value
    #expect(accepts(bytes) == false)
  }
}
