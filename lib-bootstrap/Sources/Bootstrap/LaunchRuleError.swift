// How a boot configuration of valid form can be wrong: docs/reference/boot-config.md, "Rules".
// Every case names the roles that the one who writes the configuration has to look at.

public import CapABI

/// A rule that the entries of a boot configuration break.
public enum LaunchRuleError: Error, Equatable, Sendable {
  /// The role is neither known nor a program's number.
  case unknownRole(RoleID)
  /// A second entry for the role.
  case duplicateRole(RoleID)
  /// The role is launched by someone else.
  case wrongLaunchKind(RoleID, found: LaunchKind)
  /// Whoever launches the role has no entry.
  case missingLauncher(RoleID, launcher: RoleID)
  /// Priority 0.
  case priorityZero(RoleID)
  /// No processor.
  case affinityZero(RoleID)
  /// No memory.
  case budgetZero(RoleID)
  /// Not a size that a CSpace can have.
  case badCSpaceSize(RoleID, found: UInt32)
  /// No system call.
  case noSyscalls(RoleID)
  /// The numbers of the restart policy contradict one another or the mode.
  case badRestartPolicy(RoleID)
  /// A foundation service that is not required or may be restarted.
  case foundationPolicy(RoleID)
  /// What is awaited does not fit how it is launched.
  case wrongValidation(RoleID, found: ValidationProfile)
  /// A driver that is required.
  case requiredDriver(RoleID)
  /// The budgets together pass the memory; `UInt64.max` stands for a sum that is larger still.
  case budgetExceeded(total: UInt64, available: UInt64)

  /// A role that depends on itself.
  case selfDependency(RoleID)
  /// The dependency has no entry.
  case missingDependency(RoleID, dependency: RoleID)
  /// A service that depends on a driver.
  case driverDependency(RoleID, driver: RoleID)
  /// A foundation service that depends on something later.
  case foundationOrder(RoleID, dependency: RoleID)
  /// The pair lies on a cycle of dependencies.
  case dependencyCycle(RoleID, dependency: RoleID)

  /// A role that sends to itself.
  case selfEdge(RoleID)
  /// The peer has no entry.
  case missingPeer(RoleID, peer: RoleID)
  /// An edge without badge.
  case badgeZero(RoleID, peer: RoleID)
  /// No face of the peer has the badge.
  case badgeOutsideFaces(RoleID, peer: RoleID, Badge)
  /// Two roles come to the peer with one badge.
  case duplicateBadge(RoleID, other: RoleID, peer: RoleID, Badge)
  /// A supervisor that calls what it launched.
  case supervisorCall(RoleID, peer: RoleID)
  /// A call without deadline to a peer that may be restarted.
  case callWithoutDeadline(RoleID, peer: RoleID)
  /// The pair lies on a cycle of calls.
  case callCycle(RoleID, peer: RoleID)

  /// A slot outside the CSpace.
  case capabilityOutsideCSpace(RoleID, CapSlot)
  /// A capability to send to a peer, without an edge.
  case undeclaredEdge(RoleID, peer: RoleID, Badge)
  /// An edge without a capability to use it.
  case edgeWithoutCapability(RoleID, peer: RoleID, Badge)
  /// The start capabilities differ from the role's intake table.
  case intakeMismatch(RoleID, IntakeError)
}
