// Exceptions of user code as messages: to the pager, then to the fault endpoint, each as a CALL by
// the thread; without an answer the thread stops. docs/reference/ipc.md, "Fault messages".

import CapABI
import IPC
import KernelMachine

extension ObjectSpace {
  /// Stops the thread that runs until somebody has dealt with its exception.
  mutating func raise(_ fault: UserFault, by thread: Ref<Thread>) {
    thread.object.process.object.counters.faults &+= 1
    thread.object.fault = fault
    thread.object.flags.insert(.faulting)
    block(thread, as: .stopped)
    guard fault.kind == .page, report(thread, to: thread.object.pager) else {
      return passFaultOn(thread)
    }
  }

  /// Takes a fault on to the fault endpoint, or stops the thread if it has been there.
  ///
  /// The thread is out of every queue.
  mutating func passFaultOn(_ thread: Ref<Thread>) {
    if !thread.object.flags.contains(.paged) {
      thread.object.flags.insert(.paged)
      if report(thread, to: thread.object.faultHandler) { return }
    }
    thread.object.flags.remove(.faulting | .paged)
    thread.object.state = .stopped
    let slot = thread.object.process.object.notificationSlot
    guard let notification = slot.object.object?.cast(to: Notification.self) else { return }
    signal(notification, slot.object.badge)
  }

  /// Ends a fault with an answer; a resolved one leaves the thread `ready` and in no queue.
  mutating func settleFault(of thread: Ref<Thread>, isResolved: Bool) {
    guard isResolved else {
      thread.object.state = .stopped
      return passFaultOn(thread)
    }
    thread.object.flags.remove(.faulting | .paged)
    thread.object.state = .ready
  }

  /// Sends a fault through a slot of the thread's own process; false when that is impossible.
  private mutating func report(_ thread: Ref<Thread>, to number: CapSlot) -> Bool {
    guard let slot = try? occupied(number, in: thread.object.cspace, .whole),
      let endpoint = try? slot.holding(Endpoint.self, with: .send),
      endpoint.object.family == .generic
    else { return false }
    thread.object.badge = slot.object.badge
    guard let receiver = endpoint.object.receivers.first else {
      thread.object.state = .calling
      enqueue(thread, callingAt: endpoint, badge: slot.object.badge, mayGrant: false)
      return true
    }
    guard (try? deliverFault(of: thread, to: receiver)) != nil else { return false }
    thread.object.state = .awaitingReply
    receiveCall(of: thread, by: receiver, at: endpoint)
    resume(receiver, on: thread.object.processor)
    return true
  }

  /// Puts a fault into the registers of its receiver and, for a fault endpoint, its buffer.
  ///
  /// - Throws: `noBuffer` when the report needs one.
  mutating func deliverFault(
    of thread: Ref<Thread>, to receiver: Ref<Thread>
  ) throws(SyscallError) {
    let isReport = thread.object.flags.contains(.paged)
    if isReport {
      guard let buffer = bufferWords(of: receiver) else { throw .noBuffer }
      thread.object.context.write(to: buffer)
    }
    let fault = thread.object.fault
    let length = isReport ? FaultReport.length : FaultMessage.length
    receiver.object.context.rax = 0
    receiver.object.context.rdi = thread.object.badge
    receiver.object.context.rsi =
      MessageTag(label: fault.kind.rawValue, length: length, flags: .fromKernel).rawValue
    receiver.object.context.rdx = fault.address
    receiver.object.context.r10 = thread.object.context.rip
    receiver.object.context.r8 = thread.object.context.rsp
    // The number of a thread in messages is the low half of its object's.
    receiver.object.context.r9 =
      UInt64(fault.errorCode) | thread.object.header.id << 32
  }

  // MARK: RESOLVE_FAULT

  /// The faulting thread whose reply `server` owes, or that a Reply capability stands for.
  ///
  /// - Throws: `wrongState` when there is none; for the slot `wrongType`.
  package mutating func faultingThread(
    for server: Ref<Thread>, saved slot: Ref<Slot>?
  ) throws(SyscallError) -> Ref<Thread> {
    if let slot, slot.object.type != .reply { throw .wrongType }
    let client = slot == nil ? server.object.client : slot?.object.savedCaller
    guard let client, client.object.flags.contains(.faulting) else { throw .wrongState }
    return client
  }

  /// Lets a faulting thread run its instruction again; uses up the reply.
  package mutating func resolveFault(
    of client: Ref<Thread>, by server: Ref<Thread>, saved slot: Ref<Slot>?
  ) {
    settleFault(of: client, isResolved: true)
    client.object.server = nil
    makeReady(client)
    if let slot { return delete(slot) }
    server.object.client = nil
    server.object.priority = server.deservedPriority
  }
}

extension UserContext {
  /// Writes the registers of a fault report behind the four words of the payload.
  fileprivate func write(to buffer: Table<UInt64>) {
    let first = (IPCBuffer.payloadOffset + Int(FaultMessage.length)) / 8
    buffer[first].object = rax
    buffer[first + 1].object = rbx
    buffer[first + 2].object = rcx
    buffer[first + 3].object = rdx
    buffer[first + 4].object = rsi
    buffer[first + 5].object = rdi
    buffer[first + 6].object = rbp
    buffer[first + 7].object = r8
    buffer[first + 8].object = r9
    buffer[first + 9].object = r10
    buffer[first + 10].object = r11
    buffer[first + 11].object = r12
    buffer[first + 12].object = r13
    buffer[first + 13].object = r14
    buffer[first + 14].object = r15
    buffer[first + 15].object = rflags
    buffer[first + 16].object = fsBase
  }
}
