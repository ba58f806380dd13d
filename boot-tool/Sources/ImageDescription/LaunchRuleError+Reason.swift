// Broken rules in words, with role names in place of numbers.

import Bootstrap
import CapABI

extension LaunchRuleError {
  /// The rule and the roles.
  var reason: String {
    switch self {
    case .unknownRole(let role): "unknown role \(role.text)"
    case .duplicateRole(let role): "two entries for \(role.text)"
    case .wrongLaunchKind(let role, let found): "\(role.text) cannot be launched by \(found)"
    case .missingLauncher(let role, let launcher):
      "\(role.text) needs \(launcher.text), which launches it"
    case .priorityZero(let role): "\(role.text) has priority 0"
    case .affinityZero(let role): "\(role.text) may run on no processor"
    case .budgetZero(let role): "\(role.text) has no memory budget"
    case .badCSpaceSize(let role, let found): "\(role.text) has a CSpace of \(found) slots"
    case .noSyscalls(let role): "\(role.text) may use no system call"
    case .badRestartPolicy(let role): "\(role.text) has a contradictory restart policy"
    case .foundationPolicy(let role): "\(role.text) must be required and never restarted"
    case .wrongValidation(let role, let found): "\(role.text) cannot have validation \(found)"
    case .requiredDriver(let role): "\(role.text) is a driver and cannot be required"
    case .budgetExceeded(let total, let available):
      "budgets of \(total) bytes exceed the memory of \(available)"
    default: graphReason
    }
  }

  /// Rules about dependencies and edges.
  private var graphReason: String {
    switch self {
    case .selfDependency(let role): "\(role.text) depends on itself"
    case .missingDependency(let role, let other):
      "\(role.text) depends on \(other.text), which has no entry"
    case .driverDependency(let role, let driver):
      "\(role.text) depends on the driver \(driver.text)"
    case .foundationOrder(let role, let other):
      "\(role.text) depends on \(other.text), which starts later"
    case .dependencyCycle(let role, let other):
      "a cycle of dependencies leads from \(role.text) through \(other.text)"
    case .selfEdge(let role): "\(role.text) has an edge to itself"
    case .missingPeer(let role, let peer):
      "\(role.text) has an edge to \(peer.text), which has no entry"
    case .badgeZero(let role, let peer): "\(role.text) has an edge to \(peer.text) without badge"
    case .badgeOutsideFaces(let role, let peer, let badge):
      "\(role.text) comes to \(peer.text) with badge \(badge.text), which no face has"
    case .duplicateBadge(let role, let other, let peer, let badge):
      "\(role.text) and \(other.text) come to \(peer.text) with one badge, \(badge.text)"
    case .supervisorCall(let role, let peer):
      "\(role.text) calls \(peer.text), which it launches"
    case .callWithoutDeadline(let role, let peer):
      "\(role.text) calls \(peer.text), which may be restarted, without deadline"
    case .callCycle(let role, let peer):
      "a cycle of calls leads from \(role.text) through \(peer.text)"
    default: capabilityReason
    }
  }

  /// Rules about capabilities.
  private var capabilityReason: String {
    switch self {
    case .capabilityOutsideCSpace(let role, let slot):
      "\(role.text) has a capability in slot \(slot.rawValue), outside its CSpace"
    case .undeclaredEdge(let role, let peer, let badge):
      "\(role.text) has a capability to \(peer.text) with badge \(badge.text) and no such edge"
    case .edgeWithoutCapability(let role, let peer, let badge):
      "\(role.text) has an edge to \(peer.text) with badge \(badge.text) and no capability for it"
    case .intakeMismatch(let role, let error):
      "start capabilities of \(role.text) differ from its intake table: \(error.reason)"
    default: "\(self)"
    }
  }
}

extension Badge {
  /// The value in hexadecimal.
  fileprivate var text: String { "0x" + String(rawValue, radix: 16) }
}
