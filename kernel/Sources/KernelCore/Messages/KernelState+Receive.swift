// RECV and the second half of REPLY_RECV: the next message, or a place in the queue.
// docs/reference/syscalls.md.

import CapABI
import KernelMachine

/// Where a thread receives, checked.
enum ReceivePlace {
  case endpoint(Ref<Endpoint>, mayGrant: Bool)
  case notification(Ref<Notification>)
}

extension KernelState {
  /// Makes a thread execute RECV when it runs next, with the slot and the flags it has given.
  ///
  /// If it named no slot of the endpoint, because it answered through a Reply capability, it gets
  /// RETRY.
  private mutating func giveWay(_ thread: Ref<Thread>, at endpoint: Ref<Endpoint>) {
    guard let slot = try? sendSlot(of: thread), slot.object.object == endpoint.header else {
      return thread.object.finish(.retry)
    }
    let flags = MessageTag(rawValue: thread.object.context.rsi).flags
    thread.object.context.rax = Syscall.receive.rawValue
    thread.object.context.rsi = MessageTag(label: 0, flags: flags).rawValue
    thread.object.repeatCall()
  }

  /// Callers whose messages fail that are passed between two looks at pending interrupts.
  private static var failuresPerLook: Int { 8 }

  /// RECV: slot in rdi, flags in rsi.
  mutating func receive(_ thread: Ref<Thread>, on cpu: Ref<Processor>) throws(SyscallError) {
    let tag = MessageTag(rawValue: thread.object.context.rsi)
    guard tag == MessageTag(label: 0, flags: tag.flags), MessageFlags.sendable.contains(tag.flags)
    else { throw .invalidArgument }
    let slot = try objects.occupied(
      CapSlot(register: thread.object.context.rdi), in: thread.object.cspace, .whole)
    let place = try receivePlace(slot)
    let terms = try prepareWait(tag.flags, of: thread)
    objects.abandonClient(of: thread, with: .abandoned)
    if !takeMessage(for: thread, at: place) { wait(thread, at: place, terms) }
  }

  /// Checks a slot to receive through.
  ///
  /// - Throws: `wrongType`, `missingRight`; `unsupported` for an endpoint of the kernel.
  @inline(__always)
  mutating func receivePlace(_ slot: Ref<Slot>) throws(SyscallError) -> ReceivePlace {
    guard slot.object.type == .endpoint else {
      return .notification(try slot.holding(Notification.self, with: .receive))
    }
    let endpoint = try slot.holding(Endpoint.self, with: .receive)
    guard endpoint.object.family == .generic else { throw .unsupported }
    return .endpoint(endpoint, mayGrant: slot.object.rights.contains(.grant))
  }

  /// Lets a thread wait that found nothing, if it is ready to.
  mutating func wait(_ thread: Ref<Thread>, at place: ReceivePlace, _ terms: WaitTerms) {
    guard !terms.doNotWait else {
      objects.settleWait(thread)
      return thread.object.finish(.retry)
    }
    objects.block(thread, as: .receiving)
    startDeadline(of: thread, terms)
    switch place {
    case .endpoint(let endpoint, let mayGrant):
      thread.object.place = endpoint.header
      thread.object.mayGrantReply = mayGrant
      endpoint.object.receivers.insert(thread)
    case .notification(let notification):
      thread.object.place = notification.header
      notification.object.waiters.insert(thread)
    }
  }

  /// Gives a thread what waits for it; false when nothing does.
  mutating func takeMessage(for thread: Ref<Thread>, at place: ReceivePlace) -> Bool {
    switch place {
    case .notification(let notification):
      return objects.takeSignals(of: notification, for: thread)
    case .endpoint(let endpoint, let mayGrant):
      if objects.takeBoundSignals(for: thread) { return true }
      // Callers and ring take turns, so neither can keep the other waiting.
      let hasRing = endpoint.object.ring != nil
      if hasRing, endpoint.object.isRingNext, objects.takeFromRing(of: endpoint, for: thread) {
        return true
      }
      thread.object.mayGrantReply = mayGrant
      if !endpoint.object.callers.isEmpty, takeCall(for: thread, at: endpoint) { return true }
      // A fault that could not be delivered may have stopped its thread, and told this one of it.
      if objects.takeBoundSignals(for: thread) { return true }
      return hasRing && objects.takeFromRing(of: endpoint, for: thread)
    }
  }

  /// Gives a thread the most urgent call whose message can be delivered.
  ///
  /// Callers whose message cannot be get the error and wait no longer. When an interrupt is
  /// pending, the receiver executes a plain RECV later, for which everything is prepared again.
  private mutating func takeCall(for thread: Ref<Thread>, at endpoint: Ref<Endpoint>) -> Bool {
    var failures = 0
    while let caller = endpoint.object.callers.first {
      if objects.takeCall(of: caller, for: thread, at: endpoint) { return true }
      failures += 1
      if failures % Self.failuresPerLook == 0, M.interruptPending() {
        objects.settleWait(thread)
        giveWay(thread, at: endpoint)
        return true
      }
    }
    return false
  }
}

extension ObjectSpace {
  /// Delivers a queued call; false when that failed, which ended the call.
  mutating func takeCall(
    of caller: Ref<Thread>, for thread: Ref<Thread>, at endpoint: Ref<Endpoint>
  ) -> Bool {
    do throws(SyscallError) {
      if caller.object.flags.contains(.faulting) {
        try deliverFault(of: caller, to: thread)
      } else {
        let tag = MessageTag(rawValue: caller.object.context.rsi)
        try deliver(
          tag, from: caller, to: thread, badge: caller.object.badge,
          mayGrant: caller.object.mayGrant)
      }
    } catch {
      endWait(caller, with: error.code)
      return false
    }
    endpoint.object.callers.remove(caller)
    endpoint.object.isRingNext = true
    caller.object.state = .awaitingReply
    settleWait(thread)
    owe(caller, by: thread, at: endpoint)
    // What the other callers lend is theirs until they are received.
    if let server = endpoint.object.server { review(server) }
    return true
  }

  /// Gives a thread the oldest message of a ring; false when it is empty.
  mutating func takeFromRing(of endpoint: Ref<Endpoint>, for thread: Ref<Thread>) -> Bool {
    endpoint.object.isRingNext = false
    guard let entry = endpoint.object.ring?.object.takeFirst(in: frames) else { return false }
    settleWait(thread)
    thread.object.context.rax = 0
    thread.object.context.rdi = entry.object.badge
    let tag = MessageTag(rawValue: entry.object.tag)
    thread.object.context.rsi = tag.received(with: .oneWay)
    thread.object.context.rdx = entry.object.word0
    thread.object.context.r10 = entry.object.word1
    thread.object.context.r8 = entry.object.word2
    thread.object.context.r9 = entry.object.word3
    return true
  }

  /// Gives a thread the bits of the notification that is bound to it; false when there are none.
  @inline(__always) mutating func takeBoundSignals(for thread: Ref<Thread>) -> Bool {
    guard thread.object.flags.contains(.signalled), let bound = thread.object.notification else {
      return false
    }
    return takeSignals(of: bound, for: thread)
  }

  /// Gives a thread the bits of a notification; false when there are none.
  mutating func takeSignals(of notification: Ref<Notification>, for thread: Ref<Thread>) -> Bool {
    guard notification.object.bits != 0 else { return false }
    settleWait(thread)
    notification.object.bound?.object.flags.remove(.signalled)
    thread.accept(signals: notification.object.take())
    return true
  }
}
