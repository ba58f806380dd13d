// Who runs next: priorities, turns, and what happens to threads that go away.

import CapABI
import KernelCore
import KernelMachine
import KernelSimulation
import Testing

@Suite struct SchedulerTests {
  @Test func `the highest priority runs, whoever came first`() throws {
    let world = try World()
    let low = try world.startThread(priority: 3)
    let high = try world.startThread(priority: 200)
    #expect(world.reschedule() == high)
    world.state.objects.stop(high)
    #expect(world.reschedule() == low)
    world.expectSound()
  }

  @Test func `a processor without ready threads idles`() throws {
    let world = try World()
    let thread = try world.startThread()
    world.reschedule()
    world.state.objects.stop(thread)
    #expect(world.reschedule() == nil)
    #expect(world.cpu.object.isIdle)
    world.expectSound()
  }

  @Test(arguments: [0, 63, 64, 127, 128, 255] as [UInt8])
  func `every priority is found`(priority: UInt8) throws {
    let world = try World()
    let thread = try world.startThread(priority: priority)
    #expect(world.cpu.object.ready.top == Int(priority))
    #expect(world.reschedule() == thread)
    #expect(world.cpu.object.ready.isEmpty)
    world.expectSound()
  }

  @Test func `equals take turns of one quantum`() throws {
    let world = try World()
    let threads = try (0..<3).map { _ in try world.startThread() }
    world.reschedule()
    var seen: [Ref<Thread>] = []
    for _ in 0..<6 {
      seen.append(try #require(world.cpu.object.current))
      world.pass(Processor.quantum)
    }
    #expect(seen == threads + threads)
    world.expectSound()
  }

  @Test func `nobody takes a turn while its equal's lasts`() throws {
    let world = try World()
    let first = try world.startThread()
    _ = try world.startThread()
    world.reschedule()
    world.pass(Processor.quantum - 1)
    #expect(world.cpu.object.current == first)
  }

  @Test func `a thread that gives way to a more urgent one keeps the rest of its turn`() throws {
    let world = try World()
    let first = try world.startThread()
    let second = try world.startThread()
    world.reschedule()
    world.pass(Processor.quantum / 2)
    let urgent = try world.startThread(priority: 200)
    #expect(world.reschedule() == urgent)
    world.pass(Processor.quantum * 3)
    world.state.objects.stop(urgent)
    #expect(world.reschedule() == first)
    world.pass(Processor.quantum / 2 - 1)
    #expect(world.cpu.object.current == first)
    world.pass(1)
    #expect(world.cpu.object.current == second)
    world.expectSound()
  }

  @Test func `YIELD passes the turn to an equal and not to a lower thread`() throws {
    let world = try World()
    let first = try world.startThread()
    let second = try world.startThread()
    _ = try world.startThread(priority: 1)
    world.reschedule()
    world.call(.yield)
    #expect(world.cpu.object.current == second)
    world.call(.yield)
    #expect(world.cpu.object.current == first)
    #expect(first.status == .ok)
    world.expectSound()
  }

  @Test func `a new priority counts at once, on the processor and in its queue`() throws {
    let world = try World()
    let first = try world.startThread(priority: 10)
    let second = try world.startThread(priority: 20)
    world.reschedule()
    world.state.objects.setPriority(first, to: 30)
    #expect(world.reschedule() == first)
    world.state.objects.setPriority(first, to: 5)
    #expect(world.reschedule() == second)
    world.expectSound()
  }

  @Test func `YIELD without equals goes on`() throws {
    let world = try World()
    let thread = try world.startThread()
    world.reschedule()
    #expect(world.call(.yield) == .ok)
    #expect(world.cpu.object.current == thread)
  }

  @Test func `no timer runs while nothing else is ready`() throws {
    let world = try World()
    _ = try world.startThread()
    world.reschedule()
    #expect(world.devices.timer == .max)
    _ = try world.startThread(priority: 1)
    world.reschedule()
    #expect(world.devices.timer == Processor.quantum)
  }

  @Test(arguments: [0, 0x3F, 0x4D, .max] as [UInt64])
  func `an unknown number is unsupported`(number: UInt64) throws {
    let world = try World()
    let thread = try world.startThread()
    world.reschedule()
    thread.object.context.rax = number
    world.enter { $0.systemCall(on: world.cpu) }
    #expect(thread.status == .unsupported)
  }

  @Test func `time is charged to the process that ran`() throws {
    let world = try World()
    let thread = try world.startThread()
    world.reschedule()
    world.pass(1000)
    world.state.objects.stop(thread)
    world.reschedule()
    #expect(world.root.object.counters.processorTime == 1000)
    world.pass(500)
    #expect(world.start(thread))
    world.reschedule()
    world.pass(30)
    world.state.objects.stop(thread)
    world.reschedule()
    #expect(world.root.object.counters.processorTime == 1030)
  }

  @Test func `a killed process runs no more, and nothing of it is left`() throws {
    let world = try World()
    try world.createProcess(into: 5)
    let child = try #require(world.process(5))
    let running = try world.startThread(priority: 50, of: child)
    _ = try world.startThread(priority: 50, of: child)
    #expect(world.reschedule() == running)
    try world.kill(5)
    #expect(world.reschedule() == nil)
    #expect(world.state.objects.isSettled)
    #expect(child.object.state == .dead)
    world.expectSound()
  }

  @Test func `a thread of a dying process cannot be started`() throws {
    let world = try World()
    try world.createProcess(into: 5)
    let child = try #require(world.process(5))
    let thread = try world.makeThread(of: child)
    try world.kill(5)
    #expect(!world.start(thread))
    world.reschedule()
    world.expectSound()
  }

  @Test func `a running thread is not started again`() throws {
    let world = try World()
    let thread = try world.startThread()
    #expect(!world.start(thread))
  }

  @Test func `work waits for threads that are more urgent than its cause`() throws {
    let world = try World()
    try world.createProcess(into: 5)
    let killer = try world.startThread(priority: 10)
    world.reschedule()
    let urgent = try world.startThread(priority: 20)
    try world.kill(5)
    #expect(world.reschedule() == urgent)
    #expect(!world.state.objects.isSettled)
    world.state.objects.stop(urgent)
    #expect(world.reschedule() == killer)
    #expect(world.state.objects.isSettled)
    world.expectSound()
  }

  @Test func `an interrupt breaks work off, and the next exit goes on with it`() throws {
    let world = try World()
    try world.createProcess(into: 5)
    let killer = try world.startThread()
    world.reschedule()
    try world.kill(5)
    world.devices.looksUntilInterrupt = 0
    #expect(world.reschedule() == killer)
    #expect(!world.state.objects.isSettled)
    world.reschedule()
    #expect(world.state.objects.isSettled)
  }
}

extension World {
  /// Fails the test when the audit finds anything wrong.
  func expectSound(_ location: SourceLocation = #_sourceLocation) {
    let problems = Audit(self).problems
    #expect(problems.isEmpty, "\(problems.prefix(3))", sourceLocation: location)
  }
}
