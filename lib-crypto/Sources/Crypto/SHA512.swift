// SHA-512 (FIPS 180-4 section 6.4): the streaming interface. Allocates nothing.

public import Bytes

/// A SHA-512 computation in progress.
///
/// The message may arrive in pieces of any length; only the concatenation matters. Copying the
/// value forks the computation.
public struct SHA512: Sendable {
  private var hash = BlockHash<SHA512Compression, 128>()

  /// Starts with the empty message.
  public init() {}

  /// Appends bytes to the message.
  public mutating func update(_ bytes: RawSpan) {
    hash.update(bytes)
  }

  /// Ends the message.
  ///
  /// - Returns: The 64-byte digest of everything appended.
  public consuming func finalize() -> FixedBytes<64> {
    hash.finish()
    return hash.compression.digest
  }

  /// Hashes one contiguous message.
  ///
  /// - Returns: Its 64-byte digest.
  public static func hash(_ bytes: RawSpan) -> FixedBytes<64> {
    var hash = Self()
    hash.update(bytes)
    return hash.finalize()
  }
}
