// The PCI scan (PCI Local Bus 3.0, section 6; PCI-to-PCI Bridge 1.2, section 3.2): bus 0, and every
// bus that a bridge leads to. The firmware numbered the buses; nothing is written.

import CapABI
import Devices
import IPC
import Service
import Sys

/// Buses by number.
struct BusSet {
  private var bits = [4 of UInt64](repeating: 0)

  /// Whether a bus is in it.
  func contains(_ bus: UInt8) -> Bool { bits[Int(bus >> 6)] & 1 << UInt64(bus & 63) != 0 }

  /// Puts a bus in.
  mutating func insert(_ bus: UInt8) { bits[Int(bus >> 6)] |= 1 << UInt64(bus & 63) }

  /// The lowest bus that is in it and not in another set.
  func first(notIn other: BusSet) -> UInt8? {
    for index in 0..<4 {
      let left = bits[index] & ~other.bits[index]
      if left != 0 { return UInt8(index * 64 + left.trailingZeroBitCount) }
    }
    return nil
  }
}

extension Probed {
  /// Reports every function that there is.
  ///
  /// - Throws: What deviced answers.
  mutating func reportPCI<S: System>(_ system: inout S) throws(ResultCode) {
    var known = BusSet()
    var seen = BusSet()
    var hostBridges = 0
    known.insert(0)
    while let bus = known.first(notIn: seen) {
      seen.insert(bus)
      hostBridges += try reportBus(bus, &known, &system)
    }
    guard hostBridges > 1 else { return }
    // Further host bridges have buses that no bridge leads to, and do not say which.
    for bus in 1...255 as ClosedRange<UInt8> where !seen.contains(bus) {
      var found = BusSet()
      found.insert(bus)
      while let next = found.first(notIn: seen) {
        seen.insert(next)
        _ = try reportBus(next, &found, &system)
      }
    }
  }

  /// Reports the functions of a bus, and notes the buses behind it.
  ///
  /// - Returns: How many host bridges there are.
  private mutating func reportBus<S: System>(
    _ bus: UInt8, _ known: inout BusSet, _ system: inout S
  ) throws(ResultCode) -> Int {
    var hostBridges = 0
    var isPresent = false
    for device in 0..<32 as Range<UInt8> {
      var functionCount: UInt8 = 1
      var function: UInt8 = 0
      while function < functionCount {
        let location = DeviceLocation(bus: bus, device: device, function: function)
        function += 1
        guard let identity = read(location, 0x00, &system), identity & 0xFFFF != 0xFFFF,
          identity != 0
        else { continue }
        isPresent = true
        let header = read(location, 0x0C, &system) ?? 0
        // Bit 7 of the header type: more than one function; functions may be missing in between.
        if header & 0x80_0000 != 0 { functionCount = 8 }
        let report = describe(location, identity, &system)
        try self.report(report, &system)
        summary.functionCount += 1
        if report.id == .hostBridge { hostBridges += 1 }
        if header >> 16 & 0x7F == 1 { note(behind: location, of: bus, &known, &system) }
      }
    }
    if isPresent { summary.busCount += 1 }
    return hostBridges
  }

  /// Notes the bus behind a bridge, unless the firmware gave it none.
  private mutating func note<S: System>(
    behind bridge: DeviceLocation, of bus: UInt8, _ known: inout BusSet, _ system: inout S
  ) {
    summary.bridgeCount += 1
    let numbers = read(bridge, 0x18, &system) ?? 0
    let secondary = UInt8(truncatingIfNeeded: numbers >> 8)
    if secondary > bus { known.insert(secondary) }
  }

  private func describe<S: System>(
    _ location: DeviceLocation, _ identity: UInt32, _ system: inout S
  ) -> DeviceReport {
    let code = read(location, 0x08, &system) ?? 0
    let interrupt = read(location, 0x3C, &system) ?? 0xFF
    let vendor = UInt16(truncatingIfNeeded: identity)
    let product = UInt16(truncatingIfNeeded: identity >> 16)
    let pin = UInt8(truncatingIfNeeded: interrupt >> 8)
    return DeviceReport(
      location: location, id: DeviceID(vendor: vendor, product: product, classCode: code),
      vendor: vendor, product: product, classCode: code,
      interruptLine: UInt8(truncatingIfNeeded: interrupt), interruptPin: pin <= 4 ? pin : 0)
  }

  /// 32 bits of configuration space; nil on a machine without PCI.
  private func read<S: System>(
    _ location: DeviceLocation, _ offset: UInt64, _ system: inout S
  ) -> UInt32? {
    let words = try? system.control(
      .readPCI(UInt64(location.rawValue), offset: offset), on: Self.pci)
    return words.map { UInt32(truncatingIfNeeded: $0.word0) }
  }
}
