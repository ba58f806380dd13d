// Whom a thread serves, and how its waits end. Everything here is a fixed number of loads and
// stores, but for the at most 256 levels of a wait queue.

import CapABI
import KernelMachine

/// What makes a thread unfit for the straight path of the message calls.
package struct ThreadFlags: FlagSet {
  /// The bit pattern.
  package let rawValue: UInt8

  /// Wraps a bit pattern without checking it.
  package init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// A deadline runs.
  static let timed = ThreadFlags(rawValue: 1 << 0)
  /// The bound notification has bits.
  static let signalled = ThreadFlags(rawValue: 1 << 1)
  /// It stands for an exception of the thread rather than for a system call that it waits.
  static let faulting = ThreadFlags(rawValue: 1 << 2)
  /// Receive slots are reserved.
  static let reserving = ThreadFlags(rawValue: 1 << 3)
  /// It is on the list of those whose priority is to be looked at again.
  static let inReview = ThreadFlags(rawValue: 1 << 4)
  /// The fault has been to the pager.
  static let paged = ThreadFlags(rawValue: 1 << 5)
  /// The caller whose reply is owed is gone.
  static let lapsed = ThreadFlags(rawValue: 1 << 6)
  /// It has registers beyond the general ones, which a switch must load.
  package static let extended = ThreadFlags(rawValue: 1 << 7)
  /// Every flag there is.
  package static let all = ThreadFlags(rawValue: 0xFF)

  /// Adds flags.
  @inline(__always) mutating func insert(_ flags: ThreadFlags) {
    self = self | flags
  }

  /// Takes flags away.
  @inline(__always) mutating func remove(_ flags: ThreadFlags) {
    self = subtracting(flags)
  }
}

extension Ref where Object == Thread {
  /// The endpoint at which the thread calls or receives.
  var endpoint: Ref<Endpoint>? {
    guard let place = object.place, place.object.kind == .endpoint else { return nil }
    return place.cast(to: Endpoint.self)
  }

  /// Makes the thread owe `client` a reply, or nobody.
  @inline(__always) func owe(_ client: Ref<Thread>?) {
    object.client = client
    client?.object.server = self
  }
}

extension ObjectSpace {
  /// Puts the thread that runs into a queue, in place of the processor.
  @inline(__always) mutating func block(_ thread: Ref<Thread>, as state: ThreadState) {
    thread.object.processor.object.current = nil
    thread.object.state = state
  }

  /// Takes a thread out of whatever it waits for; its state is to be set by the caller.
  @inline(never)
  mutating func leaveWait(_ thread: Ref<Thread>) {
    switch thread.object.state {
    case .stopped, .ready: break
    case .calling:
      guard let endpoint = thread.endpoint else { break }
      endpoint.object.callers.remove(thread)
      if let server = endpoint.object.server { review(server) }
    case .receiving:
      guard let place = thread.object.place else { break }
      if place.object.kind == .endpoint {
        place.cast(to: Endpoint.self).object.receivers.remove(thread)
      } else {
        place.cast(to: Notification.self).object.waiters.remove(thread)
      }
    case .awaitingReply:
      guard let server = thread.object.server else { break }
      server.object.client = nil
      server.object.flags.insert(.lapsed)
      thread.object.server = nil
      review(server)
    }
    settleWait(thread)
  }

  /// Gives up what was prepared for a wait that is over.
  @inline(__always) mutating func settleWait(_ thread: Ref<Thread>) {
    if !(thread.object.flags & (.timed | .reserving)).isEmpty { settle(thread) }
  }

  @inline(never) private mutating func settle(_ thread: Ref<Thread>) {
    if thread.object.flags.contains(.timed) { cancelTimer(thread) }
    if thread.object.flags.contains(.reserving) { releaseSlots(of: thread) }
  }

  /// Ends a wait without the message that it was for.
  @inline(never)
  mutating func endWait(_ thread: Ref<Thread>, with result: ResultCode) {
    leaveWait(thread)
    guard !thread.object.flags.contains(.faulting) else { return passFaultOn(thread) }
    thread.object.finish(result)
    makeReady(thread)
  }

  /// Lets the caller whose reply a thread owes know that none will come.
  @inline(__always)
  mutating func abandonClient(of thread: Ref<Thread>, with result: ResultCode) {
    thread.object.flags.remove(.lapsed)
    if let client = thread.object.client { abandon(client, by: thread, with: result) }
  }

  @inline(never)
  private mutating func abandon(
    _ client: Ref<Thread>, by thread: Ref<Thread>, with result: ResultCode
  ) {
    endWait(client, with: result)
    thread.object.flags.remove(.lapsed)
  }

  /// Lets the caller of a Reply capability know that none will come, if it still waits for it.
  @inline(never)
  mutating func abandonCaller(of reply: Ref<Slot>) {
    guard let client = reply.object.savedCaller else { return }
    endWait(client, with: isTakenApart(reply) ? .peerDied : .abandoned)
  }

  /// Whether a slot goes because the CSpace that it is in does.
  private mutating func isTakenApart(_ slot: Ref<Slot>) -> Bool {
    let cspace = frames.tableOwner(frames[frames.frame(of: slot)])
    return cspace?.object.references == 0
  }

  // MARK: Bindings

  /// Makes a thread receive the signals of a notification along with its messages.
  ///
  /// - Returns: False when either has another partner.
  package mutating func bind(_ thread: Ref<Thread>, to notification: Ref<Notification>) -> Bool {
    guard thread.object.notification == nil, notification.object.bound == nil,
      notification.object.waiters.isEmpty
    else { return false }
    thread.object.notification = notification
    notification.object.bound = thread
    signal(notification, notification.object.bits)
    return true
  }

  /// Undoes `bind`.
  package mutating func unbind(_ thread: Ref<Thread>) {
    thread.object.notification?.object.bound = nil
    thread.object.notification = nil
    thread.object.flags.remove(.signalled)
  }

  /// Makes a thread the server of an endpoint, or of none.
  ///
  /// - Returns: False when the endpoint has another server.
  package mutating func serve(_ endpoint: Ref<Endpoint>?, by thread: Ref<Thread>) -> Bool {
    if let server = endpoint?.object.server, server != thread { return false }
    thread.object.serves?.object.server = nil
    thread.object.serves = endpoint
    endpoint?.object.server = thread
    review(thread)
    return true
  }
}

extension Slot {
  /// The caller that waits for the reply that this capability stands for; nil when it does no more.
  var savedCaller: Ref<Thread>? {
    guard type == .reply, let thread = object?.cast(to: Thread.self),
      thread.object.state == .awaitingReply, thread.object.server == nil,
      thread.object.replyGeneration == badge
    else { return nil }
    return thread
  }
}
