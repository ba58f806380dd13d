// Frames and mappings: the families memory, vspace and frame copy, SET_THREAD_BUFFER and
// WRITE_PROCESS_MEMORY. docs/reference/control/memory.md and its neighbours.

import CapABI
import KernelMachine

extension KernelState {
  /// Pages cleared between two looks at pending interrupts.
  private static var pagesPerLook: Int { 4 }

  /// The operations that every page goes through; their replies have no words.
  @inline(never) mutating func mappingControl(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> Outcome {
    switch request.operation {
    case .mapFrame:
      guard request.word3 == 0 else { throw .invalidArgument }
      let map = try MapFrame(
        MapFrame.Request(
          frame: ControlRequest.low(request.word0), target: ControlRequest.high(request.word0),
          address: request.word1, rights: request.word2),
        of: caller.cspace, scope: .window, in: &objects)
      return map.invoke(steps: Self.pagesPerLook, in: &objects)
    case .unmapFrame:
      guard request.word2 | request.word3 == 0 else { throw .invalidArgument }
      let unmap = try UnmapFrame(
        at: request.word1, of: ControlRequest.low(request.word0),
        into: ControlRequest.high(request.word0), of: caller.cspace, scope: .window, in: &objects)
      unmap.invoke(in: &objects)
      return .done
    default: return try resolveFault(request, by: caller)
    }
  }

  @inline(never) mutating func memoryControl(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    switch request.operation {
    case .mapFrame, .unmapFrame, .resolveFault:
      return try mappingControl(request, by: caller).control
    case .retypeUntypedToFrame:
      try request.requireZero(from: 3)
      let retype = try RetypeUntyped(
        RetypeUntyped.Request(
          untyped: ControlRequest.low(request.word0),
          destination: ControlRequest.high(request.word0), order: request.word1,
          address: request.word2),
        of: caller.cspace, scope: .window, in: &objects)
      retype.invoke(in: &objects)
      return .done
    case .mapFramebuffer, .mapFont: return try mapBootRange(request, by: caller)
    case .deriveBARFrame: return try deriveBARFrame(request, by: caller)
    case .copyFrame: return try copyFrame(request, by: caller)
    case .setThreadBuffer: return try setThreadBuffer(request, by: caller)
    case .writeProcessMemory: return try writeProcessMemory(request, by: caller)
    default: throw .unsupported
    }
  }

  private mutating func copyFrame(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    try request.requireZero(from: 1)
    let copy = try CopyFrame(
      from: ControlRequest.low(request.word0), to: ControlRequest.high(request.word0),
      of: caller.cspace, scope: .window, in: &objects)
    return perform(copy, for: caller.thread).control
  }

  /// Copies until it is done or an interrupt is pending.
  mutating func perform(_ copy: CopyFrame, for thread: Ref<Thread>) -> Outcome {
    while copy.invoke(&thread.object.copyProgress, in: &objects) == .preempted {
      guard !M.interruptPending() else { return .preempted }
    }
    return .done
  }

  private mutating func setThreadBuffer(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    try request.requireZero(from: 1)
    let set = try SetThreadBuffer(
      of: ControlRequest.low(request.word0), frame: ControlRequest.high(request.word0),
      of: caller.cspace, scope: .window, in: &objects)
    set.invoke(in: &objects)
    return .done
  }

  private mutating func writeProcessMemory(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    var write = try WriteProcessMemory(
      WriteProcessMemory.Request(
        process: request.onlySlot(request.word0), address: request.word1, source: request.word2,
        count: request.word3),
      of: caller.cspace, scope: .window, in: &objects)
    while try write.step(on: M.self, in: &objects) == .preempted {
      guard M.interruptPending() else { continue }
      // As with a repeated string instruction, the registers say what is left.
      caller.thread.object.context.r10 = write.rest.address
      caller.thread.object.context.r8 = write.rest.source
      caller.thread.object.context.r9 = write.rest.count
      return .preempted
    }
    return .done
  }
}
