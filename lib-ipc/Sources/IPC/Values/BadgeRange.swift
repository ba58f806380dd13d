// Faces as a service knows them: the badges of its clients say which face each came through
// (docs/reference/boot-config.md, "Face"). The ranges are the same for every service of this system
// and stand in its boot configuration too; each service has a test that the two agree.

public import CapABI

/// Badges that follow one another: those that one face of a service is reached through.
public struct BadgeRange: Equatable, Sendable {
  /// The first of them.
  public let first: UInt64
  /// The last of them.
  public let last: UInt64

  /// The badges from one to another.
  public init(_ first: UInt64, through last: UInt64) {
    self.first = first
    self.last = last
  }

  /// Whether a badge is one of them.
  @inline(__always)
  public func contains(_ badge: Badge) -> Bool {
    badge.rawValue >= first && badge.rawValue <= last
  }

  /// Face `public`: ordinary clients.
  public static var publicFace: BadgeRange { BadgeRange(0x1_0000, through: 0x1_FFFF) }
  /// Face `control`: those that may act for others.
  public static var controlFace: BadgeRange { BadgeRange(0x2_0000, through: 0x2_FFFF) }
  /// Face `provider`: those that bring what the service passes on.
  public static var providerFace: BadgeRange { BadgeRange(0x3_0000, through: 0x3_FFFF) }
  /// Face `interrupt`: those that report events of devices.
  public static var interruptFace: BadgeRange { BadgeRange(0x4_0000, through: 0x4_FFFF) }
  /// Face `supervisor`: reports between a supervisor and those it started.
  public static var supervisorFace: BadgeRange { BadgeRange(0x5_0000, through: 0x5_FFFF) }
}
