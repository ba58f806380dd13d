// One part of an image that is loaded into memory, as checked by `SegmentTable`.

/// A checked loadable segment.
///
/// ## Invariants
/// - `memorySize` is not zero, `fileSize` is at most `memorySize`.
/// - The file range is inside the file; `address + memorySize`, rounded up to a page, fits 64 bits.
public struct ELFSegment: Equatable, Sendable {
  /// Link address of the first byte; the loader adds the bias.
  public let address: UInt64
  /// Bytes of memory from `address` on.
  public let memorySize: UInt64
  /// Where the segment's bytes begin in the file.
  public let fileOffset: Int
  /// How many bytes come from the file; the rest of the memory is zero.
  public let fileSize: Int
  /// What the program may do with the pages.
  public let rights: SegmentRights

  /// The first address after the segment.
  public var end: UInt64 { address + memorySize }

  /// Link addresses of the whole pages that the segment occupies; no other segment has any of them.
  public var pages: Range<UInt64> {
    let last = ELFLimits.pageSize - 1
    return (address & ~last)..<((end + last) & ~last)
  }

  /// Whether `size` bytes at `address` are memory of this segment.
  func containsMemory(_ address: UInt64, size: UInt64) -> Bool {
    address >= self.address && size <= memorySize && address - self.address <= memorySize - size
  }

  /// The file offset of `size` bytes at `address`, when all of them come from the file.
  func fileOffset(of address: UInt64, size: UInt64) -> Int? {
    let available = UInt64(fileSize)
    guard address >= self.address, size <= available, address - self.address <= available - size
    else { return nil }
    // The distance is at most `fileSize`, and `fileOffset + fileSize` is inside the file.
    return fileOffset + Int(address - self.address)
  }
}
