// Finds ACPI tables in physical memory. Reads only what the loader's map says is memory that the
// direct map shows.

import Bytes
import Handoff

/// The ACPI tables that the kernel uses.
struct ACPILookup {
  /// The interrupt controllers; the defaults without a valid table.
  private(set) var controllers = InterruptControllers()
  /// The power-management timer.
  private(set) var timer: PowerTimer?

  /// More tables than any firmware has.
  private static let limit = 256

  /// Goes through the list of tables.
  init(_ handoff: borrowing BootloaderHandoff) {
    guard let root = handoff.info.acpiRoot,
      let list = Self.read(handoff, root.address, count: ACPIRootPointer.size, ACPIRootPointer.init)
    else { return }
    let header = Self.read(handoff, list.list, count: ACPIHeader.size, ACPIHeader.init)
    let bytes = (header?.length ?? ACPIHeader.size) - ACPIHeader.size
    for index in 0..<min(bytes / list.entryBytes, Self.limit) {
      // The list is shorter than 2^20 bytes and its address below 2^52.
      let place = list.list + UInt64(ACPIHeader.size + index * list.entryBytes)
      guard let address = Self.read(handoff, place, count: list.entryBytes, Self.address) else {
        return
      }
      readTable(handoff, at: address)
    }
  }

  private mutating func readTable(_ handoff: borrowing BootloaderHandoff, at address: UInt64) {
    guard let header = Self.read(handoff, address, count: ACPIHeader.size, ACPIHeader.init) else {
      return
    }
    if header.signature == ACPIHeader.interruptControllers {
      let found = Self.read(handoff, address, count: header.length, InterruptControllers.init)
      controllers = found ?? controllers
    }
    if header.signature == ACPIHeader.fixedHardware {
      timer = Self.read(handoff, address, count: header.length, PowerTimer.init) ?? timer
    }
  }

  private static func address(_ bytes: RawSpan) -> UInt64? {
    if bytes.byteCount == 8 { return try? bytes.integer(at: 0) as UInt64 }
    guard let short = try? bytes.integer(at: 0) as UInt32 else { return nil }
    return UInt64(short)
  }

  /// Reads a structure from physical memory.
  ///
  /// - Returns: nil when a byte of it is not in memory of the direct map, or it is not valid.
  private static func read<Value>(
    _ handoff: borrowing BootloaderHandoff, _ address: UInt64, count: Int,
    _ parse: (RawSpan) -> Value?
  ) -> Value? {
    guard isShown(handoff, address, count: UInt64(count)) else { return nil }
    let virtual = UInt(handoff.info.directMapBase &+ address)
    // SAFETY: the range is memory that the direct map shows (line above), and nobody writes it
    // during the boot; the span does not outlive the call of `parse`.
    let bytes = unsafe UnsafeRawBufferPointer(
      start: UnsafeRawPointer(bitPattern: virtual), count: count)
    return parse(unsafe RawSpan(_unsafeBytes: bytes))
  }

  /// Whether regions that the direct map shows hold the range without a gap.
  private static func isShown(
    _ handoff: borrowing BootloaderHandoff, _ address: UInt64, count: UInt64
  ) -> Bool {
    guard address < PageRange.physicalLimit, count <= PageRange.physicalLimit - address else {
      return false
    }
    var next = address
    for index in 0..<handoff.memoryMap.count {
      guard let region = handoff.memoryMap[index], KernelSpace.access(to: region.kind) != nil,
        region.range.base <= next, region.range.end > next
      else { continue }
      // Regions are in increasing order.
      next = region.range.end
      if next >= address + count { return true }
    }
    return false
  }
}
