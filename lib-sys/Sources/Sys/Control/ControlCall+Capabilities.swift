// Operations on the caller's own slots and on a staged child's memory:
// docs/reference/control/process.md, and QUERY_CAP, which every family accepts.

public import CapABI
import IPC

extension ControlCall {
  /// CAP_MOVE: moves a capability within the visible window.
  public static func capMove(_ source: CapSlot, to destination: CapSlot) -> ControlCall {
    ControlCall(.capMove, MessageWords(pair(source, destination)))
  }

  /// CAP_DROP: empties a slot of the visible window.
  public static func capDrop(_ slot: CapSlot) -> ControlCall {
    ControlCall(.capDrop, MessageWords(UInt64(slot.rawValue)))
  }

  /// CAP_COPY_ATTENUATED: copies a capability within the visible window.
  public static func capCopy(
    _ source: CapSlot, to destination: CapSlot, rights: Rights = .all, badge: UInt64 = 0
  ) -> ControlCall {
    ControlCall(
      .capCopyAttenuated, MessageWords(pair(source, destination), UInt64(rights.rawValue), badge))
  }

  /// QUERY_CAP: type and rights of an own slot, with or without the family of an endpoint.
  public static func queryCap(_ slot: CapSlot, includingFamily: Bool = false) -> ControlCall {
    ControlCall(
      .queryCap, MessageWords(UInt64(slot.rawValue) | (includingFamily ? 1 : 0) << 32))
  }

  /// WRITE_PROCESS_MEMORY: copies bytes of the caller into a staged child.
  public static func write(
    to process: CapSlot, at address: UInt64, from source: UInt64, count: UInt64
  ) -> ControlCall {
    ControlCall(
      .writeProcessMemory, MessageWords(UInt64(process.rawValue), address, source, count))
  }
}
