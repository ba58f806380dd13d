// Where the parts of an image stand. All offsets follow from the number of sections and their
// sizes, so this file is the only place that computes them; reader and writer compare with it.

/// The fixed part of an image's layout.
public struct BootImageLayout: Equatable, Sendable {
  /// Sections begin at multiples of this many bytes.
  public static let pageSize = 4096
  /// The most sections an image may have.
  public static let maximumSectionCount = 256
  /// The largest image, in bytes.
  public static let maximumFileSize = 256 << 20

  static let signatureSize = 64

  /// How many sections the image has: 1 to `maximumSectionCount`.
  public let sectionCount: Int

  /// The layout of an image with so many sections.
  ///
  /// - Throws: `BootImageError.sectionCountOutOfRange`.
  public init(sectionCount: Int) throws(BootImageError) {
    guard sectionCount >= 1, sectionCount <= Self.maximumSectionCount else {
      throw .sectionCountOutOfRange(
        found: UInt32(clamping: sectionCount), limit: UInt32(Self.maximumSectionCount))
    }
    self.sectionCount = sectionCount
  }

  /// Where the section table begins.
  public var tableOffset: Int { BootImageHeader.size }
  /// Where the manifest begins.
  public var manifestOffset: Int { SectionEntry.offset(sectionCount) }
  /// Where the signature begins; the signed bytes end here.
  public var signatureOffset: Int { manifestOffset + BootImageManifest.size }
  /// Where the first section begins.
  public var dataOffset: Int { Self.pageEnd(signatureOffset + Self.signatureSize) }

  /// The size of an image whose payloads have these sizes, in table order.
  ///
  /// - Parameter payloadSizes: Bytes per payload, without padding.
  /// - Returns: Bytes of the whole file, a multiple of the page size.
  /// - Throws: `BootImageError.sectionCountOutOfRange`; `sectionSizeOutOfRange` for a payload that
  ///   is empty or does not fit below the largest file size.
  public static func totalSize(payloadSizes: Span<Int>) throws(BootImageError) -> Int {
    var end = try BootImageLayout(sectionCount: payloadSizes.count).dataOffset
    for index in 0..<payloadSizes.count {
      let size = payloadSizes[index]
      guard size >= 1, size <= maximumFileSize - end else {
        throw .sectionSizeOutOfRange(
          section: index, found: UInt64(clamping: size),
          available: UInt64(clamping: maximumFileSize - end))
      }
      end = pageEnd(end + size)
    }
    return end
  }

  /// The first page boundary at or after `offset`.
  ///
  /// `offset` is at most `maximumFileSize`, which is itself a boundary: no overflow.
  static func pageEnd(_ offset: Int) -> Int { (offset + (pageSize - 1)) & ~(pageSize - 1) }
}
