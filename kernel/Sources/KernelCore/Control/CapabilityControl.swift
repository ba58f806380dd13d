// Operations on the caller's own slots: QUERY_CAP, CAP_MOVE, CAP_DROP, CAP_COPY_ATTENUATED,
// CREATE_ENDPOINT. docs/reference/control/process.md and child-populate.md.

import CapABI
import KernelMachine

extension KernelState {
  mutating func capabilityControl(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    switch request.operation {
    case .queryCap: return try queryCapability(request, by: caller)
    case .capMove:
      try request.requireZero(from: 1)
      let move = try MoveCapability(
        from: ControlRequest.low(request.word0), to: ControlRequest.high(request.word0),
        of: caller.cspace, scope: .window, in: &objects)
      move.invoke(in: &objects)
    case .capDrop:
      try request.requireZero(from: 1)
      let drop = try DropCapability(
        request.onlySlot(request.word0), of: caller.cspace, scope: .window, in: &objects)
      drop.invoke(in: &objects)
    case .capCopyAttenuated:
      try request.requireZero(from: 3)
      guard let mask = UInt32(exactly: request.word1) else { throw .invalidArgument }
      let copy = try CopyCapability(
        CopyCapability.Request(
          source: ControlRequest.low(request.word0),
          destination: ControlRequest.high(request.word0), rightsMask: mask, badge: request.word2),
        from: caller.cspace, scope: .window, to: caller.cspace, targetScope: .window, in: &objects)
      copy.invoke(in: &objects)
    default:
      try request.requireZero(from: 1)
      let create = try CreateObject(
        .endpoint(.generic), in: request.onlySlot(request.word0), of: caller.cspace,
        scope: .window, space: &objects)
      create.invoke(in: &objects)
    }
    return .done
  }

  /// Type in word 0, rights in word 1, with the flag the endpoint kind in its upper half, pages in
  /// word 2, those of untyped memory that are free in word 3.
  private mutating func queryCapability(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    let includeKind: UInt64 = 1
    let flags = request.word0 >> 32
    try request.requireZero(from: 1)
    guard flags <= includeKind else { throw .invalidArgument }
    let found = try CapabilityDescription(
      of: ControlRequest.low(request.word0), in: caller.cspace, scope: .window, space: &objects)
    let kind = flags == includeKind ? UInt64(found.family.rawValue) : 0
    return .words(
      UInt64(found.type.rawValue), UInt64(found.rights.rawValue) | kind << 32, found.pageCount,
      found.freePageCount)
  }
}
