// Second step of reading an image: its origin. Header, table and manifest are trusted from here
// on; payloads are not yet, so they cannot be reached from this type either.

import Bytes
import Crypto

/// An image whose header, table and manifest come from a trusted signer.
public struct AuthenticatedBootImage: ~Escapable {
  let image: UnverifiedBootImage

  @_lifetime(copy image)
  fileprivate init(trusted image: UnverifiedBootImage) {
    self.image = image
  }

  /// What the image says about itself.
  public var manifest: BootImageManifest { image.manifest }
}

extension UnverifiedBootImage {
  /// Checks who signed the image and whether that is acceptable.
  ///
  /// - Throws: In this order `unsigned`, `profileNotAccepted`, `unknownKey`, `keyNotAllowed`,
  ///   `unusableKey`, `badSignature`, `versionTooOld`.
  @_lifetime(copy self)
  public func authenticated(
    by policy: borrowing AcceptancePolicy
  ) throws(BootImageError) -> AuthenticatedBootImage {
    guard isSigned else { throw .unsigned }
    guard policy.profiles.contains(manifest.profile) else {
      throw .profileNotAccepted(manifest.profile)
    }
    let key = try trustedKey(in: policy)
    try checkSignature(by: key)
    guard manifest.imageVersion >= policy.minimumVersion else {
      throw .versionTooOld(found: manifest.imageVersion, minimum: policy.minimumVersion)
    }
    return AuthenticatedBootImage(trusted: self)
  }

  /// The key of the policy that the image names, when it may sign this profile.
  private func trustedKey(
    in policy: borrowing AcceptancePolicy
  ) throws(BootImageError) -> TrustedKey {
    for index in 0..<policy.keys.count where policy.keys[index].id == keyID {
      let key = policy.keys[index]
      guard key.profiles.contains(manifest.profile) else {
        throw .keyNotAllowed(manifest.profile)
      }
      return key
    }
    throw .unknownKey
  }

  private func checkSignature(by key: TrustedKey) throws(BootImageError) {
    let message = try file.part(at: 0, count: layout.signatureOffset)
    let signature = try file.fixedBytes(at: layout.signatureOffset, as: FixedBytes<64>.self)
    let publicKey: Ed25519PublicKey
    do throws(Ed25519Error) { publicKey = try Ed25519PublicKey(key.publicKey) } catch {
      throw .unusableKey(error)
    }
    do throws(Ed25519Error) { try publicKey.verify(signature, of: message) } catch {
      throw .badSignature(error)
    }
  }
}
