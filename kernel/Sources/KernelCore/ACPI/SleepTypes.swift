// The values that turn the machine off: the package _S5 of the definition block (ACPI 6.5, sections
// 7.4.2 and 20.2). Pure: only the forms in which firmware writes this constant package are read.

/// Sleep types of state S5 for the two PM1 control registers.
package struct SleepTypes: Equatable, Sendable {
  /// For PM1a; three bits.
  package let controlA: UInt8
  /// For PM1b; three bits.
  package let controlB: UInt8

  private static let nameOp: UInt8 = 0x08
  private static let packageOp: UInt8 = 0x12
  private static let headerBytes: UInt64 = 36

  /// Finds the package in a valid table; nil without one.
  package init?(in table: TableRange, of memory: some FirmwareMemory) {
    let end = table.start + table.count
    var place = table.start + Self.headerBytes
    // NameOp, the name and PackageOp are six bytes.
    while place + 6 <= end {
      defer { place += 1 }
      guard memory.byte(at: place) == Self.nameOp,
        memory.integer(at: place + 1, bytes: 4) == UInt64(TableWalk.signature("_S5_")),
        memory.byte(at: place + 5) == Self.packageOp
      else { continue }
      guard let types = Self.types(at: place + 6, end: end, in: memory) else { continue }
      self = types
      return
    }
    return nil
  }

  private init(controlA: UInt8, controlB: UInt8) {
    self.controlA = controlA
    self.controlB = controlB
  }

  /// The first two elements behind PkgLength and NumElements.
  private static func types(at start: UInt64, end: UInt64, in memory: some FirmwareMemory)
    -> SleepTypes?
  {
    guard start < end, let lead = memory.byte(at: start) else { return nil }
    // The two top bits say how many more bytes the length has.
    var place = start + 1 + UInt64(lead >> 6)
    guard place < end, let count = memory.byte(at: place), count >= 2 else { return nil }
    place += 1
    guard let first = constant(at: &place, end: end, in: memory),
      let second = constant(at: &place, end: end, in: memory)
    else { return nil }
    return SleepTypes(controlA: first, controlB: second)
  }

  /// A constant of at most three bits: ZeroOp, OneOp, or a byte behind BytePrefix.
  private static func constant(
    at place: inout UInt64, end: UInt64, in memory: some FirmwareMemory
  ) -> UInt8? {
    let bytePrefix: UInt8 = 0x0A
    guard place < end, let code = memory.byte(at: place) else { return nil }
    place += 1
    guard code == bytePrefix else { return code <= 1 ? code : nil }
    guard place < end, let value = memory.byte(at: place), value < 8 else { return nil }
    place += 1
    return value
  }
}
