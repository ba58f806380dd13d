// Step 2: each reason for which an image with a right structure is not trusted, and their order.

import BootImg
import Bytes
import Crypto
import Testing

struct AuthenticationTests {
  private static let otherSeed = FixedBytes<32>(InlineArray { UInt8(200 - $0) })

  @Test func `an image of a trusted key is accepted`() throws {
    #expect(try SampleImage().verifyError() == nil)
  }

  @Test func `the right key among others is found`() throws {
    let keys = [SampleImage.trustedKey(seed: Self.otherSeed), SampleImage.trustedKey()]
    #expect(try SampleImage().verifyError(keys: keys) == nil)
  }

  @Test func `an unsigned image is refused`() throws {
    #expect(try SampleImage(seed: nil).verifyError() == .unsigned)
  }

  @Test func `a development image is refused by a release reader`() throws {
    #expect(
      try SampleImage(profile: .dev).verifyError(profiles: ProfileSet(.release))
        == .profileNotAccepted(.dev))
  }

  @Test func `an unknown key is refused`() throws {
    #expect(try SampleImage(seed: Self.otherSeed).verifyError() == .unknownKey)
    #expect(try SampleImage().verifyError(keys: []) == .unknownKey)
  }

  @Test func `a key may not sign other profiles than its own`() throws {
    let key = SampleImage.trustedKey(profiles: ProfileSet(.dev) | ProfileSet(.smoke))
    #expect(try SampleImage(profile: .smoke).verifyError(keys: [key]) == nil)
    #expect(
      try SampleImage(profile: .release).verifyError(keys: [key]) == .keyNotAllowed(.release))
  }

  @Test func `a trusted key that is no key is named`() throws {
    // The neutral element has small order: anything would verify with it.
    var identity = FixedBytes<32>()
    identity[0] = 1
    let key = TrustedKey(publicKey: identity, profiles: SampleImage.allProfiles)
    let id = key.id
    var image = try SampleImage()
    for index in 0..<32 { image.bytes[64 + index] = id[index] }
    #expect(image.verifyError(keys: [key]) == .unusableKey(.smallOrderKey))
  }

  @Test func `a changed signed byte is noticed`() throws {
    let buildID = SampleImage.entry(8) + 16
    #expect(
      try SampleImage().flipping(buildID).verifyError() == .badSignature(.mismatch))
  }

  @Test func `a signature with a large scalar is refused`() throws {
    var image = try SampleImage()
    let scalar = SampleImage.entry(8) + 96 + 32
    for index in 0..<32 { image.bytes[scalar + index] = 0xFF }
    #expect(image.verifyError() == .badSignature(.scalarOutOfRange))
  }

  @Test func `an image below the minimum version is refused`() throws {
    let image = try SampleImage(version: 5)
    #expect(image.verifyError(minimumVersion: 5) == nil)
    #expect(image.verifyError(minimumVersion: 6) == .versionTooOld(found: 5, minimum: 6))
  }

  @Test func `the signature is checked before the version`() throws {
    let version = SampleImage.entry(8) + 8
    let image = try SampleImage(version: 5).setting(UInt64(9), at: version)
    #expect(image.verifyError(minimumVersion: 10) == .badSignature(.mismatch))
  }

  @Test func `signing again replaces the signature`() throws {
    var image = try SampleImage(seed: Self.otherSeed)
    try image.sign(with: SampleImage.seed)
    #expect(try image.bytes == SampleImage().bytes)
  }

  @Test func `a malformed image is not signed and not changed`() throws {
    var image = try SampleImage(seed: nil).setting(UInt32(1), at: 12)
    let before = image.bytes
    #expect(throws: BootImageError.unknownFlags(found: 1)) {
      try image.sign(with: SampleImage.seed)
    }
    #expect(image.bytes == before)
  }
}
