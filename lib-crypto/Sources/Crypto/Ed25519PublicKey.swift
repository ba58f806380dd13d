// Ed25519 public keys and strict verification (RFC 8032 section 5.1.7). The equation and what it
// refuses are specified in docs/reference/crypto.md section 5. Nothing here is secret.

public import Bytes

/// A public key that has been decoded and found fit to verify with.
public struct Ed25519PublicKey: Sendable {
  /// The 32 bytes of the key.
  public let bytes: FixedBytes<32>
  /// -A, the operand of the verification equation.
  private let negatedPoint: EdwardsPoint

  /// Decodes a key.
  ///
  /// - Throws: `Ed25519Error.nonCanonicalKey` when another encoding stands for the same point,
  ///   `.keyNotOnCurve` when the bytes are no point, `.smallOrderKey` when the order of the point
  ///   divides 8.
  public init(_ bytes: FixedBytes<32>) throws(Ed25519Error) {
    let point: EdwardsPoint
    do throws(PointDecodingError) {
      point = try EdwardsPoint(decoding: bytes)
    } catch {
      switch error {
      case .nonCanonical: throw .nonCanonicalKey
      case .notOnCurve: throw .keyNotOnCurve
      }
    }
    guard !point.hasSmallOrder else { throw .smallOrderKey }
    self.init(derived: point, bytes: bytes)
  }

  /// Takes a point that is a multiple of the base point and not the identity, with its encoding.
  init(derived point: EdwardsPoint, bytes: FixedBytes<32>) {
    self.bytes = bytes
    negatedPoint = -point
  }

  /// Checks a signature: the encoding of [S]B - [k]A must be R, byte for byte.
  ///
  /// - Parameters:
  ///   - signature: R and S, 32 bytes each.
  ///   - message: The signed bytes, of any length.
  /// - Throws: `Ed25519Error.scalarOutOfRange` when S is not below L, `.nonCanonicalR` and
  ///   `.rNotOnCurve` when R is not an encoded point, `.mismatch` when the signature is not one
  ///   of this key over this message.
  public func verify(_ signature: FixedBytes<64>, of message: RawSpan) throws(Ed25519Error) {
    var r = FixedBytes<32>()
    r.copy(signature.rawBytes.part(0..<32), at: 0)
    var s = FixedBytes<32>()
    s.copy(signature.rawBytes.part(32..<64), at: 0)
    guard let scalar = Scalar(exactly: s) else { throw .scalarOutOfRange }

    let challenge = ed25519Challenge(r: r, key: bytes, message: message)
    let expected = EdwardsPoint.sum(scalar, of: .base, challenge, of: negatedPoint)
    guard expected.encoded == r else { throw Self.reasonToRefuse(r) }
  }

  /// Names what is wrong with an R that is not the expected one.
  ///
  /// The expected encoding is canonical and a point, so an R that is not both differs from it; only
  /// refused signatures pay for finding out.
  private static func reasonToRefuse(_ r: FixedBytes<32>) -> Ed25519Error {
    do throws(PointDecodingError) {
      _ = try EdwardsPoint(decoding: r)
      return .mismatch
    } catch {
      switch error {
      case .nonCanonical: return .nonCanonicalR
      case .notOnCurve: return .rNotOnCurve
      }
    }
  }
}

extension Ed25519PublicKey: Equatable {
  /// Whether the keys are the same 32 bytes: an accepted key has one encoding only.
  public static func == (first: Self, second: Self) -> Bool { first.bytes == second.bytes }
}

/// The scalar k = SHA-512(R || A || M) modulo L that binds a signature to key and message.
func ed25519Challenge(r: FixedBytes<32>, key: FixedBytes<32>, message: RawSpan) -> Scalar {
  var hash = SHA512()
  hash.update(r.rawBytes)
  hash.update(key.rawBytes)
  hash.update(message)
  return Scalar(reducing: hash.finalize())
}
