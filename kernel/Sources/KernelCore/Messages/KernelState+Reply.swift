// REPLY, REPLY_RECV and SAVE_REPLY: answering a call, at once or later.
// docs/reference/syscalls.md.

import CapABI
import KernelMachine

/// Whom an answer goes to, checked.
struct ReplyTarget {
  /// The caller; nil when it is gone, so that the answer goes nowhere.
  let client: Ref<Thread>?
  /// The Reply capability that is used up.
  let slot: Ref<Slot>?
  /// Whether the answer may carry capabilities.
  let mayGrant: Bool
}

extension KernelState {
  /// REPLY: slot in rdi, tag in rsi, words in rdx, r10, r8, r9.
  mutating func reply(_ thread: Ref<Thread>, on cpu: Ref<Processor>) throws(SyscallError) {
    guard let tag = MessageTag(validating: thread.object.context.rsi, allowing: .none) else {
      throw .invalidArgument
    }
    let slot = try sendSlot(of: thread)
    let target = try replyTarget(slot, of: thread)
    try objects.answer(target, tag, from: thread)
    thread.object.finish(.ok)
    if let client = target.client, client.object.state == .ready { objects.makeReady(client) }
  }

  /// REPLY_RECV: as REPLY, then RECV at the same endpoint.
  ///
  /// With a Reply capability it receives at the endpoint that the thread serves. When the answer
  /// fails, nothing is received.
  mutating func replyReceive(_ thread: Ref<Thread>, on cpu: Ref<Processor>) throws(SyscallError) {
    guard let tag = MessageTag(validating: thread.object.context.rsi) else {
      throw .invalidArgument
    }
    let slot = try sendSlot(of: thread)
    let target = try replyTarget(slot, of: thread)
    let place = try receivePlace(of: thread, replyingThrough: slot)
    try objects.checkExtras(of: tag, from: thread, mayGrant: target.mayGrant)
    let terms = try prepareWait(tag.flags, of: thread)
    do throws(SyscallError) {
      try objects.answer(target, tag, from: thread)
    } catch {
      objects.settleWait(thread)
      throw error
    }
    objects.abandonClient(of: thread, with: .abandoned)
    if !takeMessage(for: thread, at: place) { wait(thread, at: place, terms) }
    if let client = target.client, client.object.state == .ready { objects.resume(client, on: cpu) }
  }

  /// SAVE_REPLY: the empty slot in rdi gets the permission to answer.
  mutating func saveReply(_ thread: Ref<Thread>) throws(SyscallError) {
    let slot = try CapSlot(register: thread.object.context.rdi)
    let vacancy = try objects.vacant(slot, in: thread.object.cspace, .whole)
    guard let client = thread.object.client else { throw .wrongState }
    let destination = try objects.claim(vacancy)
    client.object.replyGeneration &+= 1
    let reply = Slot(
      client.header, type: .reply, rights: .send, badge: client.object.replyGeneration,
      flags: thread.object.mayGrantReply ? .grants : .none)
    objects.place(reply, in: destination, under: client.object.process.object.budget)
    client.object.server = nil
    thread.object.client = nil
    objects.review(thread)
    thread.object.finish(.ok)
  }

  /// Where a thread receives that answers through a slot.
  private mutating func receivePlace(
    of thread: Ref<Thread>, replyingThrough slot: Ref<Slot>
  ) throws(SyscallError) -> ReceivePlace {
    guard slot.object.type == .reply else { return try receivePlace(slot) }
    guard let endpoint = thread.object.serves else { throw .wrongState }
    return .endpoint(endpoint, mayGrant: thread.object.mayGrantReply)
  }

  /// Whom an answer through a slot goes to.
  ///
  /// - Throws: `wrongType`, `missingRight`; `wrongState` when no reply is owed through the
  ///   endpoint.
  @inline(never)
  private mutating func replyTarget(
    _ slot: Ref<Slot>, of thread: Ref<Thread>
  ) throws(SyscallError) -> ReplyTarget {
    guard slot.object.type == .endpoint else {
      guard slot.object.type == .reply else { throw .wrongType }
      return ReplyTarget(
        client: slot.object.savedCaller, slot: slot, mayGrant: slot.object.flags.contains(.grants))
    }
    let endpoint = try slot.holding(Endpoint.self, with: .receive)
    let mayGrant = slot.object.rights.contains(.grant)
    let client = thread.object.client
    guard client != nil || thread.object.flags.contains(.lapsed) else { throw .wrongState }
    guard thread.object.clientEndpoint == endpoint.object.header.id else { throw .wrongState }
    return ReplyTarget(client: client, slot: nil, mayGrant: mayGrant)
  }
}

extension ObjectSpace {
  /// Gives an answer to a caller, whose state is `ready` afterwards; it is not in a queue yet.
  ///
  /// The answer to a caller that is gone goes nowhere, whatever it is.
  /// - Throws: what `deliver` throws; the reply is owed then as before.
  @inline(never)
  mutating func answer(
    _ target: ReplyTarget, _ tag: MessageTag, from thread: Ref<Thread>
  ) throws(SyscallError) {
    if let client = target.client {
      if client.object.flags.contains(.faulting) {
        client.object.server = nil
        settleFault(of: client, isResolved: tag.result == .ok)
      } else {
        try deliver(tag, from: thread, to: client, badge: 0, mayGrant: target.mayGrant)
        client.object.server = nil
        client.object.state = .ready
        settleWait(client)
      }
    }
    if let slot = target.slot { return delete(slot) }
    thread.object.client = nil
    thread.object.flags.remove(.lapsed)
    let priority = thread.deservedPriority
    // The thread runs, so it stands in no queue that its priority orders.
    thread.object.priority = priority
  }
}
