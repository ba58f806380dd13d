// The manifest, docs/reference/boot-image.md, "Manifest".

public import Bytes

/// What an image says about itself.
public struct BootImageManifest: Equatable, Sendable {
  static let size = 96

  /// What the image is built for.
  public let profile: BootProfile
  /// Grows with every release; never 0.
  public let imageVersion: UInt64
  /// Tells builds apart; chosen by the builder.
  public let buildID: FixedBytes<32>
}

// MARK: Decoding

extension BootImageManifest {
  /// Reads and checks the manifest at `offset`.
  init(decoding file: RawSpan, at offset: Int) throws(BootImageError) {
    let size = try file.field(at: offset, as: UInt32.self)
    guard size == UInt32(Self.size) else {
      throw .wrongManifestSize(found: size, expected: UInt32(Self.size))
    }
    let profile = try file.field(at: offset + 4, as: UInt32.self)
    guard let profile = BootProfile(rawValue: profile) else {
      throw .unknownProfile(found: profile)
    }
    let imageVersion = try file.field(at: offset + 8, as: UInt64.self)
    guard imageVersion != 0 else { throw .zeroImageVersion }
    try file.checkZero(at: offset + 48, count: Self.size - 48)
    self.profile = profile
    self.imageVersion = imageVersion
    buildID = try file.fixedBytes(at: offset + 16)
  }
}

// MARK: Encoding

extension BootImageManifest {
  /// The manifest's 96 bytes.
  ///
  /// They fit by construction, so nothing is thrown in fact.
  func encoded() throws(BytesError) -> FixedBytes<96> {
    var encoded = FixedBytes<96>()
    var span = encoded.mutableSpan
    var writer = ByteWriter(span.mutableRawBytes)
    try writer.write(UInt32(Self.size))
    try writer.write(profile.rawValue)
    try writer.write(imageVersion)
    try writer.write(buildID)
    try writer.writeZeros(Self.size - 48)
    return encoded
  }
}
