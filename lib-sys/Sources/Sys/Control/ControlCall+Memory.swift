// Operations on memory and address spaces: docs/reference/control/memory.md, vspace.md, pager.md,
// frame-copy.md, device-frame.md.

public import CapABI
import IPC

extension ControlCall {
  /// RETYPE_UNTYPED_TO_FRAME: makes a frame of 2^order pages.
  ///
  /// `physical` says where in device memory the frame begins; it is 0 for RAM.
  public static func retype(
    _ untyped: CapSlot, order: UInt64, into destination: CapSlot, physical: UInt64 = 0
  ) -> ControlCall {
    ControlCall(
      .retypeUntypedToFrame, MessageWords(pair(untyped, destination), order, physical))
  }

  /// MAP_FRAME: moves the frame's capability into an address space.
  ///
  /// The space is a VSpace or a process.
  public static func map(
    _ frame: CapSlot, into space: CapSlot, at address: UInt64, rights: Rights
  ) -> ControlCall {
    ControlCall(
      .mapFrame, MessageWords(pair(frame, space), address, UInt64(rights.rawValue)))
  }

  /// UNMAP_FRAME: moves the capability of the frame at an address back into a slot.
  public static func unmap(
    _ address: UInt64, from space: CapSlot, into destination: CapSlot
  ) -> ControlCall {
    ControlCall(.unmapFrame, MessageWords(pair(space, destination), address))
  }

  /// RESOLVE_FAULT: answers a fault, maps a frame if one is named, and resumes the thread.
  ///
  /// Without a saved reply it is the reply owed; without a frame it just resumes. A source is a
  /// frame to copy from first: `byteCount` bytes, or 0 for as many as the mapped frame has, from
  /// one of its pages on.
  public static func resolveFault(
    reply: CapSlot = .null, frame: CapSlot = .null, at address: UInt64 = 0,
    rights: Rights = .none, source: CapSlot = .null, sourcePage: UInt64 = 0,
    byteCount: UInt64 = 0
  ) -> ControlCall {
    ControlCall(
      .resolveFault,
      MessageWords(
        pair(reply, frame), address, UInt64(rights.rawValue) | byteCount << 32,
        UInt64(source.rawValue) | sourcePage << 32))
  }

  /// COPY_FRAME: copies the contents of one frame into another of the same size.
  public static func copyFrame(_ source: CapSlot, to destination: CapSlot) -> ControlCall {
    ControlCall(.copyFrame, MessageWords(pair(source, destination)))
  }

  /// SPLIT_UNTYPED: makes untyped memory of 2^order pages out of a larger one.
  public static func split(
    _ untyped: CapSlot, order: UInt64, into destination: CapSlot
  ) -> ControlCall {
    ControlCall(.splitUntyped, MessageWords(pair(untyped, destination), order))
  }
}
