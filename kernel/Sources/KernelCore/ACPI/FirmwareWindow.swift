// The one way to memory that the firmware filled: only inside regions that the memory map calls
// ACPI memory, which the direct map shows read-only. One of the accessor files that may be unsafe.

package import KernelMachine

/// ACPI memory of a machine.
///
/// ## Invariants
/// Each region is ACPI memory of the memory map, so the direct map shows it and it stays readable.
@safe package struct FirmwareWindow<M: Machine>: FirmwareMemory {
  private let regions: Table<TableRange>
  private let count: Int

  /// Regions of a table, of which the first `count` are used.
  init(_ regions: Table<TableRange>, count: Int) {
    self.regions = regions
    self.count = count
  }

  package func byte(at address: UInt64) -> UInt8? {
    guard isReadable(address, count: 1) else { return nil }
    return load(address)
  }

  package func sum(at address: UInt64, count: UInt64) -> UInt8? {
    guard isReadable(address, count: count) else { return nil }
    var sum: UInt8 = 0
    for offset in 0..<count { sum &+= load(address + offset) }
    return sum
  }

  /// Whether one region has all of these bytes.
  private func isReadable(_ address: UInt64, count wanted: UInt64) -> Bool {
    for index in 0..<count where regions[index].object.contains(address, count: wanted) {
      return true
    }
    return false
  }

  /// A byte of a region.
  private func load(_ address: UInt64) -> UInt8 {
    // SAFETY: every caller has found the address in a region (`isReadable`), which by the invariant
    // is memory that the direct map shows and that nothing writes.
    unsafe M.pointer(to: PhysicalAddress(truncating: address)).load(as: UInt8.self)
  }
}
