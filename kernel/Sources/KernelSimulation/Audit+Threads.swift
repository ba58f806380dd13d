// The part of the audit that finds every thread in exactly the queue that its state says.

import CapABI
import KernelCore
import KernelMachine

extension Audit {
  mutating func checkThreads(on cpu: Ref<Processor>) {
    var queued: [UInt: ThreadState] = [:]
    if let current = cpu.object.current { queued[current.address] = .ready }
    checkReady(cpu.object.ready, &queued)
    for object in found.values {
      if object.object.kind == .endpoint { checkEndpoint(object.cast(to: Endpoint.self), &queued) }
      if object.object.kind == .notification {
        checkNotification(object.cast(to: Notification.self), &queued)
      }
    }
    for object in found.values where object.object.kind == .thread {
      let thread = object.cast(to: Thread.self)
      let state = thread.object.state
      let place = queued[thread.address]
      switch state {
      case .ready, .calling, .receiving:
        expect(place == state, "thread \(object.object.id) is \(state), queue says \(place as Any)")
      case .stopped, .awaitingReply:
        expect(place == nil, "thread \(object.object.id) is \(state) and in a queue")
      }
      if place == nil || thread == cpu.object.current { checkAlone(thread) }
      expect(thread.object.priority >= thread.object.basePriority, "priority below its base")
      checkLinks(of: thread)
    }
    for object in found.values where object.object.kind == .process {
      checkPeers(object.cast(to: Process.self))
    }
  }

  private mutating func checkAlone(_ thread: Ref<Thread>) {
    expect(
      thread.object.ringNext == thread && thread.object.ringPrevious == thread
        && thread.object.levelNext == nil && thread.object.levelPrevious == nil,
      "links of a thread that is in no queue")
  }

  private mutating func checkReady(_ queue: RunQueue, _ queued: inout [UInt: ThreadState]) {
    var top = -1
    for priority in 0..<256 {
      guard let first = queue.rings[priority].object.first else { continue }
      top = priority
      for thread in ring(of: first) {
        expect(Int(thread.object.priority) == priority, "thread in the ring of another priority")
        expect(queued.updateValue(.ready, forKey: thread.address) == nil, "thread queued twice")
        expect(thread.object.levelNext == nil && thread.object.levelPrevious == nil, "level links")
      }
    }
    expect(queue.top == top, "top is \(queue.top), rings say \(top)")
  }

  /// The members of a ring, whose back links are checked.
  mutating func ring(of first: Ref<Thread>) -> [Ref<Thread>] {
    var members = [first]
    var current = first
    while current.object.ringNext != first {
      let next = current.object.ringNext
      expect(next.object.ringPrevious == current, "back link of a ring")
      guard members.count < 10_000 else {
        problems.append("ring without an end")
        return members
      }
      members.append(next)
      current = next
    }
    expect(first.object.ringPrevious == current, "back link to the end of a ring")
    return members
  }

  private mutating func checkPeers(_ process: Ref<Process>) {
    var previous: Ref<Thread>?
    var current = process.object.threads
    while let thread = current {
      expect(thread.object.previousOfProcess == previous, "back link of a process's threads")
      expect(thread.object.process == process, "thread on the list of another process")
      expect(found[thread.address] != nil, "freed thread on the list of its process")
      previous = thread
      current = thread.object.nextOfProcess
    }
  }
}
