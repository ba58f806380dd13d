// The tables of devices and drivers: what each row says, and that rows do not contradict.

import CapABI
import Devices
import IPC
import Testing

struct DevicesTests {
  /// A PCI function, as its configuration space describes it, and what it is.
  struct Row: Sendable {
    let vendor: UInt16
    let product: UInt16
    let code: UInt32
    let id: DeviceID
  }

  static let rows = [
    Row(vendor: 0x1AF4, product: 0x1001, code: 0x0100_0000, id: .virtioBlock),
    Row(vendor: 0x1AF4, product: 0x1042, code: 0x0100_0001, id: .virtioBlock),
    Row(vendor: 0x1AF4, product: 0x1041, code: 0x0200_0001, id: .virtioNetwork),
    Row(vendor: 0x1AF4, product: 0x1044, code: 0x00FF_0001, id: .virtioRandom),
    Row(vendor: 0x1AF4, product: 0x10FF, code: 0x0200_0001, id: .network),
    Row(vendor: 0x8086, product: 0x10D3, code: 0x0200_0000, id: .e1000),
    Row(vendor: 0x8086, product: 0x29C0, code: 0x0600_0000, id: .hostBridge),
    Row(vendor: 0x8086, product: 0x2918, code: 0x0601_0002, id: .isaBridge),
    Row(vendor: 0x8086, product: 0x2922, code: 0x0106_0102, id: .ahci),
    Row(vendor: 0x8086, product: 0x2930, code: 0x0C05_0002, id: .smbus),
    Row(vendor: 0x8086, product: 0x7010, code: 0x0101_8000, id: .ide),
    Row(vendor: 0x1B36, product: 0x000C, code: 0x0604_0000, id: .pciBridge),
    Row(vendor: 0x1B36, product: 0x0010, code: 0x0108_0202, id: .nvme),
    Row(vendor: 0x1B36, product: 0x000D, code: 0x0C03_3001, id: .xhci),
    Row(vendor: 0x8086, product: 0x293A, code: 0x0C03_2003, id: .ehci),
    Row(vendor: 0x8086, product: 0x2934, code: 0x0C03_0003, id: .usb1),
    Row(vendor: 0x1234, product: 0x1111, code: 0x0300_0002, id: .bochsGraphics),
    Row(vendor: 0x10EC, product: 0x8139, code: 0x0200_0020, id: .rtl8139),
    Row(vendor: 0x10DE, product: 0x0001, code: 0x0300_0000, id: .graphics),
    Row(vendor: 0x8086, product: 0x293E, code: 0x0403_0003, id: .sound),
    Row(vendor: 0x1B36, product: 0x0002, code: 0x0700_0201, id: .serialCard),
    Row(vendor: 0x8086, product: 0x0001, code: 0x0106_0002, id: .none),
    Row(vendor: 0x1234, product: 0x0001, code: 0x0B40_0000, id: .none),
    Row(vendor: 0x1234, product: 0x0001, code: 0x0C03_FE00, id: .none),
  ]

  @Test(arguments: rows)
  func `a function is what its row says`(row: Row) {
    #expect(DeviceID(vendor: row.vendor, product: row.product, classCode: row.code) == row.id)
  }

  @Test func `every kind has a name of its own`() {
    var names: Set<String> = []
    for row in Self.rows where row.id != .none { names.insert(row.id.name.description) }
    let ids = Set(Self.rows.map(\.id.rawValue)).subtracting([0])
    #expect(names.count == ids.count && !names.contains("unknown device"))
    #expect(DeviceID(rawValue: 0xFFFF).name.description == "unknown device")
  }

  @Test func `the platform's devices have their bits`() {
    #expect(DeviceID.platform(0) == .com1)
    #expect(DeviceID.platform(1) == .i8042)
    #expect(DeviceID.platform(2) == .framebuffer)
    for bit in 3...31 as ClosedRange<UInt8> { #expect(DeviceID.platform(bit) == nil) }
  }

  @Test func `a driver is bound to itself, once for each interface`() {
    var interfaces: Set<UInt16> = []
    for index in 0..<RoleID.knownCount {
      guard let role = RoleID.known(at: index), let binding = KnownDrivers.binding(of: role)
      else { continue }
      #expect(role.isDriver && binding.driver == role && !binding.owner.isDriver)
      #expect(interfaces.insert(binding.interface.rawValue).inserted)
    }
    #expect(!interfaces.isEmpty)
  }

  @Test func `the serial port's line is the fourth, by edges`() {
    #expect(KnownDrivers.line(of: .drvSerial) == DriverLine(line: 4, flags: .none))
    #expect(KnownDrivers.line(of: .timed) == nil && KnownDrivers.binding(of: .timed) == nil)
  }
}
