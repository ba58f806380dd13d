// Physical addresses that no device frame may cover: all that the firmware's memory map calls
// memory of any kind, and the devices that the kernel drives. Their number is the machine's.

package import KernelMachine

/// A range of physical addresses.
struct PhysicalRange: ZeroInitialised {
  var start: UInt64 = 0
  /// The first byte behind it.
  var end: UInt64 = 0
}

/// The ranges, on one page.
package struct OccupiedRanges {
  private var page = FrameNumber.none
  private var count = 0
  /// Whether every range was noted; until then, everything counts as occupied.
  private var isComplete = false

  init() {}

  /// Takes over a clean page.
  mutating func use(_ page: FrameNumber) {
    self.page = page
    isComplete = true
  }

  /// Notes a range; neighbours noted one after the other become one.
  mutating func add(_ start: UInt64, bytes: UInt64, in frames: FrameTable) {
    guard !page.isNone, bytes > 0 else { return }
    let ranges = frames.table(of: PhysicalRange.self, in: page)
    let (end, isTooLarge) = start.addingReportingOverflow(bytes)
    if count > 0, ranges[count - 1].object.end == start, !isTooLarge {
      ranges[count - 1].object.end = end
      return
    }
    guard count < ranges.count, !isTooLarge else {
      isComplete = false
      return
    }
    ranges[count].object = PhysicalRange(start: start, end: end)
    count += 1
  }

  /// Whether a range meets one of them, or not enough is known to say that it does not.
  func meets(_ start: UInt64, bytes: UInt64, in frames: FrameTable) -> Bool {
    guard isComplete, count > 0 else { return true }
    let ranges = frames.table(of: PhysicalRange.self, in: page)
    let (end, isTooLarge) = start.addingReportingOverflow(bytes)
    guard !isTooLarge else { return true }
    for index in 0..<count {
      let range = ranges[index].object
      if start < range.end, range.start < end { return true }
    }
    return false
  }
}

extension KernelState {
  /// Keeps device frames away from a range: any region of the memory map that is not device
  /// addresses, and the registers of every device that the kernel drives.
  ///
  /// Called at boot after `prepare`; without any range, or with more than fit on a page, no device
  /// frame can be derived.
  package mutating func occupy(_ start: PhysicalAddress, bytes: UInt64) {
    occupied.add(start.rawValue, bytes: bytes, in: objects.frames)
  }
}
