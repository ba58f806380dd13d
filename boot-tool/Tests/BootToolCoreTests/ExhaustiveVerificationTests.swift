// Every truncation and every changed byte of a whole image, through the function that
// `boot-tool verify` runs. The image is the smallest valid one: 8 KiB.

import BootImg
import BootToolCore
import Bytes
import Crypto
import Testing

struct ExhaustiveVerificationTests {
  private static let seed = FixedBytes<32>(InlineArray { UInt8($0) })
  private static let chunkCount = 8

  /// A signed image whose only section is the boot configuration.
  private static func makeImage() throws -> [UInt8] {
    let nameText = Array("boot-config".utf8)
    let payload = Array("a small boot configuration".utf8)
    guard let name = SectionName(nameText.span.rawBytes) else {
      throw BootImageError.badName(section: 0)
    }
    var image = [UInt8](repeating: 0, count: 8192)
    var span = image.mutableSpan
    var encoder = try BootImageEncoder(span.mutableRawBytes, sectionCount: 1)
    try encoder.append(.bootConfig, name: name, payload: payload.span.rawBytes)
    try encoder.finish(profile: .dev, imageVersion: 5)
    var whole = image.mutableSpan
    var raw = whole.mutableRawBytes
    try BootImageSigner.sign(&raw, with: Ed25519PrivateKey(seed: seed))
    return image
  }

  private static let verification = ImageVerification(
    keys: [
      TrustedKey(
        publicKey: Ed25519PrivateKey(seed: seed).publicKey.bytes,
        profiles: ProfileSet(.dev) | ProfileSet(.release) | ProfileSet(.smoke))
    ],
    profiles: ProfileSet(.dev) | ProfileSet(.release) | ProfileSet(.smoke), minimumVersion: 1)

  private static func isAccepted(_ image: [UInt8]) -> Bool {
    do throws(BootImageError) {
      try verification.run(image) { _ in }
      return true
    } catch { return false }
  }

  @Test func `the unchanged image is accepted`() throws {
    let image = try Self.makeImage()
    #expect(image.count == 8192)
    #expect(Self.isAccepted(image))
  }

  @Test(arguments: 0..<chunkCount)
  func `every changed byte is noticed`(chunk: Int) throws {
    var image = try Self.makeImage()
    var accepted: [Int] = []
    for offset in stride(from: chunk, to: image.count, by: Self.chunkCount) {
      for mask in [0x01, 0x80, 0xFF] as [UInt8] {
        image[offset] ^= mask
        if Self.isAccepted(image) { accepted.append(offset) }
        image[offset] ^= mask
      }
    }
    #expect(accepted == [])
    #expect(Self.isAccepted(image))
  }

  @Test func `every truncation is noticed`() throws {
    var image = try Self.makeImage()
    while !image.isEmpty {
      image.removeLast()
      guard !Self.isAccepted(image) else {
        Issue.record("accepted with \(image.count) bytes")
        return
      }
    }
  }
}
