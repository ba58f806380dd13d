// Loading the root task: its segments, its stack and its IPC buffer.

import CapABI
import ELF
import KernelMachine

extension ObjectSpace {
  /// Fills and maps every page of the image.
  mutating func loadImage(
    _ image: borrowing ELFImage, for root: RootBuilder
  ) throws(BootFailure) {
    let bias: UInt64
    do throws(ELFError) { bias = try image.bias(base: root.layout.imageBase) } catch {
      throw .malformedRootTask(error)
    }
    let constant = image.readOnlyAfterRelocation
    for index in 0..<image.segments.count {
      let segment = image.segments[index]
      var pages = segment.pages
      if let constant, constant.lowerBound == pages.lowerBound {
        try load(constant, .read, of: image, bias: bias, for: root)
        pages = constant.upperBound..<pages.upperBound
      }
      var rights = Rights.read
      if segment.rights.isWritable { rights = .read | .write }
      if segment.rights.isExecutable { rights = .read | .execute }
      try load(pages, rights, of: image, bias: bias, for: root)
    }
  }

  /// Fills and maps a run of pages, in frames as large as their place allows.
  private mutating func load(
    _ pages: Range<UInt64>, _ rights: Rights, of image: borrowing ELFImage, bias: UInt64,
    for root: RootBuilder
  ) throws(BootFailure) {
    var page = pages.lowerBound
    while page < pages.upperBound {
      // Modulo 2^64 on purpose: the bias may be the distance to a lower address.
      let address = page &+ bias
      let order = Self.frameOrder(at: address, pages: (pages.upperBound - page) >> 12)
      let frame = try makeScratchFrame(order: order, for: root)
      var bytes = frames.bytes(of: frame.object.block)
      do throws(ELFError) {
        try image.load(into: &bytes, address: page, bias: bias)
      } catch {
        throw .malformedRootTask(error)
      }
      // Every byte was written.
      frame.object.cleared = frame.object.pageCount
      try mapScratch(at: address, rights, for: root)
      page += UInt64(frameBytes) << UInt64(order)
    }
  }

  /// The largest frame that begins at an address and has at most so many pages, one at least.
  static func frameOrder(at address: UInt64, pages: UInt64) -> UInt8 {
    let alignment = (address >> 12 | 1 << UInt64(Extent.largeOrder)).trailingZeroBitCount
    let fitting = UInt64.bitWidth - 1 - max(pages, 1).leadingZeroBitCount
    // Both are at most 63.
    return UInt8(truncatingIfNeeded: min(alignment, fitting))
  }

  /// Maps the stack, with nothing below it, and the thread's IPC buffer above it.
  mutating func makeStack(for root: RootBuilder) throws(BootFailure) {
    let bytes = UInt64(frameBytes) << UInt64(RootLayout.stackOrder)
    _ = try makeScratchFrame(order: 0, for: root)
    do throws(SyscallError) {
      _ = try mapNewFrame(
        order: RootLayout.stackOrder, at: root.layout.stackTop - bytes, rights: .read | .write,
        in: root.process)
      let buffer = try SetThreadBuffer(
        of: CapSlot(rawValue: RootSlot.thread.rawValue), frame: RootBuilder.scratch,
        of: root.cspace, scope: .whole, in: &self)
      buffer.invoke(in: &self)
    } catch {
      throw .refused(error)
    }
    try mapScratch(at: root.layout.stackTop, .read | .write, for: root)
  }
}
