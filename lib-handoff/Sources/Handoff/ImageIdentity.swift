// Which image was booted: record "Image identity" of docs/reference/handoff.md.

public import Bytes

/// What an image was built for; numbered as in docs/reference/boot-image.md.
public enum BuildProfile: UInt32, Sendable {
  /// Early console and debug markers.
  case dev = 1
  /// Quiet; test operations are compiled out.
  case release = 2
  /// For the boot harness: debug exit and command switches.
  case smoke = 3
}

#if !hasFeature(Embedded)
extension BuildProfile: CaseIterable {}
#endif

/// Key, build, version and profile of the boot image.
public struct ImageIdentity: Equatable, Sendable {
  /// SHA-256 of the public key that signed the image.
  public var keyID: FixedBytes<32>
  /// Chosen by the builder.
  public var buildID: FixedBytes<32>
  /// Grows with every release; never 0.
  public var version: UInt64
  /// Profile.
  public var profile: BuildProfile

  /// An identity of these parts.
  public init(
    keyID: FixedBytes<32>, buildID: FixedBytes<32>, version: UInt64, profile: BuildProfile
  ) {
    self.keyID = keyID
    self.buildID = buildID
    self.version = version
    self.profile = profile
  }
}

extension ImageIdentity: WireRecord {
  /// 80 bytes.
  public static let encodedSize = 80

  /// Decodes and validates.
  ///
  /// - Throws: `FormatError.invalidValue` for version 0 or an unknown profile, `nonzeroReserved`.
  public init(_ record: Record) throws(FormatError) {
    keyID = try record.fixedBytes(at: 0)
    buildID = try record.fixedBytes(at: 32)
    version = try record.integer(at: 64)
    try record.require(version != 0, at: 64, version)
    profile = try record.value(at: 72)
    try record.requireZero(at: 76, count: 4)
  }

  /// Writes the record.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try bytes.copy(keyID.rawBytes, at: offset)
    try bytes.copy(buildID.rawBytes, at: offset + 32)
    try bytes.store(version, at: offset + 64)
    try bytes.store(profile.rawValue, at: offset + 72)
  }
}
