// The boot configuration of the simulation: the system's own, without the services that have no
// core to run yet and without what leads to them.

import Bootstrap
import Bytes
import CapABI
import Handoff
import ImageDescription

/// A boot configuration as the boot image has it.
struct Configuration {
  /// The compiled bytes.
  let bytes: [UInt8]
  /// The roles that it names, rootd excepted.
  let roles: [RoleID]

  /// Compiles a text and leaves out what cannot run.
  ///
  /// - Throws: What is wrong with the text, or with what is left of it.
  init(_ json: [UInt8]) throws {
    let whole = try compileBootConfig(json)
    var draft = try BootConfigDraft(decoding: whole.span.rawBytes)
    func isThere(_ role: RoleID) -> Bool {
      role == .none || role == .rootd || Programs.all.contains(role.rawValue)
    }
    draft.services.removeAll { !isThere($0.entry.role) }
    for index in draft.services.indices {
      // A boot without it would be as good, and would leave less: here it fails, and says so.
      draft.services[index].entry.isRequired = true
      draft.services[index].dependencies.removeAll { !isThere($0.role) }
      draft.services[index].edges.removeAll { !isThere($0.peer) }
      draft.services[index].capabilities.removeAll { !isThere($0.descriptor.peer) }
    }
    let model = draft.services.first { $0.entry.role == .logd }
    draft.services += Exerciser.roles.compactMap { role in model.map { Self.client(role, $0) } }
    bytes = try draft.encoded()
    roles = draft.services.map(\.entry.role).filter { $0 != .rootd }
    _ = try BootConfig(decoding: bytes.span.rawBytes).checkRules()
  }

  /// The rows of a client of every service, otherwise like another service.
  private static func client(_ role: RoleID, _ model: ServiceDraft) -> ServiceDraft {
    var draft = model
    draft.entry.role = role
    draft.entry.priority = 100
    draft.dependencies = [RoleID.named, .timed, .logd].map { Dependency($0) }
    let badge = Badge(rawValue: 0x10000 | UInt64(role.rawValue))
    let report = Badge(rawValue: 0x50000 | UInt64(role.rawValue))
    draft.edges = [
      PeerEdge(peer: .memd, mode: .call, badge: badge),
      PeerEdge(peer: .vspaced, mode: .call, badge: badge),
      PeerEdge(peer: .pagerd, mode: .call, badge: badge),
      PeerEdge(peer: .procd, mode: .notify, badge: report),
      PeerEdge(peer: .named, mode: .call, deadlineMilliseconds: 1000, badge: badge),
      PeerEdge(peer: .timed, mode: .call, deadlineMilliseconds: 1000, badge: badge),
      PeerEdge(peer: .logd, mode: .notify, badge: badge),
    ]
    func row(_ slot: CapSlot, _ peer: RoleID, _ badge: Badge) -> DeclaredCapability {
      DeclaredCapability(
        TransferDescriptor(slot: slot, type: .endpoint, rights: .send, peer: peer, badge: badge))
    }
    let firstPeer = StartupSlot.firstPeer
    draft.capabilities = [
      DeclaredCapability(
        TransferDescriptor(slot: StartupSlot.endpoint, type: .endpoint, rights: .receive)),
      DeclaredCapability(
        TransferDescriptor(
          slot: StartupSlot.notification, type: .notification, rights: .receive)),
      row(StartupSlot.supervisor, .procd, report), row(StartupSlot.log, .logd, badge),
      row(StartupSlot.names, .named, badge), row(StartupSlot.time, .timed, badge),
      row(StartupSlot.pager, .pagerd, badge),
      row(CapSlot(rawValue: firstPeer), .memd, badge),
      row(CapSlot(rawValue: firstPeer + 1), .vspaced, badge),
    ]
    return draft
  }
}
