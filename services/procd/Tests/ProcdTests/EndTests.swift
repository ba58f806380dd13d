// Ends: what causes them, what goes back, who is told.

import Bytes
import CapABI
import IPC
import Service
import ServiceTesting
import Sys
import Testing

@testable import ProcdCore

struct EndTests {
  private static let owner: UInt64 = 0x1_0012

  /// A service that is not started again.
  private func world() throws -> (World, ProcessID) {
    let world = try World()
    return (world, try world.serve(.timed) { $0.restart.mode = .never })
  }

  private func expectGone(_ world: World, _ process: ProcessID) throws {
    #expect(world.running(.timed) == nil)
    #expect(world.accounts.isEmpty && world.spaces.isEmpty)
    #expect(world.forgotten == ["vspaced 65554", "pagerd 65554", "memd 65554"])
    #expect(world.heldCount == 6)
    #expect(try world.record(process).state == .ended)
    #expect(world.procd.deadline == nil)
  }

  private func fault(_ kind: FaultKind, error: UInt32 = 0) throws -> TestMessage {
    var registers = FaultRegisters()
    registers[.rdi] = 77
    registers[.r15] = 5
    let report = FaultReport(
      fault: FaultMessage(
        kind: kind, address: 0, instructionPointer: 0x40_0000, stackPointer: 0x50_0000,
        errorCode: error, threadID: 9), registers: registers)
    var body = [UInt8](repeating: 0, count: 1024)
    var span = body.mutableSpan
    var bytes = span.mutableRawBytes
    let tag = try report.encode(into: &bytes)
    return TestMessage(tag, Array(body[..<Int(tag.length)]))
  }

  @Test func `EXIT ends its caller, is not answered and gives everything back`() throws {
    let (world, process) = try world()
    let replies = world.kernel.replies.count
    try world.hear(.timed, .exit(code: 0))
    #expect(world.kernel.replies.count == replies)
    try expectGone(world, process)
    #expect(world.reported.isEmpty)
    guard case .wait(let cause, let code) = try world.ask(.wait(process), as: World.tool) else {
      return
    }
    #expect(cause == .exit && code == 0)
    #expect(world.refusal(.wait(process), as: World.tool) == .notFound)
    #expect(world.refusal(.query(cursor: .none), as: World.tool) == .notFound)
  }

  @Test(arguments: [false, true])
  func `a process that somebody else ended is a crash of which nothing is known`(
    isTaken: Bool
  ) throws {
    let (world, process) = try world()
    let running = try #require(world.running(.timed))
    #expect(running.endSignal == 1 << UInt64(process.rawValue % 64))
    world.lose(running, withCapability: isTaken)
    try expectGone(world, process)
    #expect(world.reported.map(\.cause) == [.fault])
    guard case .readCrash(let details) = try world.ask(.readCrash(1), as: World.crashd) else {
      return
    }
    #expect(details.fault == nil && details.role == .timed)
  }

  @Test func `a signal of a process that runs, or of none, changes nothing`() throws {
    let (world, process) = try world()
    for bits in [0, UInt64.max] {
      world.kernel.arrive(signal: bits)
      world.kernel.run(&world.procd)
    }
    #expect(try world.record(process).state == .running)
    try world.ask(.kill(process), as: World.tool)
    world.kernel.arrive(signal: .max)
    world.kernel.run(&world.procd)
    try expectGone(world, process)
    #expect(world.reported.isEmpty)
  }

  @Test func `of processes that share a bit the one that is gone is found`() throws {
    let (world, first) = try world()
    world.procd.nextProcess += 63
    let second = try world.serve(.logd) { $0.restart.mode = .never }
    #expect(second.rawValue == first.rawValue + 64)
    world.lose(try #require(world.running(.logd)))
    #expect(try world.record(second).state == .ended)
    #expect(try world.record(first).state == .running)
    #expect(world.reported.map(\.process) == [UInt64(second.rawValue)])
  }

  @Test func `EXIT with a code is a crash, and QUERY and WAIT say the code`() throws {
    let (world, process) = try world()
    try world.hear(.timed, .exit(code: 9))
    #expect(try world.record(process).exitCode == 9)
    #expect(world.reported.map(\.cause) == [.exit])
    guard case .wait(.exit, code: 9) = try world.ask(.wait(process), as: World.tool) else {
      Issue.record("WAIT says something else")
      return
    }
  }

  @Test(arguments: [FaultKind.invalidInstruction, .forbiddenSyscall])
  func `a fault ends the process, and crashd can read all of it`(kind: FaultKind) throws {
    let (world, process) = try world()
    let badge = try #require(world.supervisorBadge(of: .timed))
    world.kernel.arrive(try fault(kind), badge: badge)
    world.kernel.run(&world.procd)
    try expectGone(world, process)
    #expect(world.reported.map(\.crash) == [1] && world.reported.map(\.cause) == [.fault])
    #expect(world.reported.map(\.process) == [1])
    guard case .readCrash(let details) = try world.ask(.readCrash(1), as: World.crashd) else {
      return
    }
    #expect(details.process == process && details.role == .timed && details.cause == .fault)
    #expect(details.name == World.serviceName("role-18"))
    #expect(details.fault?.fault.kind == kind && details.fault?.registers[.r15] == 5)
    #expect(details.slot.rawValue == (kind == .forbiddenSyscall ? 77 : 0))
    #expect(world.refusal(.readCrash(2), as: World.crashd) == .notFound)
  }

  @Test func `a fault of nobody's is not resolved`() throws {
    let (world, process) = try world()
    for badge in [0x5_0012, 0x9_0005_0012, 0x1_0001_0012] as [UInt64] {
      world.kernel.arrive(try fault(.divide), badge: Badge(rawValue: badge))
      world.kernel.run(&world.procd)
      #expect(world.kernel.replies.last?.message.tag.result == .denied)
    }
    #expect(try world.record(process).state == .running)
  }

  @Test func `KILL ends a process once, and its restarts`() throws {
    let world = try World()
    let process = try world.serve(.timed) { $0.restart.mode = .always }
    try world.ask(.kill(process), as: World.tool)
    try expectGone(world, process)
    #expect(world.reported.isEmpty)
    #expect(world.refusal(.kill(process), as: World.tool) == .wrongState)
    #expect(world.refusal(.kill(ProcessID(rawValue: 9)), as: World.tool) == .notFound)
    world.advance(milliseconds: 100_000)
    #expect(world.running(.timed) == nil)
  }

  @Test func `a tool restarts every service, and nobody else does`() throws {
    let world = try World()
    let process = try world.serve(.timed)
    try world.ask(.restart(.timed), as: World.tool)
    let record = try world.record(.timed)
    #expect(record.process != process && record.state == .starting && record.restartCount == 1)
    #expect(world.refusal(.restart(.named), as: World.tool) == .notFound)
    #expect(world.refusal(.restart(.timed), as: World.crashd) == .denied)
  }

  @Test func `KILL of a service that waits for its restart is its end`() throws {
    let world = try World()
    let process = try world.serve(.timed)
    try world.hear(.timed, .exit(code: 1))
    #expect(try world.record(process).state == .restarting)
    try world.ask(.kill(process), as: World.tool)
    #expect(try world.record(process).state == .ended)
    world.advance(milliseconds: 10_000)
    #expect(world.running(.timed) == nil)
  }

  @Test func `what ended is spawned again with what was added`() throws {
    let (world, process) = try world()
    try world.ask(.kill(process), as: World.tool)
    var launch = World.launch(.timed)
    launch.priority = 7
    guard case .spawnService(let next) = try world.ask(.spawnService(launch)) else { return }
    #expect(next.rawValue == 2)
    #expect(world.running(.timed)?.settings[.setThreadPriority]?[1] == 7)
    #expect(world.running(.timed)?.slots.count == 6)
    #expect(try world.record(next).restartCount == 1)
    #expect(world.refusal(.wait(process), as: World.tool) == .notFound)
  }

  @Test func `vspaced and pagerd are asked again as long as they have more to forget`() throws {
    let (world, process) = try world()
    world.retries = 5
    try world.ask(.kill(process), as: World.tool)
    #expect(world.retries == 0)
    try expectGone(world, process)
  }

  @Test func `WAIT is answered at the end, for one caller`() throws {
    let (world, process) = try world()
    let before = world.kernel.replies.count
    try world.begin(.wait(process), as: World.tool)
    #expect(world.kernel.replies.count == before)
    #expect(world.refusal(.wait(process), as: World.tool) == .busy)
    try world.hear(.timed, .exit(code: 4))
    guard case .wait(.exit, code: 4) = try world.lastReply(.wait) else {
      Issue.record("WAIT says something else")
      return
    }
    #expect(world.refusal(.query(cursor: .none), as: World.tool) == .notFound)
    #expect(world.heldCount == 6)
  }

  @Test func `QUERY goes through all processes`() throws {
    let world = try World()
    for role in [RoleID.named, .timed, .logd] { try world.spawn(role) }
    try world.hear(.timed, .ready(code: 0))
    var found: [ProcessRecord] = []
    var cursor = ProcessID.none
    while case .query(let record)? = try? world.ask(.query(cursor: cursor), as: World.tool) {
      found.append(record)
      cursor = ProcessID(rawValue: record.process.rawValue + 1)
    }
    #expect(found.map(\.role) == [.named, .timed, .logd])
    #expect(found.map(\.state) == [.starting, .running, .starting])
    #expect(found.allSatisfy { $0.exitCode == 0 && $0.startNanoseconds == world.clock })
  }

  @Test func `AWAIT_READY is answered when the service serves`() throws {
    let world = try World()
    #expect(world.refusal(.awaitReady(.timed)) == .notFound)
    try world.declare(.timed)
    #expect(world.refusal(.awaitReady(.timed)) == .notFound)
    try world.ask(.spawnService(World.launch(.timed)))
    try world.begin(.awaitReady(.timed))
    #expect(world.refusal(.awaitReady(.timed)) == .busy)
    let before = world.kernel.replies.count
    try world.hear(.timed, .ready(code: 0))
    #expect(world.kernel.replies.count == before + 1)
    _ = try world.lastReply(.awaitReady)
    #expect(world.refusal(.awaitReady(.timed)) == nil)
    #expect(world.heldCount == 7)
  }

  @Test(arguments: [
    (ReadinessEnd.code(6), ResultCode.noMemory), (.code(2), .wrongState), (.exit, .peerDied),
    (.silence, .timedOut),
  ])
  func `AWAIT_READY says why the service does not serve`(
    end: ReadinessEnd, expected: ResultCode
  ) throws {
    let world = try World()
    let process = try world.spawn(.timed) { $0.restart.mode = .never }
    try world.begin(.awaitReady(.timed))
    switch end {
    case .code(let code): try world.hear(.timed, .ready(code: code))
    case .exit: try world.hear(.timed, .exit(code: 0))
    case .silence: world.advance(milliseconds: 10_000)
    }
    #expect(world.kernel.replies.last?.message.tag.result == expected)
    #expect(world.refusal(.awaitReady(.timed)) == expected)
    guard case .wait(let cause, let code) = try world.ask(.wait(process), as: World.tool) else {
      return
    }
    if case .code(let told) = end { #expect(cause == .notReady && code == UInt32(told)) }
  }

  @Test func `EXIT with a code before READY is the READY that is behind it`() throws {
    let world = try World()
    let process = try world.spawn(.timed)
    try world.hear(.timed, .exit(code: 9))
    // Asked for after the end, while a restart is planned.
    #expect(try world.record(process).state == .restarting)
    #expect(world.refusal(.awaitReady(.timed)) == .wrongState)
    guard case .wait(.notReady, code: 9) = try world.ask(.wait(process), as: World.tool) else {
      Issue.record("WAIT says something else")
      return
    }
  }

  @Test func `what an instance sent before it ended does not count for the next`() throws {
    let world = try World()
    try world.serve(.timed)
    let old = try #require(world.supervisorBadge(of: .timed))
    try world.ask(.restart(.timed))
    let late: [ProcdRequest] = [.ready(code: 0), .ready(code: 3), .kickWatchdog]
    for request in late {
      try world.kernel.tell(&world.procd, request, badge: old)
      #expect(try world.record(.timed).state == .starting)
    }
    #expect(world.refusal(.exit(code: 0), as: old) == .denied)
    #expect(world.running(.timed) != nil)
  }

  @Test func `a second READY changes nothing`() throws {
    let (world, process) = try world()
    try world.hear(.timed, .ready(code: 5))
    #expect(try world.record(process).state == .running)
  }

  @Test func `crashd is told again when its ring was full`() throws {
    let (world, _) = try world()
    world.kernel.notifyStatus = .retry
    try world.hear(.timed, .exit(code: 1))
    #expect(world.reported.isEmpty && world.procd.deadline == world.clock + 100_000_000)
    world.advance(milliseconds: 100)
    #expect(world.procd.deadline == world.clock + 100_000_000)
    world.kernel.notifyStatus = .ok
    world.advance(milliseconds: 100)
    #expect(world.reported.map(\.crash) == [1] && world.procd.deadline == nil)
  }

  @Test func `without a slot for the reply nobody waits`() throws {
    let world = try World(cspaceSlots: 2048 + 8 + 7)
    let process = try world.spawn(.timed)
    #expect(world.refusal(.wait(process), as: World.tool) == .limitReached)
    #expect(world.refusal(.awaitReady(.timed)) == .limitReached)
    #expect(world.refusal(.spawnService(World.launch(.timed))) == .exists)
  }

  @Test func `a process needs a slot`() throws {
    let world = try World(cspaceSlots: 2048 + 8 + 6)
    try world.declare(.timed)
    #expect(world.refusal(.spawnService(World.launch(.timed))) == .limitReached)
    #expect(world.accounts.isEmpty && world.callCount == 0)
  }
}

/// Ways not to become ready.
enum ReadinessEnd {
  case code(UInt16)
  case exit
  case silence
}
