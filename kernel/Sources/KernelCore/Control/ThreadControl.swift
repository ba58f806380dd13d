// Steering threads, and the filter of processes. docs/reference/control/thread.md, and process.md
// for the endpoints of faults.

import CapABI
import KernelMachine

extension KernelState {
  mutating func threadControl(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    switch request.operation {
    case .startThread: return try startThread(request, by: caller)
    case .bindNotification: return try bindNotification(request, by: caller)
    case .setSyscallFilter: return try setFilter(request, by: caller)
    case .stopThread: return try stopThread(request, by: caller)
    default: try request.requireZero(from: 2)
    }
    let slot = try request.onlySlot(request.word0)
    let thread = try objects.thread(slot, of: caller.cspace, .window)
    switch request.operation {
    case .setThreadPriority:
      guard let priority = UInt8(exactly: request.word1) else { throw .invalidArgument }
      objects.setPriority(thread, to: priority)
    case .setThreadAffinity:
      // One processor runs threads so far: every mask that has it means the same.
      guard request.word1 & 1 << UInt64(objects.bootProcessor.object.number) != 0 else {
        throw .invalidArgument
      }
    default:
      guard request.word1 < VSpace.addressLimit else { throw .invalidArgument }
      thread.object.context.fsBase = request.word1
    }
    return .done
  }

  /// Starts the first thread of a staged process.
  mutating func startProcess(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    let start = try StartProcess(
      request.onlySlot(request.word0), at: ThreadStart(request), of: caller.cspace,
      scope: .window, in: objects)
    start.invoke(in: &objects)
    return .done
  }

  private mutating func startThread(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    let start = try StartThread(
      request.onlySlot(request.word0), at: ThreadStart(request), of: caller.cspace,
      scope: .window, in: objects)
    start.invoke(in: &objects)
    return .done
  }

  private mutating func stopThread(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    try request.requireZero(from: 1)
    let slot = try request.onlySlot(request.word0)
    let thread = try objects.thread(slot, of: caller.cspace, .window)
    objects.stop(thread)
    return thread == caller.thread ? .consumed : .done
  }

  private func setFilter(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    try request.requireZero(from: 2)
    let slot = try request.onlySlot(request.word0)
    let process = try objects.occupied(slot, in: caller.cspace, .window).managed(Process.self)
    guard let bits = UInt32(exactly: request.word1),
      let filter = SyscallFilter(validating: bits)
    else { throw .invalidArgument }
    guard process.object.state.isAlive else { throw .wrongState }
    process.object.syscallFilter = filter
    return .done
  }

  /// SET_THREAD_ENDPOINT and SET_THREAD_PAGER: the slot is one of the thread's own CSpace.
  func setFaultEndpoint(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    try request.requireZero(from: 1)
    let slot = ControlRequest.low(request.word0)
    let endpoint = ControlRequest.high(request.word0)
    let thread = try objects.thread(slot, of: caller.cspace, .window)
    guard let cspace = thread.object.process.object.cspace else { throw .wrongState }
    if endpoint != .null {
      _ = try objects.occupied(endpoint, in: cspace, .whole).holding(Endpoint.self, with: .send)
    }
    guard thread.object.process.object.state.isAlive else { throw .wrongState }
    if request.operation == .setThreadPager {
      thread.object.pager = endpoint
    } else {
      thread.object.faultHandler = endpoint
    }
    return .done
  }

  /// Binds a notification to a process; to a thread it is the receiver's business.
  private mutating func bindNotification(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    try request.requireZero(from: 1)
    let target = try objects.occupied(
      ControlRequest.low(request.word0), in: caller.cspace, .window)
    let slot = ControlRequest.high(request.word0)
    let source = slot == .null ? nil : try objects.occupied(slot, in: caller.cspace, .window)
    guard target.object.type == .process else { throw .wrongType }
    let process = try target.managed(Process.self)
    _ = try source?.holding(Notification.self, with: .send)
    guard process.object.state.isAlive else { throw .wrongState }
    let hidden = process.object.notificationSlot
    if !hidden.object.isEmpty { objects.delete(hidden) }
    guard let source, let notification = source.object.object else { return .done }
    let copy = Slot(
      notification, type: .notification, rights: .send, badge: source.object.badge)
    objects.place(copy, in: hidden, under: source)
    return .done
  }
}

extension ThreadStart {
  /// Entry, stack and argument as words 1 to 3.
  fileprivate init(_ request: ControlRequest) {
    self.init(entry: request.word1, stack: request.word2, argument: request.word3)
  }
}
