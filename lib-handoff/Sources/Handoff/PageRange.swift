// Runs of pages, physical or virtual, that are known not to wrap. The bounds are those of
// docs/reference/handoff.md, "Records used more than once".

/// A run of 4096-byte pages.
public struct PageRange: Equatable, Sendable {
  /// Bytes of a page.
  public static let pageSize: UInt64 = 4096
  /// End of the physical address space.
  public static let physicalLimit: UInt64 = 1 << 52
  /// First address of the upper half.
  public static let upperHalf: UInt64 = 0xFFFF_8000_0000_0000

  /// Address of the first byte.
  public var base: UInt64
  /// Number of pages.
  public var pageCount: UInt64

  /// A range of these parts; decoders check it.
  public init(base: UInt64, pageCount: UInt64) {
    self.base = base
    self.pageCount = pageCount
  }

  /// Address behind the last byte; for a range that was decoded, which cannot wrap.
  ///
  /// For any other range the sum is cut to 64 bits.
  public var end: UInt64 { base &+ pageCount &* Self.pageSize }

  /// Whether every page of `other` is a page of this range.
  public func contains(_ other: PageRange) -> Bool {
    other.base >= base && other.end <= end
  }

  /// Whether a page belongs to both ranges.
  public func overlaps(_ other: PageRange) -> Bool {
    base < other.end && other.base < end
  }

  /// Decodes a physical range: base at one offset, page count at another.
  ///
  /// - Throws: `FormatError.invalidValue` for a base that is not page aligned or a count of 0, or
  ///   one that passes the physical limit.
  init(physical record: Record, base offset: Int, count: Int) throws(FormatError) {
    base = try record.integer(at: offset)
    pageCount = try record.integer(at: count)
    let limit = Self.physicalLimit
    try record.require(base % Self.pageSize == 0 && base < limit, at: offset, base)
    let room = (limit - base) / Self.pageSize
    try record.require(pageCount >= 1 && pageCount <= room, at: count, pageCount)
  }

  /// The pages that hold `size` bytes from `base` on.
  ///
  /// - Returns: nil when `base` is not page aligned, `size` is 0, or the end passes `limit`.
  init?(base: UInt64, byteCount size: UInt64, limit: UInt64) {
    guard base % Self.pageSize == 0, base < limit, size > 0, size <= limit - base else {
      return nil
    }
    // At most `limit / pageSize`, so adding the last partial page cannot wrap.
    let pages = size / Self.pageSize + (size % Self.pageSize == 0 ? 0 : 1)
    self.init(base: base, pageCount: pages)
  }

  /// The upper-half pages that hold `size` bytes from `base` on.
  ///
  /// - Returns: nil when `base` is not page aligned or below the upper half, `size` is 0, or the
  ///   last page of the address space would be touched, which keeps `end` from wrapping.
  init?(upperHalf base: UInt64, byteCount size: UInt64) {
    guard base >= Self.upperHalf else { return nil }
    self.init(base: base, byteCount: size, limit: .max - Self.pageSize + 1)
  }

  /// Checks that neighbours are in increasing order and do not overlap.
  ///
  /// - Throws: `FormatError.outOfOrder`, `FormatError.overlap`.
  static func check(
    _ previous: PageRange?, before range: PageRange, table: Int, entry: Int
  ) throws(FormatError) {
    guard let previous else { return }
    guard previous.base <= range.base else { throw .outOfOrder(table: table, entry: entry) }
    guard previous.end <= range.base else { throw .overlap(table: table, entry: entry) }
  }
}
