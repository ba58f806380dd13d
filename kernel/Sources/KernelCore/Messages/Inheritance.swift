// Priority inheritance. A thread is as urgent as the most urgent of: itself, the caller whose reply
// it owes, and the callers that wait at the endpoint it serves. When that changes, those it waits
// for are looked at again, one bounded step each, until nothing changes.

import CapABI
import KernelMachine

extension ObjectSpace {
  /// Puts a thread on the list of those whose priority may have changed.
  mutating func review(_ thread: Ref<Thread>) {
    guard !thread.object.flags.contains(.inReview) else { return }
    thread.object.flags.insert(.inReview)
    thread.object.nextReview = reviews
    reviews = thread
    hasNewWork = true
  }

  /// Looks at one thread's priority.
  ///
  /// Termination: a thread is put on the list again only when its priority changes. Along a chain
  /// or a cycle of calls priorities only rise towards that of the most urgent member, or, when it
  /// has gone, fall once each.
  mutating func reviewStep() {
    guard let thread = reviews else { return }
    reviews = thread.object.nextReview
    thread.object.nextReview = nil
    thread.object.flags.remove(.inReview)
    reassess(thread)
  }

  /// Makes a thread as urgent as it should be; whom it waits for is looked at later.
  mutating func reassess(_ thread: Ref<Thread>) {
    let priority = thread.deservedPriority
    guard priority != thread.object.priority else { return }
    setEffective(priority, of: thread)
  }

  /// Changes the priority that counts, wherever the thread stands.
  private mutating func setEffective(_ priority: UInt8, of thread: Ref<Thread>) {
    let processor = thread.object.processor
    switch thread.object.state {
    case .ready where processor.object.current != thread:
      processor.object.ready.remove(thread)
      thread.object.priority = priority
      processor.object.ready.append(thread)
    case .calling:
      guard let endpoint = thread.endpoint else { break }
      endpoint.object.callers.remove(thread)
      thread.object.priority = priority
      endpoint.object.callers.insert(thread)
      if let server = endpoint.object.server { review(server) }
    case .receiving:
      requeueReceiver(thread, with: priority)
    case .awaitingReply:
      thread.object.priority = priority
      if let server = thread.object.server { review(server) }
    case .stopped, .ready:
      thread.object.priority = priority
    }
  }

  private mutating func requeueReceiver(_ thread: Ref<Thread>, with priority: UInt8) {
    if let endpoint = thread.endpoint {
      endpoint.object.receivers.remove(thread)
      thread.object.priority = priority
      endpoint.object.receivers.insert(thread)
    } else if let notification = thread.object.place?.cast(to: Notification.self) {
      notification.object.waiters.remove(thread)
      thread.object.priority = priority
      notification.object.waiters.insert(thread)
    }
  }
}

extension Ref where Object == Thread {
  /// The priority that the thread should have.
  var deservedPriority: UInt8 {
    var priority = object.basePriority
    if let client = object.client { priority = max(priority, client.object.priority) }
    if let caller = object.serves?.object.callers.first {
      priority = max(priority, caller.object.priority)
    }
    return priority
  }
}
