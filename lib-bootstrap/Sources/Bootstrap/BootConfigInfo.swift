// The fixed part of the boot configuration: docs/reference/boot-config.md. The one part that the
// loader reads.

public import Bytes
public import Handoff

/// What concerns the whole boot.
public struct BootConfigInfo: Equatable, Sendable {
  /// The profile of the image that carries the configuration.
  public var profile: BuildProfile
  /// Switches of a smoke image.
  public var switches: CommandSwitches
  /// A seed in place of randomness, for boots that repeat; never in a release image.
  public var fixedSeed: FixedBytes<64>?

  /// Info of these parts.
  public init(
    profile: BuildProfile, switches: CommandSwitches = CommandSwitches(),
    fixedSeed: FixedBytes<64>? = nil
  ) {
    self.profile = profile
    self.switches = switches
    self.fixedSeed = fixedSeed
  }
}

extension BootConfigInfo: WireRecord {
  /// 88 bytes.
  public static let encodedSize = 88

  /// Decodes and validates.
  ///
  /// - Throws: `FormatError.unknownFlags`, `invalidValue` for an unknown profile, or a fixed seed
  ///   that is zero or stands in a release image; `nonzeroReserved`.
  public init(_ record: Record) throws(FormatError) {
    profile = try record.value(at: 0)
    let flags: UInt32 = try record.integer(at: 4)
    guard flags <= 1 else {
      throw .unknownFlags(offset: record.base + 4, found: UInt64(flags))
    }
    switches = try CommandSwitches(in: record, at: 8, profile: profile)
    guard flags == 1 else {
      fixedSeed = nil
      try record.requireZero(at: 24, count: 64)
      return
    }
    try record.require(profile != .release, at: 4, flags)
    let seed = try record.fixedBytes(at: 24, as: FixedBytes<64>.self)
    try record.require(seed != FixedBytes(), at: 24, UInt64(0))
    fixedSeed = seed
  }

  /// Writes the fixed part.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try bytes.store(profile.rawValue, at: offset)
    try bytes.store(UInt32(fixedSeed == nil ? 0 : 1), at: offset + 4)
    try switches.encode(into: &bytes, at: offset + 8)
    guard let fixedSeed else { return }
    try bytes.copy(fixedSeed.rawBytes, at: offset + 24)
  }
}
