// procd with a kernel, memd, vspaced and pagerd that keep accounts: what is left over after an end
// or a refused start shows.

import Bootstrap
import Bytes
import CapABI
import Handoff
import IPC
import Load
import ProcdCore
import Service
import ServiceTesting
import Store
import StoreTesting
import Sys

/// A process as the kernel knows it.
final class FakeProcess {
  enum State { case staged, running, dead }
  let name: String
  let budget: String
  var state = State.staged
  var slots: [UInt32: TestCapability] = [:]
  var memory: [UInt64: [UInt8]] = [:]
  /// Of START_PROCESS.
  var entry: UInt64 = 0
  var stack: UInt64 = 0
  var argument: UInt64 = 0
  /// What the thread was given, by operation.
  var settings: [ControlOperation: [UInt64]] = [:]
  var buffer = ""
  /// The bits that its end signals.
  var endSignal: UInt64 = 0

  init(_ name: String, from budget: String) {
    self.name = name
    self.budget = budget
  }

  /// Its memory from an address on.
  func bytes(_ address: UInt64, _ count: Int) -> [UInt8] {
    (0..<UInt64(count)).map { offset in
      let place = address + offset
      return memory[place & ~4095].map { $0[Int(place & 4095)] } ?? 0xEE
    }
  }
}

/// What memd counts to an owner.
struct FakeAccount {
  var quota: UInt64
  var used: UInt64 = 0
  var things: Set<String> = []
}

/// An address space as vspaced knows it.
struct FakeSpace {
  let process: FakeProcess
  var regions: [UserRegion] = []
}

/// procd and what is around it.
final class World {
  let kernel = TestKernel()
  var procd: Procd
  let heap: Region
  var clock: UInt64 = 1_000_000_000
  var processes: [String: FakeProcess] = [:]
  var accounts: [UInt64: FakeAccount] = [:]
  var spaces: [UInt64: FakeSpace] = [:]
  /// Owners in the order in which they were forgotten, by whom.
  var forgotten: [String] = []
  var number = 0
  /// Calls to the kernel and to peers since the last reset, and which of them fails how.
  var callCount = 0
  var failAt = Int.max
  var failure = ResultCode.noMemory
  /// How often the next DETACH_SPACE and RELEASE_OWNER end with RETRY.
  var retries = 0
  var grants: [String: FakeProcess] = [:]

  /// Pages of every frame that a launcher hands over.
  var framePages: UInt64 = 4

  static let rootd = Badge(rawValue: 0x2_0001)
  static let deviced = Badge(rawValue: 0x2_0022)
  static let tool = Badge(rawValue: 0x3_0001)
  static let crashd = Badge(rawValue: 0x1_0014)

  init(
    modules: [[UInt8]] = [ELFSample.bytes], heapBytes: Int = 1 << 20, cspaceSlots: UInt32 = 4096
  ) throws {
    var memory = Region.allocated(heapBytes + (5 << 20))
    let base = memory.address
    guard let heap = memory.take(heapBytes) else { throw TestFailure.noReply }
    self.heap = heap
    let sizes = modules.map { file in
      UInt64(1) << UInt64(64 - UInt64((file.count + 4095) / 4096 - 1).leadingZeroBitCount)
    }
    var address = (base + UInt64(heapBytes) + 4096 + (2 << 20) - 1) / (2 << 20) * (2 << 20)
    let start = memory.address
    for (file, pages) in zip(modules, sizes) {
      let size = pages * 4096
      address = (address + size - 1) / size * size
      var bytes = memory.mutableBytes
      try bytes.copy(file.span.rawBytes, at: Int(address - start))
      address += size
    }
    kernel.answer(ServiceSlot.control(0)) { message in
      let index = Int(message.word(0) & 0xFFFF_FFFF) - Int(StartupSlot.firstResource)
      let words = [UInt64(CapabilityType.frame.rawValue), 8, sizes[index], 0]
      return .words(words)
    }
    var facts = Start.sample(.procd).info
    facts.heapBase = base
    facts.heapSize = UInt64(heapBytes)
    facts.cspaceSlots = cspaceSlots
    facts.startNanoseconds = clock
    facts.wallOffset = 77
    var begin = Start(info: facts, heap: heap, resourceCount: UInt32(modules.count))
    var system = kernel.system
    procd = try Procd(&begin, &system)
    connect()
  }

  // MARK: Requests

  /// Sends a request.
  @discardableResult
  func ask(
    _ request: ProcdRequest, as badge: Badge = World.rootd, _ capabilities: [TestCapability] = []
  ) throws -> ProcdReply {
    try kernel.ask(&procd, request, badge: badge, capabilities).reply
  }

  /// Sends a request whose reply may come later.
  func begin(_ request: ProcdRequest, as badge: Badge = World.rootd) throws {
    kernel.arrive(try TestMessage(request), badge: badge)
    kernel.run(&procd)
  }

  /// The refusal of a request; nil when it is answered with success.
  func refusal(
    _ request: ProcdRequest, as badge: Badge = World.rootd, _ capabilities: [TestCapability] = []
  ) -> ResultCode? {
    do {
      try ask(request, as: badge, capabilities)
      return nil
    } catch {
      return error as? ResultCode ?? .internal
    }
  }

  /// The last reply that was given, to whatever.
  func lastReply(_ operation: ProcdOperation) throws -> ProcdReply {
    guard let message = kernel.replies.last?.message else { throw TestFailure.noReply }
    return try message.decoded(operation)
  }

  /// Lets time pass until a moment.
  func advance(to time: UInt64) {
    while let due = procd.deadline, due <= time {
      clock = max(clock, due)
      kernel.arriveTime()
      kernel.run(&procd)
    }
    clock = max(clock, time)
  }

  /// Lets milliseconds pass.
  func advance(milliseconds: UInt64) { advance(to: clock + milliseconds * 1_000_000) }

  /// Somebody else ends a process.
  func lose(_ process: FakeProcess, withCapability isTaken: Bool = false) {
    process.state = .dead
    if isTaken {
      for (slot, capability) in kernel.slots where capability.name == process.name {
        kernel.slots[slot] = nil
      }
    }
    kernel.arrive(signal: process.endSignal)
    kernel.run(&procd)
  }

  // MARK: Services

  /// Adds the capabilities that every process has.
  func declare(_ role: RoleID, supervisor: RoleID = .procd) throws {
    for (descriptor, capability) in Self.surface(role, supervisor: supervisor) {
      try ask(.addCapability(role: role, descriptor), [capability])
    }
  }

  /// Declares and spawns a service.
  @discardableResult
  func spawn(
    _ role: RoleID, after dependencies: [RoleID] = [],
    _ change: (inout ServiceLaunch) -> Void = { _ in }
  ) throws -> ProcessID {
    try declare(role)
    for dependency in dependencies { try ask(.addDependency(role: role, on: dependency)) }
    var launch = Self.launch(role)
    change(&launch)
    guard case .spawnService(let process) = try ask(.spawnService(launch)) else {
      throw TestFailure.noReply
    }
    return process
  }

  /// Lets the latest instance of a role say something.
  func hear(_ role: RoleID, _ request: ProcdRequest) throws {
    guard let badge = supervisorBadge(of: role) else { throw TestFailure.notDeclared }
    let oneWay = request.operation != .exit
    kernel.arrive(try TestMessage(request, oneWay: oneWay), badge: badge)
    kernel.run(&procd)
  }

  /// Spawns a service that serves at once.
  @discardableResult
  func serve(
    _ role: RoleID, after dependencies: [RoleID] = [],
    _ change: (inout ServiceLaunch) -> Void = { _ in }
  ) throws -> ProcessID {
    let process = try spawn(role, after: dependencies, change)
    try hear(role, .ready(code: 0))
    return process
  }

  /// The badge of the supervisor capability of a role's running instance.
  func supervisorBadge(of role: RoleID) -> Badge? { running(role)?.slots[3]?.badge }

  /// The running process of a role.
  func running(_ role: RoleID) -> FakeProcess? {
    processes.values.first {
      $0.state == .running && $0.slots[7]?.badge.rawValue == 0x1_0000 + UInt64(role.rawValue)
    }
  }

  /// The row of a process.
  func record(_ process: ProcessID) throws -> ProcessRecord {
    guard case .query(let record) = try ask(.query(cursor: process), as: Self.tool),
      record.process == process
    else { throw TestFailure.noReply }
    return record
  }

  /// The row of a role.
  func record(_ role: RoleID) throws -> ProcessRecord {
    var cursor = ProcessID.none
    while case .query(let record) = try ask(.query(cursor: cursor), as: Self.tool) {
      if record.role == role { return record }
      cursor = ProcessID(rawValue: record.process.rawValue + 1)
    }
    throw TestFailure.noReply
  }

  /// How many slots of procd are occupied, its own notification's aside.
  var heldCount: Int { kernel.slots.count - 1 }

  /// What rootd was told: role and event.
  var events: [[UInt64]] {
    kernel.notified.filter { $0.slot == StartupSlot.supervisor }.map {
      [$0.message.word(0) & 0xFFFF, $0.message.word(0) >> 16 & 0xFF]
    }
  }

  /// Roles whose registration named was told to forget.
  var unregistered: [UInt64] {
    kernel.notified.filter { $0.slot == ServiceSlot.peer(3) }.map {
      $0.message.word(2) & 0xFFFF
    }
  }

  /// Crashes that crashd was told of: number, cause.
  var reported: [(crash: UInt64, process: UInt64, cause: EndCause?)] {
    kernel.notified.filter { $0.slot == ServiceSlot.peer(4) }.map {
      let second = $0.message.word(1)
      return (
        $0.message.word(0), second & 0xFFFF_FFFF, EndCause(rawValue: UInt8(second >> 48 & 0xFF))
      )
    }
  }
}
