// Key files: the formats, and the development pair.

import BootImg
import BootToolCore
import Bytes
import Crypto
import Foundation
import Testing

struct KeyFileTests {
  private static let seed = FixedBytes<32>(InlineArray { UInt8($0) })
  private static let key = TrustedKey(
    publicKey: Ed25519PrivateKey(seed: seed).publicKey.bytes,
    profiles: ProfileSet(.dev) | ProfileSet(.smoke))

  private func privateError(_ text: [UInt8]) -> KeyFileError? {
    do throws(KeyFileError) {
      _ = try KeyFile.parsePrivate(text)
      return nil
    } catch { return error }
  }

  private func publicError(_ text: [UInt8]) -> KeyFileError? {
    do throws(KeyFileError) {
      _ = try KeyFile.parsePublic(text)
      return nil
    } catch { return error }
  }

  @Test func `a private key is read back`() throws {
    let text = KeyFile.privateText(seed: Self.seed)
    #expect(text.starts(with: Array("erix-ed25519-private-v1 000102".utf8)))
    #expect(try KeyFile.parsePrivate(text) == Self.seed)
  }

  @Test func `every truncation of a private key is refused`() {
    let text = KeyFile.privateText(seed: Self.seed)
    for length in 0..<text.count { #expect(privateError(Array(text[..<length])) != nil) }
  }

  @Test func `wrong private keys are refused each for its reason`() {
    let text = KeyFile.privateText(seed: Self.seed)
    #expect(privateError([]) == .empty)
    #expect(privateError(Array("erix-ed25519-public-v1 ".utf8)) == .wrongTag(offset: 0))
    #expect(privateError(Array(text.dropLast())) == .missingLineFeed(offset: 88))
    #expect(privateError(text + [10]) == .trailing(offset: 89))
    var upper = text
    upper[24 + 21] = UInt8(ascii: "A")
    #expect(privateError(upper) == .badHexadecimal(offset: 45))
    var long = text
    long.insert(UInt8(ascii: "0"), at: 88)
    #expect(privateError(long) == .badHexadecimal(offset: 88))
    long = text
    long.remove(at: 87)
    #expect(privateError(long) == .badHexadecimal(offset: 87))
  }

  @Test func `public keys are read back`() throws {
    let other = TrustedKey(
      publicKey: Ed25519PrivateKey(seed: FixedBytes()).publicKey.bytes,
      profiles: ProfileSet(.release))
    let text = KeyFile.publicText(Self.key) + KeyFile.publicText(other)
    #expect(try KeyFile.parsePublic(text) == [Self.key, other])
  }

  @Test func `every truncation of a public key is refused`() {
    let text = KeyFile.publicText(Self.key)
    for length in 0..<text.count { #expect(publicError(Array(text[..<length])) != nil) }
  }

  @Test func `wrong public keys are refused each for its reason`() {
    let text = KeyFile.publicText(Self.key)
    #expect(publicError([]) == .empty)
    #expect(publicError(KeyFile.privateText(seed: Self.seed)) == .wrongTag(offset: 0))
    #expect(publicError(Array(text.dropLast())) == .missingLineFeed(offset: text.count - 1))
    #expect(publicError(text + text) == .duplicateKey(offset: text.count))
    #expect(publicError(text + [10]) == .wrongTag(offset: text.count))
    var bad = text
    bad[23] = UInt8(ascii: "g")
    #expect(publicError(bad) == .badHexadecimal(offset: 23))
    let identity = "erix-ed25519-public-v1 01" + String(repeating: "0", count: 62) + " dev\n"
    #expect(
      publicError(Array(identity.utf8)) == .invalidKey(offset: 23, .smallOrderKey))
  }

  @Test(arguments: ["", "smoke,dev", "dev,dev", "dev,", "Dev", "dev smoke", "dev ", "all"])
  func `other lists of profiles are refused`(list: String) {
    let text = KeyFile.publicText(Self.key).dropLast("dev,smoke\n".utf8.count)
    #expect(publicError(Array(text) + Array("\(list)\n".utf8)) == .badProfiles(offset: 88))
  }

  @Test func `32 keys are accepted and one more is not`() throws {
    var text: [UInt8] = []
    for number in 0..<32 {
      var seed = FixedBytes<32>()
      seed[0] = UInt8(number)
      text += KeyFile.publicText(
        TrustedKey(
          publicKey: Ed25519PrivateKey(seed: seed).publicKey.bytes, profiles: ProfileSet(.dev)))
    }
    #expect(try KeyFile.parsePublic(text).count == 32)
    #expect(text.count <= KeyFile.maximumSize)
    #expect(publicError(text + KeyFile.publicText(Self.key)) == .tooManyKeys(limit: 32))
  }

  @Test func `the development pair comes from its phrase`() throws {
    let phrase = Array("EriX development signing key; public; never signs a release".utf8)
    let seed = SHA256.hash(phrase.span.rawBytes)
    let key = TrustedKey(
      publicKey: Ed25519PrivateKey(seed: seed).publicKey.bytes,
      profiles: ProfileSet(.dev) | ProfileSet(.smoke))
    let privateText = try Data(contentsOf: URL(fileURLWithPath: DevelopmentKeys.privatePath))
    let publicText = try Data(contentsOf: URL(fileURLWithPath: DevelopmentKeys.publicPath))
    #expect([UInt8](privateText) == KeyFile.privateText(seed: seed))
    #expect([UInt8](publicText) == KeyFile.publicText(key))
  }
}
