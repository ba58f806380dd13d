// Drivers: rootd says what one starts with, its launcher when. SPAWN_SERVICE with a launcher,
// START_SERVICE, STOP_SERVICE, and what the launcher may add.

import CapABI
import IPC
import ProcdCore
import ServiceTesting
import Testing

struct PreparedTests {
  static let port = World.descriptor(9, .endpoint, .send, kind: .com1)
  static let frame = World.descriptor(64, .deviceFrame, .read | .write)

  private static var portCapability: TestCapability {
    TestCapability(.endpoint, .send, kind: .com1, name: "com1")
  }

  private static func frameCapability(_ name: String) -> TestCapability {
    TestCapability(.deviceFrame, .read | .write | .manage, name: name)
  }

  /// procd with a driver that waits for deviced, and needs what `dependencies` says.
  private func prepared(after dependencies: [RoleID] = []) throws -> World {
    let world = try World()
    for role in dependencies { try world.serve(role) }
    let process = try world.spawn(.drvSerial, after: dependencies) { $0.launcher = .deviced }
    #expect(process == .none)
    return world
  }

  @Test func `a service with a launcher is kept and not started`() throws {
    let world = try prepared()
    #expect(world.running(.drvSerial) == nil && world.accounts.isEmpty)
    #expect(throws: ResultCode.notFound) { try world.record(.drvSerial) }
    #expect(world.procd.deadline == nil)
  }

  @Test func `its launcher adds what it has and starts it`() throws {
    let world = try prepared()
    try world.ask(
      .addCapability(role: .drvSerial, Self.port), as: World.deviced, [Self.portCapability])
    let reply = try world.ask(.startService(.drvSerial), as: World.deviced)
    #expect(reply == .startService(ProcessID(rawValue: 1)))
    let found = try #require(world.running(.drvSerial))
    #expect(found.slots[9]?.kind == .com1 && found.slots[3]?.badge.rawValue == 0x1_0005_0081)
    #expect(try world.record(.drvSerial).state == .starting)
  }

  @Test func `from then on it is its launcher's alone`() throws {
    let world = try prepared()
    for request in [
      ProcdRequest.startService(.drvSerial), .stopService(.drvSerial),
      .restart(.drvSerial), .awaitReady(.drvSerial),
    ] { #expect(world.refusal(request) == .denied) }
    #expect(
      world.refusal(.addCapability(role: .drvSerial, Self.port), [Self.portCapability])
        == .denied)
    #expect(world.refusal(.startService(.drvSerial), as: World.tool) == .denied)
    #expect(world.refusal(.restart(.drvSerial), as: World.tool) == .notFound)
    #expect(world.running(.drvSerial) == nil)
  }

  @Test func `a service that was started at once is none of these`() throws {
    let world = try World()
    try world.serve(.timed)
    #expect(world.refusal(.startService(.timed)) == .notFound)
    #expect(world.refusal(.stopService(.timed)) == .notFound)
    #expect(world.refusal(.startService(.drvSerial), as: World.deviced) == .notFound)
  }

  @Test func `a driver runs once`() throws {
    let world = try prepared()
    try world.ask(.startService(.drvSerial), as: World.deviced)
    #expect(world.refusal(.startService(.drvSerial), as: World.deviced) == .exists)
    #expect(
      world.refusal(
        .addCapability(role: .drvSerial, Self.port), as: World.deviced, [Self.portCapability])
        == .wrongState)
    #expect(
      world.refusal(.addDependency(role: .drvSerial, on: .timed), as: World.deviced)
        == .wrongState)
  }

  @Test func `a driver that is stopped stays so until it is started`() throws {
    let world = try prepared()
    #expect(world.refusal(.stopService(.drvSerial), as: World.deviced) == .wrongState)
    try world.ask(.startService(.drvSerial), as: World.deviced)
    try world.hear(.drvSerial, .ready(code: 0))
    try world.ask(.stopService(.drvSerial), as: World.deviced)
    world.advance(milliseconds: 60_000)
    #expect(world.running(.drvSerial) == nil && world.accounts.isEmpty && world.events.isEmpty)
    #expect(world.refusal(.stopService(.drvSerial), as: World.deviced) == .wrongState)
    try world.ask(.startService(.drvSerial), as: World.deviced)
    #expect(world.running(.drvSerial) != nil)
  }

  @Test func `a driver that waits for its restart can be stopped`() throws {
    let world = try prepared()
    try world.ask(.startService(.drvSerial), as: World.deviced)
    try world.hear(.drvSerial, .ready(code: 0))
    try world.hear(.drvSerial, .exit(code: 3))
    #expect(try world.record(.drvSerial).state == .restarting)
    #expect(world.refusal(.startService(.drvSerial), as: World.deviced) == .exists)
    try world.ask(.stopService(.drvSerial), as: World.deviced)
    world.advance(milliseconds: 60_000)
    #expect(world.running(.drvSerial) == nil)
  }

  @Test func `a restart needs nobody`() throws {
    let world = try prepared()
    try world.ask(
      .addCapability(role: .drvSerial, Self.port), as: World.deviced, [Self.portCapability])
    try world.ask(.startService(.drvSerial), as: World.deviced)
    try world.hear(.drvSerial, .ready(code: 0))
    try world.hear(.drvSerial, .exit(code: 3))
    world.advance(milliseconds: 200)
    #expect(world.running(.drvSerial)?.slots[9]?.kind == .com1)
    #expect(try world.record(.drvSerial).restartCount == 1)
  }

  @Test func `it starts when what it needs serves`() throws {
    let world = try prepared(after: [.irqd])
    try world.hear(.irqd, .exit(code: 3))
    let reply = try world.ask(.startService(.drvSerial), as: World.deviced)
    #expect(reply == .startService(.none) && world.running(.drvSerial) == nil)
    #expect(world.refusal(.startService(.drvSerial), as: World.deviced) == .exists)
    world.advance(milliseconds: 200)
    try world.hear(.irqd, .ready(code: 0))
    world.advance(milliseconds: 1)
    #expect(world.running(.drvSerial) != nil)
  }

  @Test func `what its launcher added can be replaced, the rest cannot`() throws {
    let world = try prepared()
    for name in ["first", "second"] {
      try world.ask(
        .addCapability(role: .drvSerial, Self.frame), as: World.deviced,
        [Self.frameCapability(name)])
    }
    let held = world.kernel.slots.values.filter { $0.type == .deviceFrame }.map(\.name)
    #expect(held == ["second"])
    let (endpoint, capability) = World.surface(.drvSerial)[0]
    #expect(
      world.refusal(
        .addCapability(role: .drvSerial, endpoint), as: World.deviced, [capability]) == .exists)
  }
}
