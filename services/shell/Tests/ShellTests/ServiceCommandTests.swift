// Commands about services, with procd, memd, logd and crashd as a script says.

import Bytes
import CapABI
import IPC
import Service
import ServiceTesting
import ShellCore
import Testing

struct ServiceCommandTests {
  private let procd = ServiceSlot.peer(1)
  private let memd = ServiceSlot.peer(2)
  private let logd = ServiceSlot.peer(3)
  private let crashd = ServiceSlot.peer(4)

  /// A world where procd knows named and timed.
  private func world() throws -> World {
    let world = try World()
    let records = [
      record(3, .named, .running, restarts: 2), record(5, .timed, .restarting, restarts: 0),
    ]
    world.kernel.serve(procd, ProcdRequest.self) { request, _ in
      switch request {
      case .query(let cursor):
        guard let found = records.first(where: { $0.process.rawValue >= cursor.rawValue }) else {
          throw ResultCode.notFound
        }
        return (ProcdReply.query(found), [])
      case .kill: return (.kill, [])
      case .restart: return (.restart, [])
      default: throw ResultCode.unsupported
      }
    }
    world.kernel.serve(memd, MemdRequest.self) { request, _ in
      switch request {
      case .queryOwner(let owner):
        guard owner.rawValue == 0x1_0011 else { throw ResultCode.notFound }
        let account = MemoryAccount(
          quotaBytes: 3 << 20, usedBytes: 1_572_864, frameCount: 7, budgetCount: 1,
          peakBytes: 2 << 20)
        return (MemdReply.queryOwner(account), [])
      case .status:
        let status = MemoryStatus(
          totalBytes: 200 << 20, usedBytes: 50 << 20, accountCount: 2, frameCount: 9,
          budgetCount: 2)
        return (.status(status), [])
      default: throw ResultCode.unsupported
      }
    }
    world.processes[3].counters = [1_500_000_000, 4242, 3, 131_072]
    return world
  }

  private func record(
    _ process: UInt32, _ role: RoleID, _ state: ProcessState, restarts: UInt32
  ) -> ProcessRecord {
    let name = ServiceName(firstWord: 0x6E61_6D65_6400_0000, secondWord: 0)
    return ProcessRecord(
      process: ProcessID(rawValue: process), role: role, state: state, restartCount: restarts,
      exitCode: 0, startNanoseconds: 2_000_000_000, name: name ?? ServiceName.any)
  }

  /// The row of a table that begins with a name.
  private func row(_ name: String, _ output: String) -> [Substring] {
    let lines = output.split(separator: "\n")
    let found = lines.first { $0.split(separator: " ").contains(Substring(name)) }
    return found?.split(separator: " ") ?? []
  }

  // MARK: services, ps, mem

  @Test func `services shows state, restarts, memory, messages and time`() throws {
    let output = try world().run("services")
    #expect(
      row("named", output) == [
        "named", "running", "2", "1.5", "MiB", "3.0", "MiB", "4242", "00:00:03",
      ])
    #expect(row("timed", output).prefix(3) == ["timed", "restarting", "0"])
    #expect(row("timed", output).last == "-")
    #expect(row("memd", output).prefix(3) == ["memd", "running", "0"])
  }

  @Test func `ps shows the kernel's processes with the names of services`() throws {
    let world = try world()
    world.processes.append(ScriptedProcess(number: 77, state: 3))
    let output = world.run("ps")
    #expect(
      row("named", output) == [
        "13", "named", "running", "1", "1.500", "4242", "3", "128.0", "KiB",
      ])
    #expect(row("77", output).prefix(3) == ["77", "-", "dead"])
  }

  @Test func `mem shows all memory and the accounts that there are`() throws {
    let output = try world().run("mem")
    #expect(output.contains("memory for services:   200.0 MiB\n"))
    #expect(output.contains("free:                  150.0 MiB\n"))
    #expect(row("named", output).suffix(2) == ["7", "1"])
    #expect(row("timed", output).isEmpty)
  }

  @Test func `services without procd says so`() throws {
    let world = try world()
    world.kernel.answer(procd) { _ in .refusing(.internal) }
    #expect(world.run("services") == "procd refused (INTERNAL)\n")
  }

  // MARK: kill, restart

  @Test func `kill ends the latest process of a service`() throws {
    let world = try world()
    #expect(world.run("kill named") == "named ended; 'restart named' starts it again\n")
    let last = try #require(world.kernel.calls.last { $0.slot == procd })
    #expect(last.message.tag.label == ProcdOperation.kill.rawValue && last.message.body[0] == 3)
  }

  @Test func `restart names the role`() throws {
    let world = try world()
    #expect(world.run("restart timed") == "timed restarted\n")
    let last = try #require(world.kernel.calls.last { $0.slot == procd })
    #expect(last.message.tag.label == ProcdOperation.restart.rawValue)
    #expect(last.message.body[0] == UInt8(RoleID.timed.rawValue))
  }

  @Test(arguments: ["kill memd", "restart procd", "kill rootd"])
  func `the foundation stays`(_ text: String) throws {
    let expected = "it is part of the foundation, which ends only with the system\n"
    #expect(try world().run(text) == expected)
  }

  @Test func `what does not run cannot be ended`() throws {
    let world = try World()
    world.kernel.serve(procd, ProcdRequest.self) { _, _ -> (ProcdReply, [TestCapability]) in
      throw ResultCode.notFound
    }
    #expect(world.run("kill named") == "it does not run\n")
  }

  @Test(
    arguments: [
      (ResultCode.limitReached, "it was restarted too often; its limit is reached\n"),
      (.wrongState, "something that it depends on does not run\n"),
      (.noMemory, "procd refused (NO_MEMORY)\n"),
    ])
  func `why a service is not restarted is said`(_ code: ResultCode, _ text: String) throws {
    let world = try World()
    world.kernel.answer(procd) { _ in .refusing(code) }
    #expect(world.run("restart named") == text)
  }

  // MARK: log

  private func serveLog(_ world: World, _ texts: [String]) {
    world.kernel.answer(logd) { message in
      let tag = MessageTag(rawValue: message.tag.rawValue & ~(0xFF << MessageTag.flagsShift))
      do {
        switch try LogdRequest(decoding: tag, body: message.body.span.rawBytes) {
        case .status:
          let status = LogStatus(
            oldestNumber: 1, nextNumber: UInt64(texts.count) + 1, refusedCount: 0,
            capacityBytes: 4096, mirror: .off)
          return try TestMessage(encoding: .status(status))
        case .read(let cursor):
          let number = max(cursor, 1)
          guard number <= UInt64(texts.count) else { return .refusing(.notFound) }
          let bytes = Array(texts[Int(number) - 1].utf8)
          guard let text = LogText(bytes.span.rawBytes) else { return .refusing(.internal) }
          let record = LogRecord(
            number: number, nanoseconds: number * 1_500_000_000,
            source: Badge(rawValue: number == 1 ? 0 : 0x1_0011),
            severity: number == 2 ? .error : .info, lostCount: 0, text: text)
          return try TestMessage(encoding: .read(record))
        default: return .refusing(.unsupported)
        }
      } catch {
        return .refusing(.internal)
      }
    }
  }

  @Test func `log shows time, source and severity`() throws {
    let world = try World()
    serveLog(world, ["first", "second", "third"])
    #expect(
      world.run("log") == """
        [1.500] kernel: first
        [3.000] named error: second
        [4.500] named: third

        """)
    #expect(world.run("log 1") == "[4.500] named: third\n")
  }

  @Test func `log follows until a key ends it`() throws {
    let world = try World()
    serveLog(world, ["first"])
    world.keys = [nil, SerialKey(.character, scalar: 0x78), SerialKey(.control, scalar: 0x63)]
    #expect(world.run("log -f") == "[1.500] kernel: first\n")
    #expect(world.keys.isEmpty)
  }

  // MARK: crash

  private func crash(_ number: UInt64, _ fault: FaultReport?) throws -> CrashRecord {
    CrashRecord(
      number: number, nanoseconds: 2_000_000_000, lostCount: 0,
      details: CrashDetails(
        process: ProcessID(rawValue: 9), role: .named, cause: fault == nil ? .watchdog : .fault,
        name: ServiceName.any, slot: .null, fault: fault))
  }

  private func serveCrashes(_ world: World) throws {
    let fault = FaultMessage(
      kind: .invalidInstruction, address: 0, instructionPointer: 0x1234, stackPointer: 0x99,
      errorCode: 0, threadID: 5)
    let records = [
      try crash(4, nil), try crash(6, FaultReport(fault: fault, registers: FaultRegisters())),
    ]
    world.kernel.serve(crashd, CrashdRequest.self) { request, _ in
      guard case .read(let cursor) = request,
        let found = records.first(where: { $0.number >= cursor })
      else { throw ResultCode.notFound }
      return (CrashdReply.read(found), [])
    }
  }

  @Test func `crash lists what is known, and one with its registers`() throws {
    let world = try World()
    try serveCrashes(world)
    let list = world.run("crash").split(separator: "\n")
    #expect(list.count == 3)
    #expect(list[1].hasSuffix("named             no sign of life"))
    #expect(list[2].hasSuffix("fault: invalid instruction at 0x1234"))
    let one = world.run("crash 6")
    #expect(one.contains("process 9, thread 5, address 0x0, error code 0x0, stack 0x99"))
    #expect(one.contains("rax 0x0"))
    #expect(world.run("crash 5") == "no such crash; 'crash' lists all\n")
  }

  @Test func `without crashes there is nothing to list`() throws {
    let world = try World()
    world.kernel.answer(crashd) { _ in .refusing(.notFound) }
    #expect(world.run("crash") == "no crashes\n")
  }
}

extension ServiceName {
  /// `named`.
  fileprivate static var any: ServiceName {
    guard let name = ServiceName(firstWord: 0x6E61_6D65_6400_0000, secondWord: 0) else {
      preconditionFailure("named is a name")
    }
    return name
  }
}

extension TestMessage {
  /// A successful reply of logd.
  fileprivate init(encoding reply: borrowing LogdReply) throws {
    var body = [UInt8](repeating: 0, count: 1024)
    var span = body.mutableSpan
    var bytes = span.mutableRawBytes
    let tag = try reply.encode(into: &bytes)
    self.init(tag, Array(body[..<Int(tag.length)]))
  }
}
