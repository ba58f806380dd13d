// What a loader asks of a checked image: the bias for a base, and the contents of memory. Mapping
// pages and setting their rights is the loader's; nothing here knows an address space.

import Bytes

extension ELFImage {
  /// The number to add to link addresses when the first page is placed at `base`.
  ///
  /// - Parameter base: Where the first page of the image goes.
  /// - Returns: The bias, modulo 2^64; zero for a fixed image.
  /// - Throws: `ELFError.baseFixed` for a fixed image and another base, `baseAlignment` when a
  ///   segment would lose its alignment, `outsideWindow` when a page would leave the window.
  public func bias(base: UInt64) throws(ELFError) -> UInt64 {
    let first = pages.lowerBound
    // Wraps on purpose: a base below the link address gives a bias that adds up modulo 2^64.
    let bias = base &- first
    guard kind == .positionIndependent || bias == 0 else {
      throw .baseFixed(base, expected: first)
    }
    guard bias.isMultiple(of: alignment) else {
      throw .baseAlignment(base, alignment: alignment)
    }
    let size = pages.upperBound - first
    guard limits.contains(base, size: size) else {
      throw .outsideWindow(address: base, size: size)
    }
    return bias
  }

  /// Fills memory with its final contents: bytes of the file, zeros elsewhere, relocations applied.
  ///
  /// Meant to be called once per segment, before the pages get their rights. Loading page by page
  /// gives the same bytes at the cost of going through all relocations each time.
  ///
  /// - Parameters:
  ///   - memory: The bytes to fill; all of them are written.
  ///   - address: Link address of the first of them. The range may start and end anywhere inside
  ///     the pages of one segment, at multiples of 8.
  ///   - bias: As returned by `bias(base:)`.
  /// - Throws: `ELFError.notInSegment` when the range is not inside the pages of one segment or not
  ///   made of whole 8-byte words. Nothing is written then.
  public func load(
    into memory: inout MutableRawSpan, address: UInt64, bias: UInt64
  ) throws(ELFError) {
    let size = memory.byteCount
    guard address.isMultiple(of: 8), size.isMultiple(of: 8),
      let segment = segment(withPagesAt: address, size: UInt64(size))
    else { throw .notInSegment(address: address, size: size) }
    do {
      try copy(segment, into: &memory, address: address)
    } catch {
      throw .notInSegment(address: address, size: size)
    }
    if segment.rights.isWritable {
      try relocate(&memory, address: address, bias: bias)
    }
  }

  /// Applies the relocations whose targets lie in `memory`, which begins at link address `address`.
  private func relocate(
    _ memory: inout MutableRawSpan, address: UInt64, bias: UInt64
  ) throws(ELFError) {
    var relocations = relocations
    while let relocation = try relocations.next() {
      // Targets, address and size are multiples of 8: one that begins inside also ends inside.
      guard relocation.target >= address,
        relocation.target - address < UInt64(memory.byteCount)
      else { continue }
      do {
        // The sum is modulo 2^64, like the bias.
        try memory.store(bias &+ relocation.addend, at: Int(relocation.target - address))
      } catch {
        throw .relocationTarget(relocation.target)
      }
    }
  }

  /// The segment whose pages contain the whole range.
  private func segment(withPagesAt address: UInt64, size: UInt64) -> ELFSegment? {
    for index in segments.indices {
      let pages = segments[index].pages
      if pages.contains(address), size <= pages.upperBound - address { return segments[index] }
    }
    return nil
  }

  /// Copies the file bytes that belong to `address` and on, and zeroes the rest of `memory`.
  private func copy(
    _ segment: ELFSegment, into memory: inout MutableRawSpan, address: UInt64
  ) throws(BytesError) {
    let end = address + UInt64(memory.byteCount)
    let first = min(max(segment.address, address), end)
    let last = max(min(segment.address + UInt64(segment.fileSize), end), first)
    // All four lie between `address` and `end`, which are `memory.byteCount` apart.
    let head = Int(first - address)
    let count = Int(last - first)
    try memory.zero(at: 0, count: head)
    if count > 0 {
      let offset = segment.fileOffset + Int(first - segment.address)
      try memory.copy(bytes.slice(at: offset, count: count), at: head)
    }
    try memory.zero(at: head + count, count: memory.byteCount - head - count)
  }
}
