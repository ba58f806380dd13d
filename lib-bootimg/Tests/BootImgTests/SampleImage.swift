// Builds small images for the tests and changes single fields of them.

import BootImg
import Bytes
import Crypto

/// A section to build.
struct SampleSection {
  var family: SectionFamily
  var role: UInt16 = 0
  var name: String
  var payload: [UInt8]

  static let kernel = SampleSection(
    family: .kernel, name: "kernel", payload: Array(repeating: 0x4B, count: 5000))
  static let bootConfig = SampleSection(
    family: .bootConfig, name: "boot-config", payload: Array("configuration".utf8))
}

/// A file's bytes and the ways in which the tests change and read them.
struct SampleImage {
  var bytes: [UInt8]

  static let seed = FixedBytes<32>(InlineArray { UInt8($0) })
  static let allProfiles = ProfileSet(.dev) | ProfileSet(.release) | ProfileSet(.smoke)

  /// Kernel, root task, two services, a driver, boot-config and a blob.
  static let fullSections: [SampleSection] = [
    .kernel,
    SampleSection(family: .rootTask, name: "rootd", payload: [1, 2, 3]),
    SampleSection(family: .earlyService, role: 2, name: "memd", payload: [4]),
    SampleSection(
      family: .earlyService, role: 3, name: "vspaced", payload: Array(repeating: 7, count: 4096)),
    SampleSection(family: .driver, role: 0x81, name: "drv-serial", payload: [5, 6]),
    .bootConfig,
    SampleSection(family: .blob, name: "console-font", payload: [8, 9]),
    SampleSection(family: .blob, name: "logo", payload: [10]),
  ]

  /// Builds an image; signed with the key of `seed` unless that is `nil`.
  init(
    _ sections: [SampleSection] = fullSections, profile: BootProfile = .dev, version: UInt64 = 5,
    seed: FixedBytes<32>? = Self.seed
  ) throws(BootImageError) {
    let sizes = sections.map(\.payload.count)
    bytes = Array(repeating: 0xEE, count: try BootImageLayout.totalSize(payloadSizes: sizes.span))
    var span = bytes.mutableSpan
    var encoder = try BootImageEncoder(span.mutableRawBytes, sectionCount: sections.count)
    for section in sections { try encoder.append(section) }
    try encoder.finish(profile: profile, imageVersion: version)
    if let seed { try sign(with: seed) }
  }

  mutating func sign(with seed: FixedBytes<32>) throws(BootImageError) {
    var span = bytes.mutableSpan
    var raw = span.mutableRawBytes
    try BootImageSigner.sign(&raw, with: Ed25519PrivateKey(seed: seed))
  }

  /// The image with an integer overwritten.
  func setting<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ value: Integer, at offset: Int
  ) throws -> SampleImage {
    var changed = self
    var span = changed.bytes.mutableSpan
    var raw = span.mutableRawBytes
    try raw.store(value, at: offset)
    return changed
  }

  /// The image with a byte inverted.
  func flipping(_ offset: Int) -> SampleImage {
    var changed = self
    changed.bytes[offset] ^= 0xFF
    return changed
  }

  /// Offset of table entry `index`.
  static func entry(_ index: Int) -> Int { 128 + 96 * index }

  /// What step 1 says about the image.
  func parseError() -> BootImageError? {
    do throws(BootImageError) {
      _ = try UnverifiedBootImage(parsing: bytes.span.rawBytes)
      return nil
    } catch { return error }
  }

  /// What all three steps say about the image.
  func verifyError(
    keys: [TrustedKey] = [Self.trustedKey()], profiles: ProfileSet = allProfiles,
    minimumVersion: UInt64 = 1
  ) -> BootImageError? {
    let policy = AcceptancePolicy(
      keys: keys.span, profiles: profiles, minimumVersion: minimumVersion)
    do throws(BootImageError) {
      _ = try VerifiedBootImage(verifying: bytes.span.rawBytes, by: policy)
      return nil
    } catch { return error }
  }

  static func trustedKey(
    seed: FixedBytes<32> = Self.seed, profiles: ProfileSet = allProfiles
  ) -> TrustedKey {
    TrustedKey(
      publicKey: Ed25519PrivateKey(seed: seed).publicKey.bytes, profiles: profiles)
  }
}

extension BootImageEncoder {
  mutating func append(_ section: SampleSection) throws(BootImageError) {
    let name = Array(section.name.utf8)
    guard let name = SectionName(name.span.rawBytes) else { throw .badName(section: -1) }
    try append(
      section.family, role: section.role, name: name, payload: section.payload.span.rawBytes)
  }
}
