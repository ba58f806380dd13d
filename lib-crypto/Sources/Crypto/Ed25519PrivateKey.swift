// Ed25519 key derivation and signing (RFC 8032 sections 5.1.5 and 5.1.6). Every value here except
// the public key and the message is secret: no branch and no index may depend on it.

public import Bytes

/// A private key, ready to sign.
///
/// It cannot be copied, so that there is one place to erase.
public struct Ed25519PrivateKey: ~Copyable, Sendable {
  /// The public key that verifies this key's signatures.
  public let publicKey: Ed25519PublicKey
  /// The clamped scalar modulo L, which has the same multiples of the base point.
  private var scalar: Scalar
  /// The second half of the seed's hash, from which nonces are derived.
  private var prefix: FixedBytes<32>

  /// Derives the key pair of a seed.
  ///
  /// - Parameter seed: 32 random bytes; the caller erases its own copy.
  public init(seed: FixedBytes<32>) {
    let hash = SHA512.hash(seed.rawBytes)
    var clamped = FixedBytes<32>()
    clamped.copy(hash.rawBytes.part(0..<32), at: 0)
    clamped[0] &= 0xf8
    clamped[31] = clamped[31] & 0x7f | 0x40
    scalar = Scalar(reducing: clamped)
    prefix = FixedBytes()
    prefix.copy(hash.rawBytes.part(32..<64), at: 0)

    // A clamped scalar is a nonzero multiple of 8 below 2^255 < 8L, so it is no multiple of L:
    // the point is not the identity and has order L.
    let point = EdwardsPoint.multiple(scalar, of: .base)
    publicKey = Ed25519PublicKey(derived: point, bytes: point.encoded)
  }

  /// Signs a message.
  ///
  /// Signatures are deterministic: the same key and message give the same 64 bytes.
  ///
  /// - Parameter message: The bytes to sign, of any length.
  /// - Returns: R and S, 32 bytes each.
  public func sign(_ message: RawSpan) -> FixedBytes<64> {
    var hash = SHA512()
    hash.update(prefix.rawBytes)
    hash.update(message)
    let nonce = Scalar(reducing: hash.finalize())

    let r = EdwardsPoint.multiple(nonce, of: .base).encoded
    let challenge = ed25519Challenge(r: r, key: publicKey.bytes, message: message)
    let s = nonce + challenge * scalar

    var signature = FixedBytes<64>()
    signature.copy(r.rawBytes, at: 0)
    signature.copy(s.encoded.rawBytes, at: 32)
    return signature
  }

  /// Overwrites the secrets, in place and for certain.
  ///
  /// A `deinit` cannot do this: `self` is immutable there. Call it before the key goes out of use.
  /// Signatures made afterwards do not verify.
  public mutating func erase() {
    overwrite(&scalar)
    overwrite(&prefix)
  }
}
