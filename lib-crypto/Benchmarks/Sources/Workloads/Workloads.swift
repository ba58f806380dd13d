// What the benchmark measures, as functions that C calls: they allocate nothing and take a count,
// so that the same objects run on the host, built with the host's or with the target's flags.

import Bytes
import Crypto

/// Hashes `pages` pages of 0x5a; returns the first four bytes of the digest.
@c(swift_sha256)
public func swiftSHA256(_ pages: CInt) -> CUnsignedInt {
  let page = FixedBytes<4096>(InlineArray(repeating: 0x5a))
  var hash = SHA256()
  for _ in 0..<pages { hash.update(page.rawBytes) }
  let digest = hash.finalize()
  var first: CUnsignedInt = 0
  for index in 0..<4 { first = first << 8 | CUnsignedInt(digest[index]) }
  return first
}

/// Hashes `pages` pages with SHA-512; returns the first byte of the digest.
@c(swift_sha512)
public func swiftSHA512(_ pages: CInt) -> CUnsignedInt {
  let page = FixedBytes<4096>(InlineArray(repeating: 0x5a))
  var hash = SHA512()
  for _ in 0..<pages { hash.update(page.rawBytes) }
  return CUnsignedInt(hash.finalize()[0])
}

/// Decodes the public key of a fixed pair `count` times; returns how often that failed.
@c(swift_decode)
public func swiftDecode(_ count: CInt) -> CUnsignedInt {
  let key = Ed25519PrivateKey(seed: FixedBytes())
  var failures: CUnsignedInt = 0
  for _ in 0..<count where (try? Ed25519PublicKey(key.publicKey.bytes)) == nil { failures += 1 }
  return failures
}

/// Verifies one signature over 128 bytes `count` times; returns how often that failed.
@c(swift_verify)
public func swiftVerify(_ count: CInt) -> CUnsignedInt {
  let message = FixedBytes<128>()
  let key = Ed25519PrivateKey(seed: FixedBytes())
  let signature = key.sign(message.rawBytes)
  var failures: CUnsignedInt = 0
  for _ in 0..<count {
    do throws(Ed25519Error) {
      try key.publicKey.verify(signature, of: message.rawBytes)
    } catch {
      failures += 1
    }
  }
  return failures
}

/// Signs 128 bytes `count` times; returns the first byte of the last signature.
@c(swift_sign)
public func swiftSign(_ count: CInt) -> CUnsignedInt {
  let message = FixedBytes<128>()
  let key = Ed25519PrivateKey(seed: FixedBytes())
  var result: CUnsignedInt = 0
  for _ in 0..<count { result = CUnsignedInt(key.sign(message.rawBytes)[0]) }
  return result
}

/// Derives the key pair of one seed `count` times; returns the public key's first byte.
@c(swift_derive)
public func swiftDerive(_ count: CInt) -> CUnsignedInt {
  var result: CUnsignedInt = 0
  for _ in 0..<count {
    result = CUnsignedInt(Ed25519PrivateKey(seed: FixedBytes()).publicKey.bytes[0])
  }
  return result
}

/// Derives a key pair from a seed given as four words and signs with it; the result depends on
/// every byte of the signature and is as secret as the seed for a tool that follows data.
@c(swift_sign_secret)
public func swiftSignSecret(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) -> CUnsignedInt {
  let seed = secretBytes([a, b, c, d])
  let signature = Ed25519PrivateKey(seed: seed).sign(seed.rawBytes)
  var result: UInt8 = 0
  for index in 0..<64 { result ^= signature[index] }
  return CUnsignedInt(result)
}

/// Compares four secret words with zeros; 1 when they are equal.
@c(swift_compare_secret)
public func swiftCompareSecret(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) -> CUnsignedInt {
  let zeros = FixedBytes<32>()
  return constantTimeEquals(secretBytes([a, b, c, d]).rawBytes, zeros.rawBytes) ? 1 : 0
}

/// The bytes of four words, without a branch on any of them.
private func secretBytes(_ words: InlineArray<4, UInt64>) -> FixedBytes<32> {
  FixedBytes(InlineArray { UInt8(truncatingIfNeeded: words[$0 / 8] >> UInt64($0 % 8 * 8)) })
}
