// READY: once, when the service says that it serves, and again and again while it is not taken.

import CapABI
import IPC
import Service
import ServiceTesting
import Sys
import Testing

/// Serves once it got its first request.
private struct Told: Server {
  var isReady: Bool { count > 0 }
  var count = 0

  mutating func answer<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    count += 1
    throw .notFound
  }
}

struct ReadinessTests {
  let kernel = TestKernel()

  private func run(_ server: inout Told) {
    var loop = ServerLoop(on: StartupSlot.endpoint, supervisor: StartupSlot.supervisor)
    var system = kernel.system
    #expect(loop.run(&server, &system) == .peerDied)
  }

  @Test func `a service that serves from the start reports before it waits`() {
    var server = Told(count: 1)
    run(&server)
    #expect(kernel.notified.map(\.message.tag.label) == [0x407])
    #expect(kernel.notified.first?.message.body.allSatisfy { $0 == 0 } == true)
    #expect(kernel.notified.first?.slot == StartupSlot.supervisor)
  }

  @Test func `a service that is told what to serve reports once, when it was told`() {
    var server = Told()
    run(&server)
    #expect(kernel.notified.isEmpty)
    for _ in 0..<3 { kernel.arrive(TestMessage(MessageTag(label: 1)), badge: Badge(rawValue: 1)) }
    run(&server)
    #expect(kernel.notified.map(\.message.tag.label) == [0x407])
    #expect(kernel.replies.map(\.message.tag.result) == [.notFound, .notFound, .notFound])
  }
}
