// Rules about capabilities: they lie in the CSpace, agree with the edges, and those of the start
// are exactly the role's intake table.

import CapABI
import Handoff

extension BootConfig {
  /// Checks every capability of every service.
  ///
  /// - Throws: `LaunchRuleError.capabilityOutsideCSpace`, `undeclaredEdge`,
  ///   `edgeWithoutCapability`, `intakeMismatch`.
  func checkCapabilities() throws(LaunchRuleError) {
    var index = 0
    while let service = services[index] {
      try checkSlots(of: service)
      try checkUse(of: service)
      if let table = IntakeTable(for: service.role) {
        do throws(IntakeError) { try checkIntake(of: service, table) } catch {
          throw .intakeMismatch(service.role, error)
        }
      }
      index += 1
    }
  }

  /// All slots lie in the CSpace.
  private func checkSlots(of service: ServiceEntry) throws(LaunchRuleError) {
    let capabilities = capabilities(of: service)
    // Slots increase, so the last run reaches highest.
    guard let last = capabilities[capabilities.count - 1] else { return }
    guard last.endSlot <= UInt64(service.cspaceSlots) else {
      throw .capabilityOutsideCSpace(service.role, last.descriptor.slot)
    }
  }

  /// Every capability to send has its edge, and every edge a capability.
  private func checkUse(of service: ServiceEntry) throws(LaunchRuleError) {
    let capabilities = capabilities(of: service)
    let edges = edges(of: service)
    var index = 0
    while let capability = capabilities[index] {
      index += 1
      guard capability.canSend else { continue }
      var hasEdge = false
      for position in 0..<edges.count {
        hasEdge = hasEdge || edges[position]?.isSameEnd(as: capability) == true
      }
      let end = capability.descriptor
      guard hasEdge else { throw .undeclaredEdge(service.role, peer: end.peer, end.badge) }
    }
    index = 0
    while let edge = edges[index] {
      var isUsable = false
      for position in 0..<capabilities.count {
        isUsable = isUsable || edge.isUsable(with: capabilities[position])
      }
      guard isUsable else {
        throw .edgeWithoutCapability(service.role, peer: edge.peer, edge.badge)
      }
      index += 1
    }
  }

  /// The capabilities that are not acquired later are the rows of the intake table, one by one.
  private func checkIntake(
    of service: ServiceEntry, _ table: IntakeTable
  ) throws(IntakeError) {
    let capabilities = capabilities(of: service)
    var row = 0
    var index = 0
    while let capability = capabilities[index] {
      index += 1
      guard !capability.flags.contains(.acquired) else { continue }
      let slot = capability.descriptor.slot
      guard let entry = table.entry(at: row) else { throw .unexpected(slot) }
      guard slot == entry.slot else {
        throw slot.rawValue < entry.slot.rawValue ? .unexpected(slot) : .missing(entry.slot)
      }
      try capability.check(against: entry)
      row += 1
    }
    if let entry = table.entry(at: row) { throw .missing(entry.slot) }
  }
}

extension PeerEdge {
  /// Whether a capability leads to this peer with this badge.
  fileprivate func isSameEnd(as capability: DeclaredCapability) -> Bool {
    capability.descriptor.peer == peer && capability.descriptor.badge == badge
  }

  /// Whether messages of this edge's mode can go through a capability.
  ///
  /// Nothing can be called through a notification.
  fileprivate func isUsable(with capability: DeclaredCapability?) -> Bool {
    guard let capability, capability.canSend, isSameEnd(as: capability) else { return false }
    return mode == .notify || capability.descriptor.type == .endpoint
  }
}

extension DeclaredCapability {
  /// Compares the declaration with its row; the slot agrees already.
  fileprivate func check(against entry: IntakeEntry) throws(IntakeError) {
    let slot = descriptor.slot
    guard descriptor.type == entry.type else {
      throw .wrongType(slot, found: descriptor.type, expected: entry.type)
    }
    guard descriptor.kind == entry.kind else {
      throw .wrongKind(slot, found: descriptor.kind, expected: entry.kind)
    }
    guard descriptor.rights == entry.rights else {
      throw .wrongRights(slot, found: descriptor.rights, expected: entry.rights)
    }
    guard descriptor.peer == entry.peer else {
      throw .wrongPeer(slot, found: descriptor.peer, expected: entry.peer)
    }
    guard count <= entry.maximumCount else {
      throw .unexpected(CapSlot(rawValue: slot.rawValue + entry.maximumCount))
    }
  }
}
