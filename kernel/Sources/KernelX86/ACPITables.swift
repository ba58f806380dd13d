// The ACPI tables that the kernel itself needs: interrupt controllers and the power-management
// timer. ACPI specification 6.5, sections 5.2.5 to 5.2.12. Pure; every table is untrusted.

import Bytes

/// The root pointer: where the list of tables is.
package struct ACPIRootPointer: Equatable, Sendable {
  /// Physical address of the list.
  package let list: UInt64
  /// Bytes of an address in the list: 8 in an XSDT, 4 in an RSDT.
  package let entryBytes: Int

  /// Bytes of the structure that are read.
  package static let size = 36

  /// Reads the structure.
  ///
  /// - Returns: nil when it is not one.
  package init?(_ bytes: RawSpan) {
    guard let signature: UInt64 = try? bytes.integer(at: 0), signature == 0x2052_5450_2044_5352,
      bytes.sums(to: 20), let short: UInt32 = try? bytes.integer(at: 16),
      let long: UInt64 = try? bytes.integer(at: 24)
    else { return nil }
    let revision: UInt8 = (try? bytes.integer(at: 15)) ?? 0
    let isLong = revision >= 2 && long != 0 && bytes.sums(to: Self.size)
    list = isLong ? long : UInt64(short)
    entryBytes = isLong ? 8 : 4
    guard list != 0 else { return nil }
  }
}

/// The header of every table.
package struct ACPIHeader: Equatable, Sendable {
  /// What the table is, as four letters.
  package let signature: UInt32
  /// Bytes of the table, this header included.
  package let length: Int

  /// Bytes of a header.
  package static let size = 36
  /// "APIC": interrupt controllers.
  package static let interruptControllers: UInt32 = 0x4349_5041
  /// "FACP": fixed hardware.
  package static let fixedHardware: UInt32 = 0x5043_4146
  private static let longest = 1 << 20

  /// Reads a header.
  ///
  /// - Returns: nil for a length that no table has.
  package init?(_ bytes: RawSpan) {
    guard let signature: UInt32 = try? bytes.integer(at: 0),
      let count: UInt32 = try? bytes.integer(at: 4), let length = Int(exactly: count),
      length >= Self.size, length <= Self.longest
    else { return nil }
    self.signature = signature
    self.length = length
  }
}

/// An I/O interrupt controller.
package struct IOAPICRecord: Equatable, Sendable {
  /// Physical address of its registers.
  package var address: UInt64 = 0
  /// The first line it serves.
  package var firstLine: UInt32 = 0

  /// None.
  package init() {}
}

/// What the table of interrupt controllers says.
package struct InterruptControllers: Equatable, Sendable {
  /// The most I/O controllers that are used; vectors are scarcer than controllers.
  package static let limit = 16

  /// Physical address of the local controllers' registers.
  package private(set) var localAddress: UInt64 = 0xFEE0_0000
  /// I/O controllers.
  package private(set) var controllers = InlineArray<16, IOAPICRecord>(repeating: IOAPICRecord())
  /// How many of them there are.
  package private(set) var count = 0

  /// No I/O controller, and the local ones where they always are.
  package init() {}

  /// Reads a whole table.
  ///
  /// - Returns: nil when its sum or an entry is wrong.
  package init?(_ table: RawSpan) {
    guard table.sums(to: table.byteCount), let address: UInt32 = try? table.integer(at: 36) else {
      return nil
    }
    localAddress = UInt64(address)
    var offset = 44
    while offset < table.byteCount {
      guard let kind: UInt8 = try? table.integer(at: offset),
        let length: UInt8 = try? table.integer(at: offset + 1), length >= 2,
        Int(length) <= table.byteCount - offset
      else { return nil }
      switch (kind, length) {
      case (1, 12): addController(table, at: offset)
      case (5, 12):
        guard let long: UInt64 = try? table.integer(at: offset + 4) else { return nil }
        localAddress = long
      default: break
      }
      offset += Int(length)
    }
  }

  private mutating func addController(_ table: RawSpan, at offset: Int) {
    guard count < Self.limit, let address: UInt32 = try? table.integer(at: offset + 4),
      let firstLine: UInt32 = try? table.integer(at: offset + 8)
    else { return }
    controllers[count].address = UInt64(address)
    controllers[count].firstLine = firstLine
    count += 1
  }

  /// Two are equal when everything that is used is.
  package static func == (first: Self, second: Self) -> Bool {
    guard first.localAddress == second.localAddress, first.count == second.count else {
      return false
    }
    for index in 0..<first.count where first.controllers[index] != second.controllers[index] {
      return false
    }
    return true
  }
}

/// The power-management timer: 3.579545 MHz.
package struct PowerTimer: Equatable, Sendable {
  /// I/O port of the counter.
  package let port: UInt16
  /// Bits of the counter that count.
  package let mask: UInt32

  /// Ticks in a second.
  package static let frequency: UInt64 = 3_579_545

  /// Reads the table of fixed hardware.
  ///
  /// - Returns: nil when there is no such timer behind a port.
  package init?(_ table: RawSpan) {
    guard table.sums(to: table.byteCount), let block: UInt32 = try? table.integer(at: 76),
      let length: UInt8 = try? table.integer(at: 91), length == 4,
      let flags: UInt32 = try? table.integer(at: 112), block != 0,
      let port = UInt16(exactly: block)
    else { return nil }
    self.port = port
    mask = flags >> 8 & 1 == 1 ? .max : 0xFF_FFFF
  }
}

extension RawSpan {
  /// Whether there are `count` bytes whose sum is 0.
  fileprivate func sums(to count: Int) -> Bool {
    var sum: UInt8 = 0
    for offset in 0..<count {
      guard let byte: UInt8 = try? integer(at: offset) else { return false }
      // Modulo 256 is the rule of the checksum.
      sum &+= byte
    }
    return sum == 0
  }
}
