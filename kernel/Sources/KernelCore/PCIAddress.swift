// A function of a device on the PCI bus, by configuration mechanism 1 (PCI Local Bus 3.0, section
// 3.2.2.3.2), and the walk over all of them.

package import KernelMachine

/// A function of a device on the PCI bus.
package struct PCIAddress: Equatable, Sendable {
  /// Bus in bits 16-23, device in 11-15, function in 8-10, as configuration mechanism 1 has them.
  private let bits: UInt32

  /// The first function of the first bus.
  init() { bits = 0 }

  /// Bus in bits 0-7 of the word, device in 8-15 (below 32), function in 16-23 (below 8); nil for
  /// anything else.
  package init?(_ word: UInt64) {
    let device = UInt32(truncatingIfNeeded: word >> 8 & 0xFF)
    let function = UInt32(truncatingIfNeeded: word >> 16 & 0xFF)
    guard word >> 24 == 0, device < 32, function < 8 else { return nil }
    bits = UInt32(truncatingIfNeeded: word & 0xFF) << 16 | device << 11 | function << 8
  }

  /// The word that names it in control operations.
  package var word: UInt64 {
    UInt64(bits >> 16 & 0xFF) | UInt64(bits >> 11 & 0x1F) << 8 | UInt64(bits >> 8 & 0x7) << 16
  }

  /// Reads 32 bits of configuration space.
  ///
  /// - Parameters:
  ///   - offset: A multiple of 4.
  ///   - machine: Whose bus it is.
  /// - Returns: The 32 bits; all ones where no device is.
  package func read<M: Machine>(_ offset: UInt8, on machine: M.Type) -> UInt32 {
    select(offset, on: machine)
    return M.readPort32(0xCFC)
  }

  /// Writes 32 bits of configuration space; the kernel does so only to measure base address
  /// registers and to serve slots.
  func write<M: Machine>(_ offset: UInt8, _ value: UInt32, on machine: M.Type) {
    select(offset, on: machine)
    M.writePort32(0xCFC, value)
  }

  private func select<M: Machine>(_ offset: UInt8, on machine: M.Type) {
    let enable: UInt32 = 1 << 31
    M.writePort32(0xCF8, enable | bits | UInt32(offset & 0xFC))
  }

  /// Where a capability begins (PCI Local Bus 3.0, section 6.7); nil when the function has none
  /// of that number.
  func capability<M: Machine>(_ number: UInt8, on machine: M.Type) -> UInt8? {
    let hasList = read(0x04, on: machine) >> 20 & 1 == 1
    guard hasList else { return nil }
    var place = UInt8(truncatingIfNeeded: read(0x34, on: machine)) & 0xFC
    // 48 capabilities fill the space behind the header; a longer list is a circle.
    for _ in 0..<48 {
      guard place >= 0x40 else { return nil }
      let word = read(place, on: machine)
      if UInt8(truncatingIfNeeded: word) == number { return place }
      place = UInt8(truncatingIfNeeded: word >> 8) & 0xFC
    }
    return nil
  }

  /// The first function of the bus behind a bridge.
  func firstBehind<M: Machine>(on machine: M.Type) -> PCIAddress {
    PCIAddress(bus: UInt8(truncatingIfNeeded: read(0x18, on: machine) >> 8))
  }

  private init(bus: UInt8) { bits = UInt32(bus) << 16 }

  /// Whether the bit for functions beside the first is set, and whether it is a bridge.
  private func header<M: Machine>(on machine: M.Type) -> (hasOthers: Bool, isBridge: Bool) {
    let type = read(0x0C, on: machine) >> 16
    return (type & 0x80 != 0, type & 0x7F == 1)
  }

  /// Calls a function for every bridge to another bus that the firmware numbered.
  static func forEachBridge<M: Machine>(on machine: M.Type, _ body: (PCIAddress) -> Void) {
    // A bit for each of the 256 buses: those to look at, and those that were found at all, so that
    // bridges in a circle end.
    var waiting: InlineArray<4, UInt64> = [1, 0, 0, 0]
    var found = waiting
    var word = 0
    while word < 4 {
      guard waiting[word] != 0 else {
        word += 1
        continue
      }
      let bit = waiting[word].trailingZeroBitCount
      waiting[word] &= waiting[word] - 1
      let bus = UInt32(truncatingIfNeeded: word * 64 + bit) << 16
      for device in 0..<UInt32(32) {
        let first = PCIAddress(bits: bus | device << 11)
        guard first.isThere(on: machine) else { continue }
        let count: UInt32 = first.header(on: machine).hasOthers ? 8 : 1
        for number in 0..<count {
          let function = PCIAddress(bits: bus | device << 11 | number << 8)
          guard function.isThere(on: machine), function.header(on: machine).isBridge else {
            continue
          }
          body(function)
          let behind = Int(function.firstBehind(on: machine).bits >> 16)
          let mask: UInt64 = 1 << UInt64(behind % 64)
          guard found[behind / 64] & mask == 0 else { continue }
          found[behind / 64] |= mask
          waiting[behind / 64] |= mask
          word = min(word, behind / 64)
        }
      }
    }
  }

  private func isThere<M: Machine>(on machine: M.Type) -> Bool {
    read(0, on: machine) & 0xFFFF != 0xFFFF
  }

  private init(bits: UInt32) { self.bits = bits }
}
