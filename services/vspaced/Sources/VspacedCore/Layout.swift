// Where regions go that may lie anywhere: user ASLR. Each address space has a window of 1 GiB at a
// random place, so that its page tables are few, and in it a stretch for each kind of region;
// regions of a kind follow one another from a random page on, with a page between them that nothing
// is mapped at. What does not fit there goes to random places of the whole user space.

import IPC

/// The layout of one address space, drawn from its seed.
///
/// A process can compute from its own addresses where its next regions will be. It learns nothing
/// of other processes, whose seeds procd drew independently.
struct Layout: BitwiseCopyable {
  private static var windowSize: UInt64 { 1 << 30 }

  private var random: UInt64
  /// The first address of the window.
  private let window: UInt64
  /// Where the next region of each kind goes.
  private var next: InlineArray<4, UInt64>

  /// The layout that a seed gives.
  init(seed: UInt64) {
    random = seed
    next = InlineArray(repeating: 0)
    // The first window is left out, so that small numbers are not addresses, and so is the last,
    // whose last page is the kernel's.
    let count = UserPages.end / Self.windowSize
    window = Self.windowSize * (1 + Self.draw(&random) % (count - 1))
    for kind in 0..<4 {
      let stretch = stretch(of: kind)
      // From the first half on, so that there is room behind it.
      let pages = (stretch.upperBound - stretch.lowerBound) / UserPages.pageSize / 2
      next[kind] = stretch.lowerBound + Self.draw(&random) % pages * UserPages.pageSize
    }
  }

  /// Addresses to try for a region: the first is behind the last one of its kind, the next are in
  /// the same stretch, the others anywhere.
  static var attempts: Int { 16 }
  private static var nearAttempts: Int { 4 }

  /// The next address to try.
  ///
  /// - Parameters:
  ///   - attempt: Counts from 0.
  ///   - region: What shall be placed.
  ///   - alignment: A power of two, of which the address is a multiple.
  /// - Returns: Where the region can begin, and where it must end at most; nil for no such place.
  mutating func candidate(
    _ attempt: Int, for region: UserRegion, alignment: UInt64
  ) -> Range<UInt64>? {
    let kind = Self.kind(of: region.regionClass)
    let isNear = attempt <= Self.nearAttempts
    let range = isNear ? stretch(of: kind) : Self.windowSize..<UserPages.end
    let size = region.pages.sizeInBytes
    guard size <= range.upperBound - range.lowerBound else { return nil }
    var base = next[kind]
    if attempt > 0 {
      let places = (range.upperBound - range.lowerBound - size) / UserPages.pageSize + 1
      base = range.lowerBound + Self.draw(&random) % places * UserPages.pageSize
    }
    base = (base + alignment - 1) & ~(alignment - 1)
    // The last one of its kind may have ended outside the stretch.
    guard range.contains(base) else { return nil }
    return base..<range.upperBound
  }

  /// Notes where a region went.
  mutating func placed(_ pages: UserPages, _ regionClass: RegionClass) {
    next[Self.kind(of: regionClass)] = pages.upperBound + UserPages.pageSize
  }

  // MARK: The window

  /// The stretches of the window: images, heaps, mappings of all sorts, stacks.
  private static func kind(of regionClass: RegionClass) -> Int {
    switch regionClass {
    case .image: 0
    case .heap: 1
    case .mapping, .shared, .device, .guardPages: 2
    case .stack: 3
    }
  }

  private func stretch(of kind: Int) -> Range<UInt64> {
    let mebibyte: UInt64 = 1 << 20
    return switch kind {
    case 0: window..<window + 192 * mebibyte
    case 1: window + 192 * mebibyte..<window + 512 * mebibyte
    case 2: window + 512 * mebibyte..<window + 896 * mebibyte
    default: window + 896 * mebibyte..<window + Self.windowSize
    }
  }

  /// splitmix64.
  private static func draw(_ state: inout UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
