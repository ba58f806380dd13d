// The life of processes: staging, grants, start, end. docs/reference/control/process.md.

import CapABI
import KernelMachine

extension KernelState {
  mutating func processControl(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    switch request.operation {
    case .createStagedProcess: return try stage(request, by: caller)
    case .deriveInstallGrant: return try deriveGrant(request, by: caller)
    case .installWithGrant: return try install(request, by: caller)
    case .setCSpaceWindow: return try setWindow(request, by: caller)
    case .abortStagedProcess: return try abort(request, by: caller)
    case .killProcess: return try kill(request, by: caller)
    case .startProcess: return try startProcess(request, by: caller)
    default: return try setThreadEndpoint(request, by: caller)
    }
  }

  private mutating func stage(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    try request.requireZero(from: 3)
    guard let order = UInt8(exactly: request.word1 & 0xFFFF_FFFF) else { throw .invalidArgument }
    let window = ControlRequest.low(request.word2).rawValue
    let create = try CreateProcess(
      ControlRequest.low(request.word0), order: order,
      slotCount: ControlRequest.high(request.word1).rawValue,
      window: (window, ControlRequest.high(request.word2).rawValue),
      into: ControlRequest.high(request.word0), of: caller.cspace, scope: .window, in: &objects)
    create.invoke(in: &objects)
    mark("PHASE2:CSPACE_WINDOW_SET")
    return .done
  }

  private mutating func deriveGrant(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    try request.requireZero(from: 2)
    let derive = try DeriveInstallGrant(
      for: ControlRequest.low(request.word0),
      firstSlot: ControlRequest.low(request.word1).rawValue,
      slotCount: ControlRequest.high(request.word1).rawValue,
      into: ControlRequest.high(request.word0), of: caller.cspace, scope: .window, in: &objects)
    derive.invoke(in: &objects)
    return .done
  }

  private mutating func install(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    try request.requireZero(from: 3)
    let copy = CopyCapability.Request(
      source: ControlRequest.high(request.word0), destination: ControlRequest.low(request.word1),
      rightsMask: ControlRequest.high(request.word1).rawValue, badge: request.word2)
    let install = try InstallWithGrant(
      copy, under: ControlRequest.low(request.word0), from: caller.cspace, scope: .window,
      in: &objects)
    install.invoke(in: &objects)
    return .done
  }

  private mutating func setWindow(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    try request.requireZero(from: 2)
    let set = try SetCSpaceWindow(
      of: request.onlySlot(request.word0), base: ControlRequest.low(request.word1).rawValue,
      count: ControlRequest.high(request.word1).rawValue, by: caller.cspace, scope: .window,
      in: &objects)
    set.invoke()
    mark("PHASE2:CSPACE_WINDOW_SET")
    return .done
  }

  private mutating func abort(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    try request.requireZero(from: 1)
    let slot = try request.onlySlot(request.word0)
    let abort = try AbortStagedProcess(slot, of: caller.cspace, scope: .window, in: &objects)
    abort.invoke(in: &objects)
    return .done
  }

  /// Ends a process; the reply comes when its objects are gone, unless it is the caller's own.
  private mutating func kill(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    try request.requireZero(from: 1)
    let slot = try request.onlySlot(request.word0)
    let kill = try KillProcess(slot, of: caller.cspace, scope: .window, in: &objects)
    let isOwn = kill.process == caller.process
    kill.invoke(in: &objects)
    guard !isOwn else {
      objects.stop(caller.thread)
      return .consumed
    }
    return kill.process.object.state == .dead ? .done : .preempted
  }
}
