// Each operation of irqd with each of its errors, against a kernel that keeps the state of lines.

import Bootstrap
import CapABI
import IPC
import IrqdCore
import Service
import ServiceTesting
import Testing

struct IrqdTests {
  @Test func `its faces are those of the boot configuration`() throws {
    let declared = try DeclaredService(.irqd)
    #expect(declared.face("control") == IrqdFaces.seeding)
    #expect(declared.face("public") == IrqdFaces.handler)
    #expect(declared.face("provider") == IrqdFaces.tools)
  }

  @Test func `it serves when it is sealed`() throws {
    let world = try IrqWorld()
    #expect(!world.irqd.isReady)
    let reply = try world.ask(.seal, as: rootd)
    #expect(reply == .seal(handlerCount: 0) && world.irqd.isReady)
    #expect(world.code(.seal, as: rootd) == .sealed)
  }

  @Test func `seeding the same again is no error, another is`() throws {
    let world = try IrqWorld()
    let seed = IrqdRequest.seedHandler(client: driver, line: 4, .level)
    #expect(world.code(seed, as: rootd) == nil && world.code(seed, as: rootd) == nil)
    #expect(world.code(.seedHandler(client: other, line: 4, .level), as: rootd) == .exists)
    #expect(world.code(.seedHandler(client: driver, line: 4, .none), as: rootd) == .exists)
    let reply = try world.ask(.seal, as: rootd)
    #expect(reply == .seal(handlerCount: 1))
    #expect(world.code(seed, as: rootd) == .sealed)
  }

  @Test func `seeds have a limit`() throws {
    let world = try IrqWorld(heapBytes: 1024)
    var line: UInt32 = 0
    var code: ResultCode?
    while code == nil, line < 100 {
      code = world.code(.seedHandler(client: driver, line: line, .none), as: rootd)
      line += 1
    }
    #expect(code == .limitReached && line > 1)
  }

  @Test(arguments: [0x1_0081, 0x3_0051, 0x4_0001, 0] as [UInt64])
  func `only rootd seeds`(badge: UInt64) throws {
    let world = try IrqWorld()
    let asker = Badge(rawValue: badge)
    #expect(
      world.code(.seedHandler(client: driver, line: 4, .none), as: asker) == .denied)
    #expect(world.code(.seal, as: asker) == .denied)
  }

  @Test(arguments: [rootd, tool]) func `only drivers handle lines`(badge: Badge) throws {
    let world = try IrqWorld()
    try world.seed()
    #expect(
      world.code(.registerHandler(line: 4, .none), as: badge, [IrqWorld.notification])
        == .denied)
    #expect(world.code(.acknowledge(line: 4), as: badge) == .denied)
    #expect(world.code(.setMask(line: 4, isMasked: true), as: badge) == .denied)
  }

  @Test func `a registration before the seal is too early`() throws {
    let world = try IrqWorld()
    try world.ask(.seedHandler(client: driver, line: 4, .none), as: rootd)
    #expect(
      world.code(.registerHandler(line: 4, .none), [IrqWorld.notification]) == .wrongState)
  }

  @Test func `a registration that is not exactly the seeded one is refused`() throws {
    let world = try IrqWorld()
    try world.seed()
    let carried = [IrqWorld.notification]
    #expect(world.code(.registerHandler(line: 4, .level), carried) == .notFound)
    #expect(world.code(.registerHandler(line: 3, .none), carried) == .notFound)
    #expect(world.code(.registerHandler(line: 4, .none), as: other, carried) == .notFound)
    #expect(world.open.isEmpty)
  }

  @Test func `a registration brings a notification to signal`() throws {
    let world = try IrqWorld()
    try world.seed()
    let request = IrqdRequest.registerHandler(line: 4, .none)
    #expect(world.code(request, [TestCapability(.endpoint, .send)]) == .wrongType)
    #expect(world.code(request, [TestCapability(.notification, .receive)]) == .missingRight)
    #expect(world.open.isEmpty)
    #expect(world.code(request, [IrqWorld.notification]) == nil)
    #expect(world.open[4] == 4)
  }

  @Test func `a line that the machine does not have is refused`() throws {
    let world = try IrqWorld()
    try world.ask(.seedHandler(client: driver, line: 99, .none), as: rootd)
    try world.ask(.seal, as: rootd)
    let request = IrqdRequest.registerHandler(line: 99, .none)
    #expect(world.code(request, [IrqWorld.notification]) == .invalidArgument)
    #expect(try world.record().state == .unused)
  }

  @Test func `flags reach the kernel`() throws {
    let world = try IrqWorld()
    try world.ask(.seedHandler(client: driver, line: 9, .level | .activeLow), as: rootd)
    try world.ask(.seal, as: rootd)
    try world.ask(
      .registerHandler(line: 9, .level | .activeLow), as: driver, [IrqWorld.notification])
    #expect(world.open[9] == 7)
  }

  @Test func `an event is delivered once, and the next after the acknowledgement`() throws {
    let world = try IrqWorld()
    try world.register()
    world.fire()
    world.fire()
    #expect(world.signals == 1)
    #expect(try world.record().state == .delivered)
    try world.ask(.acknowledge(line: 4))
    world.fire()
    #expect(world.signals == 2)
    #expect(try world.record().eventCount == 2)
  }

  @Test func `an acknowledgement may come one-way`() throws {
    let world = try IrqWorld()
    try world.register()
    world.fire()
    try world.kernel.tell(&world.irqd, IrqdRequest.acknowledge(line: 4), badge: driver)
    #expect(world.open[4] != nil)
  }

  @Test func `what was not delivered is not acknowledged`() throws {
    let world = try IrqWorld()
    try world.seed()
    #expect(world.code(.acknowledge(line: 4)) == .wrongState)
    try world.ask(.registerHandler(line: 4, .none), as: driver, [IrqWorld.notification])
    #expect(world.code(.acknowledge(line: 4)) == .wrongState)
    world.fire()
    #expect(world.code(.acknowledge(line: 4), as: other) == .notFound)
    #expect(world.code(.acknowledge(line: 5)) == .notFound)
  }

  @Test func `a masked line is closed until it is opened`() throws {
    let world = try IrqWorld()
    try world.seed()
    #expect(world.code(.setMask(line: 4, isMasked: true)) == .wrongState)
    try world.ask(.registerHandler(line: 4, .none), as: driver, [IrqWorld.notification])
    #expect(world.code(.setMask(line: 4, isMasked: true), as: other) == .notFound)
    try world.ask(.setMask(line: 4, isMasked: true))
    #expect(world.open.isEmpty)
    #expect(try world.record().state == .masked)
    try world.ask(.setMask(line: 4, isMasked: false))
    #expect(world.open[4] != nil)
  }

  @Test func `a line that is masked while its event is dealt with stays closed`() throws {
    let world = try IrqWorld()
    try world.register()
    world.fire()
    try world.ask(.setMask(line: 4, isMasked: true))
    try world.ask(.acknowledge(line: 4))
    #expect(world.open.isEmpty)
    #expect(try world.record().state == .masked)
    try world.ask(.setMask(line: 4, isMasked: false))
    world.fire()
    #expect(world.signals == 2)
  }

  @Test func `a second registration forgets the event and the mask`() throws {
    let world = try IrqWorld()
    try world.register()
    world.fire()
    try world.ask(.setMask(line: 4, isMasked: true))
    try world.ask(.registerHandler(line: 4, .none), as: driver, [IrqWorld.notification])
    #expect(world.open[4] != nil)
    #expect(try world.record().state == .open)
    #expect(world.kernel.slots.values.filter { $0.name == "driver's" }.count == 1)
  }

  @Test func `a handler that is gone closes its line`() throws {
    let world = try IrqWorld()
    try world.register()
    world.kernel.notifyStatus = .emptySlot
    world.fire()
    #expect(world.open.isEmpty)
    #expect(try world.record().state == .unused)
  }

  @Test func `lines are read in order`() throws {
    let world = try IrqWorld()
    try world.ask(.seedHandler(client: other, line: 12, .none), as: rootd)
    try world.seed()
    #expect(try world.record(0).line == 4)
    #expect(try world.record(5).line == 12)
    #expect(try world.record(5).client == other)
    #expect(world.code(.readLine(cursor: 13), as: tool) == .notFound)
    #expect(world.code(.readLine(cursor: 0), as: Badge(rawValue: 0x5_0001)) == .denied)
  }

  @Test func `a start without memory or slots is refused`() {
    #expect(throws: ReadinessCode.noMemory) { try IrqWorld(heapBytes: 64) }
    #expect(throws: ReadinessCode.noMemory) { try IrqWorld(cspaceSlots: 2057) }
  }
}
