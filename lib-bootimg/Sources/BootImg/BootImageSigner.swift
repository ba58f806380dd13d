// Signs a finished image in place. The private key never leaves lib-crypto's type.

import Bytes
public import Crypto

/// Signs images.
public enum BootImageSigner {
  /// Sets key id and signature of an image; earlier ones are replaced.
  ///
  /// - Parameters:
  ///   - image: A whole image, signed or not.
  ///   - key: The key to sign with.
  /// - Throws: Every `BootImageError` that reading finds in step 1; the image is unchanged then.
  @_lifetime(image: copy image)
  public static func sign(
    _ image: inout MutableRawSpan, with key: borrowing Ed25519PrivateKey
  ) throws(BootImageError) {
    let layout = try UnverifiedBootImage(parsing: image.bytes).layout
    let keyID = SHA256.hash(key.publicKey.bytes.rawBytes)
    do throws(BytesError) {
      try image.copy(keyID.rawBytes, at: BootImageHeader.keyIDOffset)
      let signature = key.sign(try image.bytes.slice(at: 0, count: layout.signatureOffset))
      try image.copy(signature.rawBytes, at: layout.signatureOffset)
    } catch {
      throw BootImageError(error)
    }
  }
}
