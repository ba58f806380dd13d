// Devices: what probed and hotplugd report, and what becomes of drivers. Each operation with each
// of its errors.

import CapABI
import DevicedCore
import IPC
import Service
import ServiceTesting
import Testing

private func card(_ device: UInt8, _ function: UInt8 = 0, id: DeviceID = .none) -> DeviceReport {
  DeviceReport(
    location: DeviceLocation(bus: 1, device: device, function: function), id: id,
    vendor: 0x1AF4)
}

struct DeviceTests {
  @Test func `only probed and hotplugd report`() throws {
    let world = try World()
    for badge in [World.root, World.owner, World.driver, World.tool, World.hotplugd] {
      #expect(world.code(.reportDevice(card(1)), as: badge) == .denied)
      #expect(world.code(.probeDone(deviceCount: 0), as: badge) == .denied)
    }
    let event = DevicedRequest.reportHotplug(.inserted, card(1).location)
    for badge in [World.root, World.owner, World.driver, World.tool, World.probed] {
      #expect(world.code(event, as: badge) == .denied)
    }
  }

  @Test func `devices are read in the order of their places`() throws {
    let world = try World()
    try world.scan([card(3), World.serialPort, card(1, 2), card(1)])
    #expect(world.locations == [0x101, 0x301, 0x2_0101, 0x8000_0000])
    #expect(world.code(.readDevice(cursor: 0x8000_0001)) == .notFound)
    #expect(world.code(.readDriver(cursor: .none)) == .notFound)
  }

  @Test func `a device that a scan does not report is gone`() throws {
    let world = try World()
    try world.scan([card(1), card(2), card(3)])
    try world.scan([card(2), card(4)])
    #expect(world.locations == [0x201, 0x401])
  }

  @Test func `a scan says how many it reported`() throws {
    let world = try World()
    try world.report(card(1))
    try world.report(card(1))
    #expect(world.code(.probeDone(deviceCount: 2), as: World.probed) == .invalidArgument)
    #expect(world.code(.probeDone(deviceCount: 1), as: World.probed) == nil)
  }

  @Test func `a scan that began anew after a crash counts what it reports`() throws {
    let world = try World()
    try world.report(card(1))
    try world.report(card(2))
    try world.scan([card(1), card(2)])
    #expect(world.locations == [0x101, 0x201])
  }

  @Test func `another device in the same place ends the driver of the first`() throws {
    let world = try World()
    try world.seed()
    try world.ask(.registerHAL(.serial), as: World.owner)
    try world.report(card(1, id: World.device))
    #expect(world.starts == 1)
    try world.report(card(1))
    #expect(world.stops == 1 && world.flags == .hasOwner)
    #expect(world.locations == [0x101])
  }

  @Test func `a driver whose device is gone ends, and drives another of the kind`() throws {
    let world = try World()
    try world.seed()
    try world.ask(.registerHAL(.serial), as: World.owner)
    try world.scan([card(1, id: World.device), card(2, id: World.device)])
    #expect(world.starts == 1)
    try world.scan([card(2, id: World.device)])
    #expect(world.stops == 1 && world.starts == 2)
    guard case .readDriver(let record) = try world.ask(.readDriver(cursor: .none)) else {
      throw TestFailure.noReply
    }
    #expect(record.location == card(2).location)
    try world.scan([])
    #expect(world.stops == 2 && world.flags == .hasOwner)
    #expect(world.code(.resolveProvider(.serial), as: World.owner) == .notFound)
  }

  @Test func `a device says who drives it`() throws {
    let world = try World()
    try world.seed()
    try world.scan([card(1, id: World.device), card(2)])
    let first = try world.ask(.readDevice(cursor: 0))
    #expect(first == .readDevice(card(1, id: World.device), driver: .drvSerial))
    let second = try world.ask(.readDevice(cursor: 0x102))
    #expect(second == .readDevice(card(2), driver: .none))
  }

  @Test func `what is pulled goes at once with all its functions`() throws {
    let world = try World()
    try world.seed()
    try world.ask(.registerHAL(.serial), as: World.owner)
    try world.scan([card(1, id: World.device), card(1, 3), card(2)])
    try world.ask(.reportHotplug(.removed, card(1).location), as: World.hotplugd)
    #expect(world.locations == [0x201] && world.stops == 1 && world.rescans == 1)
  }

  @Test func `what is plugged in is looked at by probed`() throws {
    let world = try World()
    try world.ask(.reportHotplug(.inserted, card(1).location), as: World.hotplugd)
    #expect(world.rescans == 1 && world.locations.isEmpty)
  }

  @Test func `the platform is not plugged in`() throws {
    let world = try World()
    #expect(
      world.code(.reportHotplug(.removed, .platform(0)), as: World.hotplugd)
        == .invalidArgument)
    #expect(world.rescans == 0)
  }

  @Test func `devices have a limit`() throws {
    let world = try World(heapBytes: 4096, cspaceSlots: 2100)
    var code: ResultCode?
    var count: UInt8 = 0
    while code == nil, count < 255 {
      let place = DeviceLocation(bus: count, device: 0, function: 0)
      code = world.code(
        .reportDevice(DeviceReport(location: place, id: .none)), as: World.probed)
      count += 1
    }
    #expect(code == .limitReached && count > 1)
  }
}
