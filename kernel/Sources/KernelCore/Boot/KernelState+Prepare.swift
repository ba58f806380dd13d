// Memory that the kernel takes for itself once, after RAM was donated and before the first process.

import KernelMachine

extension KernelState {
  /// Takes over what is known of the machine, and the memory for the log.
  ///
  /// - Returns: False when there is too little memory.
  package mutating func prepare(_ platform: Platform) -> Bool {
    self.platform = platform
    guard let pages = takePages(order: KernelLog.order) else { return false }
    log.use(pages)
    return true
  }

  /// Takes 2^order clean pages from the pool of all RAM for good.
  private mutating func takePages(order: UInt8) -> FrameNumber? {
    guard let pool = ram.object.object?.cast(to: Pool.self),
      let pages = objects.allocateBlock(order: order, from: pool)
    else { return nil }
    for offset in 0..<UInt32(1) << UInt32(order) {
      objects.frames.clear(FrameNumber(pages.rawValue + offset))
    }
    objects.frames[pages].object.needsClearing = false
    return pages
  }
}
