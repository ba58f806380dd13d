// HMAC with SHA-256 (RFC 2104, FIPS 198-1). Compare results with `constantTimeEquals`.

public import Bytes

/// An HMAC-SHA-256 computation in progress.
///
/// The message may arrive in pieces. Copying the value forks the computation, so a value that has
/// only been keyed serves for many messages.
public struct HMACSHA256: Sendable {
  private var inner = SHA256()
  private var outer = SHA256()

  /// Starts with the empty message.
  ///
  /// - Parameter key: Of any length; keys above 64 bytes are hashed first (RFC 2104 section 3).
  public init(key: RawSpan) {
    var block = FixedBytes<64>()
    if key.byteCount > 64 {
      block.copy(SHA256.hash(key).rawBytes, at: 0)
    } else {
      block.copy(key, at: 0)
    }
    for index in 0..<64 { block[index] ^= 0x36 }
    inner.update(block.rawBytes)
    for index in 0..<64 { block[index] ^= 0x36 ^ 0x5c }
    outer.update(block.rawBytes)
  }

  /// Appends bytes to the message.
  public mutating func update(_ bytes: RawSpan) {
    inner.update(bytes)
  }

  /// Ends the message.
  ///
  /// - Returns: The 32-byte authenticator of everything appended.
  public consuming func finalize() -> FixedBytes<32> {
    outer.update(inner.finalize().rawBytes)
    return outer.finalize()
  }

  /// Authenticates one contiguous message.
  ///
  /// - Returns: The 32-byte authenticator.
  public static func authenticate(_ message: RawSpan, key: RawSpan) -> FixedBytes<32> {
    var authenticator = Self(key: key)
    authenticator.update(message)
    return authenticator.finalize()
  }
}
