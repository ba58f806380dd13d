// Reports and records: what is kept, what when procd forgot, and who may.

import Bootstrap
import Bytes
import CapABI
import CrashdCore
import IPC
import Service
import ServiceTesting
import Store
import StoreTesting
import Sys
import Testing

private let procd = Badge(rawValue: 0x5_0005)
private let reader = Badge(rawValue: 0x2_0099)

/// crashd with a procd that knows the details of some crashes.
private final class Scene {
  let kernel = TestKernel()
  var crashd: Crashd
  var known: [UInt64: CrashDetails] = [:]

  init(heap: Int = 1 << 16) throws {
    var start = Start.sample(.crashd, heapBytes: heap, cspaceSlots: 64)
    var system = kernel.system
    crashd = try Crashd(&start, &system)
    kernel.serve(ServiceSlot.peer(0), ProcdRequest.self) { [unowned self] request, _ in
      guard case .readCrash(let crash) = request, let details = known[crash] else {
        throw ResultCode.notFound
      }
      return (ProcdReply.readCrash(details), [])
    }
  }

  func report(
    _ crash: UInt64, process: UInt32 = 7, _ role: RoleID = .named, _ cause: EndCause = .fault,
    as badge: Badge = procd
  ) throws {
    let request = CrashdRequest.report(
      crash: crash, process: ProcessID(rawValue: process), role: role, cause: cause,
      nanoseconds: crash * 1000)
    try kernel.tell(&crashd, request, badge: badge)
  }

  func ask(_ request: CrashdRequest, as badge: Badge = reader) throws -> CrashdReply {
    try kernel.ask(&crashd, request, badge: badge).reply
  }

  func read(_ cursor: UInt64) throws -> CrashRecord {
    guard case .read(let record) = try ask(.read(cursor: cursor)) else {
      throw TestFailure.noReply
    }
    return record
  }

  func status() throws -> CrashStatus {
    guard case .status(let status) = try ask(.status) else { throw TestFailure.noReply }
    return status
  }
}

private func name(_ text: String) throws -> ServiceName {
  let bytes = Array(text.utf8)
  let name = ServiceName(bytes.span.rawBytes)
  return try #require(name)
}

struct CrashdTests {
  private let scene: Scene

  init() throws { scene = try Scene() }

  private func details(_ process: UInt32 = 7) throws -> CrashDetails {
    var registers = FaultRegisters()
    registers[.rax] = 0x1234
    registers[.fsBase] = 0x5678
    let fault = FaultMessage(
      kind: .page, address: 0x8, instructionPointer: 0x40_1000, stackPointer: 0x7000,
      errorCode: PageFaultBits.user.rawValue, threadID: 3)
    return CrashDetails(
      process: ProcessID(rawValue: process), role: .named, cause: .fault, name: try name("named"),
      slot: CapSlot(rawValue: 16), fault: FaultReport(fault: fault, registers: registers))
  }

  @Test func `a record has everything that procd knows`() throws {
    scene.known[5] = try details()
    try scene.report(5)
    let record = CrashRecord(
      number: 1, nanoseconds: 5000, lostCount: 0, details: try details())
    #expect(try scene.read(0) == record)
    #expect(try scene.status().incompleteCount == 0)
    #expect(scene.kernel.replies.count == 2)
  }

  @Test(arguments: [
    (RoleID.named, "named"), (.drvVirtioBlock, "drv-virtio-block"), (.none, "unknown"),
    (RoleID(rawValue: 0x1000), "unknown"),
  ])
  func `when procd forgot, what it reported is kept`(_ role: RoleID, _ text: String) throws {
    try scene.report(5, role, .watchdog)
    let record = try scene.read(1)
    #expect(
      record.details
        == CrashDetails(
          process: ProcessID(rawValue: 7), role: role, cause: .watchdog, name: try name(text),
          slot: .null, fault: nil))
    #expect(try scene.status().incompleteCount == 1)
  }

  @Test func `details of another process are not taken`() throws {
    scene.known[5] = try details(8)
    try scene.report(5)
    #expect(try scene.read(1).details.fault == nil)
    #expect(try scene.status().incompleteCount == 1)
  }

  @Test func `the log is told, and nobody waits for it`() throws {
    try scene.report(5, .drvVirtioBlock)
    let lines = scene.kernel.notified.filter { $0.slot == StartupSlot.log }
    #expect(lines.count == 1)
    let body = try #require(lines.first).message.body
    #expect(Array(body.dropFirst(4)) == Array("crash: drv-virtio-block".utf8))
    #expect(body[0] == LogSeverity.error.rawValue && body.count <= 32)
    scene.kernel.notifyStatus = .retry
    try scene.report(6)
    #expect(try scene.status().nextNumber == 3)
  }

  @Test func `the end is not found`() throws {
    #expect(throws: ResultCode.notFound) { try scene.read(0) }
    try scene.report(5)
    #expect(throws: ResultCode.notFound) { try scene.read(2) }
  }

  @Test func `age removes records, and a reader learns how many`() throws {
    let small = try Scene(heap: 4096)
    for crash in 1...100 as ClosedRange<UInt64> { try small.report(crash) }
    let status = try small.status()
    #expect(status.nextNumber == 101)
    #expect(status.oldestNumber > 80 && status.oldestNumber < 95)
    let record = try small.read(3)
    #expect(record.number == status.oldestNumber)
    #expect(record.nanoseconds == status.oldestNumber * 1000)
    #expect(UInt64(record.lostCount) == status.oldestNumber - 3)
    #expect(try small.read(100).lostCount == 0)
  }

  @Test func `a report on another face is dropped`() throws {
    for badge in [0, 0x1_0005, 0x2_0099] as [UInt64] {
      try scene.report(5, as: Badge(rawValue: badge))
    }
    #expect(try scene.status().nextNumber == 1)
    #expect(scene.kernel.calls.isEmpty)
  }

  @Test(arguments: [0, 0x1_0005, 0x5_0005] as [UInt64])
  func `only readers read`(_ badge: UInt64) {
    #expect(throws: ResultCode.denied) {
      _ = try scene.ask(.read(cursor: 0), as: Badge(rawValue: badge))
    }
    #expect(throws: ResultCode.denied) {
      _ = try scene.ask(.status, as: Badge(rawValue: badge))
    }
  }

  @Test func `the boot configuration declares the same faces`() throws {
    let crashd = try DeclaredService(.crashd)
    #expect(crashd.face("supervisor") == CrashdFaces.reporter)
    #expect(crashd.face("control") == CrashdFaces.reader)
    let badges = try DeclaredService(.procd).badges(at: .crashd)
    #expect(!badges.isEmpty && badges.allSatisfy { CrashdFaces.reporter.contains($0) })
  }

  @Test func `a heap without room for a record is too small`() {
    #expect(throws: ReadinessCode.noMemory) { try Scene(heap: 128) }
  }
}
