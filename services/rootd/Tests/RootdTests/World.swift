// rootd behind the start of the foundation, with a kernel, procd and named that follow a script.

import Bootstrap
import Bytes
import CapABI
import Crypto
import Handoff
import IPC
import Runtime
import ServiceTesting
import StoreTesting
import Sys

@testable import RootdCore

/// What rootd talks to, and what it did.
final class World {
  let kernel = TestKernel()
  /// Roles that procd knows, with their processes.
  var processes: [(role: RoleID, process: ProcessID)] = []
  /// How processes ended; for others WAIT is refused.
  var ends: [UInt32: (EndCause, UInt32)] = [:]
  /// What procd was asked, in order.
  var asked: [ProcdRequest] = []
  /// What named was told, in order.
  var seeded: [NamedRequest] = []
  /// How SPAWN_SERVICE, AWAIT_READY and every request to named end.
  var spawnCode = ResultCode.ok
  var readyCode = ResultCode.ok
  var namedCode = ResultCode.ok

  static let procd = Badge(rawValue: 0x5_0005)
  static let memd = Badge(rawValue: 0x5_0002)
  static let first = RoleID(rawValue: 0x1001)
  static let second = RoleID(rawValue: 0x1002)

  init() {
    kernel.endpoint = RootdSlots.endpoint
    kernel.answer(RootSlot.time.slot) { _ in
      var message = TestMessage(MessageTag(label: 0, length: 32))
      message.body = [UInt8](repeating: 0, count: 32)
      return message
    }
    kernel.serve(RootdSlots.procd, ProcdRequest.self) { [unowned self] request, _ in
      asked.append(request)
      return (try procd(request), [])
    }
    kernel.serve(RootdSlots.named, NamedRequest.self) { [unowned self] request, _ in
      guard namedCode == .ok else { throw namedCode }
      seeded.append(request)
      // No service of the configuration registers.
      guard request == .seal else { throw ResultCode.unsupported }
      return (NamedReply.seal(entryCount: 0), [])
    }
  }

  private func procd(_ request: ProcdRequest) throws -> ProcdReply {
    switch request {
    case .addCapability: return .addCapability
    case .addDependency: return .addDependency
    case .spawnService(let launch):
      guard spawnCode == .ok else { throw spawnCode }
      let process = ProcessID(rawValue: UInt32(processes.count) + 1)
      processes.append((launch.role, process))
      return .spawnService(process)
    case .awaitReady:
      guard readyCode == .ok else { throw readyCode }
      return .awaitReady
    case .query(let cursor):
      guard let found = processes.first(where: { $0.process.rawValue >= cursor.rawValue }),
        let name = ServiceName(found.role)
      else { throw ResultCode.notFound }
      return .query(
        ProcessRecord(
          process: found.process, role: found.role, state: .ended, restartCount: 0, exitCode: 0,
          startNanoseconds: 0, name: name))
    case .wait(let process):
      guard let (cause, code) = ends[process.rawValue] else { throw ResultCode.timedOut }
      return .wait(cause, code: code)
    default: throw ResultCode.unsupported
    }
  }

  /// rootd as it is when the foundation runs.
  func rootd() throws -> Rootd<TestSystem> {
    let seed = [UInt8](repeating: 7, count: 64)
    let bytes = seed.span.rawBytes
    return Rootd(
      system: kernel.system, log: Log(RootSlot.log.slot),
      random: try HMACDRBG(
        entropy: bytes.extracting(0..<48), nonce: bytes.extracting(48..<64),
        personalization: bytes.extracting(0..<0)),
      switches: CommandSwitches(), profile: .smoke, wallOffset: 0, scratch: .allocated(4096))
  }

  /// Something that procd says will arrive.
  func arrive(_ role: RoleID, _ event: ServiceEvent, from badge: Badge = World.procd) throws {
    kernel.arrive(
      try TestMessage(ProcdRequest.serviceState(role, event), oneWay: true), badge: badge)
  }

  /// The program of a role ended.
  func end(_ role: RoleID, _ cause: EndCause, code: UInt32 = 0) throws {
    guard let found = processes.first(where: { $0.role == role }) else { throw ResultCode.notFound }
    ends[found.process.rawValue] = (cause, code)
    try arrive(role, .failed)
  }

  /// Whether rootd told the kernel that the boot is over.
  var isReady: Bool {
    kernel.reports.contains { $0.kind == 1 && $0.value == UInt64(RootdStatus.ready.rawValue) }
  }

  // MARK: Configuration

  /// rootd, memd, procd, named, timed, crashd that is not required, and two programs.
  static let configuration: [UInt8] = {
    var services = [
      service(.rootd, .kernel), service(.memd, .rootd), service(.procd, .rootd),
      service(.named, .procd), service(.timed, .procd), service(.crashd, .procd, isRequired: false),
      service(first, .program, .probe), service(second, .program, .probe),
    ]
    for (place, badge) in [(1, memd), (2, procd)] {
      services[place].edges = [
        PeerEdge(peer: .rootd, mode: .notify, deadlineMilliseconds: 0, badge: badge)
      ]
    }
    let draft = BootConfigDraft(info: BootConfigInfo(profile: .smoke), services: services)
    guard let bytes = try? draft.encoded() else { preconditionFailure("a wrong sample") }
    return bytes
  }()

  /// The entry of a program that nobody waits for.
  static var optionalProgram: ServiceEntry {
    service(first, .program, .probe, isRequired: false).entry
  }

  private static func service(
    _ role: RoleID, _ launch: LaunchKind, _ validation: ValidationProfile = .ready,
    isRequired: Bool = true
  ) -> ServiceDraft {
    let none = EntryRun(first: 0, count: 0)
    return ServiceDraft(
      entry: ServiceEntry(
        role: role, launchKind: launch, priority: 100, isRequired: isRequired, affinity: 1,
        budget: 1 << 20, cspaceSlots: 4096, syscalls: .all, restart: .never,
        validation: validation, watchdogMilliseconds: 0, dependencies: none, edges: none,
        capabilities: none, faces: none))
  }
}
