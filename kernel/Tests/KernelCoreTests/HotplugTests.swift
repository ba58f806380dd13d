// Slots of the PCI Express hierarchy: which are found, and what the kernel makes of what happens in
// them. The slot of these tests behaves as section 6.7 of the specification says.

import CapABI
import KernelCore
import KernelMachine
import Testing

/// A machine with a bridge 00:1c.0 to bus 3, and, behind it, one 03:00.0 to bus 4.
private struct SlotScene {
  static let presence: UInt32 = 1 << 22
  static let presenceChanged: UInt32 = 1 << 19
  static let button: UInt32 = 1 << 16
  static let powerOff: UInt32 = 1 << 10

  let world: World
  let devices = SimulatedDevices()
  let bridge: UInt32

  /// - Parameters:
  ///   - type: 4 root port, 5 upstream, 6 downstream.
  ///   - hasSlot: Whether the bridge says that it has one.
  ///   - canPlug: Whether the slot says that devices come and go.
  ///   - isNested: Whether it is the second bridge.
  ///   - status: Of the slot at the start.
  /// - Throws: When the world cannot be made.
  init(
    type: UInt32 = 4, hasSlot: Bool = true, canPlug: Bool = true, isNested: Bool = false,
    status: UInt32 = 0
  ) throws {
    world = try World()
    let first: UInt32 = 1 << 31 | 0x1C << 11
    let second: UInt32 = 1 << 31 | 3 << 16
    bridge = isNested ? second : first
    for (place, bus) in [(first, UInt32(3)), (second, UInt32(4))] {
      devices.configuration[place] = 0x1111_1234
      devices.configuration[place | 0x04] = 0
      devices.configuration[place | 0x0C] = 1 << 16
      devices.configuration[place | 0x18] = bus << 8
    }
    devices.configuration[1 << 31] = 0x2222_1234
    devices.configuration[1 << 31 | 0x0C] = 0
    devices.configuration[bridge | 0x04] = 1 << 20
    devices.configuration[bridge | 0x34] = 0x40
    devices.configuration[bridge | 0x40] = 0x5005
    devices.configuration[bridge | 0x50] = 0x10 | (type << 4 | (hasSlot ? 1 << 8 : 0)) << 16
    devices.configuration[bridge | 0x68] = Self.powerOff | status
    devices.configuration[bridge | 0x64] = canPlug ? 1 << 6 : 0
    devices.writable[bridge | 0x68] = 0xFFFF
    devices.clearedByOnes[bridge | 0x68] = 0x11F << 16
    var platform = Platform()
    platform.capabilities = .pci
    let isPrepared = SimulatedMachine.$devices.withValue(devices) {
      world.state.prepare(platform)
    }
    #expect(isPrepared)
  }

  var word: UInt32 {
    get { devices.configuration[bridge | 0x68] ?? 0 }
    nonmutating set { devices.configuration[bridge | 0x68] = newValue }
  }

  /// The next event: kind and address.
  func take() throws -> (UInt64, UInt64)? {
    try SimulatedMachine.$devices.withValue(devices) {
      do {
        let reply = try world.call(.waitHotplugEvent, through: .hotplug)
        return (reply.word0, reply.word1)
      } catch SyscallError.retry {
        return nil
      }
    }
  }

  func expect(_ kind: UInt64, bus: UInt64) throws {
    let event = try #require(try take())
    #expect(event == (kind, bus))
  }
}

struct HotplugTests {
  @Test func `a device that comes gets power and is told once`() throws {
    let scene = try SlotScene()
    #expect(try scene.take() == nil)
    scene.word |= SlotScene.presence | SlotScene.presenceChanged | SlotScene.button
    try scene.expect(1, bus: 3)
    #expect(scene.word & (SlotScene.powerOff | SlotScene.button) == 0)
    #expect(scene.word >> 8 & 0b11 == 1)
    #expect(try scene.take() == nil)
  }

  @Test func `a pressed button takes the power, and the device is told to be gone`() throws {
    let scene = try SlotScene(status: SlotScene.presence | SlotScene.presenceChanged)
    #expect(try scene.take() == nil)
    // The slot lets go of the device when its power is taken away.
    scene.devices.afterWrite[scene.bridge | 0x68] = {
      guard scene.word & SlotScene.powerOff != 0, scene.word & SlotScene.presence != 0 else {
        return
      }
      scene.word = scene.word & ~SlotScene.presence | SlotScene.presenceChanged
    }
    scene.word |= SlotScene.button
    try scene.expect(2, bus: 3)
    #expect(try scene.take() == nil)
    #expect(scene.word & SlotScene.powerOff != 0 && scene.word >> 8 & 0b11 == 3)
  }

  @Test func `a device that lets go later is told when it did`() throws {
    let scene = try SlotScene(status: SlotScene.presence)
    scene.word |= SlotScene.button
    #expect(try scene.take() == nil)
    scene.word = scene.word & ~SlotScene.presence | SlotScene.presenceChanged
    try scene.expect(2, bus: 3)
  }

  @Test func `a device that is torn out is told without a button`() throws {
    let scene = try SlotScene(status: SlotScene.presence)
    scene.word = scene.word & ~SlotScene.presence | SlotScene.presenceChanged
    try scene.expect(2, bus: 3)
    #expect(scene.word & SlotScene.powerOff != 0)
  }

  @Test func `what comes and goes between two looks is no event`() throws {
    let scene = try SlotScene()
    scene.word |= SlotScene.presenceChanged
    #expect(try scene.take() == nil)
    #expect(scene.word & SlotScene.presenceChanged == 0)
  }

  @Test func `slots behind other bridges and of switches are found`() throws {
    let scene = try SlotScene(type: 6, isNested: true)
    scene.word |= SlotScene.presence | SlotScene.presenceChanged
    try scene.expect(1, bus: 4)
  }

  @Test(arguments: [(5, true, true), (4, false, true), (4, true, false)] as [(UInt32, Bool, Bool)])
  func `other bridges have no slot`(type: UInt32, hasSlot: Bool, canPlug: Bool) throws {
    let scene = try SlotScene(type: type, hasSlot: hasSlot, canPlug: canPlug)
    scene.word |= SlotScene.presence | SlotScene.presenceChanged
    #expect(try scene.take() == nil)
    #expect(scene.devices.configurationWrites.isEmpty)
  }

  @Test func `a list of capabilities in a circle ends`() throws {
    let world = try World()
    let devices = SimulatedDevices()
    let bridge: UInt32 = 1 << 31
    devices.configuration[bridge] = 0x1111_1234
    devices.configuration[bridge | 0x04] = 1 << 20
    devices.configuration[bridge | 0x0C] = 1 << 16
    devices.configuration[bridge | 0x18] = 0
    devices.configuration[bridge | 0x34] = 0x40
    devices.configuration[bridge | 0x40] = 0x4005
    var platform = Platform()
    platform.capabilities = .pci
    let isPrepared = SimulatedMachine.$devices.withValue(devices) { world.state.prepare(platform) }
    #expect(isPrepared)
  }
}
