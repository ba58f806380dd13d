// ACPI tables for tests, in a sparse physical memory.

import KernelCore

/// Firmware memory made of tables.
struct FirmwareImage: FirmwareMemory {
  var bytes: [UInt64: UInt8] = [:]

  func byte(at address: UInt64) -> UInt8? { bytes[address] }

  func sum(at address: UInt64, count: UInt64) -> UInt8? {
    var sum: UInt8 = 0
    for offset in 0..<count {
      guard let byte = bytes[address + offset] else { return nil }
      sum &+= byte
    }
    return sum
  }

  func integer(_ address: UInt64) -> UInt64 {
    (0..<8).reversed().reduce(0) { $0 << 8 | UInt64(bytes[address + UInt64($1)] ?? 0) }
  }

  mutating func store(_ value: UInt64, bytes count: Int, at address: UInt64) {
    for index in 0..<count {
      bytes[address + UInt64(index)] = UInt8(truncatingIfNeeded: value >> UInt64(index * 8))
    }
  }

  /// A table with a header, a valid checksum, and so many bytes of payload after the header.
  mutating func table(_ signature: String, at address: UInt64, payload: [UInt8]) {
    for offset in 0..<UInt64(36 + payload.count) { bytes[address + offset] = 0 }
    for (index, character) in signature.utf8.enumerated() {
      bytes[address + UInt64(index)] = character
    }
    store(UInt64(36 + payload.count), bytes: 4, at: address + 4)
    for (index, byte) in payload.enumerated() { bytes[address + 36 + UInt64(index)] = byte }
    seal(address, count: UInt64(36 + payload.count), checksumAt: 9)
  }

  /// Makes the bytes add up to 0.
  mutating func seal(_ address: UInt64, count: UInt64, checksumAt offset: UInt64) {
    bytes[address + offset] = 0
    bytes[address + offset] = 0 &- (sum(at: address, count: count) ?? 0)
  }

  /// A root pointer of revision 2, or of revision 0 when only the 32-bit table is given.
  mutating func rootPointer(at address: UInt64, rsdt: UInt64, xsdt: UInt64?) {
    let count: UInt64 = xsdt == nil ? 20 : 36
    for offset in 0..<count { bytes[address + offset] = 0 }
    for (index, character) in "RSD PTR ".utf8.enumerated() {
      bytes[address + UInt64(index)] = character
    }
    store(rsdt, bytes: 4, at: address + 16)
    if let xsdt {
      bytes[address + 15] = 2
      store(36, bytes: 4, at: address + 20)
      store(xsdt, bytes: 8, at: address + 24)
    }
    seal(address, count: 20, checksumAt: 8)
    if xsdt != nil { seal(address, count: 36, checksumAt: 32) }
  }

  /// Little-endian bytes of addresses, as a root table has them.
  static func entries(_ addresses: [UInt64], bytes count: Int) -> [UInt8] {
    addresses.flatMap { address in
      (0..<count).map { UInt8(truncatingIfNeeded: address >> UInt64($0 * 8)) }
    }
  }

  /// A fixed table: PM1a at 0x604, reset by writing 0x0F to 0xCF9, and a definition block.
  static func fixedTable(dsdt: UInt64, supportsReset: Bool = true) -> [UInt8] {
    var payload = [UInt8](repeating: 0, count: 244 - 36)
    func put(_ value: UInt64, _ count: Int, at offset: Int) {
      for index in 0..<count {
        payload[offset - 36 + index] = UInt8(truncatingIfNeeded: value >> UInt64(index * 8))
      }
    }
    put(dsdt, 4, at: 40)
    put(0x604, 4, at: 64)
    put(supportsReset ? 1 << 10 : 0, 4, at: 112)
    put(1, 1, at: 116)
    put(8, 1, at: 117)
    put(0xCF9, 8, at: 120)
    put(0x0F, 1, at: 128)
    return payload
  }

  /// The package _S5 with sleep types 5 and 5.
  static let sleepPackage: [UInt8] = [
    0x08, 0x5F, 0x53, 0x35, 0x5F, 0x12, 0x06, 0x04, 0x0A, 0x05, 0x0A, 0x05,
  ]

  /// A machine with MADT, FADT and DSDT behind an XSDT.
  static var typical: FirmwareImage {
    var image = FirmwareImage()
    image.table("DSDT", at: 0x5000, payload: sleepPackage)
    image.table("APIC", at: 0x3000, payload: [UInt8](repeating: 7, count: 20))
    image.table("FACP", at: 0x4000, payload: fixedTable(dsdt: 0x5000))
    image.table("XSDT", at: 0x2000, payload: entries([0x3000, 0x4000], bytes: 8))
    image.rootPointer(at: 0x1000, rsdt: 0, xsdt: 0x2000)
    return image
  }
}
