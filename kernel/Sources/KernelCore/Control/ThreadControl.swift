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
    let thread = try objects.occupied(slot, in: caller.cspace, .window).managedThread()
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
      thread.unload()
      thread.object.flags.insert(.extended)
    }
    return .done
  }

  /// Starts the first thread of a staged process.
  mutating func startProcess(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    let start = try StartProcess(
      request.onlySlot(request.word0), at: ThreadStart(request), of: caller.cspace,
      scope: .window, in: &objects)
    start.invoke(in: &objects)
    return .done
  }

  private mutating func startThread(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    let start = try StartThread(
      request.onlySlot(request.word0), at: ThreadStart(request), of: caller.cspace,
      scope: .window, in: &objects)
    start.invoke(in: &objects)
    return .done
  }

  private mutating func stopThread(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    try request.requireZero(from: 1)
    let slot = try request.onlySlot(request.word0)
    let thread = try objects.occupied(slot, in: caller.cspace, .window).managedThread()
    objects.stop(thread)
    objects.abandonClient(of: thread, with: .abandoned)
    return thread == caller.thread ? .consumed : .done
  }

  private mutating func setFilter(
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
  mutating func setThreadEndpoint(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    let isPager = request.operation == .setThreadPager
    try request.requireZero(from: isPager ? 1 : 2)
    let slot = ControlRequest.low(request.word0)
    let number = ControlRequest.high(request.word0)
    let thread = try objects.occupied(slot, in: caller.cspace, .window).managedThread()
    guard thread.object.process.object.state.isAlive,
      let cspace = thread.object.process.object.cspace
    else { throw .wrongState }
    let source = number == .null ? nil : try objects.occupied(number, in: cspace, .whole)
    let isServer = request.word1 == Self.serverRole
    let endpoint = try source?.holding(Endpoint.self, with: isServer ? .receive : .send)
    guard request.word1 <= Self.serverRole else { throw .invalidArgument }
    if isServer {
      guard objects.serve(endpoint, by: thread) else { throw .busy }
    } else if isPager {
      thread.object.pager = number
    } else {
      thread.object.faultHandler = number
    }
    return .done
  }

  /// The role of a notification that a process's first thread receives; 0 is the one that tells of
  /// the process itself.
  private static var receiverRole: UInt64 { 1 }

  /// The role of the endpoint whose callers a thread serves; 0 is the one of its faults.
  private static var serverRole: UInt64 { 1 }

  private mutating func bindNotification(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    try request.requireZero(from: 2)
    let target = try objects.occupied(
      ControlRequest.low(request.word0), in: caller.cspace, .window)
    let slot = ControlRequest.high(request.word0)
    let source = slot == .null ? nil : try objects.occupied(slot, in: caller.cspace, .window)
    if target.object.type == .process, request.word1 != Self.receiverRole {
      let process = try target.managed(Process.self)
      guard request.word1 == 0 else { throw .invalidArgument }
      try bind(source, to: process)
    } else {
      let thread = try target.managedThread()
      guard request.word1 <= Self.receiverRole else { throw .invalidArgument }
      try bind(source, to: thread)
    }
    return .done
  }

  /// Makes a notification tell of the process's faults and its end.
  private mutating func bind(
    _ source: Ref<Slot>?, to process: Ref<Process>
  ) throws(SyscallError) {
    _ = try source?.holding(Notification.self, with: .send)
    guard process.object.state.isAlive else { throw .wrongState }
    let hidden = process.object.notificationSlot
    if !hidden.object.isEmpty { objects.delete(hidden) }
    guard let source, let notification = source.object.object else { return }
    let copy = Slot(
      notification, type: .notification, rights: .send, badge: source.object.badge)
    objects.place(copy, in: hidden, under: source)
  }

  /// Makes a thread receive a notification's signals along with its messages.
  private mutating func bind(_ source: Ref<Slot>?, to thread: Ref<Thread>) throws(SyscallError) {
    let notification = try source?.holding(Notification.self, with: .receive)
    guard thread.object.process.object.state.isAlive else { throw .wrongState }
    if let notification {
      let partner = notification.object.bound
      guard partner == nil || partner == thread, notification.object.waiters.isEmpty else {
        throw .busy
      }
    }
    objects.unbind(thread)
    if let notification { _ = objects.bind(thread, to: notification) }
  }
}

extension ThreadStart {
  /// Entry, stack and argument as words 1 to 3.
  fileprivate init(_ request: ControlRequest) {
    self.init(entry: request.word1, stack: request.word2, argument: request.word3)
  }
}
