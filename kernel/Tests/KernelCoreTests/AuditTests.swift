// What audits tell: processes by id, their capabilities, their counters; and the event trace.

import CapABI
import KernelCore
import KernelMachine
import Testing

struct AuditTests {
  private func ids(_ world: World) throws -> [UInt64] {
    var ids: [UInt64] = []
    while let next = try? world.call(.auditProcesses, through: .audit, (ids.last ?? 0) + 1) {
      ids.append(next.word0)
    }
    return ids
  }

  @Test func `processes are listed in the order of their ids, whoever comes and goes`() throws {
    let world = try World(frames: 4096)
    var expected: [UInt64: UInt32] = [world.root.object.header.id: 0]
    var random = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      let slot = UInt32.random(in: 100..<140, using: &random)
      if let process = world.process(slot) {
        expected[process.object.header.id] = nil
        try world.drop(slot)
        world.settle()
      } else {
        try world.createProcess(order: 3, slotCount: 64, into: slot)
        let process = try #require(world.process(slot))
        expected[process.object.header.id] = slot
      }
      #expect(try ids(world) == expected.keys.sorted())
    }
    for id in expected.keys { #expect(world.state.objects.processes.process(id) != nil) }
    #expect(world.state.objects.processes.process(0) == nil)
    #expect(world.state.objects.processes.process(.max) == nil)
    expectSound(world)
  }

  @Test func `a process is described by id, state, filter, slots and threads`() throws {
    let world = try World()
    try world.createProcess(order: 5, slotCount: 256, into: 4)
    let process = try #require(world.process(4))
    let id = process.object.header.id
    process.object.syscallFilter = SyscallFilter(.yield)
    try world.call(.createThread, through: .objects, World.pair(4, 5))
    let reply = try world.call(.auditProcesses, id)
    #expect(reply.word0 == id)
    #expect(reply.word1 == UInt64(SyscallFilter(.yield).rawValue) << 32)
    #expect(reply.word2 == 256 && reply.word3 == 2)
    #expect(throws: SyscallError.notFound) { try world.call(.auditProcesses, id + 1) }
    try world.kill(4)
    world.settle()
    let dead = try world.call(.auditProcesses, id)
    #expect(dead.word1 & 0xFF == UInt64(ProcessState.dead.rawValue))
    #expect(dead.word2 == 0 && dead.word3 == 0)
    expectSound(world)
  }

  /// The first capability from a slot on, however often the call has to be executed.
  private func slots(_ world: World, _ id: UInt64, _ first: UInt64) throws -> ControlReply {
    let thread = try #require(world.root.object.firstThread)
    thread.object.context.r10 = first
    while true {
      let outcome = try world.outcome(.auditSlots, id, thread.object.context.r10)
      if case .reply(let reply) = outcome { return reply }
    }
  }

  @Test func `the capabilities of a process are listed slot by slot`() throws {
    let world = try World()
    try world.createProcess(order: 5, slotCount: 1 << 20, into: 4)
    let child = try #require(world.process(4))
    let cspace = try #require(child.object.cspace)
    let id = child.object.header.id
    try world.create(.endpoint(.irq), in: 7, by: cspace)
    try world.copy(7, to: 900_000, rights: Rights.send.rawValue, badge: 5, by: cspace)
    try world.create(.notification, in: 70, by: cspace)
    #expect(try slots(world, id, 0).word0 & 0xFFFF_FFFF == 7)
    #expect(try slots(world, id, 8).word0 & 0xFFFF_FFFF == 70)
    let last = try slots(world, id, 71)
    #expect(last.word0 == 900_000 | UInt64(CapabilityType.endpoint.rawValue) << 32)
    let family = UInt64(EndpointKind.irq.rawValue) << 32
    #expect(last.word1 == UInt64(Rights.send.rawValue) | family)
    #expect(last.word2 == 5)
    #expect(last.word3 == world.slot(7, in: cspace)?.object.object?.object.id)
    #expect(throws: SyscallError.notFound) { try slots(world, id, 900_001) }
    #expect(throws: SyscallError.notFound) { try slots(world, id, 1 << 20) }
    #expect(throws: SyscallError.notFound) { try slots(world, 999_999, 0) }
    #expect(throws: SyscallError.invalidArgument) { try world.call(.auditSlots, id, 1 << 32) }
    try world.kill(4)
    world.settle()
    #expect(throws: SyscallError.notFound) { try slots(world, id, 0) }
  }

  @Test func `counters of a process are read by id`() throws {
    let world = try World()
    world.root.object.counters.processorTime = 12345
    world.root.object.counters.messages = 7
    world.root.object.counters.faults = 2
    let reply = try world.call(.auditCounters, through: .audit, world.root.object.header.id)
    #expect(reply.word0 == 12345 && reply.word1 == 7 && reply.word2 == 2)
    let pool = try #require(world.root.object.pool)
    #expect(reply.word3 == pool.object.totalBytes - pool.object.freeBytes)
    #expect(throws: SyscallError.notFound) { try world.call(.auditCounters, 1 << 40) }
  }

  @Test func `the trace records the kinds asked for and is read behind a cursor`() throws {
    let world = try World()
    let isPrepared = world.state.prepare(Platform())
    #expect(isPrepared)
    #expect(try world.call(.traceRead, through: .trace, 0, 1).length == 8)
    let interrupts = TraceKind.interrupt.bit
    #expect(try world.call(.traceControl, through: .trace, interrupts).word0 == 0)
    world.enter { $0.interrupt(line: 5, on: world.cpu) }
    #expect(world.state.trace.end == 1)
    #expect(throws: SyscallError.noBuffer) { try world.call(.traceRead, 0, 1) }
    #expect(try world.call(.traceControl, 0).word0 == interrupts)
    world.enter { $0.interrupt(line: 5, on: world.cpu) }
    #expect(world.state.trace.end == 1)
    #expect(try world.call(.traceRead, 1, 31).word0 == 1)
    #expect(throws: SyscallError.invalidArgument) { try world.call(.traceRead, 2, 1) }
    #expect(throws: SyscallError.invalidArgument) { try world.call(.traceRead, 0, 0) }
    #expect(throws: SyscallError.invalidArgument) { try world.call(.traceRead, 0, 32) }
    #expect(throws: SyscallError.invalidArgument) { try world.call(.traceControl, 1 << 4) }
    try world.call(.traceControl, interrupts)
    for _ in 0..<TraceRing.capacity + 5 { world.enter { $0.interrupt(line: 5, on: world.cpu) } }
    #expect(world.state.trace.start == 6)
  }
}
