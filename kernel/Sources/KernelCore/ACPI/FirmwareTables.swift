// ACPI tables as far as the kernel needs them: where valid ones are, and what the fixed table says
// about turning the machine off. Follows ACPI 6.5, sections 5.2.5 to 5.2.9. Pure: memory is behind
// a protocol, and everything read from it is doubted.

/// Memory that the firmware filled.
package protocol FirmwareMemory {
  /// One byte of physical memory; nil where no tables may be.
  func byte(at address: UInt64) -> UInt8?
  /// The sum of `count` bytes modulo 256; nil when part of them is not readable.
  func sum(at address: UInt64, count: UInt64) -> UInt8?
}

extension FirmwareMemory {
  /// A little-endian integer; nil when part of it is not readable.
  func integer(at address: UInt64, bytes: Int) -> UInt64? {
    guard address <= UInt64.max - 8 else { return nil }
    var value: UInt64 = 0
    for index in 0..<bytes {
      guard let byte = byte(at: address + UInt64(index)) else { return nil }
      value |= UInt64(byte) << UInt64(index * 8)
    }
    return value
  }

  /// Whether `count` bytes add up to 0 modulo 256.
  func isChecksumValid(at address: UInt64, count: UInt64) -> Bool {
    sum(at: address, count: count) == 0
  }
}

/// A range of bytes of a valid table.
package struct TableRange: Equatable, Sendable, ZeroInitialised {
  /// The first byte.
  package let start: UInt64
  /// How many bytes.
  package let count: UInt64
  /// The signature as it stands in memory, read as a number; 0 for the root pointer.
  package let signature: UInt32

  /// A range of these parts.
  package init(start: UInt64, count: UInt64, signature: UInt32) {
    self.start = start
    self.count = count
    self.signature = signature
  }

  /// Whether a window lies inside.
  package func contains(_ address: UInt64, count wanted: UInt64) -> Bool {
    address >= start && wanted <= count && address - start <= count - wanted
  }
}

/// The walk from the root pointer to every table; each step checks one table.
package struct TableWalk {
  /// Tables above this size are not believed.
  package static let maximumTableBytes: UInt64 = 1 << 20
  private static let headerBytes: UInt64 = 36

  /// The root table and the size of its entries; nil when there is no valid one.
  private var root: TableRange?
  private var entryBytes: UInt64 = 8
  private var next: UInt64 = 0
  private var rootPointer: TableRange?
  private var wasRootGiven = false
  private var pendingDSDT: UInt64?

  /// Starts at a root pointer.
  package init(root address: UInt64, in memory: some FirmwareMemory) {
    guard let pointer = Self.rootPointer(at: address, in: memory) else { return }
    rootPointer = pointer
    let revision = memory.byte(at: address + 15) ?? 0
    if revision >= 2, let extended = memory.integer(at: address + 24, bytes: 8), extended != 0 {
      root = Self.table(at: extended, in: memory)
      guard root?.signature != Self.signature("XSDT") else { return }
    }
    entryBytes = 4
    root = memory.integer(at: address + 16, bytes: 4).flatMap { Self.table(at: $0, in: memory) }
    if root?.signature != Self.signature("RSDT") { root = nil }
  }

  /// The next valid range: the root pointer, the root table, then every table reachable from it.
  ///
  /// Invalid tables are passed over. Termination: each call advances through the root table.
  package mutating func next(in memory: some FirmwareMemory) -> TableRange? {
    if let pointer = rootPointer {
      rootPointer = nil
      return pointer
    }
    guard let root else { return nil }
    if !wasRootGiven {
      wasRootGiven = true
      return root
    }
    if let address = pendingDSDT {
      pendingDSDT = nil
      if let table = Self.table(at: address, in: memory) { return table }
    }
    while Self.headerBytes + (next + 1) * entryBytes <= root.count {
      let place = root.start + Self.headerBytes + next * entryBytes
      next += 1
      guard let address = memory.integer(at: place, bytes: Int(entryBytes)),
        let table = Self.table(at: address, in: memory)
      else { continue }
      if table.signature == Self.signature("FACP") {
        pendingDSDT = FixedTable(table, in: memory)?.definitionTable
      }
      return table
    }
    return nil
  }

  /// Four characters as they stand in memory.
  package static func signature(_ text: StaticString) -> UInt32 {
    var value: UInt32 = 0
    for index in 0..<4 { value |= UInt32(text.byte(at: index)) << UInt32(index * 8) }
    return value
  }

  /// The root pointer, with both checksums valid that its revision has.
  private static func rootPointer(at address: UInt64, in memory: some FirmwareMemory)
    -> TableRange?
  {
    // "RSD PTR " as a number.
    guard memory.integer(at: address, bytes: 8) == 0x2052_5450_2044_5352,
      memory.isChecksumValid(at: address, count: 20), let revision = memory.byte(at: address + 15)
    else { return nil }
    guard revision >= 2 else { return TableRange(start: address, count: 20, signature: 0) }
    guard let length = memory.integer(at: address + 20, bytes: 4), length >= 36, length <= 4096,
      memory.isChecksumValid(at: address, count: length)
    else { return nil }
    return TableRange(start: address, count: length, signature: 0)
  }

  /// A table whose length is believable and whose checksum is valid.
  private static func table(at address: UInt64, in memory: some FirmwareMemory) -> TableRange? {
    guard address != 0, let signature = memory.integer(at: address, bytes: 4),
      let length = memory.integer(at: address + 4, bytes: 4), length >= headerBytes,
      length <= maximumTableBytes, memory.isChecksumValid(at: address, count: length)
    else { return nil }
    return TableRange(
      start: address, count: length, signature: UInt32(truncatingIfNeeded: signature))
  }
}

/// What the kernel uses of the fixed ACPI description table (section 5.2.9).
package struct FixedTable: Equatable, Sendable {
  /// I/O port of the PM1a control register.
  package let controlA: UInt16
  /// I/O port of the PM1b control register; 0 for none.
  package let controlB: UInt16
  /// I/O port of the reset register; 0 for none, or one that is not an I/O port.
  package let resetPort: UInt16
  /// What to write there.
  package let resetValue: UInt8
  /// The table with the definition block; 0 for none.
  package let definitionTable: UInt64

  /// Reads a valid table; nil when it is too short.
  package init?(_ table: TableRange, in memory: some FirmwareMemory) {
    func field(_ offset: UInt64, _ bytes: Int) -> UInt64 {
      guard offset + UInt64(bytes) <= table.count else { return 0 }
      return memory.integer(at: table.start + offset, bytes: bytes) ?? 0
    }
    guard table.count >= 116 else { return nil }
    controlA = UInt16(exactly: field(64, 4)) ?? 0
    controlB = UInt16(exactly: field(68, 4)) ?? 0
    // Flag 10: the reset register is supported. Address space 1: system I/O; one byte wide.
    let hasReset = field(112, 4) & 1 << 10 != 0
    let isPort = field(116, 1) == 1 && field(117, 1) == 8
    resetPort = hasReset && isPort ? UInt16(exactly: field(120, 8)) ?? 0 : 0
    resetValue = UInt8(truncatingIfNeeded: field(128, 1))
    let extended = field(140, 8)
    definitionTable = extended != 0 ? extended : field(40, 4)
  }
}
