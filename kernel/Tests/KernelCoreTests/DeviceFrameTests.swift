// Device frames out of base address registers, and the ranges that the boot leaves to the console.

import CapABI
import KernelCore
import KernelMachine
import Testing

struct BARFrameTests {
  private static let function: UInt32 = 1 << 31 | 2 << 11

  /// A world with PCI whose RAM is noted, and a function 00:02.0 with registers of all kinds.
  private func makeWorld() throws -> (World, SimulatedDevices) {
    let world = try World()
    var platform = Platform()
    platform.capabilities = .pci
    let isPrepared = world.state.prepare(platform)
    #expect(isPrepared)
    world.state.occupy(PhysicalAddress(truncating: 0), bytes: 0x8000_0000)
    world.state.occupy(PhysicalAddress(truncating: 0xFEE0_0000), bytes: 0x1000)
    let devices = SimulatedDevices()
    let registers: [(offset: UInt32, value: UInt32, writable: UInt32)] = [
      (0x00, 0x1111_1234, 0), (0x04, 0x0010_0007, 0xFFFF), (0x0C, 0, 0),
      (0x10, 0xFEB0_0000, 0xFFFF_F000),  // 4 KiB
      (0x14, 0xC001, 0xFFE0),  // ports
      (0x18, 0xC, 0xFFC0_0000), (0x1C, 0x40, 0xFFFF_FFFF),  // 4 MiB, 64 bits, at 256 GiB
      (0x20, 0, 0),  // not implemented
      (0x24, 0xFEC0_0000, 0xFFFF_FF00),  // 256 bytes
    ]
    for (offset, value, writable) in registers {
      devices.configuration[Self.function | offset] = value
      devices.writable[Self.function | offset] = writable
    }
    return (world, devices)
  }

  private func derive(
    _ world: World, _ devices: SimulatedDevices, register: UInt64, into slot: UInt32 = 10,
    device: UInt64 = 2
  ) throws -> ControlReply {
    try SimulatedMachine.$devices.withValue(devices) {
      try world.call(
        .deriveBARFrame, through: .deviceFrame, UInt64(slot), device << 8 | register << 32)
    }
  }

  @Test func `a register becomes a frame of what it decodes`() throws {
    let (world, devices) = try makeWorld()
    let before = devices.configuration
    #expect(try derive(world, devices, register: 0).word0 == 0)
    #expect(try derive(world, devices, register: 2, into: 11).word0 == 10)
    let small = try #require(world.slot(10)?.object.object?.cast(to: DeviceFrame.self)).object
    #expect(small.start.rawValue == 0xFEB0_0000 && small.order == 0 && small.isUncached)
    let large = try #require(world.slot(11)?.object.object?.cast(to: DeviceFrame.self)).object
    #expect(large.start.rawValue == 0x40_0000_0000)
    #expect(try world.query(10).rights == CapabilityType.deviceFrame.meaningfulRights)
    // Every register is as it was, and decoding was off while they were measured.
    #expect(devices.configuration == before)
    #expect(devices.configurationWrites.first == "4 5")
    #expect(devices.configurationWrites[1] == "16 4294967295")
    expectSound(world)
  }

  @Test func `what is no memory register of a function is not found`() throws {
    let (world, devices) = try makeWorld()
    for register in [UInt64(1), 3, 4] {
      #expect(throws: SyscallError.notFound) { try derive(world, devices, register: register) }
    }
    #expect(throws: SyscallError.notFound) {
      try derive(world, devices, register: 0, device: 3)
    }
    devices.configuration[Self.function | 0x10] = 0
    #expect(throws: SyscallError.notFound) { try derive(world, devices, register: 0) }
    // A bridge has two registers, other kinds of headers none.
    devices.configuration[Self.function | 0x0C] = 1 << 16
    #expect(throws: SyscallError.notFound) { try derive(world, devices, register: 2) }
    devices.configuration[Self.function | 0x0C] = 2 << 16
    #expect(throws: SyscallError.notFound) { try derive(world, devices, register: 0) }
    expectSound(world)
  }

  @Test func `a wide register without its upper half is not found`() throws {
    let (world, devices) = try makeWorld()
    devices.configuration[Self.function | 0x24] = 0xFEC0_0004
    #expect(throws: SyscallError.notFound) { try derive(world, devices, register: 5) }
  }

  @Test func `memory and the kernel's devices are not derived`() throws {
    let (world, devices) = try makeWorld()
    for address in [UInt32(0x1000_0000), 0x7FFF_F000, 0xFEE0_0000] {
      devices.configuration[Self.function | 0x10] = address
      #expect(throws: SyscallError.denied) { try derive(world, devices, register: 0) }
    }
    devices.configuration[Self.function | 0x10] = 0x8000_0000
    _ = try derive(world, devices, register: 0)
    expectSound(world)
  }

  @Test func `parts of pages and ranges of more than a gibibyte are refused`() throws {
    let (world, devices) = try makeWorld()
    #expect(throws: SyscallError.denied) { try derive(world, devices, register: 5) }
    devices.writable[Self.function | 0x18] = 0x8000_0000
    #expect(throws: SyscallError.tooLarge) { try derive(world, devices, register: 2) }
    devices.writable[Self.function | 0x18] = 0xC000_0000
    #expect(try derive(world, devices, register: 2).word0 == 18)
    // Not aligned to what it decodes, as no device should be.
    devices.configuration[Self.function | 0x18] = 0x0100_000C
    #expect(throws: SyscallError.denied) { try derive(world, devices, register: 2, into: 11) }
    expectSound(world)
  }

  @Test func `arguments are checked before the device is touched`() throws {
    let (world, devices) = try makeWorld()
    #expect(throws: SyscallError.occupiedSlot) {
      try derive(world, devices, register: 0, into: 1)
    }
    #expect(throws: SyscallError.slotOutOfRange) {
      try derive(world, devices, register: 0, into: 0)
    }
    #expect(throws: SyscallError.invalidArgument) { try derive(world, devices, register: 6) }
    #expect(throws: SyscallError.invalidArgument) { try derive(world, devices, register: 1 << 8) }
    #expect(throws: SyscallError.invalidArgument) {
      try derive(world, devices, register: 0, device: 32)
    }
    #expect(throws: SyscallError.invalidArgument) {
      try world.call(.deriveBARFrame, 10, 2 << 8, 1)
    }
    world.state.platform.capabilities = .none
    #expect(throws: SyscallError.notFound) { try derive(world, devices, register: 0) }
    #expect(devices.configurationWrites.isEmpty)
  }

  @Test func `nothing is derived before the occupied ranges are known, or when they are too many`()
    throws
  {
    let world = try World()
    var platform = Platform()
    platform.capabilities = .pci
    let isPrepared = world.state.prepare(platform)
    #expect(isPrepared)
    let (_, devices) = try makeWorld()
    #expect(throws: SyscallError.denied) { try derive(world, devices, register: 0) }
    for index in UInt64(0)..<256 {
      world.state.occupy(PhysicalAddress(truncating: index << 20), bytes: 4096)
    }
    _ = try derive(world, devices, register: 0)
    world.state.occupy(PhysicalAddress(truncating: 1 << 40), bytes: 4096)
    #expect(throws: SyscallError.denied) { try derive(world, devices, register: 0, into: 11) }
  }

  @Test func `no frame is derived without memory for it`() throws {
    let (world, devices) = try makeWorld()
    let pool = try #require(world.root.object.pool)
    while world.state.objects.allocateBlock(order: 0, from: pool) != nil {}
    #expect(throws: SyscallError.noMemory) {
      for slot in UInt32(10)..<2000 { _ = try derive(world, devices, register: 0, into: slot) }
    }
  }
}

struct BootRangeTests {
  private static let base: UInt64 = 0x6000_0000

  private func makeWorld(screen: UInt64 = 0x8000_0000, size: UInt64 = 0x30_0001) throws -> World {
    let world = try World()
    var platform = Platform()
    platform.screen = ScreenInfo(
      base: PhysicalAddress(truncating: screen), size: size, width: 1024, height: 768,
      stride: 4096, format: 1)
    platform.font = PhysicalAddress(truncating: 0x1234_5000)
    platform.fontBytes = 0x4321
    let isPrepared = world.state.prepare(platform)
    #expect(isPrepared)
    return world
  }

  private func entry(_ world: World, _ address: UInt64) -> Translation? {
    world.root.object.vspace.flatMap { world.state.objects.entry(for: address, in: $0) }
  }

  @Test func `the framebuffer is mapped in as few frames as fit`() throws {
    let world = try makeWorld()
    let reply = try world.call(.mapFramebuffer, through: .console, Self.base)
    #expect(reply.word0 == 0x30_1000)
    let first = try #require(entry(world, Self.base))
    #expect(first.isLarge && first.entry.isWritable && first.entry.isUncached)
    #expect(first.entry.address.rawValue == 0x8000_0000)
    let last = try #require(entry(world, Self.base + 0x30_0FFF))
    #expect(!last.isLarge && last.entry.address.rawValue == 0x8030_0000)
    #expect(entry(world, Self.base + 0x30_1000) == nil)
    expectSound(world)
    #expect(throws: SyscallError.exists) { try world.call(.mapFramebuffer, Self.base) }
    expectSound(world)
  }

  @Test func `the font is readable only`() throws {
    let world = try makeWorld()
    #expect(try world.call(.mapFont, through: .console, Self.base + 0x1000).word0 == 0x4321)
    for page in UInt64(0)..<5 {
      let found = try #require(entry(world, Self.base + 0x1000 * (page + 1)))
      #expect(found.entry.address.rawValue == 0x1234_5000 + page * 0x1000)
      #expect(!found.entry.isWritable && !found.entry.isExecutable && !found.entry.isUncached)
      #expect(!found.entry.isPatchable)
    }
    #expect(entry(world, Self.base + 0x6000) == nil)
    #expect(throws: SyscallError.exists) { try world.call(.mapFont, Self.base + 0x1000) }
    expectSound(world)
  }

  @Test func `mapping is preemptible and goes on where it stopped`() throws {
    let world = try makeWorld(screen: 0x8000_1000, size: 0x8000)
    let thread = try #require(world.root.object.firstThread)
    var first: UInt64 = 0
    var rounds = 0
    try world.withDevices {
      world.devices.looksUntilInterrupt = 0
      while case .preempted = try world.outcome(.mapFramebuffer, Self.base, first) {
        #expect(thread.object.context.r10 > first)
        first = thread.object.context.r10
        rounds += 1
        world.devices.looksUntilInterrupt = 0
      }
    }
    #expect(rounds == 7)
    #expect(entry(world, Self.base + 0x7000)?.entry.address.rawValue == 0x8000_8000)
    expectSound(world)
  }

  @Test func `addresses, pages and absent ranges are refused`() throws {
    let world = try makeWorld()
    let impossible: [UInt64] = [0, 1, 0x6000_0800, VSpace.addressLimit - 0x30_1000, 1 << 47, .max]
    for address in impossible {
      #expect(throws: SyscallError.invalidArgument) { try world.call(.mapFramebuffer, address) }
    }
    #expect(throws: SyscallError.invalidArgument) {
      try world.call(.mapFramebuffer, Self.base, 0x301)
    }
    #expect(throws: SyscallError.invalidArgument) { try world.call(.mapFont, Self.base, 5) }
    #expect(throws: SyscallError.invalidArgument) { try world.call(.mapFont, Self.base, 0, 1) }
    expectSound(world)
    world.state.platform.screen = nil
    world.state.platform.font = nil
    #expect(throws: SyscallError.notFound) { try world.call(.mapFramebuffer, Self.base) }
    #expect(throws: SyscallError.notFound) { try world.call(.mapFont, Self.base) }
  }

  @Test func `without memory the console's mappings stop`() throws {
    let world = try makeWorld()
    let pool = try #require(world.root.object.pool)
    while world.state.objects.allocateBlock(order: 0, from: pool) != nil {}
    #expect(throws: SyscallError.noMemory) { try world.call(.mapFramebuffer, Self.base) }
    #expect(throws: SyscallError.noMemory) { try world.call(.mapFont, Self.base) }
  }
}
