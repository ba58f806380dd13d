// Manifest and the form of an unsigned image.

import BootImg
import Bytes
import Testing

struct BootImageManifestTests {
  /// Where the manifest of the sample begins.
  private static let start = SampleImage.entry(8)

  @Test(arguments: [BootProfile.dev, .release, .smoke])
  func `what was written is read`(profile: BootProfile) throws {
    let image = try SampleImage(profile: profile, version: .max, seed: nil)
    let view = try UnverifiedBootImage(parsing: image.bytes.span.rawBytes)
    let manifest = view.manifest
    #expect(manifest.profile == profile)
    #expect(manifest.imageVersion == .max)
    let layout = view.layout
    #expect(layout.manifestOffset == Self.start)
    let totalSize = view.totalSize
    #expect(totalSize == image.bytes.count)
    let isSigned = view.isSigned
    #expect(!isSigned)
  }

  @Test(arguments: [0, 95, 97, UInt32.max]) func `another size is refused`(size: UInt32) throws {
    let image = try SampleImage().setting(size, at: Self.start)
    #expect(image.parseError() == .wrongManifestSize(found: size, expected: 96))
  }

  @Test(arguments: [0, 4, UInt32.max]) func `an unknown profile is refused`(profile: UInt32) throws
  {
    let image = try SampleImage().setting(profile, at: Self.start + 4)
    #expect(image.parseError() == .unknownProfile(found: profile))
  }

  @Test func `image version 0 is refused`() throws {
    let image = try SampleImage().setting(UInt64(0), at: Self.start + 8)
    #expect(image.parseError() == .zeroImageVersion)
  }

  @Test(arguments: 48..<96) func `reserved manifest bytes are zero`(offset: Int) throws {
    let place = Self.start + offset
    #expect(try SampleImage().flipping(place).parseError() == .nonzeroReserved(offset: place))
  }

  @Test(arguments: [0, 63]) func `a signature without key id is refused`(byte: Int) throws {
    let image = try SampleImage(seed: nil).flipping(Self.start + 96 + byte)
    #expect(image.parseError() == .signatureWithoutKey)
  }
}
