// The rules of a boot configuration, rule by rule as docs/reference/boot-config.md lists them.
// Pure: they read the configuration and keep nothing. Used by rootd and by boot-tool alike.

import CapABI
import Handoff

extension BootConfig {
  /// Checks every rule.
  ///
  /// - Parameter availableMemory: Bytes that the budgets together may take; nil to leave this open,
  ///   as a tool must that does not know the machine.
  /// - Returns: The order in which the services are launched.
  /// - Throws: the first broken rule, as a `LaunchRuleError`.
  public func checkRules(
    availableMemory: UInt64? = nil
  ) throws(LaunchRuleError) -> LaunchOrder {
    let roles = try RoleIndex(self)
    var total: UInt64 = 0
    var index = 0
    while let service = services[index] {
      try service.checkLaunch(roles)
      try service.checkResources()
      try service.checkPolicy()
      let (sum, overflow) = total.addingReportingOverflow(service.budget)
      total = overflow ? .max : sum
      index += 1
    }
    if let availableMemory, total > availableMemory {
      throw .budgetExceeded(total: total, available: availableMemory)
    }
    let order = try checkDependencies(roles)
    try checkEdges(roles)
    try checkCapabilities()
    return order
  }
}

/// Which role stands where in a configuration.
struct RoleIndex {
  private var roles = InlineArray<64, UInt16>(repeating: 0)
  /// Number of services.
  let count: Int

  /// Reads the roles.
  ///
  /// - Throws: `LaunchRuleError.unknownRole`, `LaunchRuleError.duplicateRole`.
  init(_ config: borrowing BootConfig) throws(LaunchRuleError) {
    // The format bounds the number of services by the size of the table here.
    count = config.services.count
    var previous = RoleID.none
    var index = 0
    while let role = config.services[index]?.role {
      guard role.name != nil || role.isProgram else { throw .unknownRole(role) }
      // Services are in order of roles: equal ones are neighbours.
      guard role != previous else { throw .duplicateRole(role) }
      roles[index] = role.rawValue
      previous = role
      index += 1
    }
  }

  /// Where a role stands; nil when it has no entry.
  subscript(role: RoleID) -> Int? {
    for index in 0..<count where roles[index] == role.rawValue { return index }
    return nil
  }

  /// The role at an index below the count.
  func role(at index: Int) -> RoleID { RoleID(rawValue: roles[index]) }
}

extension ServiceEntry {
  /// The launch kind that the role must have.
  private var expectedLaunchKind: LaunchKind {
    if role.isProgram { return .program }
    if role == .rootd { return .kernel }
    return switch role.phase {
    case .foundation: .rootd
    case .driver: .driver
    default: .procd
    }
  }

  /// Whether it is rootd or one of the services that rootd starts itself.
  var isFoundation: Bool { launchKind == .kernel || launchKind == .rootd }

  /// Rules about who launches the service.
  fileprivate func checkLaunch(_ roles: RoleIndex) throws(LaunchRuleError) {
    guard launchKind == expectedLaunchKind else {
      throw .wrongLaunchKind(role, found: launchKind)
    }
    guard let launcher = launchKind.launcher, roles[launcher] == nil else { return }
    throw .missingLauncher(role, launcher: launcher)
  }

  /// Rules about what the service may use up.
  fileprivate func checkResources() throws(LaunchRuleError) {
    guard priority != 0 else { throw .priorityZero(role) }
    guard affinity != 0 else { throw .affinityZero(role) }
    guard budget != 0 else { throw .budgetZero(role) }
    guard CSpaceSize.isValid(cspaceSlots) else {
      throw .badCSpaceSize(role, found: cspaceSlots)
    }
    guard !syscalls.isEmpty else { throw .noSyscalls(role) }
  }

  /// Rules about failure, restarts and what is awaited.
  fileprivate func checkPolicy() throws(LaunchRuleError) {
    guard restart.isConsistent else { throw .badRestartPolicy(role) }
    guard !isFoundation || (isRequired && restart.mode == .never) else {
      throw .foundationPolicy(role)
    }
    let isNotAwaited = launchKind == .driver || launchKind == .kernel
    guard isNotAwaited == (validation == .intent) else {
      throw .wrongValidation(role, found: validation)
    }
    guard launchKind != .driver || !isRequired else { throw .requiredDriver(role) }
  }
}
