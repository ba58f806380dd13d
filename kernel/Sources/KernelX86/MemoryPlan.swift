// Which physical memory the kernel takes at boot, and which becomes untyped memory. Pure: works on
// the loader's handoff.

package import Handoff

extension BootloaderHandoff {
  /// The largest run of free memory that nothing is reserved in; the kernel's own tables go there.
  package borrowing func largestFreeRun() -> PageRange? {
    var best: PageRange?
    for index in 0..<memoryMap.count {
      guard let region = memoryMap[index], region.kind == .usable, !isReserved(region.range),
        region.range.pageCount > best?.pageCount ?? 0
      else { continue }
      best = region.range
    }
    return best
  }

  /// Frames up to the end of free memory.
  package borrowing func frameCount() -> UInt64 {
    var count: UInt64 = 0
    for index in 0..<memoryMap.count {
      guard let region = memoryMap[index], region.kind == .usable else { continue }
      count = max(count, region.range.end / PageRange.pageSize)
    }
    return count
  }

  /// Visits every run of free frames: usable, not reserved, neither frame 0 nor among `taken`.
  package borrowing func forEachFreeRun(except taken: PageRange, _ visit: (Range<UInt32>) -> Void) {
    for index in 0..<memoryMap.count {
      guard let region = memoryMap[index], region.kind == .usable else { continue }
      var start = max(region.range.base, PageRange.pageSize)
      while start < region.range.end {
        let next = firstObstacle(from: start, taken)
        let end = min(next?.base ?? .max, region.range.end)
        // Frames are below 2^32: `KernelSpace` refuses more.
        if start < end {
          visit(Self.frame(start)..<Self.frame(end))
        }
        start = max(next?.end ?? .max, end)
      }
    }
  }

  private static func frame(_ address: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: address / PageRange.pageSize)
  }

  /// The first range that ends behind an address and that is no free memory.
  private borrowing func firstObstacle(from address: UInt64, _ taken: PageRange) -> PageRange? {
    var first: PageRange?
    for index in 0..<reservations.count {
      guard let range = reservations[index]?.range, range.end > address else { continue }
      // They are in increasing order.
      first = range
      break
    }
    if taken.end > address, taken.base < first?.base ?? .max { first = taken }
    return first
  }

  private borrowing func isReserved(_ range: PageRange) -> Bool {
    for index in 0..<reservations.count {
      if let reservation = reservations[index], reservation.range.overlaps(range) { return true }
    }
    return false
  }
}
