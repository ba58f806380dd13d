// Filling a staged process: its image with relocations applied, and whatever else it starts with.
// Shared by rootd, which makes the foundation services, and procd, which makes everything else;
// they differ in where the memory comes from.

import Bytes
public import CapABI
public import ELF
public import Store

/// Memory of a staged child, as its creator can reach it.
public protocol LoadTarget {
  /// Maps 2^order fresh zero pages at an address that is a multiple of their size.
  ///
  /// - Throws: Why there are none.
  mutating func map(
    at address: UInt64, order: UInt8, rights: Rights
  ) throws(ResultCode)

  /// Copies bytes of the creator's own memory into mapped pages, whatever the mapping allows.
  ///
  /// - Throws: Why they could not be copied.
  mutating func write(
    from source: UInt64, count: UInt64, to address: UInt64
  ) throws(ResultCode)
}

/// What is put into a child.
public struct ProcessLoader {
  /// The largest piece of memory that is asked for at once: 2^9 pages, one large page.
  private static let maximumOrder: UInt64 = 9
  private static let pageSize = ProcessLayout.pageSize

  private var scratch: Region

  /// A loader with memory to prepare contents in.
  ///
  /// - Parameter scratch: At least a page; the larger it is, the fewer times relocations are gone
  ///   through.
  public init(scratch: Region) {
    self.scratch = scratch
  }

  /// Maps an image and fills it.
  ///
  /// - Parameters:
  ///   - image: The checked file.
  ///   - base: Where its first page goes.
  ///   - target: The child.
  /// - Returns: What to add to the image's link addresses.
  /// - Throws: INVALID_ARGUMENT for an image that cannot lie there, NO_MEMORY without a page of
  ///   scratch memory, and what the target throws.
  public mutating func load<T: LoadTarget>(
    _ image: borrowing ELFImage, at base: UInt64, into target: inout T
  ) throws(ResultCode) -> UInt64 {
    let bias: UInt64
    let size = image.pages.upperBound - image.pages.lowerBound
    guard size <= ProcessLayout.maximumImageSize else { throw .invalidArgument }
    do { bias = try image.bias(base: base) } catch { throw .invalidArgument }
    for index in 0..<image.segments.count {
      let segment = image.segments[index]
      let pages = segment.pages
      let fixed = image.readOnlyAfterRelocation ?? pages.lowerBound..<pages.lowerBound
      let split = fixed.lowerBound == pages.lowerBound ? fixed.upperBound : pages.lowerBound
      if split > pages.lowerBound {
        try map(pages.lowerBound &+ bias..<split &+ bias, .read, into: &target)
      }
      try map(split &+ bias..<pages.upperBound &+ bias, Rights(segment.rights), into: &target)
      try fill(segment, of: image, bias: bias, in: &target)
    }
    return bias
  }

  /// Maps fresh zero pages in as few pieces as their alignment allows.
  ///
  /// - Parameters:
  ///   - range: Whole pages.
  ///   - rights: Of the mapping.
  ///   - target: The child.
  /// - Throws: What the target throws; pages before it stay mapped.
  public func map<T: LoadTarget>(
    _ range: Range<UInt64>, _ rights: Rights, into target: inout T
  ) throws(ResultCode) {
    var address = range.lowerBound
    while address < range.upperBound {
      let room = (range.upperBound - address) / Self.pageSize
      let fitting = UInt64(UInt64.bitWidth - 1 - room.leadingZeroBitCount)
      let aligned = UInt64((address / Self.pageSize).trailingZeroBitCount)
      let order = min(min(fitting, aligned), Self.maximumOrder)
      try target.map(at: address, order: UInt8(order), rights: rights)
      address += Self.pageSize << order
    }
  }

  /// Lets somebody write into the scratch memory, and copies what was written into the child.
  ///
  /// - Parameters:
  ///   - address: Where in the child; mapped.
  ///   - target: The child.
  ///   - write: Writes from the first byte on and returns how many; 0 for failure.
  /// - Throws: INTERNAL when nothing was written, and what the target throws.
  public mutating func fill<T: LoadTarget>(
    _ address: UInt64, in target: inout T, _ write: (inout MutableRawSpan) -> Int
  ) throws(ResultCode) {
    let source = scratch.address
    var bytes = scratch.mutableBytes
    let count = write(&bytes)
    guard count > 0, count <= bytes.byteCount else { throw .internal }
    try target.write(from: source, count: UInt64(count), to: address)
  }

  /// Where a segment's bytes of the file and its relocations end; behind it everything is zero.
  private func contentsEnd(
    of segment: ELFSegment, in image: borrowing ELFImage
  ) throws(ResultCode) -> UInt64 {
    var end = (segment.address + UInt64(segment.fileSize) + 7) & ~7
    guard segment.rights.isWritable else { return end }
    do {
      var relocations = image.relocations
      while let relocation = try relocations.next() {
        if relocation.target >= end, relocation.target < segment.end {
          end = relocation.target + 8
        }
      }
    } catch {
      throw .invalidArgument
    }
    return end
  }

  /// Copies the contents of a segment, piece by piece.
  private mutating func fill<T: LoadTarget>(
    _ segment: ELFSegment, of image: borrowing ELFImage, bias: UInt64, in target: inout T
  ) throws(ResultCode) {
    let pieceSize = UInt64(scratch.byteCount) / Self.pageSize * Self.pageSize
    guard pieceSize > 0 else { throw .noMemory }
    let end = try contentsEnd(of: segment, in: image)
    var address = segment.pages.lowerBound
    while address < end {
      let count = min(pieceSize, end - address)
      do {
        var bytes = scratch.mutableBytes
        var piece = bytes._mutatingExtracting(0..<Int(count))
        try image.load(into: &piece, address: address, bias: bias)
      } catch {
        throw .invalidArgument
      }
      try target.write(from: scratch.address, count: count, to: address &+ bias)
      address += count
    }
  }
}

extension Rights {
  /// The rights of a mapping with the rights of a segment.
  init(_ rights: SegmentRights) {
    self =
      rights.isExecutable ? .read | .execute : rights.isWritable ? .read | .write : .read
  }
}
