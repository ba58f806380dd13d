// The straight paths of CALL, RECV, REPLY_RECV, NOTIFY, YIELD and interrupts: short messages
// without flags and capabilities, with nobody in the way. Each is a row of tests, then a row of
// moves; whatever fails a test takes the general path, which does the same and more.
// docs/reference/syscalls.md.
//
// What the tests leave out: deadlines, receive slots, faults and pending signals (`flags` of the
// other side are none), FPU and FS base (`extended`), other processors, more urgent threads,
// donated priorities, and kernel endpoints.
//
// None of them looks at work left to do, expired timers or invalidations, as `leave` does: at the
// entry of a system call there are none that are as urgent as the caller, and a straight path
// makes none.

import CapABI
import KernelMachine

extension KernelState {
  /// Carries a system call out, on a straight path if there is one and nothing is traced.
  @inline(__always)
  mutating func dispatch(_ thread: Ref<Thread>, on cpu: Ref<Processor>) -> Ref<Thread>? {
    // What is traced takes the general path, which records it.
    guard trace.kinds == 0 else { return generalPath(thread, on: cpu) }
    let number = thread.object.context.rax
    guard number == Syscall.call.rawValue || number == Syscall.replyReceive.rawValue else {
      return shortPath(number, thread, on: cpu)
    }
    return straightPath(number, thread, on: cpu)
  }

  /// CALL and REPLY_RECV; whatever fails a test turns to the general path.
  @inline(__always)
  private mutating func straightPath(
    _ number: UInt64, _ thread: Ref<Thread>, on cpu: Ref<Processor>
  ) -> Ref<Thread>? {
    let tag = thread.object.context.rsi
    guard tag >> MessageTag.lengthShift <= UInt64(MessageTag.registerBytes),
      let slot = objects.straightSlot(of: thread), slot.object.type == .endpoint,
      let endpoint = slot.object.object?.cast(to: Endpoint.self)
    else { return generalPath(thread, on: cpu) }
    return number == Syscall.call.rawValue
      ? callStraight(thread, slot, endpoint, on: cpu)
      : answerStraight(thread, slot, endpoint, on: cpu)
  }

  /// Everything but calls and answers.
  ///
  /// What needs many registers stands in functions of its own, which turn to the general path
  /// themselves: so the others save none.
  @inline(__always)
  private mutating func shortPath(
    _ number: UInt64, _ thread: Ref<Thread>, on cpu: Ref<Processor>
  ) -> Ref<Thread>? {
    guard number != Syscall.notify.rawValue else { return notifyStraight(thread, on: cpu) }
    guard number != Syscall.receive.rawValue else { return receiveStraight(thread, on: cpu) }
    guard number != Syscall.yield.rawValue else { return yieldStraight(thread, on: cpu) }
    let last = Syscall.revokeLocalCap.rawValue &- Syscall.call.rawValue
    guard number &- Syscall.call.rawValue > last else { return generalPath(thread, on: cpu) }
    thread.object.finish(.unsupported)
    return thread
  }

  /// CALL to the only receiver, which runs in place of the caller, or to the kernel.
  @inline(__always)
  private mutating func callStraight(
    _ client: Ref<Thread>, _ slot: Ref<Slot>, _ endpoint: Ref<Endpoint>, on cpu: Ref<Processor>
  ) -> Ref<Thread>? {
    guard slot.object.rights.contains(.send), client.allows(.call) else {
      return generalPath(client, on: cpu)
    }
    // Nobody receives at an endpoint of the kernel.
    guard let server = endpoint.object.receivers.only else {
      return endpoint.object.family == .generic
        ? generalPath(client, on: cpu) : callKernelStraight(client, slot, endpoint, on: cpu)
    }
    guard (server.object.flags | client.object.flags & .extended).isEmpty,
      client.object.priority <= server.object.priority, server.canReplace(on: cpu)
    else { return generalPath(client, on: cpu) }
    endpoint.object.receivers.takeOnly()
    client.object.state = .awaitingReply
    server.object.clientEndpoint = endpoint.object.header.id
    server.owe(client)
    client.object.process.object.counters.messages &+= 1
    server.accept(
      badge: slot.object.badge, tag: client.object.context.rsi, wordsOf: client)
    switchStraight(from: client, to: server, on: cpu)
    return server
  }

  /// CALL of the kernel with at most four words.
  @inline(never)
  private mutating func callKernelStraight(
    _ client: Ref<Thread>, _ slot: Ref<Slot>, _ endpoint: Ref<Endpoint>, on cpu: Ref<Processor>
  ) -> Ref<Thread>? {
    cpu.object.entryPriority = Int(client.object.priority)
    let tag = MessageTag(rawValue: client.object.context.rsi)
    callKernel(tag, through: slot, to: endpoint.object.family, from: client)
    return leave(on: cpu)
  }

  /// REPLY_RECV with nothing to receive, by a thread that the caller had lent nothing.
  ///
  /// No reply is owed through an endpoint of the kernel.
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
    else { return generalPath(server, on: cpu) }
    server.object.state = .receiving
    server.object.place = endpoint.header
    server.object.mayGrantReply = slot.object.rights.contains(.grant)
    endpoint.object.receivers.fill(with: server)
    server.object.client = nil
    client.object.server = nil
    server.object.process.object.counters.messages &+= 1
    client.accept(badge: 0, tag: server.object.context.rsi, wordsOf: server)
    switchStraight(from: server, to: client, on: cpu)
    return client
  }

  /// NOTIFY of a notification that nobody waits for at this moment, or one thread that is more
  /// urgent.
  @inline(__always)
  private mutating func notifyStraight(
    _ thread: Ref<Thread>, on cpu: Ref<Processor>
  ) -> Ref<Thread>? {
    guard let slot = objects.straightSlot(of: thread), slot.object.type == .notification,
      slot.object.rights.contains(.send), thread.allows(.notify),
      let notification = slot.object.object?.cast(to: Notification.self),
      notification.object.bound == nil
    else { return generalPath(thread, on: cpu) }
    guard notification.object.waiters.isEmpty else {
      return wakeStraight(notification, slot.object.badge, by: thread, on: cpu)
    }
    notification.object.bits |= slot.object.badge
    thread.object.process.object.counters.messages &+= 1
    thread.object.finish(.ok)
    return thread
  }

  /// Lets the only waiter of a notification run, before the thread that signals.
  @inline(never)
  private mutating func wakeStraight(
    _ notification: Ref<Notification>, _ bits: UInt64, by thread: Ref<Thread>,
    on cpu: Ref<Processor>
  ) -> Ref<Thread>? {
    guard let waiter = replace(thread, byWaiterAt: notification, bits, on: cpu) else {
      return generalPath(thread, on: cpu)
    }
    thread.object.process.object.counters.messages &+= 1
    thread.object.finish(.ok)
    return waiter
  }

  /// Lets the only waiter of a notification run, before the thread that was interrupted; signals
  /// alone where that cannot be done.
  ///
  /// Unlike at a system call there may be work left that is more urgent.
  /// - Returns: nil when the kernel is to be left as usual.
  @inline(__always)
  mutating func interruptStraight(
    _ notification: Ref<Notification>, _ bits: UInt64, on cpu: Ref<Processor>
  ) -> Ref<Thread>? {
    if let thread = cpu.object.current, trace.kinds == 0, workPriority < 0,
      !objects.hasNewWork, !cpu.object.timerHasExpired,
      let waiter = replace(thread, byWaiterAt: notification, bits, on: cpu)
    {
      return waiter
    }
    objects.signal(notification, bits)
    return nil
  }

  /// Gives a turn to the only waiter of a notification, if it is more urgent than the thread that
  /// runs; nil when that is not so or there is more to do, and nothing has changed.
  @inline(__always)
  private mutating func replace(
    _ thread: Ref<Thread>, byWaiterAt notification: Ref<Notification>, _ bits: UInt64,
    on cpu: Ref<Processor>
  ) -> Ref<Thread>? {
    guard bits != 0, let waiter = notification.object.waiters.only,
      (waiter.object.flags | thread.object.flags & .extended).isEmpty,
      thread.object.priority < waiter.object.priority, waiter.canReplace(on: cpu)
    else { return nil }
    let now = M.now()
    let rest = cpu.object.quantumEnd
    guard now < rest, cpu.object.armedUntil <= now &+ waiter.object.quantum else { return nil }
    // As in `takeNext`: it keeps its place and the rest of its turn.
    thread.object.quantum = rest &- now
    cpu.object.ready.prepend(thread)
    notification.object.waiters.takeOnly()
    waiter.accept(signals: bits)
    cpu.beginTurn(of: waiter, at: now)
    switchStraight(from: thread, to: waiter, on: cpu)
    return waiter
  }

  /// RECV at an endpoint where nothing waits to be received: the next thread runs.
  ///
  /// It may be less urgent than the one that waits, so no work must be left that is more urgent.
  @inline(never)
  private mutating func receiveStraight(
    _ thread: Ref<Thread>, on cpu: Ref<Processor>
  ) -> Ref<Thread>? {
    guard thread.object.context.rsi == 0, let slot = objects.straightSlot(of: thread),
      slot.object.type == .endpoint, slot.object.rights.contains(.receive),
      thread.allows(.receive), let endpoint = slot.object.object?.cast(to: Endpoint.self),
      endpoint.object.family == .generic, endpoint.object.callers.isEmpty,
      endpoint.object.receivers.isEmpty, endpoint.object.ring == nil,
      thread.object.client == nil, thread.object.flags.isEmpty,
      let next = cpu.object.ready.first, (next.object.flags & .extended).isEmpty,
      workPriority < 0, !objects.hasNewWork
    else { return generalPath(thread, on: cpu) }
    let now = M.now()
    guard cpu.object.armedUntil <= now &+ next.object.quantum else {
      return generalPath(thread, on: cpu)
    }
    thread.object.state = .receiving
    thread.object.place = endpoint.header
    thread.object.mayGrantReply = slot.object.rights.contains(.grant)
    endpoint.object.receivers.fill(with: thread)
    _ = cpu.object.ready.takeFirst()
    cpu.beginTurn(of: next, at: now)
    switchStraight(from: thread, to: next, on: cpu)
    return next
  }

  /// YIELD to the next equal, or to nobody.
  @inline(never)
  private mutating func yieldStraight(
    _ thread: Ref<Thread>, on cpu: Ref<Processor>
  ) -> Ref<Thread>? {
    let priority = Int(thread.object.priority)
    guard thread.allows(.yield), cpu.object.ready.top <= priority else {
      return generalPath(thread, on: cpu)
    }
    guard cpu.object.ready.top == priority else {
      thread.object.finish(.ok)
      return thread
    }
    let now = M.now()
    guard let next = cpu.object.ready.first,
      (next.object.flags | thread.object.flags & .extended).isEmpty,
      cpu.object.armedUntil <= now &+ next.object.quantum
    else { return generalPath(thread, on: cpu) }
    thread.object.finish(.ok)
    thread.object.quantum = Processor.quantum
    cpu.object.ready.replaceFirst(next, with: thread)
    cpu.beginTurn(of: next, at: now)
    switchStraight(from: thread, to: next, on: cpu)
    return next
  }

  /// Gives the processor from one thread to another.
  @inline(__always)
  private mutating func switchStraight(
    from old: Ref<Thread>, to new: Ref<Thread>, on cpu: Ref<Processor>
  ) {
    let from = old.object.process
    let to = new.object.process
    new.object.state = .ready
    cpu.object.current = new
    // Neither has an FPU area or an FS base, so there is nothing else to load.
    cpu.object.loaded = new
    guard from != to else { return }
    // While a thread runs, the address space is its own and its process is the one to charge.
    let now = M.ticks()
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
  fileprivate mutating func straightSlot(of thread: Ref<Thread>) -> Ref<Slot>? {
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
