// Files as the commands need them: errors name the path, and private keys are wiped.

import BootImg
import Bytes
import Crypto
import HostFiles
import ImageDescription

/// Reading and writing the tool's files.
enum ToolFiles {
  /// Reads a file of any contents.
  ///
  /// One byte more than the largest image may be read, so that the reader can name the excess.
  static func read(
    _ path: String, limit: Int = BootImageLayout.maximumFileSize + 1
  ) throws(ToolError) -> [UInt8] {
    do throws(FileError) { return try HostFile.read(path, limit: limit) } catch {
      throw ToolError(path, error)
    }
  }

  /// Replaces or creates a file atomically.
  static func write(_ path: String, _ contents: [UInt8]) throws(ToolError) {
    do throws(FileError) { try HostFile.replace(path, with: contents.span) } catch {
      throw ToolError(path, error)
    }
  }

  /// Creates a file that must not exist.
  static func create(_ path: String, _ contents: [UInt8], mode: UInt32) throws(ToolError) {
    do throws(FileError) {
      try HostFile.create(path, with: contents.span, mode: mode)
    } catch {
      throw ToolError(path, error)
    }
  }

  /// Signs an image with a private key file.
  ///
  /// Text, seed and key are wiped on every way out, docs/reference/keys.md.
  ///
  /// - Throws: `ToolError` for the key file, or for the image under the name `imagePath`.
  static func sign(
    _ image: inout [UInt8], imagePath: String, keyPath: String
  ) throws(ToolError) {
    var text = try read(keyPath, limit: KeyFile.maximumSize)
    defer { wipe(&text) }
    var seed: FixedBytes<32>
    do throws(KeyFileError) { seed = try KeyFile.parsePrivate(text) } catch {
      throw .file(keyPath, offset: error.offset, reason: error.reason)
    }
    defer { seed = FixedBytes() }
    var key = Ed25519PrivateKey(seed: seed)
    defer { key.erase() }
    do throws(BootImageError) {
      var span = image.mutableSpan
      var raw = span.mutableRawBytes
      try BootImageSigner.sign(&raw, with: key)
    } catch {
      throw ToolError(imagePath, error, layout: BootImageLayout(of: image))
    }
  }

  /// The keys of several public key files.
  ///
  /// A key in two files could have two lists of profiles, and the order would decide.
  ///
  /// - Throws: `ToolError` for a file that is refused, and for a key that an earlier file has too.
  static func trustedKeys(_ paths: [String]) throws(ToolError) -> [TrustedKey] {
    var keys: [TrustedKey] = []
    for path in paths {
      let text = try read(path, limit: KeyFile.maximumSize)
      let added: [TrustedKey]
      do throws(KeyFileError) { added = try KeyFile.parsePublic(text) } catch {
        throw .file(path, offset: error.offset, reason: error.reason)
      }
      for key in added where keys.contains(where: { $0.publicKey == key.publicKey }) {
        let reason = "key \(Hexadecimal.text(key.id)) is in an earlier key file already"
        throw .file(path, offset: nil, reason: reason)
      }
      keys += added
    }
    return keys
  }

  /// Overwrites secret text.
  static func wipe(_ text: inout [UInt8]) {
    for index in text.indices { text[index] = 0 }
  }
}

extension BootImageLayout {
  /// The layout that the header of a refused image claims, to give its errors a place.
  init?(of image: [UInt8]) {
    guard let count = try? image.span.rawBytes.integer(at: 24, as: UInt32.self),
      let layout = try? BootImageLayout(sectionCount: Int(count))
    else { return nil }
    self = layout
  }
}
