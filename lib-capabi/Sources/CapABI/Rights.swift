// What a capability allows. Rights only ever shrink: there is a way to attenuate and none to add.

/// The rights of a capability.
///
/// Which bits a type can carry is `CapabilityType.meaningfulRights`.
public struct Rights: FlagSet {
  /// The bit pattern, as it travels in messages and tables.
  public let rawValue: UInt32

  /// Wraps a bit pattern without checking it; outside values go through `init(validating:)`.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// CALL and NOTIFY on an endpoint; signalling a notification.
  public static let send = Rights(rawValue: 1 << 0)
  /// RECV and REPLY on an endpoint; waiting for a notification.
  public static let receive = Rights(rawValue: 1 << 1)
  /// Messages and replies through this endpoint may carry capabilities.
  public static let grant = Rights(rawValue: 1 << 2)
  /// Readable mappings of a frame; reading an object's state.
  public static let read = Rights(rawValue: 1 << 3)
  /// Writable mappings of a frame.
  public static let write = Rights(rawValue: 1 << 4)
  /// Executable mappings of a frame.
  public static let execute = Rights(rawValue: 1 << 5)
  /// Revoking, retyping, configuring and ending the object.
  public static let manage = Rights(rawValue: 1 << 6)

  /// Every right there is.
  public static let all = Rights(rawValue: (1 << 7) - 1)

  /// The rights a copy may have: those held that the mask keeps.
  ///
  /// Never more than were held.
  public func attenuated(to mask: Rights) -> Rights { self & mask }
}
