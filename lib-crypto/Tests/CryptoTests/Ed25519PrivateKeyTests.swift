// Key derivation and signing against RFC 8032 section 7.1.

import Bytes
import Crypto
import Testing

struct Ed25519PrivateKeyTests {
  @Test(arguments: rfc8032Vectors)
  func `the vectors of RFC 8032 give their public keys`(vector: SignatureVector) throws {
    let key = Ed25519PrivateKey(seed: try fixed(bytes(vector.seed)))
    #expect(hexadecimal(key.publicKey.bytes) == vector.publicKey)
  }

  @Test(arguments: rfc8032Vectors)
  func `the vectors of RFC 8032 give their signatures`(vector: SignatureVector) throws {
    let key = Ed25519PrivateKey(seed: try fixed(bytes(vector.seed)))
    let signature = key.sign(bytes(vector.message).span.rawBytes)
    #expect(hexadecimal(signature) == vector.signature)
  }

  @Test func `a derived public key is the decoded one`() throws {
    let key = Ed25519PrivateKey(seed: try fixed(pattern(32)))
    let decoded = try Ed25519PublicKey(key.publicKey.bytes)
    let signature = key.sign(pattern(10).span.rawBytes)
    #expect(decoded == key.publicKey)
    try decoded.verify(signature, of: pattern(10).span.rawBytes)
    try key.publicKey.verify(signature, of: pattern(10).span.rawBytes)
  }

  @Test func `what an erased key signs does not verify`() throws {
    var key = Ed25519PrivateKey(seed: try fixed(pattern(32)))
    let publicKey = key.publicKey
    key.erase()
    let signature = key.sign(pattern(10).span.rawBytes)
    #expect(throws: Ed25519Error.mismatch) {
      try publicKey.verify(signature, of: pattern(10).span.rawBytes)
    }
  }
}
