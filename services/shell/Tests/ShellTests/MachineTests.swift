// Commands about the machine and about time, with irqd, deviced, timed, crash-test and rootd as a
// script says.

import CapABI
import IPC
import Service
import ServiceTesting
import ShellCore
import Testing

struct MachineTests {
  private let crashd = ServiceSlot.peer(4)
  private let crashTest = ServiceSlot.peer(9)
  private let rootd = ServiceSlot.peer(8)

  // MARK: devices, irq, time

  @Test func `devices shows where, what and whose`() throws {
    let world = try World()
    let serial = DeviceReport(
      location: .platform(0), id: DeviceID(rawValue: 1), interruptLine: 4)
    let disk = DeviceReport(
      location: DeviceLocation(bus: 1, device: 2, function: 3), id: .none, vendor: 0x1AF4,
      product: 0x1042, classCode: 0x0100_0001, interruptLine: 11, interruptPin: 1)
    world.kernel.serve(ServiceSlot.peer(6), DevicedRequest.self) { request, _ in
      guard case .readDevice(let cursor) = request else { throw ResultCode.unsupported }
      if cursor <= disk.location.rawValue {
        return (DevicedReply.readDevice(disk, driver: .none), [])
      }
      guard cursor <= serial.location.rawValue else { throw ResultCode.notFound }
      return (.readDevice(serial, driver: .drvSerial), [])
    }
    let lines = world.run("devices").split(separator: "\n").map { $0.split(separator: " ") }
    #expect(lines.count == 3)
    #expect(lines[1] == ["01:02.3", "1af4:1042", "SCSI", "storage", "11", "-"])
    #expect(lines[2] == ["platform", "serial", "port", "4", "drv-serial"])
  }

  @Test func `irq shows lines with events and handlers`() throws {
    let world = try World()
    world.kernel.serve(ServiceSlot.peer(5), IrqdRequest.self) { request, _ in
      guard case .readLine(let cursor) = request, cursor <= 4 else { throw ResultCode.notFound }
      let record = LineRecord(
        line: 4, flags: .none, state: .open, client: Badge(rawValue: 0x1_0081), eventCount: 17,
        stormCount: 1)
      return (IrqdReply.readLine(record), [])
    }
    let lines = world.run("irq").split(separator: "\n").map { $0.split(separator: " ") }
    #expect(lines.dropFirst() == [["4", "edge", "open", "17", "1", "drv-serial"]])
  }

  @Test(
    arguments: [
      (WallClockSource.firmware, "2025-11-22 00:00:00 UTC\n"),
      (.synthetic, "2025-11-22 00:00:00 UTC (the machine has no clock)\n"),
    ])
  func `time is a date, and says when nobody knows it`(
    _ source: WallClockSource, _ expected: String
  ) throws {
    let world = try World()
    world.kernel.serve(ServiceSlot.peer(7), TimedRequest.self) { _, _ in
      let time = WallTime(seconds: 1_763_769_600, nanoseconds: 0, source: source)
      return (TimedReply.nowWall(time), [])
    }
    #expect(world.run("time") == expected)
  }

  // MARK: top, bench, trace

  @Test func `top shows what changed in a second, the busiest first, until a key`() throws {
    let world = try World()
    world.keys = [nil, SerialKey(.character, scalar: 0x71)]
    world.kernel.answer(ServiceSlot.control(2)) { [unowned world] _ in
      // Each time that the clock is read a second went by, in which named and timed worked.
      world.clock += 1_000_000_000
      world.processes[3].counters[0] += 100_000_000
      world.processes[3].counters[1] += 10
      world.processes[4].counters[0] += 200_000_000
      return .words([world.clock / 1_000_000, world.clock, 0, 0])
    }
    let lines = world.run("top").split(separator: "\n").map { $0.split(separator: " ") }
    let timed = try #require(lines.firstIndex { $0.first == "timed" })
    let named = try #require(lines.firstIndex { $0.first == "named" })
    #expect(lines[timed].suffix(2) == ["20.0", "0"])
    #expect(lines[named].suffix(2) == ["10.0", "10"])
    #expect(timed < named)
    #expect(!lines.contains { $0.first == "memd" })
    #expect(world.keys.isEmpty)
  }

  @Test func `bench measures each as often as it is asked to`() throws {
    let world = try World()
    world.kernel.serve(ServiceSlot.peer(7), TimedRequest.self) { _, _ in
      (TimedReply.nowMonotonic(nanoseconds: 1), [])
    }
    world.kernel.serve(ServiceSlot.peer(2), MemdRequest.self) { _, _ in
      let status = MemoryStatus(
        totalBytes: 0, usedBytes: 0, accountCount: 0, frameCount: 0, budgetCount: 0)
      return (MemdReply.status(status), [])
    }
    world.kernel.serve(crashd, CrashdRequest.self) { _, _ in
      let status = CrashStatus(oldestNumber: 1, nextNumber: 1, incompleteCount: 0)
      return (CrashdReply.status(status), [])
    }
    let lines = world.run("bench 5").split(separator: "\n")
    #expect(lines.count == 6)
    #expect(world.kernel.calls.filter { $0.slot == ServiceSlot.peer(7) }.count == 5)
    world.kernel.answer(ServiceSlot.peer(7)) { _ in .refusing(.peerDied) }
    #expect(world.run("bench 5").hasSuffix("timed ended meanwhile; try again (PEER_DIED)\n"))
  }

  @Test func `trace prints the events of its time between two marks`() throws {
    let world = try World()
    var masks: [UInt64] = []
    world.kernel.answer(ServiceSlot.control(1)) { message in
      guard message.tag.label == ControlOperation.traceRead.rawValue else {
        masks.append(message.word(0))
        return .words([0, 0, 0, 0])
      }
      // One event from before, two of now, then nothing.
      guard message.word(0) == 0 else { return .words([3]) }
      return .words([0, 1, 0, 9, 9, 1 << 60, 1 << 32, 5, 13, 1 << 60, 1, 5, 0x40])
    }
    let lines = world.run("trace 1").split(separator: "\n").map { String($0) }
    #expect(masks == [15, 0])
    #expect(lines.first == "TRACE:BEGIN" && lines.last == "TRACE:END:2")
    #expect(lines.contains("P 13 named"))
    #expect(
      lines.suffix(3).dropLast() == [
        "E 1152921504606846976 0 1 5 13", "E 1152921504606846976 1 0 5 64",
      ])
  }

  // MARK: fault, shutdown

  @Test func `fault has crash-test end as told, records it, and shows the crash`() throws {
    let world = try World()
    var told: [UInt8] = []
    world.kernel.answer(StartupSlot.log) { _ in .words([1]) }
    world.kernel.answer(crashTest) { message in
      told.append(message.body[0])
      return .refusing(.peerDied)
    }
    world.kernel.serve(crashd, CrashdRequest.self) { request, _ in
      switch request {
      case .status:
        let next: UInt64 = told.isEmpty ? 1 : 2
        return (
          CrashdReply.status(
            CrashStatus(oldestNumber: 1, nextNumber: next, incompleteCount: 0)), []
        )
      case .read(let cursor) where cursor <= 1:
        guard let name = ServiceName(firstWord: 0x6E61_6D65_6400_0000, secondWord: 0) else {
          throw ResultCode.internal
        }
        let details = CrashDetails(
          process: ProcessID(rawValue: 9), role: .crashTest, cause: .exit, name: name,
          slot: .null, fault: nil)
        return (
          CrashdReply.read(
            CrashRecord(number: 1, nanoseconds: 1, lostCount: 0, details: details)), []
        )
      default: throw ResultCode.notFound
      }
    }
    let output = world.run("fault stack")
    #expect(told == [2])
    #expect(output.contains("procd starts it again"))
    #expect(output.hasSuffix("exit with a failure code\n"))
    let logged = try #require(world.kernel.calls.first { $0.slot == StartupSlot.log })
    #expect(String(decoding: logged.message.body.dropFirst(4), as: UTF8.self) == "fault stack")
  }

  @Test func `a crash-test that is still there is told of`() throws {
    let world = try World()
    world.kernel.serve(crashd, CrashdRequest.self) { _, _ in
      let status = CrashStatus(oldestNumber: 1, nextNumber: 1, incompleteCount: 0)
      return (CrashdReply.status(status), [])
    }
    world.kernel.answer(crashTest) { _ in .refusing(.denied) }
    #expect(world.run("fault") == "crash-test does not allow that (DENIED)\n")
  }

  @Test(arguments: [("shutdown", UInt8(1), "Switching off."), ("reboot", 2, "Starting again.")])
  func `the end of the system is asked of rootd, and a refusal is told`(
    _ text: String, _ kind: UInt8, _ said: String
  ) throws {
    let world = try World()
    world.kernel.answer(rootd) { _ in .refusing(.denied) }
    #expect(world.run(text) == said + "\nrootd does not allow that (DENIED)\n")
    let asked = try #require(world.kernel.calls.first { $0.slot == rootd })
    #expect(asked.message.body == [kind, 0, 0, 0, 0, 0, 0, 0])
  }

  @Test func `waiting ends with the time, or a key that ends it`() throws {
    let world = try World()
    world.keys = [nil]
    #expect(world.run("wait 5") == "")
    world.keys = [SerialKey(.character, scalar: 0x78), SerialKey(.control, scalar: 0x63)]
    #expect(world.run("wait 31536000") == "")
    #expect(world.keys.isEmpty)
    for line in ["wait", "wait 0", "wait x", "wait 31536001"] {
      #expect(world.run(line).hasPrefix("usage: wait SECONDS"))
    }
  }

  @Test func `what only looks is not in the log`() throws {
    let world = try World()
    _ = world.run("uptime")
    _ = world.run("caps named")
    #expect(!world.kernel.calls.contains { $0.slot == StartupSlot.log })
  }
}
