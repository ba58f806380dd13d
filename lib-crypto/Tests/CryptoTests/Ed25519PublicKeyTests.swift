// Strict decoding of keys and strict verification: every rule of docs/reference/crypto.md section 5
// is provoked by a vector whose name is its reason.

import Bytes
import Crypto
import Testing

/// The error of decoding a key, nil when it is accepted.
private func errorOfDecoding(_ key: [UInt8]) throws -> Ed25519Error? {
  let bytes: FixedBytes<32> = try fixed(key)
  do throws(Ed25519Error) {
    _ = try Ed25519PublicKey(bytes)
    return nil
  } catch { return error }
}

/// The error of verifying, nil when the signature is accepted.
private func errorOfVerifying(
  _ signature: [UInt8], of message: [UInt8], by key: [UInt8]
) throws -> Ed25519Error? {
  let key = try Ed25519PublicKey(fixed(key))
  let signature: FixedBytes<64> = try fixed(signature)
  do throws(Ed25519Error) {
    try key.verify(signature, of: message.span.rawBytes)
    return nil
  } catch { return error }
}

struct Ed25519PublicKeyTests {
  @Test(arguments: keyCases)
  func `each key is decided by its rule`(vector: KeyCase) throws {
    #expect(try errorOfDecoding(bytes(vector.key)) == vector.rule)
  }

  @Test(arguments: signatureCases)
  func `each signature is decided by its rule`(vector: SignatureCase) throws {
    let error = try errorOfVerifying(
      bytes(vector.signature), of: bytes(vector.message), by: bytes(vector.key))
    #expect(error == vector.rule)
  }

  @Test(arguments: rfc8032Vectors)
  func `the vectors of RFC 8032 verify`(vector: SignatureVector) throws {
    let error = try errorOfVerifying(
      bytes(vector.signature), of: bytes(vector.message), by: bytes(vector.publicKey))
    #expect(error == nil)
  }

  @Test func `every changed bit of a signature is refused`() throws {
    let vector = rfc8032Vectors[2]
    for index in 0..<64 {
      for bit in 0..<8 {
        var changed = bytes(vector.signature)
        changed[index] ^= 1 << bit
        let error = try errorOfVerifying(
          changed, of: bytes(vector.message), by: bytes(vector.publicKey))
        #expect(error != nil)
      }
    }
  }

  @Test func `every changed bit of a key is refused by the key or by the signature`() throws {
    let vector = rfc8032Vectors[2]
    for bit in 0..<256 {
      var changed = bytes(vector.publicKey)
      changed[bit / 8] ^= 1 << (bit % 8)
      guard try errorOfDecoding(changed) == nil else { continue }
      let error = try errorOfVerifying(
        bytes(vector.signature), of: bytes(vector.message), by: changed)
      #expect(error == .mismatch)
    }
  }

  @Test func `a message that is longer or shorter is refused`() throws {
    let vector = rfc8032Vectors[2]
    for message in [[], [0xaf], [0xaf, 0x82, 0x00]] as [[UInt8]] {
      let error = try errorOfVerifying(
        bytes(vector.signature), of: message, by: bytes(vector.publicKey))
      #expect(error == .mismatch)
    }
  }

  @Test func `keys are equal when their bytes are`() throws {
    let first = try Ed25519PublicKey(fixed(bytes(rfc8032Vectors[0].publicKey)))
    let second = try Ed25519PublicKey(fixed(bytes(rfc8032Vectors[1].publicKey)))
    #expect(first == first)
    #expect(first != second)
    #expect(hexadecimal(second.bytes) == rfc8032Vectors[1].publicKey)
  }
}
