// SHA-256 (FIPS 180-4 section 6.2): the streaming interface. Allocates nothing.

public import Bytes

/// A SHA-256 computation in progress.
///
/// The message may arrive in pieces of any length; only the concatenation matters. Copying the
/// value forks the computation.
public struct SHA256: Sendable {
  private var hash = BlockHash<SHA256Compression, 64>()

  /// Starts with the empty message.
  public init() {}

  /// Appends bytes to the message.
  public mutating func update(_ bytes: RawSpan) {
    hash.update(bytes)
  }

  /// Ends the message.
  ///
  /// - Returns: The 32-byte digest of everything appended.
  public consuming func finalize() -> FixedBytes<32> {
    hash.finish()
    return hash.compression.digest
  }

  /// Hashes one contiguous message.
  ///
  /// - Returns: Its 32-byte digest.
  public static func hash(_ bytes: RawSpan) -> FixedBytes<32> {
    var hash = Self()
    hash.update(bytes)
    return hash.finalize()
  }
}
