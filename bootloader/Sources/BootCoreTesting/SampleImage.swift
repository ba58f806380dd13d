// A small boot image, signed by a key of its own.

public import BootImg
import Bytes
import Crypto

/// A section to be put into an image.
public struct SampleSection {
  /// Family.
  public var family: SectionFamily
  /// Role of a service or driver.
  public var role: UInt16
  /// Name.
  public var name: String
  /// Contents.
  public var contents: [UInt8]

  /// A section of these parts.
  public init(_ family: SectionFamily, role: UInt16 = 0, name: String, contents: [UInt8]) {
    self.family = family
    self.role = role
    self.name = name
    self.contents = contents
  }
}

/// A boot image.
public struct SampleImage {
  /// Profile of the image and of its boot configuration.
  public var profile = BootProfile.smoke
  /// Image version.
  public var version: UInt64 = 7
  /// Kernel, root task, boot configuration, blob.
  public var sections: [SampleSection]

  /// A valid image.
  public init(profile: BootProfile = .smoke, kernel: [UInt8] = SampleKernel().file) {
    self.profile = profile
    sections = [
      SampleSection(.kernel, name: "kernel", contents: kernel),
      SampleSection(.rootTask, name: "rootd", contents: Array(repeating: 3, count: 5000)),
      SampleSection(
        .bootConfig, name: "boot-config", contents: Self.configuration(profile: profile)),
      SampleSection(.blob, name: "console-font", contents: [1, 2, 3]),
    ]
  }

  /// The seed of the key that signs.
  private static var keySeed: FixedBytes<32> { SHA256.hash([1, 2, 3].span.rawBytes) }

  /// The key that signs, with the profiles it may sign.
  public static func trustedKey(_ profiles: ProfileSet) -> TrustedKey {
    TrustedKey(
      publicKey: Ed25519PrivateKey(seed: keySeed).publicKey.bytes, profiles: profiles)
  }

  /// The signed bytes.
  ///
  /// - Throws: `BootImageError` when the sections make no image.
  public func file() throws(BootImageError) -> [UInt8] {
    var size = try BootImageLayout(sectionCount: sections.count).dataOffset
    for section in sections { size += (section.contents.count + 4095) / 4096 * 4096 }
    var file = [UInt8](repeating: 0, count: size)
    var span = file.mutableSpan
    var bytes = span.mutableRawBytes
    var encoder = try BootImageEncoder(
      bytes._mutatingExtracting(...), sectionCount: sections.count)
    for section in sections {
      guard let name = SectionName(Array(section.name.utf8).span.rawBytes) else { continue }
      try encoder.append(
        section.family, role: section.role, name: name, payload: section.contents.span.rawBytes)
    }
    try encoder.finish(profile: profile, imageVersion: version)
    let key = Ed25519PrivateKey(seed: Self.keySeed)
    try BootImageSigner.sign(&bytes, with: key)
    return file
  }

  /// A boot configuration of one service: docs/reference/boot-config.md.
  ///
  /// - Parameters:
  ///   - profile: The profile it says it is for.
  ///   - seed: Bytes of a fixed seed, all alike; nil for none.
  /// - Returns: The bytes of the section.
  public static func configuration(profile: BootProfile, seed: UInt8? = nil) -> [UInt8] {
    let tables: [(count: Int, size: Int)] = [(1, 72), (0, 8), (0, 16), (0, 32), (0, 24)]
    let total = 32 + 16 * tables.count + 88 + 72
    var file =
      Array("ERIXBCFG".utf8) + SampleKernel.bytes(UInt16(1)) + SampleKernel.bytes(UInt16(0))
    file += [total, 88, tables.count, 0, 0].flatMap { SampleKernel.bytes(UInt32($0)) }
    var offset = 32 + 16 * tables.count + 88
    for table in tables {
      file += [offset, table.count, table.size, 0].flatMap { SampleKernel.bytes(UInt32($0)) }
      offset += table.count * table.size
    }
    file += SampleKernel.bytes(profile.rawValue)
    file += SampleKernel.bytes(UInt32(seed == nil ? 0 : 1))
    file += Array(repeating: 0, count: 16) + Array(repeating: seed ?? 0, count: 64)
    return file + service
  }

  /// The root task's entry.
  private static var service: [UInt8] {
    var entry: [UInt8] = [1, 0, 1, 200] + SampleKernel.bytes(UInt32(1))
    entry += SampleKernel.bytes(UInt64(1)) + SampleKernel.bytes(UInt64(1 << 20))
    entry += SampleKernel.bytes(UInt32(4096)) + SampleKernel.bytes(UInt32(1))
    entry += [0, 3]
    return entry + Array(repeating: 0, count: 72 - entry.count)
  }
}
