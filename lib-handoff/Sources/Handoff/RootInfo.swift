// The fixed part of the kernel->root handoff: docs/reference/handoff.md, "Kernel to root task".

public import Bytes
public import CapABI

/// What the kernel tells the root task, tables excepted.
public struct RootInfo: Equatable, Sendable {
  /// The wall clock at one instant.
  public struct WallClock: Equatable, Sendable {
    /// Seconds since 1970-01-01 UTC.
    public var utcSeconds: UInt64
    /// Monotonic nanoseconds of the same instant.
    public var takenAtNanoseconds: UInt64

    /// A pair of readings.
    public init(utcSeconds: UInt64, takenAtNanoseconds: UInt64) {
      self.utcSeconds = utcSeconds
      self.takenAtNanoseconds = takenAtNanoseconds
    }
  }

  /// Slots of root's CSpace.
  public var cspaceSlots: UInt32
  /// First slot that holds nothing and lies above all that do.
  public var firstFreeSlot: CapSlot
  /// Index of the boot configuration in the module table.
  public var bootConfigModule: UInt32
  /// Devices that the kernel saw.
  public var platform: PlatformCapabilities
  /// Wall clock, if it is known.
  public var wallClock: WallClock?
  /// Where root's image is.
  public var imageBase: UInt64
  /// Bytes of the image.
  public var imageSize: UInt64
  /// First instruction.
  public var entry: UInt64
  /// First address above the stack.
  public var stackTop: UInt64
  /// Bytes of root's memory budget.
  public var budgetTotal: UInt64
  /// Bytes of it that are used.
  public var budgetUsed: UInt64
  /// Random seed for root and, through it, for every service.
  public var entropy: Entropy
  /// The booted image.
  public var identity: ImageIdentity
  /// Switches of a smoke image.
  public var switches: CommandSwitches

  /// Info of these parts.
  public init(
    cspaceSlots: UInt32, firstFreeSlot: CapSlot, bootConfigModule: UInt32,
    platform: PlatformCapabilities, wallClock: WallClock?, imageBase: UInt64, imageSize: UInt64,
    entry: UInt64, stackTop: UInt64, budgetTotal: UInt64, budgetUsed: UInt64, entropy: Entropy,
    identity: ImageIdentity, switches: CommandSwitches = CommandSwitches()
  ) {
    self.cspaceSlots = cspaceSlots
    self.firstFreeSlot = firstFreeSlot
    self.bootConfigModule = bootConfigModule
    self.platform = platform
    self.wallClock = wallClock
    self.imageBase = imageBase
    self.imageSize = imageSize
    self.entry = entry
    self.stackTop = stackTop
    self.budgetTotal = budgetTotal
    self.budgetUsed = budgetUsed
    self.entropy = entropy
    self.identity = identity
    self.switches = switches
  }

  /// Which optional parts are there.
  private struct Presence: FlagSet {
    let rawValue: UInt32
    static let utc = Presence(rawValue: 1 << 0)
    static let all = utc
  }
}

extension RootInfo: WireRecord {
  /// 256 bytes.
  public static let encodedSize = 256

  /// Decodes and validates.
  ///
  /// - Throws: `FormatError.unknownFlags`, `invalidValue` and `nonzeroReserved`, as the byte table
  ///   says field by field.
  public init(_ record: Record) throws(FormatError) {
    let present: Presence = try record.flags(at: 0)
    cspaceSlots = try record.integer(at: 4)
    firstFreeSlot = CapSlot(rawValue: try record.integer(at: 8))
    bootConfigModule = try record.integer(at: 12)
    platform = try record.flags(at: 16)
    if present.contains(.utc) {
      wallClock = WallClock(
        utcSeconds: try record.integer(at: 24), takenAtNanoseconds: try record.integer(at: 32))
    } else {
      wallClock = nil
      try record.requireZero(at: 24, count: 16)
    }
    imageBase = try record.integer(at: 40)
    imageSize = try record.integer(at: 48)
    entry = try record.integer(at: 56)
    stackTop = try record.integer(at: 64)
    budgetTotal = try record.integer(at: 72)
    budgetUsed = try record.integer(at: 80)
    entropy = try record.nested(at: 88)
    identity = try record.nested(at: 160)
    switches = try CommandSwitches(in: record, at: 240, profile: identity.profile)
    try checkSizes(record)
    try UserImage(base: imageBase, size: imageSize, entry: entry).check(record, at: 40)
  }

  /// Checks sizes and sources.
  private func checkSizes(_ record: Record) throws(FormatError) {
    try CSpaceSize.check(cspaceSlots, record, at: 4)
    try record.require(
      firstFreeSlot.rawValue <= cspaceSlots, at: 8, firstFreeSlot.rawValue)
    try record.require(
      stackTop != 0 && stackTop % 16 == 0 && stackTop <= UserImage.limit, at: 64, stackTop)
    try record.require(budgetTotal != 0, at: 72, budgetTotal)
    try record.require(budgetUsed <= budgetTotal, at: 80, budgetUsed)
    let allowed =
      switch entropy.source {
      case .none, .kernel: true
      case .fixed: identity.profile != .release
      case .efiRNG, .rdrand: false
      }
    try record.require(allowed, at: 88, entropy.source.rawValue)
  }

  /// Writes the fixed part.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    let present = wallClock == nil ? Presence.none : .utc
    try bytes.store(present.rawValue, at: offset)
    try bytes.store(cspaceSlots, at: offset + 4)
    try bytes.store(firstFreeSlot.rawValue, at: offset + 8)
    try bytes.store(bootConfigModule, at: offset + 12)
    try bytes.store(platform.rawValue, at: offset + 16)
    try bytes.store(wallClock?.utcSeconds ?? 0, at: offset + 24)
    try bytes.store(wallClock?.takenAtNanoseconds ?? 0, at: offset + 32)
    try bytes.store(imageBase, at: offset + 40)
    try bytes.store(imageSize, at: offset + 48)
    try bytes.store(entry, at: offset + 56)
    try bytes.store(stackTop, at: offset + 64)
    try bytes.store(budgetTotal, at: offset + 72)
    try bytes.store(budgetUsed, at: offset + 80)
    try entropy.encode(into: &bytes, at: offset + 88)
    try identity.encode(into: &bytes, at: offset + 160)
    try switches.encode(into: &bytes, at: offset + 240)
  }
}
