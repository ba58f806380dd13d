// Memory that the kernel takes for itself once, after RAM was donated and before the first process.

import CapABI
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
    return findHotplugPorts()
  }

  /// Finds the slots in which devices come and go.
  ///
  /// - Returns: False when there is too little memory.
  private mutating func findHotplugPorts() -> Bool {
    guard platform.capabilities.contains(.pci) else { return true }
    var count: UInt32 = 0
    PCIAddress.forEachBridge(on: M.self) { bridge in
      if HotplugPort(of: bridge, on: M.self) != nil { count += 1 }
    }
    guard count > 0 else { return true }
    guard let pages = takePages(order: HotplugPorts.order(for: count)) else { return false }
    var ports = HotplugPorts()
    ports.use(pages)
    PCIAddress.forEachBridge(on: M.self) { bridge in
      guard ports.count < count, let port = HotplugPort(of: bridge, on: M.self) else { return }
      ports.append(port, in: objects.frames)
    }
    hotplug = ports
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
