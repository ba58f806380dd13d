// How waits of threads begin and end in the model, and how urgent threads are.

import CapABI
import IPC
import KernelCore
import KernelSimulation

extension Model {
  // MARK: Queues

  /// The next thread of a queue: the most urgent, and of those the one that came first.
  ///
  /// Where several came at once, the kernel may choose; the one with the highest `rank` is the one
  /// that it took.
  func first(of queue: [ModelThread], rank: (ModelThread) -> Int) -> ModelThread? {
    guard let top = queue.map(\.effective).max() else { return nil }
    let urgent = queue.filter { $0.effective == top }
    let arrival = urgent.map(\.arrival).min()
    let earliest = urgent.filter { $0.arrival == arrival }
    return earliest.count > 1 ? earliest.max { rank($0) < rank($1) } : earliest.first
  }

  /// The same, for when a condition tells.
  func first(of queue: [ModelThread], isChosen: (ModelThread) -> Bool) -> ModelThread? {
    first(of: queue) { isChosen($0) ? 1 : 0 }
  }

  /// Puts a thread that was running into a queue.
  func begin(
    _ thread: ModelThread, _ state: ThreadState, at place: ModelObject?, _ terms: ModelTerms
  ) {
    thread.state = state
    thread.place = place
    thread.deadline = terms.deadline
    thread.receiveSlots = terms.slots
    thread.comesBack = nil
    thread.arrival = nextArrival
    nextArrival += 1
    switch state {
    case .calling: place?.meeting?.callers.append(thread)
    case .receiving: place?.meeting?.receivers.append(thread)
    case .stopped, .ready, .awaitingReply: break
    }
  }

  /// Takes a thread out of whatever it waits for; whoever owed it a reply owes it no more.
  func leaveWait(_ thread: ModelThread) {
    let meeting = thread.place?.meeting
    switch thread.state {
    case .calling: meeting?.callers.removeAll { $0 === thread }
    case .receiving: meeting?.receivers.removeAll { $0 === thread }
    case .awaitingReply:
      thread.server?.isLapsed = true
      thread.server?.client = nil
      thread.server = nil
    case .stopped, .ready: break
    }
    thread.deadline = nil
    thread.receiveSlots = []
  }

  /// Ends a wait without what it was for.
  func endWait(_ thread: ModelThread, with code: ResultCode) {
    leaveWait(thread)
    guard thread.fault == nil else { return passFaultOn(thread) }
    goOn(thread, .status(code))
  }

  /// Lets a thread go on, that is out of every queue.
  func goOn(_ thread: ModelThread, _ result: ModelReturn?) {
    thread.state = .ready
    thread.comesBack = result
  }

  /// Ends the wait of the client that a thread owes a reply.
  func abandonClient(of thread: ModelThread, with code: ResultCode) {
    if let client = thread.client { endWait(client, with: code) }
    thread.client = nil
    thread.isLapsed = false
  }

  /// Ends the waits whose deadline has passed.
  func expire(at time: UInt64) {
    for thread in threads.values {
      if let deadline = thread.deadline, deadline <= time { endWait(thread, with: .timedOut) }
    }
  }

  // MARK: Ends

  func stop(_ thread: ModelThread, with code: ResultCode = .abandoned) {
    leaveWait(thread)
    thread.fault = nil
    thread.hasBeenPaged = false
    thread.state = .stopped
    abandonClient(of: thread, with: code)
  }

  /// Stops a thread for good.
  func retire(_ thread: ModelThread) {
    stop(thread, with: .peerDied)
    unbind(thread)
    thread.serves?.meeting?.server = nil
    thread.serves = nil
  }

  func unbind(_ thread: ModelThread) {
    thread.bound?.meeting?.bound = nil
    thread.bound = nil
  }

  /// Ends everything that waits at an endpoint or notification that is going.
  func close(_ meeting: ModelMeeting) {
    for queue in [meeting.callers, meeting.receivers] {
      for thread in queue where thread.place?.meeting === meeting {
        endWait(thread, with: .peerDied)
      }
    }
    meeting.server?.serves = nil
    if let bound = meeting.bound { unbind(bound) }
  }

  // MARK: Signals

  func signal(_ notification: ModelObject, _ bits: UInt64, isChosen: (ModelThread) -> Bool) {
    guard bits != 0, let meeting = notification.meeting else { return }
    meeting.bits |= bits
    if let waiter = first(of: meeting.receivers, isChosen: isChosen) {
      return wake(waiter, meeting)
    }
    guard let bound = meeting.bound, bound.state == .receiving, bound.place?.kind == .endpoint
    else { return }
    wake(bound, meeting)
  }

  private func wake(_ thread: ModelThread, _ meeting: ModelMeeting) {
    leaveWait(thread)
    goOn(thread, .message(takeSignals(meeting)))
  }

  /// The message that a notification's bits arrive as.
  func takeSignals(_ meeting: ModelMeeting) -> ModelMessage {
    defer { meeting.bits = 0 }
    let tag = MessageTag(label: 0, length: 8, flags: .notified).rawValue
    return ModelMessage(tag: tag, words: [meeting.bits, 0, 0, 0])
  }

  // MARK: Faults

  /// A thread's exception, which begins its way from the pager to the fault endpoint.
  func raise(_ kind: FaultKind, by thread: ModelThread) {
    thread.state = .stopped
    thread.fault = kind
    if kind == .page, report(thread, to: thread.pager) { return }
    passFaultOn(thread)
  }

  /// Nobody resolved a fault where it was: it goes on to the fault endpoint, or stops the thread.
  func passFaultOn(_ thread: ModelThread) {
    if !thread.hasBeenPaged {
      thread.hasBeenPaged = true
      if report(thread, to: thread.handler) { return }
    }
    thread.fault = nil
    thread.hasBeenPaged = false
    thread.state = .stopped
    let hidden = capabilities[.childNotification(process: thread.process.id)]
    if let hidden { signal(hidden.object, hidden.badge) { $0.twin?.object.state == .ready } }
  }

  private func report(_ thread: ModelThread, to slot: UInt32) -> Bool {
    guard let found = try? occupied(slot, thread.process), found.type == .endpoint,
      found.rights.contains(.send), let meeting = found.object.meeting
    else { return false }
    let length: UInt16 = thread.hasBeenPaged ? 168 : 32
    let tag = MessageTag(
      label: thread.fault?.rawValue ?? 0, length: length, flags: .fromKernel)
    thread.message = ModelMessage(
      badge: found.badge, tag: tag.rawValue, words: [nil, nil, nil, nil])
    let receiver = first(of: meeting.receivers) { thread.twin?.object.server == $0.twin }
    guard let receiver else {
      begin(thread, .calling, at: found.object, ModelTerms())
      return true
    }
    guard (try? receiveFault(of: thread, by: receiver)) != nil else { return false }
    thread.state = .awaitingReply
    leaveWait(receiver)
    owe(thread, by: receiver, at: found.object)
    goOn(receiver, receiver.comesBack)
    return true
  }

  /// Puts a fault into the registers of a receiver; a report also needs a buffer.
  func receiveFault(of thread: ModelThread, by receiver: ModelThread) throws(SyscallError) {
    if thread.hasBeenPaged, buffer(of: receiver) == nil { throw .noBuffer }
    receiver.comesBack = .message(thread.message)
  }

  func owe(_ client: ModelThread, by server: ModelThread, at endpoint: ModelObject) {
    client.server = server
    server.client = client
    server.clientEndpoint = endpoint.id
  }

  // MARK: RESOLVE_FAULT without a frame

  func resolve(_ slot: UInt32, by thread: ModelThread) throws(SyscallError) {
    let reply = slot == 0 ? nil : try occupied(slot, thread.process, .window)
    if let reply, reply.type != .reply { throw .wrongType }
    let client = reply.map { savedCaller($0) } ?? thread.client
    guard let client, client.fault != nil else { throw .wrongState }
    let target = ModelTarget(client: client, reply: reply, mayGrant: false)
    try answer(target, ModelMessage(), from: thread)
  }

  // MARK: Priorities

  /// Makes every thread as urgent as the least that the rules allow.
  ///
  /// Whoever changes its priority in a queue comes behind those who have it.
  func settlePriorities() {
    for thread in threads.values { thread.deserved = thread.base }
    var hasChanged = true
    while hasChanged {
      hasChanged = false
      for thread in threads.values {
        var priority = thread.deserved
        for donor in thread.donors { priority = max(priority, donor.deserved) }
        guard priority != thread.deserved else { continue }
        thread.deserved = priority
        hasChanged = true
      }
    }
    for thread in threads.values where thread.deserved != thread.effective {
      thread.effective = thread.deserved
      thread.arrival = nextArrival
    }
    nextArrival += 1
  }

  /// Whether what a thread inherits comes round to where it comes from.
  ///
  /// Such threads wait for each other. The rules do not say how a priority leaves the circle.
  func inheritsInCircles(_ thread: ModelThread) -> Bool {
    var above: [ModelThread] = [thread]
    var seen: Set<ObjectIdentifier> = []
    while let next = above.popLast() {
      guard seen.insert(ObjectIdentifier(next)).inserted else { return true }
      above += next.donors
    }
    return false
  }
}

extension ModelThread {
  /// Whose urgency it inherits.
  var donors: [ModelThread] {
    let serving = serves?.meeting?.callers ?? []
    guard let client else { return serving }
    return serving.isEmpty ? [client] : serving + [client]
  }
}
