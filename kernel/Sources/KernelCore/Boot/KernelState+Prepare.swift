// Memory that the kernel takes for itself once, after RAM was donated and before the first process.

import KernelMachine

extension KernelState {
  /// Takes over what is known of the machine, and the memory for log, trace, interrupt lines and
  /// firmware tables.
  ///
  /// - Returns: False when there is too little memory.
  package mutating func prepare(_ platform: Platform) -> Bool {
    self.platform = platform
    let lines = M.interruptLines
    let orders = InterruptLines.orders(for: lines)
    guard let logPages = takePages(order: KernelLog.order),
      let tracePages = takePages(order: TraceRing.order),
      let linePages = takePages(order: orders.lines),
      let slotPages = takePages(order: orders.slots), let regions = takePages(order: 0),
      let tables = takePages(order: 0), let ranges = takePages(order: 0)
    else { return false }
    log.use(logPages)
    trace.use(tracePages)
    interrupts.use(lines: linePages, slots: slotPages, count: lines)
    firmware.use(regions: regions, tables: tables)
    occupied.use(ranges)
    return true
  }

  /// Lets the kernel read a region that the memory map calls ACPI memory.
  package mutating func allowFirmware(start: UInt64, count: UInt64) {
    firmware.allow(start: start, count: count, in: objects.frames)
  }

  /// Finds the ACPI tables, when all their regions were allowed.
  package mutating func findFirmwareTables() {
    guard let root = platform.acpiRoot else { return }
    firmware.findTables(from: root, on: M.self, in: objects.frames)
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
