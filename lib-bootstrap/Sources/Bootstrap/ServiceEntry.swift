// Table 0 of the boot configuration: how each role is started and what it may use up
// (docs/reference/boot-config.md, "Service").

public import CapABI

/// Who starts a role.
public enum LaunchKind: UInt8, Sendable {
  /// The kernel: rootd alone.
  case kernel = 1
  /// rootd: the foundation services.
  case rootd = 2
  /// procd, told by rootd.
  case procd = 3
  /// deviced, when the device is there (BOOTCFG_LAUNCH_KIND_DEVICED_DRIVER).
  case driver = 4
  /// procd, after the services.
  case program = 5

  /// The role that starts it; nil for the kernel.
  public var launcher: RoleID? {
    switch self {
    case .kernel: nil
    case .rootd: .rootd
    case .procd, .program: .procd
    case .driver: .deviced
    }
  }
}

/// What is awaited after a start.
public enum ValidationProfile: UInt8, Sendable {
  /// The readiness report.
  case ready = 1
  /// The readiness report, then a probe of the service's contract.
  case probe = 2
  /// Nothing: the entry states a policy that another service carries out.
  case intent = 3
}

/// When and how often a service is started again.
public struct RestartPolicy: Equatable, Sendable {
  /// When.
  public enum Mode: UInt8, Sendable {
    /// Never.
    case never = 0
    /// After a crash or a watchdog.
    case onFailure = 1
    /// After every end.
    case always = 2
  }

  /// When.
  public var mode: Mode
  /// Most restarts in a window; 0 for no limit.
  public var maximumRestarts: UInt32
  /// Seconds of the window.
  public var windowSeconds: UInt32
  /// Wait before the first restart; doubles with each.
  public var firstBackoffMilliseconds: UInt32
  /// Longest wait.
  public var longestBackoffMilliseconds: UInt32

  /// A policy of these parts.
  public init(
    mode: Mode, maximumRestarts: UInt32 = 0, windowSeconds: UInt32 = 0,
    firstBackoffMilliseconds: UInt32 = 0, longestBackoffMilliseconds: UInt32 = 0
  ) {
    self.mode = mode
    self.maximumRestarts = maximumRestarts
    self.windowSeconds = windowSeconds
    self.firstBackoffMilliseconds = firstBackoffMilliseconds
    self.longestBackoffMilliseconds = longestBackoffMilliseconds
  }

  /// Never.
  public static var never: RestartPolicy { RestartPolicy(mode: .never) }

  /// Whether the numbers agree with one another and with the mode.
  public var isConsistent: Bool {
    if mode == .never { return self == .never }
    return firstBackoffMilliseconds <= longestBackoffMilliseconds
      && (windowSeconds == 0) == (maximumRestarts == 0)
  }
}

#if !hasFeature(Embedded)
extension LaunchKind: CaseIterable {}
extension ValidationProfile: CaseIterable {}
extension RestartPolicy.Mode: CaseIterable {}
#endif

/// A run of entries in one of the other tables.
public struct EntryRun: Equatable, Sendable {
  /// Index of the first entry.
  public var first: UInt16
  /// Number of entries.
  public var count: UInt16

  /// A run of these parts.
  public init(first: UInt16, count: UInt16) {
    self.first = first
    self.count = count
  }

  /// The index behind the last entry.
  public var end: Int { Int(first) + Int(count) }
}

/// One role of the boot configuration, its lists excepted.
public struct ServiceEntry: Equatable, Sendable {
  /// Role.
  public var role: RoleID
  /// Who starts it.
  public var launchKind: LaunchKind
  /// Priority of its first thread; 1 to 255.
  public var priority: UInt8
  /// Whether its failure stops the boot.
  public var isRequired: Bool
  /// Bit n allows processor n.
  public var affinity: UInt64
  /// Bytes of its memory budget.
  public var budget: UInt64
  /// Slots of its CSpace.
  public var cspaceSlots: UInt32
  /// System calls that it may use.
  public var syscalls: SyscallFilter
  /// Restarts.
  public var restart: RestartPolicy
  /// What is awaited after its start.
  public var validation: ValidationProfile
  /// Milliseconds between signs of life; 0 for no watchdog.
  public var watchdogMilliseconds: UInt32
  /// Roles that start before it.
  public var dependencies: EntryRun
  /// Whom it may send to.
  public var edges: EntryRun
  /// What it may hold.
  public var capabilities: EntryRun
  /// By which badges others reach it.
  public var faces: EntryRun

  /// An entry of these parts.
  public init(
    role: RoleID, launchKind: LaunchKind, priority: UInt8, isRequired: Bool, affinity: UInt64,
    budget: UInt64, cspaceSlots: UInt32, syscalls: SyscallFilter, restart: RestartPolicy,
    validation: ValidationProfile, watchdogMilliseconds: UInt32, dependencies: EntryRun,
    edges: EntryRun, capabilities: EntryRun, faces: EntryRun
  ) {
    self.role = role
    self.launchKind = launchKind
    self.priority = priority
    self.isRequired = isRequired
    self.affinity = affinity
    self.budget = budget
    self.cspaceSlots = cspaceSlots
    self.syscalls = syscalls
    self.restart = restart
    self.validation = validation
    self.watchdogMilliseconds = watchdogMilliseconds
    self.dependencies = dependencies
    self.edges = edges
    self.capabilities = capabilities
    self.faces = faces
  }
}
