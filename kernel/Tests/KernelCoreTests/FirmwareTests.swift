// The walk over ACPI tables, and the operations that read them and turn the machine off.

import CapABI
import KernelCore
import KernelMachine
import Testing

struct FirmwareTests {
  private func ranges(_ image: FirmwareImage, root: UInt64 = 0x1000) -> [TableRange] {
    var walk = TableWalk(root: root, in: image)
    var found: [TableRange] = []
    while let range = walk.next(in: image) { found.append(range) }
    return found
  }

  private func starts(_ image: FirmwareImage) -> [UInt64] { ranges(image).map(\.start) }

  @Test func `every table reachable from the root pointer is found`() {
    #expect(starts(.typical) == [0x1000, 0x2000, 0x3000, 0x4000, 0x5000])
    #expect(ranges(.typical).map(\.count) == [36, 52, 56, 244, 48])
  }

  @Test func `an old root pointer leads to the table of 32-bit entries`() {
    var image = FirmwareImage.typical
    image.table("RSDT", at: 0x2000, payload: FirmwareImage.entries([0x3000], bytes: 4))
    image.rootPointer(at: 0x1000, rsdt: 0x2000, xsdt: nil)
    #expect(starts(image) == [0x1000, 0x2000, 0x3000])
  }

  @Test func `a broken extended table gives way to the old one`() {
    var image = FirmwareImage.typical
    image.table("RSDT", at: 0x6000, payload: FirmwareImage.entries([0x4000], bytes: 4))
    image.rootPointer(at: 0x1000, rsdt: 0x6000, xsdt: 0x2000)
    image.bytes[0x2001] = 0
    #expect(starts(image) == [0x1000, 0x6000, 0x4000, 0x5000])
  }

  @Test(arguments: [0x1000, 0x1008, 0x1014, 0x1023] as [UInt64])
  func `a root pointer with a wrong byte leads nowhere`(address: UInt64) {
    var image = FirmwareImage.typical
    image.bytes[address]? ^= 0x40
    #expect(starts(image) == [])
  }

  @Test func `tables with a wrong sum, a wild length or no memory are passed over`() {
    var image = FirmwareImage.typical
    image.bytes[0x3030]? &+= 1
    #expect(starts(image) == [0x1000, 0x2000, 0x4000, 0x5000])
    image = .typical
    image.store(0xFFFF_FFFF, bytes: 4, at: 0x3004)
    #expect(starts(image) == [0x1000, 0x2000, 0x4000, 0x5000])
    image = .typical
    image.store(35, bytes: 4, at: 0x3004)
    #expect(starts(image) == [0x1000, 0x2000, 0x4000, 0x5000])
    image = .typical
    image.bytes[0x4010] = nil
    #expect(starts(image) == [0x1000, 0x2000, 0x3000])
    image.bytes[0x2020] = nil
    #expect(starts(image) == [0x1000])
  }

  @Test func `root tables that point outside memory, to themselves or nowhere end`() {
    for target in [0, 0x2000, .max, .max - 7, 1 << 60] as [UInt64] {
      var image = FirmwareImage.typical
      image.table("XSDT", at: 0x2000, payload: FirmwareImage.entries([target], bytes: 8))
      #expect(ranges(image).count <= 3)
    }
    #expect(ranges(.typical, root: 0) == [])
    #expect(ranges(.typical, root: .max) == [])
  }

  @Test func `a partial entry at the end of a root table is not read`() {
    var image = FirmwareImage.typical
    let entries = FirmwareImage.entries([0x3000, 0x4000], bytes: 8)
    image.table("XSDT", at: 0x2000, payload: Array(entries.dropLast()))
    #expect(starts(image) == [0x1000, 0x2000, 0x3000])
  }

  @Test func `the fixed table says where to turn the machine off`() throws {
    let image = FirmwareImage.typical
    let table = try #require(FixedTable(ranges(image)[3], in: image))
    #expect(table.controlA == 0x604 && table.controlB == 0)
    #expect(table.resetPort == 0xCF9 && table.resetValue == 0x0F)
    var other = image
    other.table(
      "FACP", at: 0x4000, payload: FirmwareImage.fixedTable(dsdt: 0, supportsReset: false))
    #expect(FixedTable(ranges(other)[3], in: other)?.resetPort == 0)
    let short = TableRange(start: 0x4000, count: 100, signature: 0)
    #expect(FixedTable(short, in: image) == nil)
  }

  /// A definition block with these bytes.
  private func sleepTypes(_ payload: [UInt8]) -> SleepTypes? {
    var image = FirmwareImage()
    image.table("DSDT", at: 0x5000, payload: payload)
    let count = UInt64(36 + payload.count)
    return SleepTypes(in: TableRange(start: 0x5000, count: count, signature: 0), of: image)
  }

  @Test func `the sleep types of S5 are read in the forms that firmware writes`() {
    let name: [UInt8] = [0x08, 0x5F, 0x53, 0x35, 0x5F, 0x12]
    #expect(sleepTypes(name + [0x06, 0x04, 0x0A, 0x05, 0x0A, 0x07, 0, 0])?.controlA == 5)
    #expect(sleepTypes(name + [0x06, 0x04, 0x0A, 0x05, 0x0A, 0x07, 0, 0])?.controlB == 7)
    #expect(sleepTypes([0x08, 0x5F] + name + [0x46, 0x00, 0x02, 0x01, 0x00])?.controlA == 1)
    #expect(sleepTypes(name + [0x04, 0x02, 0x00, 0x00])?.controlB == 0)
  }

  @Test func `broken definition blocks have no sleep types`() {
    let name: [UInt8] = [0x08, 0x5F, 0x53, 0x35, 0x5F, 0x12]
    let good = name + [0x06, 0x04, 0x0A, 0x05, 0x0A, 0x07]
    for count in 0..<good.count { #expect(sleepTypes(Array(good.prefix(count))) == nil) }
    #expect(sleepTypes(name + [0x06, 0x01, 0x0A, 0x05, 0x0A, 0x07]) == nil)
    #expect(sleepTypes(name + [0x06, 0x04, 0x0A, 0x08, 0x0A, 0x07]) == nil)
    #expect(sleepTypes(name + [0x06, 0x04, 0x0B, 0x05, 0x00, 0x07]) == nil)
    #expect(sleepTypes(name + [0xFF, 0x04, 0x0A]) == nil)
  }

  // MARK: Operations

  /// A world whose RAM holds the typical tables in its last pages.
  private func booted(_ image: FirmwareImage = .typical) throws -> (World, UInt64) {
    let world = try World()
    let base = try world.firmware(image)
    return (world, base)
  }

  @Test func `the root pointer is told when there is one`() throws {
    let world = try World()
    #expect(throws: SyscallError.notFound) { try world.call(.getACPIRSDP, through: .acpi) }
    #expect(throws: SyscallError.notFound) { try world.call(.readACPIQWords, 0, 1) }
    let (other, base) = try booted()
    #expect(try other.call(.getACPIRSDP, through: .acpi).word0 == base + 0x1000)
  }

  @Test func `words are read inside valid tables only`() throws {
    let (world, base) = try booted()
    let first = try world.call(.readACPIQWords, through: .acpi, base + 0x3000, 2)
    #expect(first.word0 & 0xFFFF_FFFF == UInt64(TableWalk.signature("APIC")))
    #expect(first.length == 16)
    let last = try world.call(.readACPIQWords, base + 0x3000 + 56 - 8, 1)
    #expect(last.word0 == 0x0707_0707_0707_0707)
    let outside: [(UInt64, UInt64)] = [
      (base + 0x3000 - 1, 1), (base + 0x3000 + 49, 1), (base + 0x3000 + 32, 4), (base, 1),
      (0, 1), (.max, 1), (.max - 7, 1), (base + 0x6000, 1),
    ]
    for (address, count) in outside {
      #expect(throws: SyscallError.denied) { try world.call(.readACPIQWords, address, count) }
    }
    for count in [0, 129, .max] as [UInt64] {
      #expect(throws: SyscallError.invalidArgument) {
        try world.call(.readACPIQWords, base + 0x3000, count)
      }
    }
    #expect(throws: SyscallError.noBuffer) {
      try world.call(.readACPIQWords, base + 0x4000, 5)
    }
  }

  @Test func `a machine without valid tables gives nothing`() throws {
    var image = FirmwareImage.typical
    image.bytes[0x1008]? ^= 1
    let (world, base) = try booted(image)
    #expect(throws: SyscallError.notFound) { try world.call(.readACPIQWords, base + 0x1000, 1) }
    #expect(throws: SyscallError.notFound) { try world.call(.getACPIRSDP) }
    #expect(throws: SyscallError.notFound) { try world.call(.powerOff, through: .power) }
    #expect(throws: SyscallError.notFound) { try world.call(.powerReset, through: .power) }
  }

  @Test func `turning off and reset write the declared registers and no other`() throws {
    let devices = SimulatedDevices()
    devices.ports[0x604] = 1
    try SimulatedMachine.$devices.withValue(devices) {
      let (world, _) = try booted()
      try world.call(.powerOff, through: .power)
      let value: UInt16 = 1 | 5 << 10 | 1 << 13
      #expect(devices.wideWrites == ["1540 \(value)"])
      try world.call(.powerReset, through: .power)
      #expect(devices.writes.map(\.port) == [0xCF9] && devices.writes.map(\.value) == [0x0F])
      #expect(throws: SyscallError.invalidArgument) { try world.call(.powerOff, 1) }
      #expect(throws: SyscallError.invalidArgument) { try world.call(.powerReset, 1) }
      #expect(devices.wideWrites.count == 1 && devices.writes.count == 1)
    }
  }
}
