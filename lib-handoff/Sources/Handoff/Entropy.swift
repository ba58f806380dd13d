// Random seed and where it comes from: record "Entropy" of docs/reference/handoff.md. The seed is
// secret; nothing here prints or compares it.

public import Bytes

/// A random seed of 64 bytes.
public struct Entropy: Equatable, Sendable {
  /// Where a seed comes from.
  public enum Source: UInt32, Sendable {
    /// There is none; the seed is zero and randomness is worth nothing.
    case none = 0
    /// The firmware's random number generator.
    case efiRNG = 1
    /// The processor's RDRAND.
    case rdrand = 2
    /// The boot configuration, for boots that repeat; never in a release image.
    case fixed = 3
    /// Expanded by the kernel's generator.
    case kernel = 4
  }

  /// Source.
  public var source: Source
  /// The seed; zero exactly when the source is `none`.
  public var seed: FixedBytes<64>

  /// A seed from a source.
  public init(source: Source, seed: FixedBytes<64>) {
    self.source = source
    self.seed = seed
  }

  /// No randomness.
  public static var absent: Entropy { Entropy(source: .none, seed: FixedBytes()) }
}

#if !hasFeature(Embedded)
extension Entropy.Source: CaseIterable {}
#endif

extension Entropy: WireRecord {
  /// 72 bytes.
  public static let encodedSize = 72

  /// Decodes and validates.
  ///
  /// - Throws: `FormatError.invalidValue` for an unknown source or a zero seed from a source,
  ///   `nonzeroReserved` for a reserved byte or a seed without source.
  public init(_ record: Record) throws(FormatError) {
    source = try record.value(at: 0)
    try record.requireZero(at: 4, count: 4)
    seed = try record.fixedBytes(at: 8)
    if source == .none { try record.requireZero(at: 8, count: 64) }
    let isZero = (try? record.bytes.requireZero(at: 8, count: 64)) != nil
    try record.require(isZero == (source == .none), at: 8, UInt64(0))
  }

  /// Writes the record.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try bytes.store(source.rawValue, at: offset)
    try bytes.copy(seed.rawBytes, at: offset + 8)
  }
}
