// The fixed part of the bootloader->kernel handoff: docs/reference/handoff.md, "Bootloader to
// kernel". It says what the loader found; it carries no authority.

public import Bytes
import CapABI

/// The root pointer of the ACPI tables.
public struct ACPIRoot: Equatable, Sendable {
  /// Physical address.
  public var address: UInt64
  /// Revision field of the structure.
  public var revision: UInt8

  /// A root pointer of these parts.
  public init(address: UInt64, revision: UInt8) {
    self.address = address
    self.revision = revision
  }
}

/// What the bootloader tells the kernel, tables excepted.
public struct BootloaderInfo: Equatable, Sendable {
  /// Virtual address at which physical memory is mapped.
  public var directMapBase: UInt64
  /// Bytes mapped there.
  public var directMapSize: UInt64
  /// Virtual address of the kernel's first instruction.
  public var kernelEntry: UInt64
  /// ACPI root pointer, if the firmware has one.
  public var acpiRoot: ACPIRoot?
  /// Seconds since 1970-01-01 UTC, if the firmware knows.
  public var utcSeconds: UInt64?
  /// Time-stamp counter when the loader was entered.
  public var entryTicks: UInt64
  /// The screen, if there is one.
  public var framebuffer: Framebuffer?
  /// How far text on it has come; only with a framebuffer.
  public var continuity: ConsoleContinuity?
  /// Random seed.
  public var entropy: Entropy
  /// The booted image.
  public var identity: ImageIdentity
  /// Switches of a smoke image.
  public var switches: CommandSwitches

  /// Info of these parts.
  public init(
    directMapBase: UInt64, directMapSize: UInt64, kernelEntry: UInt64,
    acpiRoot: ACPIRoot? = nil, utcSeconds: UInt64? = nil, entryTicks: UInt64 = 0,
    framebuffer: Framebuffer? = nil, continuity: ConsoleContinuity? = nil, entropy: Entropy,
    identity: ImageIdentity, switches: CommandSwitches = CommandSwitches()
  ) {
    self.directMapBase = directMapBase
    self.directMapSize = directMapSize
    self.kernelEntry = kernelEntry
    self.acpiRoot = acpiRoot
    self.utcSeconds = utcSeconds
    self.entryTicks = entryTicks
    self.framebuffer = framebuffer
    self.continuity = continuity
    self.entropy = entropy
    self.identity = identity
    self.switches = switches
  }

  /// Which optional parts are there.
  private struct Presence: FlagSet {
    let rawValue: UInt32
    static let framebuffer = Presence(rawValue: 1 << 0)
    static let continuity = Presence(rawValue: 1 << 1)
    static let acpiRoot = Presence(rawValue: 1 << 2)
    static let utc = Presence(rawValue: 1 << 3)
    static let all = Presence(rawValue: (1 << 4) - 1)
  }
}

extension BootloaderInfo: WireRecord {
  /// 280 bytes.
  public static let encodedSize = 280

  /// Decodes and validates.
  ///
  /// - Throws: `FormatError.unknownFlags`, `invalidValue` and `nonzeroReserved`, as the byte table
  ///   says field by field.
  public init(_ record: Record) throws(FormatError) {
    let present: Presence = try record.flags(at: 0)
    let continuityAlone = present.contains(.continuity) && !present.contains(.framebuffer)
    try record.require(!continuityAlone, at: 0, present.rawValue)
    try record.requireZero(at: 4, count: 4)
    directMapBase = try record.integer(at: 8)
    directMapSize = try record.integer(at: 16)
    kernelEntry = try record.integer(at: 24)
    acpiRoot = try record.nested(at: 32, ifPresent: present.contains(.acpiRoot))
    utcSeconds = present.contains(.utc) ? try record.integer(at: 48) : nil
    if utcSeconds == nil { try record.requireZero(at: 48, count: 8) }
    entryTicks = try record.integer(at: 56)
    framebuffer = try record.nested(at: 64, ifPresent: present.contains(.framebuffer))
    continuity = try record.nested(at: 96, ifPresent: present.contains(.continuity))
    entropy = try record.nested(at: 112)
    identity = try record.nested(at: 184)
    switches = try CommandSwitches(in: record, at: 264, profile: identity.profile)
    try checkRelations(record)
  }

  /// Checks what involves more than one field.
  private func checkRelations(_ record: Record) throws(FormatError) {
    try record.require(
      directMapBase % PageRange.pageSize == 0 && directMapBase >= PageRange.upperHalf, at: 8,
      directMapBase)
    let map = PageRange(upperHalf: directMapBase, byteCount: directMapSize)
    try record.require(
      map != nil && directMapSize % PageRange.pageSize == 0, at: 16, directMapSize)
    if let framebuffer, let continuity {
      try record.require(continuity.row < framebuffer.height, at: 96, continuity.row)
      try record.require(continuity.column < framebuffer.width, at: 100, continuity.column)
    }
    let allowed =
      entropy.source != .kernel
      && !(entropy.source == .fixed && identity.profile == .release)
    try record.require(allowed, at: 112, entropy.source.rawValue)
  }

  /// Writes the fixed part.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    var present = Presence.none
    if framebuffer != nil { present = present | .framebuffer }
    if continuity != nil { present = present | .continuity }
    if acpiRoot != nil { present = present | .acpiRoot }
    if utcSeconds != nil { present = present | .utc }
    try bytes.store(present.rawValue, at: offset)
    try bytes.store(directMapBase, at: offset + 8)
    try bytes.store(directMapSize, at: offset + 16)
    try bytes.store(kernelEntry, at: offset + 24)
    try acpiRoot?.encode(into: &bytes, at: offset + 32)
    try bytes.store(utcSeconds ?? 0, at: offset + 48)
    try bytes.store(entryTicks, at: offset + 56)
    try framebuffer?.encode(into: &bytes, at: offset + 64)
    try continuity?.encode(into: &bytes, at: offset + 96)
    try entropy.encode(into: &bytes, at: offset + 112)
    try identity.encode(into: &bytes, at: offset + 184)
    try switches.encode(into: &bytes, at: offset + 264)
  }
}

extension ACPIRoot: WireRecord {
  /// 16 bytes.
  public static let encodedSize = 16

  /// Decodes and validates.
  ///
  /// - Throws: `FormatError.invalidValue` for address 0 or one above the physical limit, or a
  ///   revision above 255; `nonzeroReserved`.
  public init(_ record: Record) throws(FormatError) {
    address = try record.integer(at: 0)
    try record.require(address != 0 && address < PageRange.physicalLimit, at: 0, address)
    let number: UInt32 = try record.integer(at: 8)
    guard let revision = UInt8(exactly: number) else { throw record.invalid(at: 8, number) }
    self.revision = revision
    try record.requireZero(at: 12, count: 4)
  }

  /// Writes the record.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try bytes.store(address, at: offset)
    try bytes.store(UInt32(revision), at: offset + 8)
  }
}
