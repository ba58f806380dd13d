// The fixed part of the start envelope: docs/reference/start-envelope.md. Who the process is, where
// it lies and what it may use up; its capabilities stand in the table.

public import Bytes
public import CapABI
public import Handoff

/// What a process is told about itself, capabilities excepted.
public struct EnvelopeInfo: Equatable, Sendable {
  /// Its role.
  public var role: RoleID
  /// 1 for the first start of the role, one more for each restart.
  public var instance: UInt32
  /// The image's profile.
  public var profile: BuildProfile
  /// Slots of its CSpace.
  public var cspaceSlots: UInt32
  /// Process id; never 0.
  public var processID: UInt64
  /// Where its image lies, for trap reports.
  public var image: UserImage
  /// Lowest address of its stack.
  public var stackBase: UInt64
  /// Bytes of its stack, whole pages.
  public var stackSize: UInt64
  /// Where its first thread's IPC buffer lies: one page.
  public var buffer: UInt64
  /// Lowest address of the memory for its tables; 0 when it has none.
  public var heapBase: UInt64
  /// Bytes of the memory for its tables, whole pages.
  public var heapSize: UInt64
  /// Bytes of its memory budget.
  public var budget: UInt64
  /// Its source of randomness; secret.
  public var seed: FixedBytes<32>
  /// Priority of its first thread; never 0.
  public var priority: UInt8
  /// System calls that it may use.
  public var syscalls: SyscallFilter
  /// Bit n allows processor n.
  public var affinity: UInt64
  /// Monotonic nanoseconds of its start.
  public var startNanoseconds: UInt64
  /// Milliseconds between signs of life; 0 for no watchdog.
  public var watchdogMilliseconds: UInt32
  /// Switches of a smoke image.
  public var switches: CommandSwitches
  /// Nanoseconds from 1970-01-01 00:00:00 UTC to monotonic 0; 0 when the machine gave no time.
  public var wallOffset: UInt64

  /// Info of these parts.
  public init(
    role: RoleID, instance: UInt32, profile: BuildProfile, cspaceSlots: UInt32,
    processID: UInt64, image: UserImage, stackBase: UInt64, stackSize: UInt64,
    buffer: UInt64, heapBase: UInt64, heapSize: UInt64, budget: UInt64,
    seed: FixedBytes<32>, priority: UInt8, syscalls: SyscallFilter, affinity: UInt64,
    startNanoseconds: UInt64, watchdogMilliseconds: UInt32,
    switches: CommandSwitches = CommandSwitches(), wallOffset: UInt64 = 0
  ) {
    self.role = role
    self.instance = instance
    self.profile = profile
    self.cspaceSlots = cspaceSlots
    self.processID = processID
    self.image = image
    self.stackBase = stackBase
    self.stackSize = stackSize
    self.buffer = buffer
    self.heapBase = heapBase
    self.heapSize = heapSize
    self.budget = budget
    self.seed = seed
    self.priority = priority
    self.syscalls = syscalls
    self.affinity = affinity
    self.startNanoseconds = startNanoseconds
    self.watchdogMilliseconds = watchdogMilliseconds
    self.switches = switches
    self.wallOffset = wallOffset
  }
}

extension EnvelopeInfo {
  /// The wall offset that follows from the clock in the kernel's handoff.
  ///
  /// - Returns: 0 without a clock, and for one that the field cannot hold (after the year 2554).
  public static func wallOffset(of clock: RootInfo.WallClock?) -> UInt64 {
    guard let clock else { return 0 }
    let (total, overflow) = clock.utcSeconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow, total > clock.takenAtNanoseconds else { return 0 }
    return total - clock.takenAtNanoseconds
  }
}

extension EnvelopeInfo: WireRecord {
  /// 184 bytes.
  public static let encodedSize = 184

  /// Decodes and validates.
  ///
  /// - Throws: `FormatError.unknownFlags`, `invalidValue` and `nonzeroReserved`, as the byte table
  ///   says field by field.
  public init(_ record: Record) throws(FormatError) {
    role = RoleID(rawValue: try record.integer(at: 0))
    try record.requireZero(at: 2, count: 2)
    instance = try record.integer(at: 4)
    profile = try record.value(at: 8)
    cspaceSlots = try record.integer(at: 12)
    processID = try record.integer(at: 16)
    image = UserImage(
      base: try record.integer(at: 24), size: try record.integer(at: 32),
      entry: try record.integer(at: 40))
    stackBase = try record.integer(at: 48)
    stackSize = try record.integer(at: 56)
    budget = try record.integer(at: 64)
    seed = try record.fixedBytes(at: 72)
    priority = try record.integer(at: 104)
    try record.requireZero(at: 105, count: 3)
    syscalls = try record.flags(at: 108)
    affinity = try record.integer(at: 112)
    startNanoseconds = try record.integer(at: 120)
    watchdogMilliseconds = try record.integer(at: 128)
    try record.requireZero(at: 132, count: 4)
    switches = try CommandSwitches(in: record, at: 136, profile: profile)
    buffer = try record.integer(at: 152)
    heapBase = try record.integer(at: 160)
    heapSize = try record.integer(at: 168)
    wallOffset = try record.integer(at: 176)
    try checkIdentity(record)
    try checkPlace(record)
    try checkResources(record)
  }

  private func checkIdentity(_ record: Record) throws(FormatError) {
    let canHaveEnvelope = role != .rootd && (role.name != nil || role.isProgram)
    try record.require(canHaveEnvelope, at: 0, role.rawValue)
    try record.require(instance != 0, at: 4, instance)
    try record.require(processID != 0, at: 16, processID)
  }

  private func checkPlace(_ record: Record) throws(FormatError) {
    try image.check(record, at: 24)
    let page = PageRange.pageSize
    let isBase = stackBase != 0 && stackBase % page == 0 && stackBase < UserImage.limit
    try record.require(isBase, at: 48, stackBase)
    let isSize =
      stackSize != 0 && stackSize % page == 0 && stackSize <= UserImage.limit - stackBase
    try record.require(isSize, at: 56, stackSize)
    let isBuffer = buffer != 0 && buffer % page == 0 && buffer < UserImage.limit
    try record.require(isBuffer, at: 152, buffer)
    try record.require(heapBase % page == 0 && heapBase < UserImage.limit, at: 160, heapBase)
    let isHeap = heapSize % page == 0 && heapSize <= UserImage.limit - heapBase
    try record.require(isHeap && (heapBase == 0) == (heapSize == 0), at: 168, heapSize)
  }

  private func checkResources(_ record: Record) throws(FormatError) {
    try CSpaceSize.check(cspaceSlots, record, at: 12)
    try record.require(budget != 0, at: 64, budget)
    try record.require(seed != FixedBytes(), at: 72, UInt64(0))
    try record.require(priority != 0, at: 104, priority)
    try record.require(!syscalls.isEmpty, at: 108, syscalls.rawValue)
    try record.require(affinity != 0, at: 112, affinity)
  }

  /// Writes the fixed part.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try bytes.store(role.rawValue, at: offset)
    try bytes.store(instance, at: offset + 4)
    try bytes.store(profile.rawValue, at: offset + 8)
    try bytes.store(cspaceSlots, at: offset + 12)
    try bytes.store(processID, at: offset + 16)
    try bytes.store(image.base, at: offset + 24)
    try bytes.store(image.size, at: offset + 32)
    try bytes.store(image.entry, at: offset + 40)
    try bytes.store(stackBase, at: offset + 48)
    try bytes.store(stackSize, at: offset + 56)
    try bytes.store(budget, at: offset + 64)
    try bytes.copy(seed.rawBytes, at: offset + 72)
    try bytes.store(priority, at: offset + 104)
    try bytes.store(syscalls.rawValue, at: offset + 108)
    try bytes.store(affinity, at: offset + 112)
    try bytes.store(startNanoseconds, at: offset + 120)
    try bytes.store(watchdogMilliseconds, at: offset + 128)
    try switches.encode(into: &bytes, at: offset + 136)
    try bytes.store(buffer, at: offset + 152)
    try bytes.store(heapBase, at: offset + 160)
    try bytes.store(heapSize, at: offset + 168)
    try bytes.store(wallOffset, at: offset + 176)
  }
}
