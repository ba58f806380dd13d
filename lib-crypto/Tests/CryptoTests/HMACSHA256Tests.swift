// HMAC-SHA-256 against RFC 4231.

import Bytes
import Crypto
import Testing

/// One vector of RFC 4231 section 4.
struct AuthenticatorVector: Sendable {
  let name: String
  let key: String
  let message: String
  let authenticator: String
}

/// The six vectors of section 4 with whole authenticators; the fifth is truncated.
let rfc4231Vectors: [AuthenticatorVector] = [
  AuthenticatorVector(
    name: "1",
    key: "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
    message: "4869205468657265",
    authenticator: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
  AuthenticatorVector(
    name: "2: a key shorter than the digest",
    key: "4a656665",
    message: "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
    authenticator: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
  AuthenticatorVector(
    name: "3: key and data longer than a block together",
    key: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    message: """
      dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd\
      dddddddddddddddddddddddddddddddddddd
      """,
    authenticator: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
  AuthenticatorVector(
    name: "4",
    key: "0102030405060708090a0b0c0d0e0f10111213141516171819",
    message: """
      cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd\
      cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd
      """,
    authenticator: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
  AuthenticatorVector(
    name: "6: a key longer than a block",
    key: """
      aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
      aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
      aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
      aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
      aaaaaa
      """,
    message: """
      54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a\
      65204b6579202d2048617368204b6579204669727374
      """,
    authenticator: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
  AuthenticatorVector(
    name: "7: key and data longer than a block",
    key: """
      aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
      aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
      aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
      aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
      aaaaaa
      """,
    message: """
      5468697320697320612074657374207573696e672061206c6172676572207468\
      616e20626c6f636b2d73697a65206b657920616e642061206c61726765722074\
      68616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565\
      647320746f20626520686173686564206265666f7265206265696e6720757365\
      642062792074686520484d414320616c676f726974686d2e
      """,
    authenticator: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
]

struct HMACSHA256Tests {
  @Test(arguments: rfc4231Vectors)
  func `the vectors of RFC 4231 give their authenticators`(vector: AuthenticatorVector) {
    let authenticator = hmac(bytes(vector.message), key: bytes(vector.key))
    #expect(hexadecimal(authenticator) == vector.authenticator)
  }

  @Test func `the truncated vector of RFC 4231 gives its first 16 bytes`() {
    let key = [UInt8](repeating: 0x0c, count: 20)
    let authenticator = hmac(Array("Test With Truncation".utf8), key: key)
    #expect(hexadecimal(Array(authenticator.prefix(16))) == "a3b6167473100ee06e0c796c2955552b")
  }

  @Test func `keys are padded up to a block and hashed above`() {
    let message = pattern(10)
    #expect(hmac(message, key: []) == hmac(message, key: [0]))
    #expect(hmac(message, key: pattern(63)) == hmac(message, key: pattern(63) + [0]))
    #expect(hmac(message, key: pattern(64)) != hmac(message, key: sha256(pattern(64))))
    #expect(hmac(message, key: pattern(65)) == hmac(message, key: sha256(pattern(65))))
  }

  @Test func `every split into two updates gives the same authenticator`() {
    let message = pattern(150)
    let whole = hmac(message, key: pattern(20))
    for split in 0...message.count {
      var authenticator = HMACSHA256(key: pattern(20).span.rawBytes)
      authenticator.update(message.span.rawBytes.extracting(0..<split))
      authenticator.update(message.span.rawBytes.extracting(split..<message.count))
      #expect(array(authenticator.finalize()) == whole)
    }
  }

  @Test func `a keyed value serves for many messages`() {
    let keyed = HMACSHA256(key: pattern(20).span.rawBytes)
    for length in [0, 1, 100] {
      var copy = keyed
      copy.update(pattern(length).span.rawBytes)
      #expect(array(copy.finalize()) == hmac(pattern(length), key: pattern(20)))
    }
  }
}
