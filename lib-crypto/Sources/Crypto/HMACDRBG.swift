// HMAC_DRBG with SHA-256 (NIST SP 800-90A Rev. 1 section 10.1.2) at a security strength of 256
// bits, without prediction resistance. It has no source of entropy: the caller brings it.

import Bytes

/// A deterministic generator of random bytes.
///
/// It cannot be copied: two copies would give the same "random" bytes.
public struct HMACDRBG: ~Copyable, Sendable {
  /// The least entropy, in bytes, that instantiation and reseeding accept (section 10.1 table 2).
  public static var minimumEntropySize: Int { 32 }
  /// The shortest nonce in bytes: half the security strength (section 8.6.7).
  public static var minimumNonceSize: Int { 16 }
  /// The longest entropy, nonce, personalization or additional input in bytes.
  ///
  /// The standard allows up to 2^32 bytes and implementations to choose less.
  public static var maximumInputSize: Int { 1 << 16 }
  /// The most bytes of one request: 2^19 bits.
  public static var maximumRequestSize: Int { 1 << 16 }
  /// The most requests between two entropy inputs.
  public static var maximumReseedInterval: UInt64 { 1 << 48 }

  private var key = FixedBytes<32>()
  private var value = FixedBytes<32>()
  private var requestCount: UInt64 = 0
  private let reseedInterval: UInt64

  /// Instantiates the generator (section 10.1.2.3).
  ///
  /// - Parameters:
  ///   - entropy: At least `minimumEntropySize` bytes with 256 bits of entropy; secret.
  ///   - nonce: At least `minimumNonceSize` bytes, never used before with such entropy.
  ///   - personalization: Anything that tells this instance from others; may be empty.
  /// - Throws: `DRBGError.entropyTooShort`, `.nonceTooShort` below those sizes, `.inputTooLong`
  ///   when one of the three exceeds `maximumInputSize`.
  public init(
    entropy: RawSpan, nonce: RawSpan, personalization: RawSpan
  ) throws(DRBGError) {
    try self.init(
      entropy: entropy, nonce: nonce, personalization: personalization,
      reseedInterval: Self.maximumReseedInterval)
  }

  /// Instantiates with a shorter reseed interval, so that tests reach its end.
  package init(
    entropy: RawSpan, nonce: RawSpan, personalization: RawSpan, reseedInterval: UInt64
  ) throws(DRBGError) {
    self.reseedInterval = reseedInterval
    try Self.check(entropy: entropy)
    guard nonce.byteCount >= Self.minimumNonceSize else {
      throw .nonceTooShort(count: nonce.byteCount, minimum: Self.minimumNonceSize)
    }
    try Self.check(input: nonce)
    try Self.check(input: personalization)
    for index in 0..<32 { value[index] = 1 }
    update(entropy, nonce, personalization)
  }

  /// Mixes in fresh entropy (section 10.1.2.4).
  ///
  /// - Parameters:
  ///   - entropy: As at instantiation.
  ///   - additionalInput: Anything else to mix in; may be empty.
  /// - Throws: `DRBGError.entropyTooShort`, `.inputTooLong`.
  public mutating func reseed(
    entropy: RawSpan, additionalInput: RawSpan
  ) throws(DRBGError) {
    try Self.check(entropy: entropy)
    try Self.check(input: additionalInput)
    update(entropy, additionalInput, RawSpan())
    requestCount = 0
  }

  /// Fills a buffer with random bytes (section 10.1.2.5).
  ///
  /// - Parameters:
  ///   - output: At most `maximumRequestSize` bytes; all are overwritten.
  ///   - additionalInput: Anything to mix in first; may be empty.
  /// - Throws: `DRBGError.requestTooLong`, `.inputTooLong`, and `.reseedRequired` after
  ///   `maximumReseedInterval` requests. Nothing is written then.
  @_lifetime(output: copy output)
  public mutating func generate(
    into output: inout MutableRawSpan, additionalInput: RawSpan
  ) throws(DRBGError) {
    guard output.byteCount <= Self.maximumRequestSize else {
      throw .requestTooLong(count: output.byteCount, maximum: Self.maximumRequestSize)
    }
    try Self.check(input: additionalInput)
    guard requestCount < reseedInterval else { throw .reseedRequired(limit: reseedInterval) }

    if additionalInput.byteCount > 0 { update(additionalInput, RawSpan(), RawSpan()) }
    var offset = 0
    while offset < output.byteCount {
      value = HMACSHA256.authenticate(value.rawBytes, key: key.rawBytes)
      let count = min(32, output.byteCount - offset)
      output.place(value.rawBytes.part(0..<count), at: offset)
      offset += count
    }
    update(additionalInput, RawSpan(), RawSpan())
    requestCount += 1
  }

  /// Overwrites the secret state, in place and for certain (section 9.4, uninstantiate).
  ///
  /// A `deinit` cannot do this: `self` is immutable there. Call it before the generator goes out of
  /// use. Until it is reseeded it answers every request with `DRBGError.reseedRequired`.
  public mutating func erase() {
    overwrite(&key)
    overwrite(&value)
    requestCount = reseedInterval
  }

  /// HMAC_DRBG_Update (section 10.1.2.2) with the data in up to three parts.
  private mutating func update(_ first: RawSpan, _ second: RawSpan, _ third: RawSpan) {
    mix(separator: 0, first, second, third)
    // Lengths are public: whether there is data at all tells nothing about it.
    guard first.byteCount + second.byteCount + third.byteCount > 0 else { return }
    mix(separator: 1, first, second, third)
  }

  /// K = HMAC(K, V || separator || data), V = HMAC(K, V).
  private mutating func mix(
    separator: UInt8, _ first: RawSpan, _ second: RawSpan, _ third: RawSpan
  ) {
    let separatorByte = FixedBytes<1>([separator])
    var authenticator = HMACSHA256(key: key.rawBytes)
    authenticator.update(value.rawBytes)
    authenticator.update(separatorByte.rawBytes)
    authenticator.update(first)
    authenticator.update(second)
    authenticator.update(third)
    key = authenticator.finalize()
    value = HMACSHA256.authenticate(value.rawBytes, key: key.rawBytes)
  }

  private static func check(entropy: RawSpan) throws(DRBGError) {
    guard entropy.byteCount >= minimumEntropySize else {
      throw .entropyTooShort(count: entropy.byteCount, minimum: minimumEntropySize)
    }
    try check(input: entropy)
  }

  private static func check(input: RawSpan) throws(DRBGError) {
    guard input.byteCount <= maximumInputSize else {
      throw .inputTooLong(count: input.byteCount, maximum: maximumInputSize)
    }
  }
}
