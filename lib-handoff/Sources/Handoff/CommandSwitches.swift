// What the boot harness tells a smoke image to do: record "Command switches" of
// docs/reference/handoff.md. Every other profile must carry none, and its code does not read them.

public import Bytes
public import CapABI

/// Protections that a smoke image can leave out, to prove that their tests notice.
public struct Protections: FlagSet {
  /// The bit pattern.
  public let rawValue: UInt64

  /// Wraps a bit pattern without checking it; outside values go through `init(validating:)`.
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// No execution of data pages.
  public static let noExecute = Protections(rawValue: 1 << 0)
  /// Write protection in the kernel.
  public static let writeProtect = Protections(rawValue: 1 << 1)
  /// SMEP.
  public static let smep = Protections(rawValue: 1 << 2)
  /// SMAP.
  public static let smap = Protections(rawValue: 1 << 3)
  /// UMIP.
  public static let umip = Protections(rawValue: 1 << 4)
  /// W^X of mappings.
  public static let writeXorExecute = Protections(rawValue: 1 << 5)
  /// Page 0 is not mapped.
  public static let nullGuard = Protections(rawValue: 1 << 6)
  /// Guard pages under stacks.
  public static let stackGuards = Protections(rawValue: 1 << 7)
  /// FPU state isolation.
  public static let fpuIsolation = Protections(rawValue: 1 << 8)
  /// Page tables per process.
  public static let separateTables = Protections(rawValue: 1 << 9)
  /// User address-space randomisation.
  public static let aslr = Protections(rawValue: 1 << 10)
  /// PCID tagging.
  public static let pcid = Protections(rawValue: 1 << 11)
  /// IBRS, STIBP, IBPB.
  public static let speculationControl = Protections(rawValue: 1 << 12)
  /// Separate kernel page tables in user mode.
  public static let kpti = Protections(rawValue: 1 << 13)
  /// Read-only kernel page tables.
  public static let readOnlyTables = Protections(rawValue: 1 << 14)
  /// System call filter.
  public static let syscallFilter = Protections(rawValue: 1 << 15)
  /// Copy-on-write frames.
  public static let copyOnWrite = Protections(rawValue: 1 << 16)
  /// Clearing of memory before it is handed out again.
  public static let memoryClearing = Protections(rawValue: 1 << 17)

  /// Every bit there is.
  public static let all = Protections(rawValue: (1 << 18) - 1)
}

/// Command switches of a smoke image.
public struct CommandSwitches: Equatable, Sendable {
  /// Switches that are on or off.
  public struct Flags: FlagSet {
    /// The bit pattern.
    public let rawValue: UInt32

    /// Wraps a bit pattern without checking it; outside values go through `init(validating:)`.
    public init(rawValue: UInt32) {
      self.rawValue = rawValue
    }

    /// End through QEMU's debug-exit device.
    public static let debugExit = Flags(rawValue: 1 << 0)
    /// Offer test operations.
    public static let testOperations = Flags(rawValue: 1 << 1)
    /// Have the root task print who holds which capability.
    public static let audit = Flags(rawValue: 1 << 2)
    /// Every bit there is.
    public static let all = Flags(rawValue: (1 << 3) - 1)
  }

  /// On or off.
  public var flags: Flags
  /// The role that shall report a failure; `RoleID.none` for none.
  public var forceFail: RoleID
  /// Protections to leave out.
  public var leaveOut: Protections

  /// Switches of these parts.
  public init(
    flags: Flags = .none, forceFail: RoleID = .none, leaveOut: Protections = .none
  ) {
    self.flags = flags
    self.forceFail = forceFail
    self.leaveOut = leaveOut
  }

  /// Whether no switch is set, as every profile but smoke requires.
  public var isNone: Bool { self == CommandSwitches() }
}

extension CommandSwitches: WireRecord {
  /// 16 bytes.
  public static let encodedSize = 16

  /// Decodes and validates.
  ///
  /// - Throws: `FormatError.unknownFlags`, `invalidValue` for a role that is neither 0 nor known,
  ///   `nonzeroReserved`.
  public init(_ record: Record) throws(FormatError) {
    flags = try record.flags(at: 0)
    forceFail = RoleID(rawValue: try record.integer(at: 4))
    try record.require(forceFail == .none || forceFail.name != nil, at: 4, forceFail.rawValue)
    try record.requireZero(at: 6, count: 2)
    leaveOut = try record.flags(at: 8)
  }

  /// Decodes, validates and checks that the profile may carry switches.
  ///
  /// - Throws: what the plain decoder throws, and `FormatError.nonzeroReserved` for a switch that
  ///   is set in a profile other than smoke.
  public init(
    in record: Record, at offset: Int, profile: BuildProfile
  ) throws(FormatError) {
    self = try record.nested(at: offset)
    guard profile != .smoke else { return }
    try record.requireZero(at: offset, count: Self.encodedSize)
  }

  /// Writes the record.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try bytes.store(flags.rawValue, at: offset)
    try bytes.store(forceFail.rawValue, at: offset + 4)
    try bytes.store(leaveOut.rawValue, at: offset + 8)
  }
}
