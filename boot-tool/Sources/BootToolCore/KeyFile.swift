// Key files, docs/reference/keys.md. Works on bytes; reading and writing files is done elsewhere.

public import BootImg
public import Bytes
public import Crypto
import ImageDescription

/// Why a key file is refused.
public enum KeyFileError: Error, Equatable, Sendable {
  /// The file is empty.
  case empty
  /// The line does not begin with the tag of this kind of key.
  case wrongTag(offset: Int)
  /// The key is not 64 lower-case hexadecimal digits.
  case badHexadecimal(offset: Int)
  /// The list of profiles is not one or more of `dev`, `release`, `smoke` in this order.
  case badProfiles(offset: Int)
  /// The line does not end with a line feed.
  case missingLineFeed(offset: Int)
  /// A private key file goes on after its line.
  case trailing(offset: Int)
  /// There are more public keys than the limit.
  case tooManyKeys(limit: Int)
  /// A public key stands in the file already.
  case duplicateKey(offset: Int)
  /// The bytes are not a valid public key.
  case invalidKey(offset: Int, Ed25519Error)
}

/// Reading and writing the text of key files.
public enum KeyFile {
  /// The most public keys in one file.
  public static let maximumKeyCount = 32
  /// No valid key file is longer, in bytes.
  public static let maximumSize = 8192

  private static let privateTag = Array("erix-ed25519-private-v1 ".utf8)
  private static let publicTag = Array("erix-ed25519-public-v1 ".utf8)
  private static let lineFeed = UInt8(ascii: "\n")

  /// The seed in a private key file.
  ///
  /// - Throws: `KeyFileError`.
  public static func parsePrivate(_ text: [UInt8]) throws(KeyFileError) -> FixedBytes<32> {
    guard !text.isEmpty else { throw .empty }
    guard text.starts(with: privateTag) else { throw .wrongTag(offset: 0) }
    guard let end = text.firstIndex(of: lineFeed) else {
      throw .missingLineFeed(offset: text.count)
    }
    let seed = try hexadecimal(text[privateTag.count..<end])
    guard end + 1 == text.count else { throw .trailing(offset: end + 1) }
    return seed
  }

  /// The text of a private key file; the caller wipes it.
  ///
  /// Room for all of it is made first: an array that grows leaves its old contents behind.
  public static func privateText(seed: FixedBytes<32>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(privateTag.count + 2 * 32 + 1)
    text += privateTag
    Hexadecimal.append(seed, to: &text)
    text.append(lineFeed)
    return text
  }

  /// The keys in a public key file, at least one.
  ///
  /// - Throws: `KeyFileError`.
  public static func parsePublic(_ text: [UInt8]) throws(KeyFileError) -> [TrustedKey] {
    guard !text.isEmpty else { throw .empty }
    var keys: [TrustedKey] = []
    var start = 0
    while start < text.count {
      guard keys.count < maximumKeyCount else { throw .tooManyKeys(limit: maximumKeyCount) }
      guard let end = text[start...].firstIndex(of: lineFeed) else {
        throw .missingLineFeed(offset: text.count)
      }
      let key = try parsePublicLine(text[start..<end])
      guard !keys.contains(where: { $0.publicKey == key.publicKey }) else {
        throw .duplicateKey(offset: start)
      }
      keys.append(key)
      start = end + 1
    }
    return keys
  }

  /// The line of a public key file.
  public static func publicText(_ key: TrustedKey) -> [UInt8] {
    publicTag + Array("\(Hexadecimal.text(key.publicKey)) \(key.profiles.text)\n".utf8)
  }

  private static func parsePublicLine(
    _ line: ArraySlice<UInt8>
  ) throws(KeyFileError) -> TrustedKey {
    guard line.starts(with: publicTag) else { throw .wrongTag(offset: line.startIndex) }
    let rest = line.dropFirst(publicTag.count)
    let word = rest.prefix { $0 != UInt8(ascii: " ") }
    let bytes = try hexadecimal(word)
    do throws(Ed25519Error) { _ = try Ed25519PublicKey(bytes) } catch {
      throw .invalidKey(offset: word.startIndex, error)
    }
    let list = rest[word.endIndex...].dropFirst()
    let names = String(decoding: list, as: UTF8.self)
      .split(separator: ",", omittingEmptySubsequences: false)
    let profiles = names.compactMap { BootProfile(text: $0) }
    // Compared as text: that finds unknown, repeated and misplaced names at once.
    let set = ProfileSet(profiles)
    guard profiles.count == names.count, Array(set.text.utf8) == Array(list) else {
      throw .badProfiles(offset: list.startIndex)
    }
    return TrustedKey(publicKey: bytes, profiles: set)
  }

  private static func hexadecimal(
    _ text: ArraySlice<UInt8>
  ) throws(KeyFileError) -> FixedBytes<32> {
    do throws(HexadecimalError) { return try Hexadecimal.parse(text) } catch {
      throw .badHexadecimal(offset: text.startIndex + error.position)
    }
  }
}
