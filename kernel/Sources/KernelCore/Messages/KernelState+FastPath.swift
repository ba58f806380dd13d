// The straight paths of CALL, REPLY_RECV and NOTIFY: short messages without flags and capabilities,
// with nobody in the way. Each is a row of tests, then a row of moves; whatever fails a test takes
// the general path, which does the same and more. docs/reference/syscalls.md.
//
// What the tests leave out: deadlines, receive slots, faults and pending signals (`flags` of the
// other side are none), FPU and FS base (`extended`), other processors, more urgent threads,
// donated priorities, and kernel endpoints.

import CapABI
import KernelMachine

extension KernelState {
  /// Carries a system call out on a straight path.
  ///
  /// - Returns: The thread to resume; nil when a test failed, and nothing has changed.
  @inline(__always)
  mutating func straightPath(_ thread: Ref<Thread>, on cpu: Ref<Processor>) -> Ref<Thread>? {
    let context = thread.object.context
    let number = context.rax
    guard number == Syscall.call.rawValue || number == Syscall.replyReceive.rawValue else {
      return number == Syscall.notify.rawValue ? notifyStraight(thread) : nil
    }
    guard context.rsi >> MessageTag.lengthShift <= UInt64(MessageTag.registerBytes),
      let slot = objects.straightSlot(of: thread), slot.object.type == .endpoint,
      let endpoint = slot.object.object?.cast(to: Endpoint.self),
      endpoint.object.family == .generic
    else { return nil }
    return number == Syscall.call.rawValue
      ? callStraight(thread, slot, endpoint, on: cpu)
      : answerStraight(thread, slot, endpoint, on: cpu)
  }

  /// CALL to the only receiver, which runs in place of the caller.
  @inline(__always)
  private mutating func callStraight(
    _ client: Ref<Thread>, _ slot: Ref<Slot>, _ endpoint: Ref<Endpoint>, on cpu: Ref<Processor>
  ) -> Ref<Thread>? {
    guard slot.object.rights.contains(.send), client.allows(.call),
      let server = endpoint.object.receivers.only,
      (server.object.flags | client.object.flags & .extended).isEmpty,
      client.object.priority <= server.object.priority, server.canReplace(on: cpu)
    else { return nil }
    endpoint.object.receivers.takeOnly()
    client.object.state = .awaitingReply
    server.object.clientEndpoint = endpoint.object.header.id
    server.owe(client)
    server.accept(
      badge: slot.object.badge, tag: client.object.context.rsi, wordsOf: client)
    switchStraight(from: client, to: server, on: cpu)
    return server
  }

  /// REPLY_RECV with nothing to receive, by a thread that the caller had lent nothing.
  @inline(__always)
  private mutating func answerStraight(
    _ server: Ref<Thread>, _ slot: Ref<Slot>, _ endpoint: Ref<Endpoint>, on cpu: Ref<Processor>
  ) -> Ref<Thread>? {
    guard slot.object.rights.contains(.receive), server.allows(.replyReceive),
      let client = server.object.client,
      server.object.clientEndpoint == endpoint.object.header.id,
      (server.object.flags | client.object.flags).isEmpty,
      server.object.priority == server.object.basePriority,
      endpoint.object.callers.isEmpty, endpoint.object.receivers.isEmpty,
      endpoint.object.ring == nil, client.canReplace(on: cpu)
    else { return nil }
    server.object.state = .receiving
    server.object.place = endpoint.header
    server.object.mayGrantReply = slot.object.rights.contains(.grant)
    endpoint.object.receivers.fill(with: server)
    server.object.client = nil
    client.object.server = nil
    client.accept(badge: 0, tag: server.object.context.rsi, wordsOf: server)
    switchStraight(from: server, to: client, on: cpu)
    return client
  }

  /// NOTIFY of a notification that nobody waits for at this moment.
  @inline(__always)
  private func notifyStraight(_ thread: Ref<Thread>) -> Ref<Thread>? {
    guard let slot = objects.straightSlot(of: thread), slot.object.type == .notification,
      slot.object.rights.contains(.send), thread.allows(.notify),
      let notification = slot.object.object?.cast(to: Notification.self),
      notification.object.waiters.isEmpty, notification.object.bound == nil
    else { return nil }
    notification.object.bits |= slot.object.badge
    thread.object.process.object.counters.messages &+= 1
    thread.object.finish(.ok)
    return thread
  }

  /// Gives the processor from one thread to another; the rest of the turn goes with it.
  @inline(__always)
  private func switchStraight(
    from old: Ref<Thread>, to new: Ref<Thread>, on cpu: Ref<Processor>
  ) {
    let from = old.object.process
    let to = new.object.process
    from.object.counters.messages &+= 1
    new.object.state = .ready
    cpu.object.current = new
    guard from != to else { return }
    // While a thread runs, the address space is its own and its process is the one to charge.
    let now = M.now()
    from.object.counters.processorTime &+= now &- cpu.object.chargedUntil
    cpu.object.chargedUntil = now
    cpu.object.addressSpace = to
    M.activate(root: to.object.root)
    M.isolateProcess()
  }
}

extension Ref where Object == Thread {
  /// Whether the process may use a system call.
  @inline(__always) fileprivate func allows(_ call: Syscall) -> Bool {
    object.process.object.syscallFilter.contains(SyscallFilter(call))
  }

  /// Whether the thread may run in place of the one that runs.
  @inline(__always) fileprivate func canReplace(on cpu: Ref<Processor>) -> Bool {
    object.processor == cpu && Int(object.priority) >= cpu.object.ready.top
  }
}

extension ObjectSpace {
  /// The slot in rdi, in a CSpace without nodes; it may be empty.
  @inline(__always)
  fileprivate func straightSlot(of thread: Ref<Thread>) -> Ref<Slot>? {
    let cspace = thread.object.cspace
    let index = thread.object.context.rdi
    // Below 2^58, and slots beyond the CSpace are always empty.
    let leaf = Int(truncatingIfNeeded: index >> 6)
    guard leaf < cspace.object.table.root.count, cspace.object.table.levels == 0 else { return nil }
    let page = cspace.object.table.root[leaf].object
    guard !page.isNone else { return nil }
    return frames.table(of: Slot.self, in: page)[Int(truncatingIfNeeded: index & 63)]
  }
}
