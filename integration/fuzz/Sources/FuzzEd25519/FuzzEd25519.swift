// Fuzzes Ed25519 of lib-crypto: hostile keys and signatures, then a key pair made from the same
// bytes whose signature must verify and must not survive a change of one bit.  Input: 32 bytes of
// key or seed, 64 bytes of signature, the message.

import Bytes
import Crypto
import FuzzSupport

/// Verifies one input as it stands, then signs with it.
@c(LLVMFuzzerTestOneInput)
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  // SAFETY: pointer and size come from libFuzzer unchanged, which is what `withFuzzInput` asks.
  unsafe withFuzzInput(data, size) { input in
    var reader = ByteReader(input)
    guard let key = try? reader.fixedBytes(as: FixedBytes<32>.self),
      let signature = try? reader.fixedBytes(as: FixedBytes<64>.self),
      let message = try? reader.take(reader.remaining)
    else { return }
    verifyHostile(key, signature, message)
    roundTrip(seed: key, flip: signature[0], message)
  }
}

/// An accepted signature must be the only encoding of itself: each of its rules is checked again
/// from outside.
private func verifyHostile(
  _ bytes: FixedBytes<32>, _ signature: FixedBytes<64>, _ message: RawSpan
) {
  guard let key = try? Ed25519PublicKey(bytes) else { return }
  precondition(key.bytes == bytes, "another key than the decoded one")
  do throws(Ed25519Error) {
    try key.verify(signature, of: message)
    precondition(signature[63] < 0x20, "accepted a scalar above the order")
  } catch {
    switch error {
    case .nonCanonicalKey, .keyNotOnCurve, .smallOrderKey:
      preconditionFailure("an accepted key was refused later")
    case .nonCanonicalR, .rNotOnCurve, .scalarOutOfRange, .mismatch: break
    }
  }
}

/// What a key signs verifies, and nothing one bit away from it does.
private func roundTrip(seed: FixedBytes<32>, flip: UInt8, _ message: RawSpan) {
  let key = Ed25519PrivateKey(seed: seed)
  guard (try? Ed25519PublicKey(key.publicKey.bytes)) == key.publicKey else {
    preconditionFailure("a derived key does not decode")
  }
  var signature = key.sign(message)
  precondition((try? key.publicKey.verify(signature, of: message)) != nil, "own signature refused")
  signature[Int(flip & 63)] ^= 1 << (flip >> 6)
  precondition((try? key.publicKey.verify(signature, of: message)) == nil, "forgery accepted")
}
