// The system of integration/boot-config/system.json, built from the intake tables: what the suites
// change in one place each.

import Bootstrap
import CapABI
import Handoff

/// Ranges of badges in which the sample puts its clients; a client's badge is the base of the face
/// plus the client's role.
enum FaceBase: UInt64, CaseIterable {
  case `public` = 0x1_0000
  case control = 0x2_0000
  case provider = 0x3_0000
  case interrupt = 0x4_0000
  case supervisor = 0x5_0000

  func badge(of client: RoleID) -> Badge {
    Badge(rawValue: rawValue + UInt64(client.rawValue))
  }

  var face: Face {
    let kind: Face.Kind =
      switch self {
      case .public: .public
      case .control: .control
      case .provider: .provider
      case .interrupt: .interrupt
      case .supervisor: .supervisor
      }
    return Face(
      kind: kind, first: Badge(rawValue: rawValue), last: Badge(rawValue: rawValue + 0xFFFF))
  }
}

extension BootConfigDraft {
  /// rootd and memd: the least that obeys all rules.
  static var tiny: BootConfigDraft {
    var draft = BootConfigDraft(
      info: BootConfigInfo(profile: .smoke), services: [.system(.rootd), .system(.memd)])
    draft.services[0].edges = []
    draft.services[0].capabilities.removeAll { $0.descriptor.peer != .none }
    draft.info.switches.flags = .debugExit
    return draft
  }

  /// Every role that has an intake table.
  static var system: BootConfigDraft {
    let roles = (0..<RoleID.knownCount).compactMap { RoleID.known(at: $0) }
      .filter { IntakeTable(for: $0) != nil }
    var draft = BootConfigDraft(
      info: BootConfigInfo(profile: .dev), services: roles.map { .system($0) })
    for role in roles where [.named, .timed, .logd].contains(role) || role.rawValue >= 0x14 {
      guard !role.isDriver else { continue }
      draft[.procd].keep(role, at: 1100 + UInt32(role.rawValue))
    }
    return draft
  }

  /// The service of a role that is there.
  subscript(role: RoleID) -> ServiceDraft {
    get { services.first { $0.entry.role == role } ?? services[0] }
    set {
      guard let index = services.firstIndex(where: { $0.entry.role == role }) else { return }
      services[index] = newValue
    }
  }
}

extension ServiceDraft {
  /// The service as the intake table and the policies below make it.
  static func system(_ role: RoleID) -> ServiceDraft {
    var service = ServiceDraft(entry: entry(role), dependencies: dependencies(role))
    service.faces = FaceBase.allCases.map { $0.face }
    service.addIntake(role)
    service.addAcquired(role)
    service.capabilities.sort { $0.descriptor.slot.rawValue < $1.descriptor.slot.rawValue }
    service.edges.sort {
      ($0.peer.rawValue, $0.badge.rawValue) < ($1.peer.rawValue, $1.badge.rawValue)
    }
    return service
  }

  /// Adds an edge and the capability for it.
  mutating func connect(
    _ slot: UInt32, to peer: RoleID, _ face: FaceBase, _ mode: PeerEdge.Mode,
    type: CapabilityType = .endpoint, rights: Rights = .send,
    flags: DeclaredCapability.Flags = .none
  ) {
    let badge = face.badge(of: entry.role)
    let isRestartable = peer.phase != .foundation
    edges.append(
      PeerEdge(
        peer: peer, mode: mode,
        deadlineMilliseconds: mode == .call && isRestartable ? 1000 : 0, badge: badge))
    capabilities.append(
      DeclaredCapability(
        TransferDescriptor(
          slot: CapSlot(rawValue: slot), type: type, rights: rights, peer: peer, badge: badge),
        flags: flags))
  }

  /// Adds the unbadged endpoint of a role, kept for its restarts.
  mutating func keep(_ role: RoleID, at slot: UInt32) {
    capabilities.append(
      DeclaredCapability(
        TransferDescriptor(
          slot: CapSlot(rawValue: slot), type: .endpoint,
          rights: .send | .receive | .grant | .manage, peer: role),
        flags: .acquired | .custody))
  }

  private mutating func addIntake(_ role: RoleID) {
    guard let table = IntakeTable(for: role) else { return }
    for row in (0..<table.count).compactMap({ table.entry(at: $0) }) {
      guard row.peer == .none else {
        let isReport = row.slot == StartupSlot.supervisor
        let isReader = row.peer == .logd && row.slot != StartupSlot.log
        let isNotify =
          isReport || row.type == .notification || row.peer == .logd && !isReader
          || role == .procd && row.slot.rawValue > 18
        let isLauncher = role == .deviced && row.peer == .procd
        connect(
          row.slot.rawValue, to: row.peer,
          isReport
            ? .supervisor
            : isLauncher
              ? .control : row.type == .notification ? .interrupt : isReader ? .provider : .public,
          isNotify ? .notify : .call, type: row.type, rights: row.rights)
        continue
      }
      capabilities.append(
        DeclaredCapability(
          TransferDescriptor(slot: row.slot, type: row.type, kind: row.kind, rights: row.rights),
          count: row.maximumCount))
    }
  }

  private mutating func addAcquired(_ role: RoleID) {
    switch role {
    case .rootd:
      connect(16, to: .procd, .control, .call, rights: .send | .grant, flags: .acquired)
      connect(17, to: .named, .control, .call, flags: .acquired)
      for (index, child) in ([.memd, .vspaced, .pagerd, .procd] as [RoleID]).enumerated() {
        keep(child, at: 24 + UInt32(index))
      }
      hold(6, .endpoint, .receive)
      hold(7, .notification, .receive)
      hold(2560, .untyped, .read | .manage, count: 512)
      hold(3072, .frame, .read, count: 1000)
    case .irqd:
      connect(
        24, to: .drvSerial, .interrupt, .notify, type: .notification, flags: .acquired)
    case .deviced: connect(24, to: .drvSerial, .control, .notify, flags: .acquired)
    case .seriald: connect(24, to: .drvSerial, .provider, .call, flags: .acquired)
    default: break
    }
  }

  private mutating func hold(
    _ slot: UInt32, _ type: CapabilityType, _ rights: Rights, count: UInt32 = 1
  ) {
    capabilities.append(
      DeclaredCapability(
        TransferDescriptor(slot: CapSlot(rawValue: slot), type: type, rights: rights),
        count: count, flags: .acquired))
  }

  private static func entry(_ role: RoleID) -> ServiceEntry {
    let isFoundation = role.phase == .foundation
    let kind: LaunchKind =
      role == .rootd ? .kernel : isFoundation ? .rootd : role.isDriver ? .driver : .procd
    let none = EntryRun(first: 0, count: 0)
    return ServiceEntry(
      role: role, launchKind: kind, priority: isFoundation ? 200 : role.isDriver ? 180 : 150,
      isRequired: !role.isDriver, affinity: .max, budget: 1 << 20, cspaceSlots: 4096,
      syscalls: role == .rootd ? .all : .all.subtracting(SyscallFilter(.rootdReport)),
      restart: isFoundation
        ? .never
        : RestartPolicy(
          mode: .onFailure, maximumRestarts: 5, windowSeconds: 60,
          firstBackoffMilliseconds: 100, longestBackoffMilliseconds: 5000),
      validation: role == .rootd || role.isDriver ? .intent : isFoundation ? .probe : .ready,
      watchdogMilliseconds: isFoundation ? 0 : 10_000, dependencies: none, edges: none,
      capabilities: none, faces: none)
  }

  private static func dependencies(_ role: RoleID) -> [Dependency] {
    let roles: [RoleID] =
      switch role {
      case .vspaced: [.memd]
      case .pagerd: [.memd, .vspaced]
      case .procd: [.memd, .vspaced, .pagerd]
      case .timed: [.named]
      case .logd: [.named, .timed]
      case .crashd: [.named, .timed, .logd]
      case .irqd: [.named, .logd]
      case .deviced: [.named, .logd, .irqd]
      case .probed, .hotplugd, .seriald: [.named, .logd, .deviced]
      case .drvSerial: [.irqd, .deviced, .seriald]
      default: []
      }
    return roles.map { Dependency($0) }
  }
}
