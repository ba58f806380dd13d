// The keys and limits that were linked into a loader: docs/reference/boot-chain.md, "Trust anchor".
// The bytes are part of the loader itself, so they are believed, but a broken build is refused.

public import BootImg
import Bytes

/// What a loader trusts.
public struct TrustAnchor {
  /// Most keys in a loader.
  public static let maximumKeys = 8

  private var storage: InlineArray<8, TrustedKey>
  private let count: Int
  private let profiles: ProfileSet
  private let minimumVersion: UInt64

  /// Decodes a trust anchor.
  ///
  /// Gives nil when it is shorter or longer than its key count says, has no key or too many, or
  /// names no profile or an unknown one.
  ///
  /// - Parameter bytes: Exactly the trust anchor.
  public init?(decoding bytes: RawSpan) {
    storage = InlineArray(repeating: TrustedKey(publicKey: FixedBytes(), profiles: .none))
    var reader = ByteReader(bytes)
    guard let minimumVersion = try? reader.uint64(), let accepted = try? reader.uint32(),
      let profiles = Self.profiles(accepted), let count = try? reader.uint32(), count > 0,
      count <= Self.maximumKeys
    else { return nil }
    for index in 0..<Int(count) {
      guard let key = try? reader.fixedBytes(as: FixedBytes<32>.self),
        let signs = try? reader.uint32(), let allowed = Self.profiles(signs),
        (try? reader.zeros(4)) != nil
      else { return nil }
      storage[index] = TrustedKey(publicKey: key, profiles: allowed)
    }
    guard (try? reader.expectEnd()) != nil else { return nil }
    self.count = Int(count)
    self.profiles = profiles
    self.minimumVersion = minimumVersion
  }

  /// The policy for reading a boot image.
  public var policy: AcceptancePolicy {
    @inline(__always)
    @_lifetime(borrow self)
    get {
      AcceptancePolicy(
        keys: storage.span.extracting(0..<count), profiles: profiles,
        minimumVersion: minimumVersion)
    }
  }

  /// The set whose members are the profiles with a bit set; nil for none and for unknown bits.
  private static func profiles(_ bits: UInt32) -> ProfileSet? {
    var set = ProfileSet.none
    for number: UInt32 in 0..<32 where bits & 1 << number != 0 {
      guard let profile = BootProfile(rawValue: number) else { return nil }
      set = set | ProfileSet(profile)
    }
    return bits == 0 ? nil : set
  }
}
