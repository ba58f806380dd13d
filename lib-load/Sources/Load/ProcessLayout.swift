// Where everything of a new process lies: its image, stack, IPC buffer, envelope, heap and modules,
// each at a random page of its part of one region of 1 GiB, so that few page tables are needed.
//
//   from the region's start      what                 where in its part
//   2 MiB to 256 MiB             image                a random multiple of 64 KiB
//   256 MiB to 384 MiB           stack, IPC buffer    a random multiple of 64 KiB; buffer on top
//   384 MiB to 512 MiB           envelope             a random multiple of 64 KiB
//   512 MiB to the end           heap, modules        a random multiple of 2 MiB below 640 MiB
//
// The page below each part's contents is never mapped: it guards what lies above it.

/// Four words of randomness that a layout is chosen by.
public struct LayoutSeed: Sendable {
  /// Which region.
  public var region: UInt64
  /// Where the image lies.
  public var image: UInt64
  /// Where stack and envelope lie.
  public var stack: UInt64
  /// Where the heap lies.
  public var heap: UInt64

  /// A seed of four random words.
  public init(region: UInt64, image: UInt64, stack: UInt64, heap: UInt64) {
    self.region = region
    self.image = image
    self.stack = stack
    self.heap = heap
  }
}

/// The addresses of a new process.
public struct ProcessLayout: Equatable, Sendable {
  /// Bytes of a page.
  public static let pageSize: UInt64 = 4096
  /// Bytes of every stack.
  public static let stackSize: UInt64 = 64 << 10
  /// The largest image and the largest envelope, in bytes.
  public static let maximumImageSize: UInt64 = 64 << 20
  /// The largest heap with modules, in bytes.
  public static let maximumHeapSize: UInt64 = 256 << 20

  /// Where the image's first page goes.
  public let imageBase: UInt64
  /// Lowest address of the stack.
  public let stackBase: UInt64
  /// Where the envelope goes.
  public let envelope: UInt64
  /// Lowest address of the heap.
  public let heapBase: UInt64

  /// Places that depend on the seed alone.
  public init(_ seed: LayoutSeed) {
    let region = (1 + seed.region % (Self.regionCount - 1)) * Self.regionSize
    let step: UInt64 = 64 << 10
    imageBase = region + Self.place(seed.image, from: 2 << 20, to: 192 << 20, step)
    stackBase = region + Self.place(seed.stack, from: 256 << 20, to: 383 << 20, step)
    envelope = region + Self.place(seed.stack >> 32, from: 384 << 20, to: 511 << 20, step)
    heapBase = region + Self.place(seed.heap, from: 514 << 20, to: 640 << 20, 2 << 20)
  }

  /// The IPC buffer: the page from the stack's end on.
  public var buffer: UInt64 { stackBase + Self.stackSize }

  /// The first address for modules: a multiple of 2 MiB behind the heap.
  ///
  /// - Parameter heapSize: Bytes of the heap.
  /// - Returns: An address with at least one page between it and the heap.
  public func modules(afterHeapOf heapSize: UInt64) -> UInt64 {
    let large: UInt64 = 2 << 20
    return (heapBase + heapSize + Self.pageSize + large - 1) / large * large
  }

  private static let regionSize: UInt64 = 1 << 30
  /// User space ends at 2^44; the last region holds the page that is never mapped.
  private static let regionCount: UInt64 = (1 << 44) / regionSize - 1

  private static func place(
    _ random: UInt64, from start: UInt64, to end: UInt64, _ step: UInt64
  ) -> UInt64 {
    start + random % ((end - start) / step) * step
  }
}
