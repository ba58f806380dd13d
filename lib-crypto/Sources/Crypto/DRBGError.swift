// What the random generator refuses. After any of these its state is unchanged.

/// Why the generator refused a call.
public enum DRBGError: Error, Equatable, Sendable {
  /// The entropy input has `count` bytes, fewer than `minimum`.
  case entropyTooShort(count: Int, minimum: Int)
  /// The nonce has `count` bytes, fewer than `minimum`.
  case nonceTooShort(count: Int, minimum: Int)
  /// An input has `count` bytes, more than `maximum`.
  case inputTooLong(count: Int, maximum: Int)
  /// The request is for `count` bytes, more than `maximum`.
  case requestTooLong(count: Int, maximum: Int)
  /// `limit` requests have been served since the last entropy input: reseed first.
  case reseedRequired(limit: UInt64)
}
