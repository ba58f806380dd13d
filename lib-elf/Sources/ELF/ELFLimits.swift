// The bounds a caller puts on an image: where it may lie and how large it may be. Bounds that are
// the same for every caller are constants here.

/// What a caller is ready to load.
public struct ELFLimits: Equatable, Sendable {
  /// Size of a page of memory in bytes.
  public static let pageSize: UInt64 = 4096
  /// Most program headers in a file.
  public static let maximumProgramHeaders = 32
  /// Most loadable segments in a file.
  public static var maximumSegments: Int { SegmentTable.Storage.count }
  /// Most entries of a dynamic section.
  public static let maximumDynamicEntries = 64
  /// Most relocations in a file.
  public static let maximumRelocations = 65_536

  /// Virtual addresses that the pages of the image may have once it is placed.
  public var addresses: Range<UInt64>
  /// Largest distance in bytes from the first page to the end of the last.
  public var maximumImageSize: UInt64
  /// Largest alignment of a segment in bytes, a power of two.
  public var maximumAlignment: UInt64

  /// States the three bounds.
  ///
  /// - Parameters:
  ///   - addresses: Where the pages may lie, in bytes.
  ///   - maximumImageSize: First page to end of last page, in bytes.
  ///   - maximumAlignment: Largest `p_align`; 2 MiB unless stated.
  public init(
    addresses: Range<UInt64>, maximumImageSize: UInt64, maximumAlignment: UInt64 = 0x20_0000
  ) {
    self.addresses = addresses
    self.maximumImageSize = maximumImageSize
    self.maximumAlignment = maximumAlignment
  }

  /// Programs: user space (docs/reference/capabi.md), at most 256 MiB.
  public static let program = ELFLimits(
    addresses: 0x1000..<0xFFF_FFFF_F000, maximumImageSize: 0x1000_0000)

  /// The kernel: the top 2 GiB without the last page, at most 64 MiB.
  public static let kernel = ELFLimits(
    addresses: 0xFFFF_FFFF_8000_0000..<0xFFFF_FFFF_FFFF_F000, maximumImageSize: 0x400_0000)

  /// Whether `size` bytes at `address` are inside the window; their end may not fit 64 bits.
  func contains(_ address: UInt64, size: UInt64) -> Bool {
    address >= addresses.lowerBound && address <= addresses.upperBound
      && size <= addresses.upperBound - address
  }
}
