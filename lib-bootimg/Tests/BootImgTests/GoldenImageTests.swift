// The byte layout pinned down by an image that was put together outside of this library, field by
// field from docs/reference/boot-image.md, by golden_image.py in this folder.

import BootImg
import Bytes
import Crypto
import Testing

struct GoldenImageTests {
  /// SHA-256 of the image, as printed by golden_image.py.
  private static let expected = "10c4a91538bd06109cc8ca7b73dfe5e5d82efdcf3689d2ef4ebf4457fc8d923a"

  @Test func `the writer makes the golden image`() throws {
    let image = try SampleImage(
      [
        SampleSection(family: .kernel, name: "kernel", payload: Array("kernel payload".utf8)),
        SampleSection(family: .driver, role: 0x0181, name: "drv-serial", payload: [0, 1, 2, 255]),
        SampleSection(family: .bootConfig, name: "boot-config", payload: Array("config".utf8)),
      ], profile: .smoke, version: 0x0102_0304_0506_0708)
    let digest = SHA256.hash(image.bytes.span.rawBytes)
    let text = (0..<32).map { hexadecimal(digest[$0]) }.joined()
    #expect(text == Self.expected)
  }

  private func hexadecimal(_ byte: UInt8) -> String {
    String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
  }
}
