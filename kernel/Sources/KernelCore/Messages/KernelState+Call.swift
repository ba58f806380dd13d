// CALL and NOTIFY: sending to an endpoint or a notification. docs/reference/syscalls.md.

import CapABI
import KernelMachine

/// How long a thread is ready to wait.
struct WaitTerms {
  /// Not at all.
  let doNotWait: Bool
  /// Until the deadline in the thread.
  let isTimed: Bool
}

extension KernelState {
  /// CALL: slot in rdi, tag in rsi, words in rdx, r10, r8, r9.
  mutating func call(_ thread: Ref<Thread>, on cpu: Ref<Processor>) throws(SyscallError) {
    guard let tag = MessageTag(validating: thread.object.context.rsi) else {
      throw .invalidArgument
    }
    let slot = try sendSlot(of: thread)
    let endpoint = try slot.holding(Endpoint.self, with: .send)
    guard endpoint.object.family == .generic else {
      guard tag.flags == .none, tag.capabilityCount == 0 else { throw .invalidArgument }
      return callKernel(tag, through: slot, to: endpoint.object.family, from: thread)
    }
    let mayGrant = slot.object.rights.contains(.grant)
    try objects.checkExtras(of: tag, from: thread, mayGrant: mayGrant)
    let terms = try prepareWait(tag.flags, of: thread)
    guard let receiver = endpoint.object.receivers.first else {
      guard !terms.doNotWait else {
        objects.settleWait(thread)
        throw .retry
      }
      return enqueue(thread, at: endpoint, slot.object.badge, mayGrant: mayGrant, terms)
    }
    do throws(SyscallError) {
      try objects.deliver(
        tag, from: thread, to: receiver, badge: slot.object.badge, mayGrant: mayGrant)
    } catch {
      objects.settleWait(thread)
      throw error
    }
    objects.block(thread, as: .awaitingReply)
    startDeadline(of: thread, terms)
    objects.receiveCall(of: thread, by: receiver, at: endpoint)
    objects.resume(receiver, on: cpu)
  }

  /// Queues a caller that nobody receives.
  private mutating func enqueue(
    _ thread: Ref<Thread>, at endpoint: Ref<Endpoint>, _ badge: UInt64, mayGrant: Bool,
    _ terms: WaitTerms
  ) {
    objects.block(thread, as: .calling)
    startDeadline(of: thread, terms)
    objects.enqueue(thread, callingAt: endpoint, badge: badge, mayGrant: mayGrant)
  }

  /// The occupied slot that a thread sends through.
  @inline(__always)
  mutating func sendSlot(of thread: Ref<Thread>) throws(SyscallError) -> Ref<Slot> {
    try objects.occupied(
      CapSlot(register: thread.object.context.rdi), in: thread.object.cspace, .whole)
  }

  /// A CALL without flags and capabilities that the kernel answers itself.
  ///
  /// The status register says whether the call was one; how the operation ended stands in the
  /// label.
  mutating func callKernel(
    _ tag: MessageTag, through slot: Ref<Slot>, to family: EndpointKind, from thread: Ref<Thread>
  ) {
    thread.object.process.object.counters.messages &+= 1
    let words = thread.object.context
    guard let operation = ControlOperation(rawValue: tag.label) else {
      return thread.object.reply(.unsupported)
    }
    let request = ControlRequest(
      operation: operation, badge: slot.object.badge, length: tag.length, word0: words.rdx,
      word1: words.r10, word2: words.r8, word3: words.r9)
    do throws(SyscallError) {
      switch operation {
      case .mapFrame, .unmapFrame, .resolveFault:
        guard try mapping(family, request, from: thread) == .done else {
          return thread.object.repeatCall()
        }
        return thread.object.reply(.ok)
      default: break
      }
      switch try control(family, request, from: thread) {
      case .reply(let reply): thread.object.reply(.ok, reply)
      case .preempted: thread.object.repeatCall()
      case .consumed: break
      }
    } catch {
      thread.object.reply(error.code)
    }
  }

  // MARK: Waiting

  /// Reads from the thread's buffer how long it waits and where capabilities may land.
  ///
  /// - Throws: `noBuffer`; what `reserveSlots` throws. Nothing is reserved then.
  @inline(__always)
  mutating func prepareWait(
    _ flags: MessageFlags, of thread: Ref<Thread>
  ) throws(SyscallError) -> WaitTerms {
    guard !flags.isEmpty else { return WaitTerms(doNotWait: false, isTimed: false) }
    if flags.contains(.deadline) {
      guard let buffer = objects.bufferWords(of: thread) else { throw .noBuffer }
      thread.object.deadline = buffer[IPCBuffer.deadlineOffset / 8].object
    }
    if flags.contains(.receiveSlots) { try objects.reserveSlots(for: thread) }
    return WaitTerms(
      doNotWait: flags.contains(.doNotWait), isTimed: flags.contains(.deadline))
  }

  /// Arms the deadline of a thread that has begun to wait.
  @inline(__always) mutating func startDeadline(of thread: Ref<Thread>, _ terms: WaitTerms) {
    guard terms.isTimed else { return }
    objects.armTimer(thread, now: M.now())
  }

  // MARK: NOTIFY

  /// NOTIFY: slot in rdi, tag in rsi, words in rdx, r10, r8, r9.
  mutating func notify(_ thread: Ref<Thread>, on cpu: Ref<Processor>) throws(SyscallError) {
    let slot = try sendSlot(of: thread)
    guard slot.object.type == .endpoint else {
      let notification = try slot.holding(Notification.self, with: .send)
      thread.object.finish(.ok)
      thread.object.process.object.counters.messages &+= 1
      return objects.signal(notification, slot.object.badge)
    }
    guard let tag = MessageTag(validating: thread.object.context.rsi, allowing: .none) else {
      throw .invalidArgument
    }
    let endpoint = try slot.holding(Endpoint.self, with: .send)
    guard endpoint.object.family == .generic else { throw .unsupported }
    let mayGrant = slot.object.rights.contains(.grant)
    try objects.checkExtras(of: tag, from: thread, mayGrant: mayGrant)
    guard let receiver = endpoint.object.receivers.first else {
      return try objects.enqueue(thread, in: endpoint, badge: slot.object.badge, tag)
    }
    try objects.deliver(
      tag, from: thread, to: receiver, badge: slot.object.badge, flags: .oneWay,
      mayGrant: mayGrant)
    thread.object.finish(.ok)
    endpoint.object.receivers.remove(receiver)
    objects.settleWait(receiver)
    objects.makeReady(receiver)
  }
}

extension Thread {
  /// The registers after a CALL that the kernel answered.
  mutating func reply(_ result: ResultCode, _ reply: ControlReply = ControlReply()) {
    context.rax = 0
    context.rdi = 0
    context.rsi = MessageTag(label: result.rawValue, length: reply.length).rawValue
    context.rdx = reply.word0
    context.r10 = reply.word1
    context.r8 = reply.word2
    context.r9 = reply.word3
  }
}

extension ObjectSpace {
  /// Lets a thread go on whose wait is over: at once, in place of one that has just blocked, unless
  /// somebody more urgent is ready.
  @inline(__always) mutating func resume(_ thread: Ref<Thread>, on cpu: Ref<Processor>) {
    let isUrgent = cpu.object.ready.top <= Int(thread.object.priority)
    guard cpu.object.current == nil, thread.object.processor == cpu, isUrgent else {
      return makeReady(thread)
    }
    thread.object.state = .ready
    cpu.object.current = thread
  }

  /// Makes a receiver that got a call owe its caller a reply; it inherits the caller's urgency.
  @inline(__always)
  mutating func receiveCall(
    of client: Ref<Thread>, by receiver: Ref<Thread>, at endpoint: Ref<Endpoint>
  ) {
    endpoint.object.receivers.remove(receiver)
    settleWait(receiver)
    owe(client, by: receiver, at: endpoint)
  }

  /// Links a caller and the thread that owes it a reply.
  @inline(__always)
  mutating func owe(_ client: Ref<Thread>, by receiver: Ref<Thread>, at endpoint: Ref<Endpoint>) {
    client.object.server = receiver
    receiver.object.client = client
    receiver.object.clientEndpoint = endpoint.object.header.id
    if receiver.object.priority < client.object.priority {
      receiver.object.priority = client.object.priority
    }
  }

  /// Puts a blocked thread into the queue of an endpoint.
  mutating func enqueue(
    _ thread: Ref<Thread>, callingAt endpoint: Ref<Endpoint>, badge: UInt64, mayGrant: Bool
  ) {
    thread.object.place = endpoint.header
    thread.object.badge = badge
    thread.object.mayGrant = mayGrant
    endpoint.object.callers.insert(thread)
    if let server = endpoint.object.server { review(server) }
  }

  /// Puts a one-way message on the ring of an endpoint.
  ///
  /// - Throws: `retry` when the ring is full, or the message is more than its words.
  mutating func enqueue(
    _ thread: Ref<Thread>, in endpoint: Ref<Endpoint>, badge: UInt64, _ tag: MessageTag
  ) throws(SyscallError) {
    guard !tag.hasExtras, let entry = endpoint.object.ring?.object.append(in: frames) else {
      throw .retry
    }
    entry.object = RingEntry(badge: badge, thread.object.context)
    thread.object.process.object.counters.messages &+= 1
    thread.object.finish(.ok)
  }

  /// Sets bits of a notification and wakes the thread that waits for them, if there is one.
  package mutating func signal(_ notification: Ref<Notification>, _ bits: UInt64) {
    guard bits != 0 else { return }
    notification.object.bits |= bits
    if let waiter = notification.object.waiters.first {
      notification.object.waiters.remove(waiter)
      return wake(waiter, for: notification)
    }
    guard let thread = notification.object.bound else { return }
    guard thread.object.state == .receiving, let endpoint = thread.endpoint else {
      return thread.object.flags.insert(.signalled)
    }
    endpoint.object.receivers.remove(thread)
    wake(thread, for: notification)
  }

  private mutating func wake(_ thread: Ref<Thread>, for notification: Ref<Notification>) {
    settleWait(thread)
    thread.accept(signals: notification.object.take())
    makeReady(thread)
  }
}
