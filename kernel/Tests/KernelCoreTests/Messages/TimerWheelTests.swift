// The timing wheel by itself: order, accuracy, cancelling, the bound on steps.

import CapABI
import KernelCore
import KernelMachine
import Testing

@Suite struct TimerWheelTests {
  /// The length of a tick in nanoseconds.
  private static let tick: UInt64 = 1 << 16

  /// Threads that wait at a notification until their deadlines.
  private func wait(
    until deadlines: [UInt64], in world: World
  ) throws -> [Ref<Thread>] {
    try deadlines.map { deadline in
      let thread = try world.startThread()
      world.reschedule()
      try world.await(deadline, by: thread)
      return thread
    }
  }

  @Test(
    arguments: [
      1, 65_535, 65_536, 65_537, 64 << 16, 65 << 16, 4096 << 16, 1 << 34, 1 << 40, 1 << 50, 1 << 58,
    ] as [UInt64])
  func `a deadline ends its wait in time and never early`(deadline: UInt64) throws {
    let world = try World()
    world.devices.time = 1000
    let end = deadline + 1000
    let thread = try wait(until: [end], in: world)[0]
    var interrupts = 0
    while thread.object.state == .receiving, interrupts < 10 {
      #expect(world.devices.timer != .max)
      world.devices.time = max(world.devices.time, world.devices.timer)
      world.devices.timer = .max
      world.enter { $0.timerExpired(on: world.cpu) }
      interrupts += 1
    }
    #expect(interrupts <= 8)
    #expect(thread.status == .timedOut)
    #expect(world.devices.time >= end)
    #expect(world.devices.time < end + Self.tick)
    world.expectSound()
  }

  @Test func `deadlines end in order, whatever the order they were armed in`() throws {
    let world = try World(frames: 2048)
    var random = Generator(state: 42)
    let deadlines = (0..<60).map { _ in random.next() >> (8 + random.next() % 40) }
    let threads = try wait(until: deadlines, in: world)
    var ended: [UInt64] = []
    var pending = Array(zip(threads, deadlines))
    while !pending.isEmpty {
      world.devices.time = max(world.devices.time, world.devices.timer)
      world.devices.timer = .max
      world.enter { $0.timerExpired(on: world.cpu) }
      let now = world.devices.time
      for (thread, deadline) in pending where thread.object.state == .ready {
        #expect(deadline <= now && now < deadline + Self.tick)
        ended.append(deadline >> 16)
        // Threads that are ready together would ask for an interrupt at every end of a turn.
        world.state.objects.stop(thread)
      }
      pending.removeAll { $0.0.object.state == .stopped }
      #expect(pending.allSatisfy { $0.1 + Self.tick > now })
    }
    #expect(ended.map { $0 } == ended.sorted())
    #expect(world.cpu.object.timers.count == 0)
    world.expectSound()
  }

  @Test func `a deadline that has passed ends the wait at once`() throws {
    let world = try World()
    world.devices.time = 1 << 30
    let thread = try wait(until: [5], in: world)[0]
    #expect(world.devices.timer <= world.devices.time)
    world.pass(0)
    #expect(thread.status == .timedOut)
  }

  @Test func `a call's deadline covers the wait for its reply`() throws {
    let talk = try Conversation()
    let buffer = try talk.giveBuffer(to: talk.client)
    buffer.setDeadline(1 << 20)
    talk.listen()
    talk.call(flags: .deadline)
    #expect(talk.current == talk.server)
    talk.world.pass(1 << 20)
    #expect(talk.client.status == .timedOut)
    #expect(talk.server.object.client == nil)
    #expect(talk.reply() == .ok)
    talk.world.expectSound()
  }

  @Test func `so it does while the call is queued`() throws {
    let talk = try Conversation(serverPriority: 10)
    let buffer = try talk.giveBuffer(to: talk.client)
    buffer.setDeadline(1 << 20)
    talk.call(flags: .deadline)
    talk.world.pass(1 << 20)
    #expect(talk.client.status == .timedOut)
    #expect(talk.endpoint.object.callers.isEmpty)
    talk.world.expectSound()
  }

  @Test func `an answer in time stops the deadline`() throws {
    let talk = try Conversation()
    let buffer = try talk.giveBuffer(to: talk.client)
    buffer.setDeadline(1 << 20)
    talk.listen()
    talk.call(flags: .deadline)
    talk.reply()
    #expect(talk.world.cpu.object.timers.count == 0)
    talk.world.pass(1 << 21)
    #expect(talk.client.status == .ok)
  }

  @Test func `the last deadline is never`() throws {
    let world = try World()
    let thread = try wait(until: [.max], in: world)[0]
    world.pass(1 << 62)
    #expect(thread.object.state == .receiving)
    world.expectSound()
  }

  @Test func `a cancelled deadline does not end anything`() throws {
    let world = try World()
    let threads = try wait(until: [1 << 20, 1 << 20, 1 << 30], in: world)
    world.state.objects.stop(threads[0])
    world.state.objects.stop(threads[2])
    #expect(world.cpu.object.timers.count == 1)
    world.pass(1 << 31)
    #expect(threads[0].object.state == .stopped)
    #expect(threads[1].status == .timedOut)
    #expect(threads[2].object.state == .stopped)
    world.expectSound()
  }

  @Test func `an interrupt breaks a row of deadlines off, and the next exit goes on`() throws {
    let world = try World()
    let threads = try wait(until: [1000, 1000, 1000, 1000], in: world)
    world.devices.looksUntilInterrupt = 1
    world.devices.time = Self.tick
    world.enter { $0.timerExpired(on: world.cpu) }
    #expect(threads.filter { $0.object.state == .ready }.count == 2)
    world.reschedule()
    #expect(threads.allSatisfy { $0.object.state == .ready })
  }

  @Test func `deadlines armed while others move down are not lost`() throws {
    let world = try World()
    let late = try wait(until: [200 << 16, 201 << 16], in: world)
    world.pass(192 << 16)
    let soon = try wait(until: [193 << 16, 300 << 16], in: world)
    world.pass(2 << 16)
    #expect(soon[0].status == .timedOut)
    #expect(soon[1].object.state == .receiving)
    world.pass(10 << 16)
    #expect(late.allSatisfy { $0.status == .timedOut })
    world.pass(100 << 16)
    #expect(soon[1].status == .timedOut)
    world.expectSound()
  }
}

extension World {
  /// Makes the thread that runs wait for nothing until a deadline.
  func await(_ deadline: UInt64, by thread: Ref<Thread>) throws {
    if slot(30) == nil { try create(.notification, in: 30) }
    let buffer = try giveBuffer(to: thread)
    buffer.setDeadline(deadline)
    call(.receive, 30, MessageTag(label: 0, flags: .deadline).rawValue)
  }
}
