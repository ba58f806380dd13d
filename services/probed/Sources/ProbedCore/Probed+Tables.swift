// The tables of the firmware (ACPI 6.5, sections 5.2.5 to 5.2.8), by their headers: the root
// pointer, its table of tables, and the signature and length of each. The kernel checked every
// checksum.

import CapABI
import IPC
import Service
import Store
import Sys

extension Probed {
  private static var headerSize: UInt64 { 36 }
  /// More entries than any firmware has: the length of a table is the firmware's word.
  private static var mostEntries: UInt64 { 1024 }

  /// Notes what the root's table of tables lists, as many as there is memory for.
  mutating func readTables<S: System>(_ system: inout S) {
    guard let root = try? system.control(.findACPI, on: Self.acpi).word0,
      let (list, entrySize) = listOfTables(root, &system),
      let length = header(list, &system)?.length, UInt64(length) > Self.headerSize
    else { return }
    let count = min((UInt64(length) - Self.headerSize) / entrySize, Self.mostEntries)
    for index in 0..<count {
      guard let address = entry(index, entrySize, of: list, &system), address != 0,
        let table = header(address, &system), tables.add(table) != nil
      else { continue }
    }
  }

  /// Where the table of tables is, and how large its entries are.
  private func listOfTables<S: System>(
    _ root: UInt64, _ system: inout S
  ) -> (address: UInt64, entrySize: UInt64)? {
    // Bytes 12 to 19: the revision is byte 15, the 32-bit address bytes 16 to 19. The pointer of
    // revision 0 ends there.
    guard let word = read(root &+ 12, &system) else { return nil }
    if word >> 24 & 0xFF >= 2, let wide = read(root &+ 24, &system), wide != 0 {
      return (wide, 8)
    }
    return word >> 32 == 0 ? nil : (word >> 32, 4)
  }

  /// Entry `index` of the table of tables.
  private func entry<S: System>(
    _ index: UInt64, _ size: UInt64, of list: UInt64, _ system: inout S
  ) -> UInt64? {
    let place = list &+ Self.headerSize &+ index * size
    guard size == 4 else { return read(place, &system) }
    // The word that ends with it, so that the last one does not reach past the table.
    return read(place &- 4, &system).map { $0 >> 32 }
  }

  private func header<S: System>(_ address: UInt64, _ system: inout S) -> FirmwareTable? {
    read(address, &system).map {
      FirmwareTable(
        signature: UInt32(truncatingIfNeeded: $0), length: UInt32(truncatingIfNeeded: $0 >> 32),
        address: address)
    }
  }

  private func read<S: System>(_ address: UInt64, _ system: inout S) -> UInt64? {
    let words = try? system.control(.readACPI(address, count: 1), on: Self.acpi)
    return words?.word0
  }
}
