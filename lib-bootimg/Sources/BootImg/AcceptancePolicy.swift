// What a reader is willing to trust. The loader fixes its policy at build time; boot-tool takes it
// from the command line.

public import Bytes
import Crypto

/// A public key and what it may sign.
public struct TrustedKey: Equatable, Sendable {
  /// The 32 bytes of the Ed25519 public key.
  public let publicKey: FixedBytes<32>
  /// The profiles whose images the key may sign.
  public let profiles: ProfileSet

  /// Trusts a key for some profiles.
  public init(publicKey: FixedBytes<32>, profiles: ProfileSet) {
    self.publicKey = publicKey
    self.profiles = profiles
  }

  /// SHA-256 of the public key, as image headers carry it.
  public var id: FixedBytes<32> { SHA256.hash(publicKey.rawBytes) }
}

/// The images that a reader accepts.
public struct AcceptancePolicy: ~Escapable {
  /// The keys that may sign; the first with a matching id counts.
  public let keys: Span<TrustedKey>
  /// The profiles that the reader runs.
  public let profiles: ProfileSet
  /// The lowest image version accepted.
  public let minimumVersion: UInt64

  /// A policy over keys that the caller holds.
  @_lifetime(copy keys)
  public init(keys: Span<TrustedKey>, profiles: ProfileSet, minimumVersion: UInt64) {
    self.keys = keys
    self.profiles = profiles
    self.minimumVersion = minimumVersion
  }
}
