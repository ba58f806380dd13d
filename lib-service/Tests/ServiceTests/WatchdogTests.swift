// Signs of life by time and by number of messages.

import CapABI
import IPC
import Service
import ServiceTesting
import Sys
import Testing

private struct Nothing: Server {
  mutating func answer<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    throw .notFound
  }
}

struct WatchdogTests {
  let kernel = TestKernel()

  private func run(_ watchdog: Watchdog?) {
    var loop = ServerLoop(on: StartupSlot.endpoint, watchdog: watchdog)
    var server = Nothing()
    var system = kernel.system
    #expect(loop.run(&server, &system) == .peerDied)
  }

  @Test func `no watchdog, no sign and no deadline`() {
    #expect(Watchdog(supervisor: StartupSlot.supervisor, milliseconds: 0, start: 0) == nil)
    kernel.arriveTime()
    run(nil)
    #expect(kernel.notified.isEmpty)
    #expect(kernel.waits == [nil, nil])
  }

  @Test func `a sign at each half of the interval`() {
    kernel.arriveTime()
    kernel.arriveTime()
    run(Watchdog(supervisor: StartupSlot.supervisor, milliseconds: 10, start: 1_000))
    #expect(kernel.waits == [5_001_000, 10_001_000, 15_001_000])
    #expect(kernel.notified.map(\.message.tag.label) == [0x409, 0x409])
    #expect(kernel.notified.allSatisfy { $0.slot == StartupSlot.supervisor })
  }

  @Test func `a sign for every 64 messages, however busy`() {
    for _ in 0..<130 {
      kernel.arrive(TestMessage(MessageTag(label: 1)), badge: Badge(rawValue: 1))
    }
    run(Watchdog(supervisor: StartupSlot.supervisor, milliseconds: 10, start: 0))
    #expect(kernel.notified.count == 2)
    #expect(kernel.replies.count == 130)
  }
}
