// System calls on the caller's own slots.

public import CapABI
import IPC

/// What the kernel says about one capability.
public struct CapabilityDescription: Equatable, Sendable {
  /// The number of its type; 0 for an empty slot.
  public var type: UInt16
  /// Its rights.
  public var rights: Rights
  /// The family of an endpoint; 0 for everything else.
  public var kind: UInt16

  /// A description of these parts.
  public init(type: UInt16, rights: Rights, kind: UInt16 = 0) {
    self.type = type
    self.rights = rights
    self.kind = kind
  }
}

extension SystemCall {
  /// Type, rights and endpoint kind of an own slot, as the answer has them.
  ///
  /// `description(in:)` reads them.
  public static func query(_ slot: CapSlot) -> Answer {
    raw(Syscall.queryLocalCap.rawValue, UInt64(slot.rawValue))
  }

  /// Moves the reply owed into an own slot.
  public static func saveReply(into slot: CapSlot) -> ResultCode {
    raw(Syscall.saveReply.rawValue, UInt64(slot.rawValue)).status
  }

  /// Clears one own slot.
  public static func drop(_ slot: CapSlot) -> ResultCode {
    raw(Syscall.dropLocalCap.rawValue, UInt64(slot.rawValue)).status
  }

  /// Copies a capability with some of its rights and, from an unbadged one, a badge.
  public static func copy(
    _ source: CapSlot, to destination: CapSlot, rights: Rights = .all, badge: Badge = .none
  ) -> ResultCode {
    raw(
      Syscall.copyLocalCap.rawValue, UInt64(source.rawValue), UInt64(destination.rawValue),
      MessageWords(UInt64(rights.rawValue), badge.rawValue)
    ).status
  }

  /// Moves a capability to another own slot.
  public static func move(_ source: CapSlot, to destination: CapSlot) -> ResultCode {
    raw(
      Syscall.moveLocalCap.rawValue, UInt64(source.rawValue), UInt64(destination.rawValue)
    ).status
  }

  /// Removes everything derived from an own slot, everywhere.
  public static func revoke(_ slot: CapSlot) -> ResultCode {
    raw(Syscall.revokeLocalCap.rawValue, UInt64(slot.rawValue)).status
  }

  /// Reports a stage of the boot; only for the root task.
  public static func report(_ stage: RootdStage) -> ResultCode {
    raw(Syscall.rootdReport.rawValue, 0, UInt64(stage.rawValue)).status
  }

  /// Reports the boot's end; a smoke image ends here.
  public static func report(_ status: RootdStatus) -> ResultCode {
    raw(Syscall.rootdReport.rawValue, 1, UInt64(status.rawValue)).status
  }
}
