// Drivers: seeding, the rule of their start, what they are given, providers and owners. Each
// operation with each of its errors.

import Bootstrap
import CapABI
import DevicedCore
import IPC
import Service
import ServiceTesting
import Testing

struct SeedTests {
  @Test func `its faces are those of the boot configuration`() throws {
    let declared = try DeclaredService(.deviced)
    #expect(declared.face("control") == DevicedFaces.seeding)
    #expect(declared.face("public") == DevicedFaces.client)
    #expect(declared.face("provider") == DevicedFaces.tools)
  }

  @Test func `it serves when it is sealed`() throws {
    let world = try World()
    #expect(!world.deviced.isReady)
    try world.seed()
    #expect(world.deviced.isReady && world.code(.seal) == .sealed)
  }

  @Test func `seeding the same again is no error, another is`() throws {
    let world = try World()
    var other = World.binding
    other.device = DeviceID(rawValue: 9)
    #expect(world.code(.seedBinding(World.binding)) == nil)
    #expect(world.code(.seedBinding(World.binding)) == nil)
    #expect(world.code(.seedBinding(other)) == .exists)
    other.driver = .drvI8042
    #expect(world.code(.seedBinding(other)) == .exists)
    let row = DevicedRequest.seedCapability(driver: .drvSerial, register: 0, World.port)
    #expect(world.code(row) == nil && world.code(row) == nil)
    var keyboard = World.port
    keyboard.kind = .i8042
    #expect(
      world.code(.seedCapability(driver: .drvSerial, register: 0, keyboard)) == .exists)
    let reply = try world.ask(.seal)
    #expect(reply == .seal(driverCount: 1))
    #expect(world.code(.seedBinding(World.binding)) == .sealed)
    #expect(world.code(row) == .sealed)
  }

  @Test func `what deviced does not have it does not promise`() throws {
    let world = try World()
    let row = DevicedRequest.seedCapability(driver: .drvSerial, register: 0, World.port)
    #expect(world.code(row) == .notFound)
    try world.ask(.seedBinding(World.binding))
    for kind in [EndpointKind.generic, .irq, .pciConfig, .power, .log] {
      var descriptor = World.port
      descriptor.kind = kind
      #expect(
        world.code(.seedCapability(driver: .drvSerial, register: 0, descriptor))
          == .wrongType)
    }
    #expect(
      world.code(.seedCapability(driver: .drvSerial, register: 1, World.port)) == .wrongType)
    var stranger = World.binding
    stranger.owner = .timed
    #expect(world.code(.seedBinding(stranger)) == .notFound)
  }

  @Test(arguments: [World.probed, World.owner, World.tool]) func `only rootd seeds`(
    badge: Badge
  ) throws {
    let world = try World()
    #expect(world.code(.seedBinding(World.binding), as: badge) == .denied)
    #expect(
      world.code(.seedCapability(driver: .drvSerial, register: 0, World.port), as: badge)
        == .denied)
    #expect(world.code(.seal, as: badge) == .denied)
    #expect(world.code(.readDevice(cursor: 0), as: Badge(rawValue: 0x5_0081)) == .denied)
  }

  @Test func `a start without memory or slots is refused`() {
    #expect(throws: ReadinessCode.noMemory) { try World(heapBytes: 256) }
    #expect(throws: ReadinessCode.noMemory) { try World(cspaceSlots: 2056) }
  }
}

struct DriverTests {
  @Test func `a driver starts when its device and its owner are there, in either order`() throws {
    for isOwnerFirst in [true, false] {
      let world = try World()
      try world.seed()
      if isOwnerFirst { try world.ask(.registerHAL(.serial), as: World.owner) }
      #expect(world.asked.isEmpty)
      try world.report(World.serialPort)
      #expect(world.starts == (isOwnerFirst ? 1 : 0))
      try world.ask(.registerHAL(.serial), as: World.owner)
      #expect(world.starts == 1 && world.flags.contains(.isStarted))
      try world.report(World.serialPort)
      #expect(world.starts == 1)
    }
  }

  @Test func `a driver gets what is declared, and nothing else`() throws {
    let world = try World()
    try world.seed()
    try world.report(World.serialPort)
    try world.ask(.registerHAL(.serial), as: World.owner)
    #expect(
      world.asked == [
        .addCapability(role: .drvSerial, World.port), .startService(.drvSerial),
      ])
    #expect(world.given[8] == TestCapability(.endpoint, .send, kind: .com1, name: "com1"))
  }

  @Test func `a frame is that of the register of its device`() throws {
    let world = try World()
    try world.seed([(World.frame, 2)])
    let card = DeviceReport(
      location: DeviceLocation(bus: 1, device: 2, function: 0), id: World.device)
    try world.report(card)
    try world.ask(.registerHAL(.serial), as: World.owner)
    #expect(world.given[64]?.name == "register 2 of \(card.location.rawValue)")
    #expect(world.given[64]?.rights == .read | .write)
    #expect(world.kernel.slots.values.allSatisfy { $0.type != .deviceFrame })
  }

  @Test func `a driver whose frame the kernel refuses does not start`() throws {
    let world = try World()
    try world.seed([(World.frame, 0)])
    world.frameCode = .denied
    try world.ask(.registerHAL(.serial), as: World.owner)
    try world.report(
      DeviceReport(location: DeviceLocation(bus: 1, device: 2, function: 0), id: World.device))
    #expect(world.starts == 0 && !world.flags.contains(.isStarted))
    #expect(world.kernel.notified.contains { $0.slot == StartupSlot.log })
  }

  @Test(arguments: [ResultCode.exists, .wrongState])
  func `a driver that an earlier deviced started is taken over`(code: ResultCode) throws {
    let world = try World()
    world.refusals[code == .exists ? .startService : .addCapability] = code
    try world.seed()
    try world.report(World.serialPort)
    try world.ask(.registerHAL(.serial), as: World.owner)
    #expect(world.flags.contains(.isStarted))
    try world.ask(.registerProvider(.serial), as: World.driver, [World.endpoint])
    #expect(world.code(.resolveProvider(.serial), as: World.owner) == nil)
  }

  @Test func `only the owner registers and resolves`() throws {
    let world = try World()
    try world.ask(.seedBinding(World.binding))
    #expect(world.code(.registerHAL(.serial), as: World.owner) == .wrongState)
    try world.ask(.seal)
    for badge in [World.driver, World.probed, World.root, World.tool] {
      #expect(world.code(.registerHAL(.serial), as: badge) == .denied)
      #expect(world.code(.resolveProvider(.serial), as: badge) == .denied)
    }
    let unknown = DeviceInterface(rawValue: 77)
    #expect(world.code(.registerHAL(unknown), as: World.owner) == .denied)
    #expect(world.code(.resolveProvider(unknown), as: World.owner) == .denied)
  }

  @Test func `a provider is told to the owner and in the log`() throws {
    let world = try World()
    try world.serve()
    #expect(world.signals == 1)
    #expect(world.lines == ["ERIX_DEVICED:READY:DRV_SERIAL"])
    let (reply, capabilities) =
      try world.kernel.ask(
        &world.deviced, DevicedRequest.resolveProvider(.serial), badge: World.owner)
      as (DevicedReply, [TestCapability])
    #expect(reply == .resolveProvider(driver: .drvSerial))
    #expect(capabilities.first?.badge == Badge(rawValue: 0x3_0031))
    #expect(capabilities.first?.rights == .send && capabilities.first?.name == "drv-serial")
  }

  @Test func `a provider brings its endpoint, unbadged`() throws {
    let world = try World()
    try world.seed()
    let request = DevicedRequest.registerProvider(.serial)
    #expect(
      world.code(request, as: World.driver, [TestCapability(.notification, .send)])
        == .wrongType)
    #expect(
      world.code(request, as: World.driver, [TestCapability(.endpoint, .send, kind: .com1)])
        == .wrongType)
    #expect(
      world.code(request, as: World.driver, [TestCapability(.endpoint, .receive)])
        == .missingRight)
    var badged = World.endpoint
    badged.badge = Badge(rawValue: 5)
    #expect(world.code(request, as: World.driver, [badged]) == .alreadyBadged)
    #expect(world.code(request, as: World.probed, [World.endpoint]) == .notFound)
    #expect(
      world.code(
        .registerProvider(DeviceInterface(rawValue: 2)), as: World.driver, [World.endpoint])
        == .notFound)
    #expect(world.code(request, as: World.tool, [World.endpoint]) == .denied)
    #expect(!world.flags.contains(.isProvider))
  }

  @Test func `a second registration takes the place of the first`() throws {
    let world = try World()
    try world.serve()
    let before = world.kernel.slots.count
    try world.ask(.registerProvider(.serial), as: World.driver, [World.endpoint])
    #expect(world.kernel.slots.count == before && world.signals == 2)
  }

  @Test func `an owner waits while the driver may come, and not longer`() throws {
    let world = try World()
    try world.seed()
    let request = DevicedRequest.resolveProvider(.serial)
    #expect(world.code(request, as: World.owner) == .retry)
    try world.ask(.registerHAL(.serial), as: World.owner)
    try world.scan([])
    #expect(world.code(request, as: World.owner) == .notFound && world.signals == 1)
    try world.scan([World.serialPort])
    #expect(world.code(request, as: World.owner) == .retry)
  }

  @Test func `an endpoint that was destroyed is no provider`() throws {
    let world = try World()
    try world.serve()
    let slot = try #require(
      world.kernel.slots.first { $0.value.name == "drv-serial" }?.key)
    world.kernel.slots[slot] = nil
    #expect(world.code(.resolveProvider(.serial), as: World.owner) == .retry)
    #expect(!world.flags.contains(.isProvider))
  }

  @Test func `a driver is held until it is started`() throws {
    let world = try World()
    try world.serve()
    #expect(world.code(.startDriver(.drvSerial), as: World.tool) == .wrongState)
    try world.ask(.stopDriver(.drvSerial), as: World.tool)
    #expect(world.stops == 1 && world.signals == 2)
    #expect(world.flags == .hasDevice | .hasOwner | .isHeld)
    #expect(world.code(.stopDriver(.drvSerial), as: World.tool) == .wrongState)
    #expect(world.code(.resolveProvider(.serial), as: World.owner) == .notFound)
    try world.report(World.serialPort)
    try world.ask(.registerHAL(.serial), as: World.owner)
    #expect(world.starts == 1)
    try world.ask(.startDriver(.drvSerial), as: World.tool)
    #expect(world.starts == 2 && world.flags.contains(.isStarted))
  }

  @Test func `a driver that a tool had procd start again is not held any more`() throws {
    let world = try World()
    try world.serve()
    try world.ask(.stopDriver(.drvSerial), as: World.tool)
    try world.ask(.registerProvider(.serial), as: World.driver, [World.endpoint])
    #expect(world.flags == .hasDevice | .hasOwner | .isStarted | .isProvider)
    #expect(world.code(.resolveProvider(.serial), as: World.owner) == nil)
  }

  @Test func `a provider before the seal is too early`() throws {
    let world = try World()
    try world.ask(.seedBinding(World.binding))
    #expect(
      world.code(.registerProvider(.serial), as: World.driver, [World.endpoint])
        == .wrongState)
  }

  @Test func `starting and stopping is for tools and rootd, and of drivers`() throws {
    let world = try World()
    try world.seed()
    for request in [DevicedRequest.startDriver(.drvSerial), .stopDriver(.drvSerial)] {
      #expect(world.code(request, as: World.owner) == .denied)
    }
    #expect(world.code(.startDriver(.timed), as: World.tool) == .notFound)
    #expect(world.code(.stopDriver(.timed)) == .notFound)
  }

  @Test func `a start that procd refuses is told to who asked for it`() throws {
    let world = try World()
    try world.serve()
    try world.ask(.stopDriver(.drvSerial))
    world.refusals[.startService] = .noMemory
    #expect(world.code(.startDriver(.drvSerial)) == .noMemory)
    #expect(!world.flags.contains(.isStarted) && !world.flags.contains(.isHeld))
  }

  @Test func `a driver that was never started is not ended at procd`() throws {
    let world = try World()
    try world.seed()
    try world.ask(.stopDriver(.drvSerial))
    #expect(world.stops == 0)
  }
}
