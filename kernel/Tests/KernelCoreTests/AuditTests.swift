// What audits tell: processes by id, their capabilities, their counters; and the event trace.

import CapABI
import KernelCore
import Testing

struct AuditTests {
  private func ids(_ world: World) throws -> [UInt64] {
    var ids: [UInt64] = []
    while let next = try? world.call(.auditProcesses, through: .audit, ids.last ?? 0) {
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

  @Test func `a process is described by id, state, slots and budget`() throws {
    let world = try World()
    try world.createProcess(order: 4, slotCount: 256, into: 4)
    let id = try #require(world.process(4)).object.header.id
    let reply = try world.call(.auditProcesses, id - 1)
    #expect(reply.word0 == id && reply.word1 == UInt64(ProcessState.staged.rawValue))
    #expect(reply.word2 == 256 && reply.word3 == 16 * 4096)
    #expect(throws: SyscallError.notFound) { try world.call(.auditProcesses, id) }
    try world.kill(4)
    world.settle()
    let dead = try world.call(.auditProcesses, id - 1)
    #expect(dead.word1 == UInt64(ProcessState.dead.rawValue) && dead.word3 == 0)
  }

  @Test func `the capabilities of a process are listed slot by slot`() throws {
    let world = try World()
    try world.createProcess(order: 5, slotCount: 1 << 20, into: 4)
    let child = try #require(world.process(4))
    let cspace = try #require(child.object.cspace)
    try world.create(.endpoint(.irq), in: 7, by: cspace)
    try world.copy(7, to: 900_000, rights: Rights.send.rawValue, badge: 5, by: cspace)
    try world.create(.notification, in: 70, by: cspace)
    var found: [UInt32] = []
    var cursor: UInt64 = 0
    var calls = 0
    repeat {
      let reply = try world.call(.auditSlots, child.object.header.id, cursor)
      calls += 1
      if reply.word0 != 0 { found.append(UInt32(truncatingIfNeeded: reply.word0)) }
      if reply.word0 & 0xFFFF_FFFF == 900_000 {
        #expect(reply.word0 >> 32 & 0xFF == UInt64(CapabilityType.endpoint.rawValue))
        #expect(reply.word0 >> 40 & 0xFF == UInt64(Rights.send.rawValue))
        #expect(reply.word0 >> 48 == UInt64(EndpointKind.irq.rawValue))
        #expect(reply.word3 == 5)
        #expect(reply.word2 == world.slot(7, in: cspace)?.object.object?.object.id)
      }
      cursor = reply.word1
    } while cursor != 0
    #expect(found == [7, 70, 900_000])
    #expect(calls < 40)
    #expect(throws: SyscallError.notFound) { try world.call(.auditSlots, 999_999) }
    #expect(throws: SyscallError.invalidArgument) {
      try world.call(.auditSlots, child.object.header.id, 1 << 20)
    }
    #expect(throws: SyscallError.invalidArgument) {
      try world.call(.auditSlots, child.object.header.id, 1 << 32)
    }
    try world.kill(4)
    world.settle()
    #expect(throws: SyscallError.wrongState) {
      try world.call(.auditSlots, child.object.header.id)
    }
  }

  @Test func `counters of a process are read by id`() throws {
    let world = try World()
    world.root.object.counters.processorTime = 12345
    world.root.object.counters.messages = 7
    world.root.object.counters.faults = 2
    let reply = try world.call(.auditCounters, through: .audit, world.root.object.header.id)
    #expect(reply.word0 == 12345 && reply.word1 == 7 && reply.word3 == 2)
    let pool = try #require(world.root.object.pool)
    #expect(reply.word2 == pool.object.totalBytes - pool.object.freeBytes)
    #expect(throws: SyscallError.notFound) { try world.call(.auditCounters, 1) }
  }

  @Test func `the trace records the kinds asked for and is read behind a cursor`() throws {
    let world = try World()
    let isPrepared = world.state.prepare(Platform())
    #expect(isPrepared)
    #expect(throws: SyscallError.retry) { try world.call(.traceRead, through: .trace, 0) }
    try world.call(.traceControl, through: .trace, 1 << UInt64(TraceKind.control.rawValue))
    try world.call(.queryCap, 1)
    let event = try world.call(.traceRead, 0)
    #expect(event.word0 == 0)
    let kind = UInt64(TraceKind.control.rawValue)
    let subject = kind | world.root.object.header.id << 8
    #expect(event.word2 == subject)
    #expect(event.word3 == UInt64(ControlOperation.queryCap.rawValue))
    try world.call(.traceControl, 0)
    let end = world.state.trace.end
    try world.call(.queryCap, 1)
    #expect(world.state.trace.end == end)
    #expect(throws: SyscallError.retry) { try world.call(.traceRead, end) }
    #expect(throws: SyscallError.invalidArgument) { try world.call(.traceRead, end + 1) }
    #expect(throws: SyscallError.invalidArgument) { try world.call(.traceControl, 1 << 4) }
    try world.call(.traceControl, 1 << UInt64(TraceKind.control.rawValue))
    for _ in 0..<TraceRing.capacity + 5 { try world.call(.queryCap, 1) }
    #expect(try world.call(.traceRead, 0).word0 == world.state.trace.end - TraceRing.capacity)
  }
}
