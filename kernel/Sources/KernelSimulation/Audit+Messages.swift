// The part of the audit that checks endpoints, notifications, and who waits for whom.

import CapABI
import KernelCore
import KernelMachine

extension Audit {
  mutating func checkEndpoint(_ endpoint: Ref<Endpoint>, _ queued: inout [UInt: ThreadState]) {
    let object = endpoint.object
    check(object.callers, .calling, at: endpoint.header, &queued)
    check(object.receivers, .receiving, at: endpoint.header, &queued)
    expect(object.callers.isEmpty || object.receivers.isEmpty, "callers and receivers wait")
    expect(
      object.receivers.isEmpty || object.ring?.object.isEmpty ?? true, "messages and receivers wait"
    )
    expect(object.ring.map { $0.object.count <= $0.object.capacity } ?? true, "too many messages")
    if let server = object.server {
      expect(server.object.serves == endpoint, "server that does not serve")
    }
  }

  mutating func checkNotification(
    _ notification: Ref<Notification>, _ queued: inout [UInt: ThreadState]
  ) {
    let object = notification.object
    check(object.waiters, .receiving, at: notification.header, &queued)
    expect(object.bits == 0 || object.waiters.isEmpty, "bits and waiters")
    guard let bound = object.bound else { return }
    expect(bound.object.notification == notification, "bound thread that is not bound")
    let waits = bound.object.state == .receiving && bound.object.place?.object.kind == .endpoint
    expect(object.bits == 0 || !waits, "bits and a bound thread that waits")
  }

  private mutating func check(
    _ queue: WaitQueue, _ state: ThreadState, at place: Ref<ObjectHeader>,
    _ queued: inout [UInt: ThreadState]
  ) {
    var higher: Ref<Thread>?
    var level = queue.first
    while let first = level {
      expect(first.object.levelPrevious == higher, "back link of a level")
      if let higher {
        expect(higher.object.priority > first.object.priority, "levels out of order")
      }
      for thread in ring(of: first) {
        expect(found[thread.address] != nil, "freed thread in a wait queue")
        expect(thread.object.priority == first.object.priority, "thread in another's level")
        expect(thread.object.place == place, "thread that waits elsewhere")
        expect(queued.updateValue(state, forKey: thread.address) == nil, "thread queued twice")
        guard thread != first else { continue }
        expect(
          thread.object.levelNext == nil && thread.object.levelPrevious == nil, "level links")
      }
      higher = first
      level = first.object.levelNext
    }
  }

  /// Who owes whom a reply, and what is bound, agree on both sides.
  mutating func checkLinks(of thread: Ref<Thread>) {
    let object = thread.object
    if let client = object.client {
      expect(client.object.server == thread, "client of another server")
      expect(client.object.state == .awaitingReply, "client that does not wait")
      expect(object.priority >= client.object.priority || space.hasReviews, "donation lost")
    }
    if let server = object.server {
      expect(server.object.client == thread, "server of another client")
      expect(object.state == .awaitingReply, "server of a thread that does not wait")
    }
    if object.state == .awaitingReply, object.server == nil {
      let isSaved = slots.values.contains {
        $0.object.type == .reply && $0.object.object == thread.header
          && $0.object.badge == object.replyGeneration
      }
      expect(isSaved, "a reply that nobody owes")
    }
    if let notification = object.notification {
      expect(notification.object.bound == thread, "notification bound to another")
    }
    if let endpoint = object.serves {
      expect(endpoint.object.server == thread, "endpoint served by another")
    }
  }
}
