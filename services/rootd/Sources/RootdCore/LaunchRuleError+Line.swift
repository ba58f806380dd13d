// Broken rules in the kernel's log: the case's name as docs/reference/boot-config.md lists it, and
// the roles that it names.

import Bootstrap
import CapABI
import Runtime

extension LaunchRuleError {
  /// Appends the rule and its roles.
  func describe(in line: inout TextLine) {
    switch self {
    case .unknownRole(let role): line.append(rule: "unknownRole", role)
    case .duplicateRole(let role): line.append(rule: "duplicateRole", role)
    case .wrongLaunchKind(let role, _): line.append(rule: "wrongLaunchKind", role)
    case .missingLauncher(let role, let launcher):
      line.append(rule: "missingLauncher", role, launcher)
    case .priorityZero(let role): line.append(rule: "priorityZero", role)
    case .affinityZero(let role): line.append(rule: "affinityZero", role)
    case .budgetZero(let role): line.append(rule: "budgetZero", role)
    case .badCSpaceSize(let role, let size):
      line.append(rule: "badCSpaceSize", role)
      line.append(":")
      line.append(decimal: UInt64(size))
    case .noSyscalls(let role): line.append(rule: "noSyscalls", role)
    case .badRestartPolicy(let role): line.append(rule: "badRestartPolicy", role)
    case .foundationPolicy(let role): line.append(rule: "foundationPolicy", role)
    case .wrongValidation(let role, _): line.append(rule: "wrongValidation", role)
    case .requiredDriver(let role): line.append(rule: "requiredDriver", role)
    case .budgetExceeded(let total, let available):
      line.append("budgetExceeded:")
      line.append(decimal: total)
      line.append(":")
      line.append(decimal: available)
    default: describeGraph(in: &line)
    }
  }

  /// Rules about dependencies, edges and capabilities.
  private func describeGraph(in line: inout TextLine) {
    switch self {
    case .selfDependency(let role): line.append(rule: "selfDependency", role)
    case .missingDependency(let role, let other):
      line.append(rule: "missingDependency", role, other)
    case .driverDependency(let role, let other): line.append(rule: "driverDependency", role, other)
    case .foundationOrder(let role, let other): line.append(rule: "foundationOrder", role, other)
    case .dependencyCycle(let role, let other): line.append(rule: "dependencyCycle", role, other)
    case .selfEdge(let role): line.append(rule: "selfEdge", role)
    case .missingPeer(let role, let peer): line.append(rule: "missingPeer", role, peer)
    case .badgeZero(let role, let peer): line.append(rule: "badgeZero", role, peer)
    case .badgeOutsideFaces(let role, let peer, let badge):
      line.append(rule: "badgeOutsideFaces", role, peer, badge)
    case .duplicateBadge(let role, let other, let peer, let badge):
      line.append(rule: "duplicateBadge", role, other)
      line.append(":", peer)
      line.append(":")
      line.append(hexadecimal: badge.rawValue)
    case .supervisorCall(let role, let peer): line.append(rule: "supervisorCall", role, peer)
    case .callWithoutDeadline(let role, let peer):
      line.append(rule: "callWithoutDeadline", role, peer)
    case .callCycle(let role, let peer): line.append(rule: "callCycle", role, peer)
    case .capabilityOutsideCSpace(let role, let slot):
      line.append(rule: "capabilityOutsideCSpace", role)
      line.append(":")
      line.append(decimal: UInt64(slot.rawValue))
    case .undeclaredEdge(let role, let peer, let badge):
      line.append(rule: "undeclaredEdge", role, peer, badge)
    case .edgeWithoutCapability(let role, let peer, let badge):
      line.append(rule: "edgeWithoutCapability", role, peer, badge)
    case .intakeMismatch(let role, _): line.append(rule: "intakeMismatch", role)
    // `describe` has the others.
    default: break
    }
  }
}

extension TextLine {
  /// Appends a rule and what it names, with colons between.
  fileprivate mutating func append(
    rule: StaticString, _ role: RoleID, _ other: RoleID? = nil, _ badge: Badge? = nil
  ) {
    append(rule)
    append(":", role)
    if let other { append(":", other) }
    if let badge {
      append(":")
      append(hexadecimal: badge.rawValue)
    }
  }
}
