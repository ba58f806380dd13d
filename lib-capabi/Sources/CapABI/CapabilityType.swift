// What a capability can refer to. Numbers are part of the ABI and never reused.

/// The type of the object behind a capability.
public enum CapabilityType: UInt16, BitwiseCopyable, Sendable {
  /// An empty slot.
  case null = 0
  /// RAM that has no type yet; the source of every kernel object.
  case untyped = 1
  /// Physical addresses of devices, from which only device frames can be made.
  case deviceUntyped = 2
  /// 2^n pages of RAM that can be mapped.
  case frame = 3
  /// Device registers that can be mapped, never RAM.
  case deviceFrame = 4
  /// A table of capability slots.
  case cspace = 5
  /// An address space.
  case vspace = 6
  /// A thread.
  case thread = 7
  /// A meeting point for messages.
  case endpoint = 8
  /// A word of signal bits.
  case notification = 9
  /// The one-shot right to answer a call.
  case reply = 10
  /// Permission to install capabilities into one staged process.
  case installGrant = 11
  /// The owner of a CSpace, a VSpace, threads and a memory budget.
  case process = 12

  /// The rights that mean something for this type; all other bits are refused in a copy mask that
  /// claims to be exact and are never stored.
  public var meaningfulRights: Rights {
    switch self {
    case .null: .none
    case .untyped, .deviceUntyped: .read | .manage
    case .frame: .read | .write | .execute | .manage
    case .deviceFrame: .read | .write | .manage
    case .cspace, .vspace, .thread, .process: .read | .write | .manage
    case .endpoint: .send | .receive | .grant | .manage
    case .notification: .send | .receive | .manage
    case .reply: .send
    case .installGrant: .manage
    }
  }

  /// Whether a capability of this type can carry a badge.
  public var canBeBadged: Bool { self == .endpoint || self == .notification }

  /// Whether the capability may be copied.
  ///
  /// Reply capabilities and install grants only move.
  public var canBeCopied: Bool { self != .reply && self != .installGrant && self != .null }
}

#if !hasFeature(Embedded)
extension CapabilityType: CaseIterable {}
#endif
