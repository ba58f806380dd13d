// The profiles of an image and sets of them, docs/reference/boot-image.md, "Manifest".

/// What an image is built for.
public enum BootProfile: UInt32, Equatable, Sendable {
  /// Early console and debug markers.
  case dev = 1
  /// Quiet, without test operations.
  case release = 2
  /// `dev` with the debug exit and the switches of the boot harness.
  case smoke = 3
}

#if !hasFeature(Embedded)
extension BootProfile: CaseIterable {}
#endif

/// A set of profiles: what a key may sign, or what a reader accepts.
public struct ProfileSet: Equatable, Sendable {
  private var bits: UInt32

  /// The empty set.
  public static let none = ProfileSet(bits: 0)

  private init(bits: UInt32) {
    self.bits = bits
  }

  /// The set with one member.
  public init(_ profile: BootProfile) {
    bits = 1 << profile.rawValue
  }

  /// The members of either set.
  public static func | (first: Self, second: Self) -> Self {
    Self(bits: first.bits | second.bits)
  }

  /// Whether `profile` is a member.
  public func contains(_ profile: BootProfile) -> Bool {
    bits & (1 << profile.rawValue) != 0
  }
}
