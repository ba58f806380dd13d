// A startup transfer descriptor: what a parent says it installed in one slot of a child before the
// child ran. The child checks it against its intake table and against the kernel's own answer.

/// One capability that a process starts with.
public struct TransferDescriptor: Equatable, BitwiseCopyable, Sendable {
  /// The slot in the child's CSpace.
  public var slot: CapSlot
  /// Type of the capability.
  public var type: CapabilityType
  /// Family of an endpoint; `generic` for everything else.
  public var kind: EndpointKind
  /// Exactly the rights it carries.
  public var rights: Rights
  /// Who is behind it; `RoleID.none` for the kernel and for the child's own objects.
  public var peer: RoleID
  /// The badge that the receiver behind it will see.
  public var badge: Badge

  /// A descriptor of these parts.
  public init(
    slot: CapSlot, type: CapabilityType, kind: EndpointKind = .generic, rights: Rights,
    peer: RoleID = .none, badge: Badge = .none
  ) {
    self.slot = slot
    self.type = type
    self.kind = kind
    self.rights = rights
    self.peer = peer
    self.badge = badge
  }

  /// Offset of the slot (32 bits).
  public static let slotOffset = 0
  /// Offset of the type (16 bits).
  public static let typeOffset = 4
  /// Offset of the endpoint kind (16 bits).
  public static let kindOffset = 6
  /// Offset of the rights (32 bits).
  public static let rightsOffset = 8
  /// Offset of the peer's role (16 bits); 16 reserved zero bits follow.
  public static let peerOffset = 12
  /// Offset of the badge (64 bits).
  public static let badgeOffset = 16
  /// Bytes of one descriptor.
  public static let size = 24
}
