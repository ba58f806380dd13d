// A shell with scripted peers: a kernel with processes and slots, services that answer, and a
// console that types what a test wants and remembers what was printed.

import Bootstrap
import Bytes
import CapABI
import Handoff
import IPC
import Service
import ServiceTesting
import ShellCore
import Store
import StoreTesting
import Sys

/// A process as the scripted kernel's audit shows it.
struct ScriptedProcess {
  var number: UInt64
  var state: UInt64 = 1
  var counters: [UInt64] = [0, 0, 0, 0]
  /// What stands in its slots.
  var slots: [UInt64: Held] = [:]

  /// A capability with the number of its object.
  struct Held {
    var type = CapabilityType.endpoint
    var rights = Rights.send
    var family = EndpointKind.generic
    var badge: UInt64 = 0
    var object: UInt64
  }
}

/// What a person does at the console, one after the other.
enum Typed {
  case line(String)
  case tab(String)
  case up
  case down
  case interrupt
  case end
  case refused(ResultCode)
}

/// The world of a shell.
final class World {
  let kernel = TestKernel()
  private(set) var shell: Shell<TestSystem>
  private let memory: Region
  /// Everything that was written to the console.
  var output = ""
  /// What the person does next.
  var typed: [Typed] = []
  /// Lines as READ_LINE offered them.
  var offered: [String] = []
  /// Keys, nil for a wait that ends by its time.
  var keys: [SerialKey?] = []
  var processes: [ScriptedProcess] = []
  var clock: UInt64 = 5_000_000_000

  /// Pages of the frame with the boot configuration.
  private static var pages: Int { 16 }

  init(_ draft: BootConfigDraft = .sample, heapBytes: Int = 1 << 16) throws {
    var memory = Region.allocated(heapBytes + (6 << 20))
    let base = memory.address
    guard let heap = memory.take(heapBytes) else { throw TestFailure.noReply }
    let address = (base + UInt64(heapBytes) + 4096 + (2 << 20) - 1) / (2 << 20) * (2 << 20)
    let config = try draft.encoded()
    let start = memory.address
    var bytes = memory.mutableBytes
    try bytes.copy(config.span.rawBytes, at: Int(address - start))
    self.memory = memory
    kernel.answer(ServiceSlot.control(0)) { _ in
      .words([UInt64(CapabilityType.frame.rawValue), 1, UInt64(Self.pages), 0])
    }
    var facts = Start.sample(.shell).info
    facts.heapBase = base
    facts.heapSize = UInt64(heapBytes)
    var begin = Start(info: facts, heap: heap, resourceCount: 1)
    shell = try Shell(&begin, kernel.system)
    connect()
    populate(draft)
  }

  /// The shell does what a line says; what it prints.
  func run(_ text: String) -> String {
    output = ""
    shell.run(line(text))
    return output
  }

  /// One line from the prompt to its end.
  func converse(_ steps: [Typed]) -> String {
    output = ""
    typed = steps
    shell.converseOnce()
    return output
  }

  // MARK: The kernel

  private func connect() {
    kernel.answer(ServiceSlot.control(2)) { [unowned self] _ in
      clock += 1000
      return .words([clock / 1_000_000, clock, 0, 0])
    }
    kernel.answer(ServiceSlot.control(0)) { [unowned self] in audit($0) }
    kernel.answer(ServiceSlot.peer(0)) { [unowned self] in console($0) }
  }

  private func audit(_ message: TestMessage) -> TestMessage {
    switch ControlOperation(rawValue: message.tag.label) {
    case .auditProcesses:
      let found = processes.filter { $0.number >= message.word(0) }.min { $0.number < $1.number }
      guard let found else { return .refusing(.notFound) }
      return .words([found.number, found.state, 4096, 1])
    case .auditSlots:
      guard let process = processes.first(where: { $0.number == message.word(0) }),
        let slot = process.slots.keys.filter({ $0 >= message.word(1) }).min(),
        let held = process.slots[slot]
      else { return .refusing(.notFound) }
      return .words([
        slot | UInt64(held.type.rawValue) << 32,
        UInt64(held.rights.rawValue) | UInt64(held.family.rawValue) << 32, held.badge,
        held.object,
      ])
    case .auditCounters:
      guard let process = processes.first(where: { $0.number == message.word(0) }) else {
        return .refusing(.notFound)
      }
      return .words(process.counters)
    case .auditHardening: return .words([0b101, 0, 0, 0])
    default: return .refusing(.unsupported)
    }
  }

  /// Processes 10, 11, … for the services, which hold exactly what is declared.
  private func populate(_ draft: BootConfigDraft) {
    for (index, service) in draft.services.enumerated() {
      var process = ScriptedProcess(number: UInt64(10 + index))
      for row in service.capabilities where !row.flags.contains(.acquired) {
        let descriptor = row.descriptor
        let peer = descriptor.peer == .none ? service.entry.role : descriptor.peer
        let place = draft.services.firstIndex { $0.entry.role == peer } ?? 0
        let isNotification = descriptor.type == .notification
        process.slots[UInt64(descriptor.slot.rawValue)] = ScriptedProcess.Held(
          type: descriptor.type, rights: descriptor.rights, family: descriptor.kind,
          badge: descriptor.badge.rawValue,
          object: UInt64(isNotification ? 200 + place : 100 + place))
      }
      processes.append(process)
    }
    for index in draft.services.indices.dropFirst() {
      processes[0].slots[2560 + UInt64(index)] = ScriptedProcess.Held(
        rights: .send | .receive | .grant | .manage, object: UInt64(100 + index))
      processes[0].slots[2624 + UInt64(index)] = ScriptedProcess.Held(
        type: .notification, rights: .send | .receive | .manage, object: UInt64(200 + index))
    }
  }

  // MARK: The console

  private func console(_ message: TestMessage) -> TestMessage {
    do {
      let tag = MessageTag(rawValue: message.tag.rawValue & ~(0xFF << MessageTag.flagsShift))
      switch try SerialdRequest(decoding: tag, body: message.body.span.rawBytes) {
      case .write(let bytes):
        output += String(
          decoding: (0..<bytes.byteCount).map { bytes.byte($0) }, as: UTF8.self)
        return try Self.reply(.write)
      case .readLine(let prompt):
        let text = prompt.text.bytes
        offered.append(
          String(decoding: (0..<text.byteCount).map { text.byte($0) }, as: UTF8.self))
        return try edited(text, prompt.cursor)
      case .readKey:
        guard !keys.isEmpty, let key = keys.removeFirst() else {
          return TestMessage(MessageTag(refusing: .timedOut))
        }
        return try Self.reply(.readKey(key))
      default: return .refusing(.unsupported)
      }
    } catch {
      return .refusing(.internal)
    }
  }

  private func edited(_ text: RawSpan, _ cursor: UInt16) throws -> TestMessage {
    guard !typed.isEmpty else { return .refusing(.denied) }
    switch typed.removeFirst() {
    case .line(let text): return try Self.end(.line, text)
    case .tab(let text): return try Self.end(.complete, text)
    case .up: return try Self.end(.previous, offered.last ?? "")
    case .down: return try Self.end(.next, offered.last ?? "")
    case .interrupt: return try Self.end(.interrupt, "")
    case .end: return try Self.end(.end, "")
    case .refused(let code): return .refusing(code)
    }
  }

  private static func end(_ end: LineEnd, _ text: String) throws -> TestMessage {
    let bytes = Array(text.utf8)
    guard let text = LogText(bytes.span.rawBytes) else { throw TestFailure.noReply }
    let input = LineInput(end: end, text: text, cursor: UInt16(bytes.count))
    return try reply(.readLine(input))
  }

  private static func reply(_ reply: borrowing SerialdReply) throws -> TestMessage {
    var body = [UInt8](repeating: 0, count: 1024)
    var span = body.mutableSpan
    var bytes = span.mutableRawBytes
    let tag = try reply.encode(into: &bytes)
    return TestMessage(tag, Array(body[..<Int(tag.length)]))
  }
}

extension RawSpan {
  fileprivate func byte(_ index: Int) -> UInt8 {
    (try? integer(at: index, as: UInt8.self)) ?? 0
  }
}

extension TestMessage {
  /// A successful reply of the kernel with four words.
  static func words(_ words: [UInt64]) -> TestMessage {
    let body = words.flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
    }
    return TestMessage(MessageTag(label: 0, length: UInt16(body.count)), body)
  }
}

extension BootConfigDraft {
  /// rootd, memd, procd, named, timed: enough for every way in which services differ.
  static var sample: BootConfigDraft {
    var draft = BootConfigDraft(
      info: BootConfigInfo(profile: .smoke),
      services: [
        .sample(.rootd, .kernel), .sample(.memd, .rootd), .sample(.procd, .rootd),
        .sample(.named, .procd), .sample(.timed, .procd),
      ])
    // What rootd makes for each of them.
    for (first, type) in [(2560, CapabilityType.endpoint), (2624, .notification)] {
      for index in draft.services.indices.dropFirst() {
        let rights: Rights = .send | .receive | .manage
        let descriptor = TransferDescriptor(
          slot: CapSlot(rawValue: UInt32(first + index)), type: type,
          rights: type == .endpoint ? rights | .grant : rights,
          peer: draft.services[index].entry.role)
        draft.services[0].capabilities.append(
          DeclaredCapability(descriptor, flags: .acquired | .custody))
      }
    }
    return draft
  }
}

extension ServiceDraft {
  /// A service with its own endpoint and notification, its supervisor and its pager's badge.
  static func sample(_ role: RoleID, _ launch: LaunchKind) -> ServiceDraft {
    let none = EntryRun(first: 0, count: 0)
    let entry = ServiceEntry(
      role: role, launchKind: launch, priority: 100, isRequired: true, affinity: .max,
      budget: 1 << 20, cspaceSlots: 4096, syscalls: .all, restart: .never, validation: .ready,
      watchdogMilliseconds: 0, dependencies: none, edges: none, capabilities: none, faces: none)
    func row(
      _ slot: UInt32, _ type: CapabilityType, _ rights: Rights, _ peer: RoleID = .none,
      _ badge: UInt64 = 0
    ) -> DeclaredCapability {
      DeclaredCapability(
        TransferDescriptor(
          slot: CapSlot(rawValue: slot), type: type, rights: rights, peer: peer,
          badge: Badge(rawValue: badge)))
    }
    let number = UInt64(role.rawValue)
    var rows = [row(1, .endpoint, .receive), row(2, .notification, .receive)]
    if launch == .procd {
      rows += [
        row(3, .endpoint, .send, .procd, 0x5_0000 + number),
        row(7, .endpoint, .send, .memd, 0x1_0000 + number),
      ]
    }
    if launch == .kernel { rows = [] }
    return ServiceDraft(entry: entry, capabilities: rows)
  }
}
