// The body of SPAWN_SERVICE: what procd must know to start a service and to start it again
// (docs/reference/protocols/procd.md, "SPAWN_SERVICE"). The values come from the service's entry in
// the boot configuration and go on into the start envelope, so the limits are those of both; what
// they mean for the machine is checked by procd, not here.

public import CapABI

/// When a service that ended is started again.
public enum RestartMode: UInt8, BitwiseCopyable, Sendable {
  /// Never.
  case never = 0
  /// After a fault, a kill by the watchdog, or an exit code that is not 0.
  case onFailure = 1
  /// After every end except KILL.
  case always = 2
}

/// How often and how fast a service is started again.
public struct RestartPolicy: Equatable, BitwiseCopyable, Sendable {
  /// When.
  public var mode: RestartMode
  /// Most restarts within the window; 0 means no limit.
  public var maximumRestarts: UInt32
  /// Length of the window.
  public var windowSeconds: UInt32
  /// Pause before the first restart, doubled for each further one within the window.
  public var firstBackOffMilliseconds: UInt32
  /// The pause grows no longer than this.
  public var longestBackOffMilliseconds: UInt32

  /// A policy of these parts.
  public init(
    mode: RestartMode, maximumRestarts: UInt32, windowSeconds: UInt32,
    firstBackOffMilliseconds: UInt32, longestBackOffMilliseconds: UInt32
  ) {
    self.mode = mode
    self.maximumRestarts = maximumRestarts
    self.windowSeconds = windowSeconds
    self.firstBackOffMilliseconds = firstBackOffMilliseconds
    self.longestBackOffMilliseconds = longestBackOffMilliseconds
  }
}

/// What a service is started with, beside its capabilities.
public struct ServiceLaunch: Equatable, BitwiseCopyable, Sendable {
  /// Its role, never `RoleID.none`.
  public var role: RoleID
  /// Its name.
  public var name: ServiceName
  /// Index of its image among procd's module frames.
  public var moduleIndex: UInt32
  /// Scheduling priority, 1 to 255, the highest.
  public var priority: UInt8
  /// Processors it may run on: bit n is processor n; at least one.
  public var affinity: UInt64
  /// Memory that it may use, in bytes, at least one page.
  public var budgetBytes: UInt64
  /// Slots of its CSpace: a power of two, 64 to 2^20.
  public var slotCount: UInt32
  /// System calls that it may use, at least one.
  public var syscalls: SyscallFilter
  /// When it is started again.
  public var restart: RestartPolicy
  /// Longest time between two kicks of its watchdog; 0 means no watchdog.
  public var watchdogMilliseconds: UInt32
  /// Who starts it by START_SERVICE; `RoleID.none` when it is started at once.
  public var launcher: RoleID

  /// A launch of these parts.
  public init(
    role: RoleID, name: ServiceName, moduleIndex: UInt32, priority: UInt8, affinity: UInt64,
    budgetBytes: UInt64, slotCount: UInt32, syscalls: SyscallFilter, restart: RestartPolicy,
    watchdogMilliseconds: UInt32, launcher: RoleID = .none
  ) {
    self.role = role
    self.name = name
    self.moduleIndex = moduleIndex
    self.priority = priority
    self.affinity = affinity
    self.budgetBytes = budgetBytes
    self.slotCount = slotCount
    self.syscalls = syscalls
    self.restart = restart
    self.watchdogMilliseconds = watchdogMilliseconds
    self.launcher = launcher
  }

  /// Bytes in a message.
  static let size: UInt16 = 72
  private static let budgets: ClosedRange<UInt64> = UserPages.pageSize...UInt64.max
  private static var slotCounts: ClosedRange<UInt32> { 64...CapSlot.maximumCount }
  private static let priorities: ClosedRange<UInt8> = 1...UInt8.max

  /// Whether the CSpace can have that many slots, once the range is known to hold.
  private static func isSlotCount(_ count: UInt32) -> Bool { count.nonzeroBitCount == 1 }

  init(from reader: inout BodyReader) throws(ProtocolError) {
    role = try reader.role()
    priority = try reader.integer(in: Self.priorities)
    let mode: RestartMode = try reader.value()
    moduleIndex = try reader.integer()
    affinity = try reader.integer(in: 1...UInt64.max)
    budgetBytes = try reader.integer(in: Self.budgets)
    let slotCountOffset = reader.offset
    slotCount = try reader.integer(in: Self.slotCounts)
    try reader.require(Self.isSlotCount(slotCount), at: slotCountOffset)
    let syscallsOffset = reader.offset
    syscalls = try reader.flags()
    try reader.require(!syscalls.isEmpty, at: syscallsOffset)
    restart = RestartPolicy(
      mode: mode, maximumRestarts: try reader.integer(), windowSeconds: try reader.integer(),
      firstBackOffMilliseconds: try reader.integer(),
      longestBackOffMilliseconds: try reader.integer())
    watchdogMilliseconds = try reader.integer()
    launcher = try reader.value()
    try reader.reserved(2)
    name = try reader.name()
  }

  func write(to writer: inout BodyWriter) throws(ProtocolError) {
    try writer.role(role)
    try writer.integer(priority, in: Self.priorities)
    try writer.value(restart.mode)
    try writer.integer(moduleIndex)
    try writer.integer(affinity, in: 1...UInt64.max)
    try writer.integer(budgetBytes, in: Self.budgets)
    try writer.require(Self.isSlotCount(slotCount), at: writer.offset)
    try writer.integer(slotCount, in: Self.slotCounts)
    try writer.require(!syscalls.isEmpty, at: writer.offset)
    try writer.flags(syscalls)
    try writer.integer(restart.maximumRestarts)
    try writer.integer(restart.windowSeconds)
    try writer.integer(restart.firstBackOffMilliseconds)
    try writer.integer(restart.longestBackOffMilliseconds)
    try writer.integer(watchdogMilliseconds)
    try writer.value(launcher)
    try writer.reserved(2)
    try writer.name(name)
  }
}
