// RESOLVE_FAULT: answers a fault, after a mapping if one is asked for.
// docs/reference/control/pager.md.

import CapABI
import IPC
import KernelMachine

extension KernelState {
  /// Pages cleared between two looks at pending interrupts.
  private static var pagesPerLook: Int { 4 }

  mutating func resolveFault(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> Outcome {
    let frame = ControlRequest.high(request.word0)
    let source = ControlRequest.low(request.word3)
    // Both halves are 32 bits.
    let part = CopyPart(
      firstPage: ControlRequest.high(request.word3).rawValue,
      byteCount: ControlRequest.high(request.word2).rawValue)
    if frame.rawValue == 0 { try request.requireZero(from: 1) }
    if source.rawValue == 0, part.firstPage | part.byteCount != 0 { throw .invalidArgument }
    let target = try faultTarget(ControlRequest.low(request.word0), by: caller)
    if frame.rawValue != 0 {
      guard let vspace = target.client?.object.process.object.vspace else { throw .wrongState }
      let mapping = try ResolveMapping(
        ResolveMapping.Request(
          frame: frame, source: source, part: part, address: request.word1,
          rights: request.word2 & 0xFFFF_FFFF),
        in: vspace, of: caller.cspace, scope: .window, in: &objects)
      let outcome = mapping.invoke(
        &caller.thread.object.copyProgress, steps: Self.pagesPerLook, in: &objects)
      guard outcome == .done else { return .preempted }
    }
    try objects.answer(target, MessageTag(label: ResultCode.ok.rawValue), from: caller.thread)
    if let client = target.client, client.object.state == .ready { objects.makeReady(client) }
    return .done
  }

  /// The thread that waits for a fault to be dealt with, by a saved reply or the one owed.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`, `wrongType` for the slot; `wrongState` when no reply
  ///   is owed, or it is not for a fault, or nobody waits for it any more.
  private mutating func faultTarget(
    _ reply: CapSlot, by caller: ControlCaller
  ) throws(SyscallError) -> ReplyTarget {
    var slot: Ref<Slot>?
    var client = caller.thread.object.client
    if reply.rawValue != 0 {
      let found = try objects.occupied(reply, in: caller.cspace, .window)
      guard found.object.type == .reply else { throw .wrongType }
      slot = found
      client = found.object.savedCaller
    }
    guard let client, client.object.flags.contains(.faulting) else { throw .wrongState }
    return ReplyTarget(client: client, slot: slot, mayGrant: false)
  }
}
