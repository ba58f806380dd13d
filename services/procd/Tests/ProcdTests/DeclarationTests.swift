// ADD_CAPABILITY and ADD_DEPENDENCY, and who may ask for what.

import CapABI
import IPC
import ServiceTesting
import Store
import Testing

@testable import ProcdCore

struct DeclarationTests {
  private let endpoint = World.descriptor(
    16, .endpoint, .send, peer: .memd, badge: Badge(rawValue: 0x1_0012))

  private func add(
    _ world: World, _ descriptor: TransferDescriptor, _ capability: TestCapability,
    as badge: Badge = World.rootd
  ) -> ResultCode? {
    world.refusal(.addCapability(role: .timed, descriptor), as: badge, [capability])
  }

  @Test func `a capability is kept, and others than described are refused`() throws {
    let world = try World()
    #expect(add(world, endpoint, TestCapability(.frame, .read)) == .wrongType)
    #expect(add(world, endpoint, TestCapability(.endpoint, .send, kind: .time)) == .wrongType)
    #expect(add(world, endpoint, TestCapability(.endpoint, .grant)) == .missingRight)
    #expect(world.heldCount == 0)
    #expect(add(world, endpoint, TestCapability(.endpoint, .send | .grant)) == nil)
    #expect(world.heldCount == 1)
    #expect(add(world, endpoint, TestCapability(.endpoint, .send)) == .exists)
    #expect(world.heldCount == 1)
  }

  @Test func `a role belongs to the launcher that named it first`() throws {
    let world = try World()
    try world.serve(.named)
    #expect(add(world, endpoint, TestCapability(.endpoint, .send), as: World.deviced) == nil)
    #expect(add(world, endpoint, TestCapability(.endpoint, .send)) == .denied)
    let requests: [ProcdRequest] = [
      .addDependency(role: .timed, on: .named), .spawnService(World.launch(.timed)),
      .restart(.timed), .awaitReady(.timed),
    ]
    for request in requests { #expect(world.refusal(request) == .denied) }
    #expect(world.refusal(.restart(.named), as: World.deviced) == .denied)
  }

  @Test func `nothing is added once the service was spawned`() throws {
    let world = try World()
    try world.serve(.named)
    try world.spawn(.timed)
    #expect(add(world, endpoint, TestCapability(.endpoint, .send)) == .wrongState)
    #expect(world.refusal(.addDependency(role: .timed, on: .named)) == .wrongState)
  }

  @Test func `a dependency is there once, and was spawned`() throws {
    let world = try World()
    #expect(world.refusal(.addDependency(role: .timed, on: .named)) == .notFound)
    try world.declare(.named)
    #expect(world.refusal(.addDependency(role: .timed, on: .named)) == .notFound)
    try world.ask(.spawnService(World.launch(.named)))
    #expect(world.refusal(.addDependency(role: .timed, on: .named)) == nil)
    #expect(world.refusal(.addDependency(role: .timed, on: .named)) == .exists)
    try world.declare(.timed)
    #expect(world.refusal(.spawnService(World.launch(.timed))) == .wrongState)
    try world.hear(.named, .ready(code: 0))
    #expect(world.refusal(.spawnService(World.launch(.timed))) == nil)
  }

  @Test func `what does not fit into the tables is refused, and leaves nothing`() throws {
    let world = try World(heapBytes: 64 << 10)
    var refused: ResultCode?
    var role: UInt16 = 0x1000
    while refused == nil {
      refused = world.refusal(
        .addCapability(role: RoleID(rawValue: role), endpoint), as: World.rootd,
        [TestCapability(.endpoint, .send)])
      role += 1
    }
    #expect(refused == .limitReached)
    #expect(world.heldCount == Int(role) - 0x1001)
    #expect(world.procd.services.count == world.procd.services.capacity)
  }

  @Test func `without a slot nothing is kept`() throws {
    let world = try World(cspaceSlots: 2048 + 8 + 1)
    #expect(add(world, endpoint, TestCapability(.endpoint, .send)) == nil)
    var other = endpoint
    other.slot = CapSlot(rawValue: 17)
    #expect(add(world, other, TestCapability(.endpoint, .send)) == .limitReached)
    let unbacked = try World()
    unbacked.kernel.unbackedSlots = 2056..<4096
    #expect(add(unbacked, endpoint, TestCapability(.endpoint, .send)) == .limitReached)
    unbacked.kernel.unbackedSlots = 0..<0
    #expect(add(unbacked, endpoint, TestCapability(.endpoint, .send)) == nil)
  }

  @Test func `each face has its operations`() throws {
    let world = try World()
    let process = try world.serve(.timed)
    let own = try #require(world.supervisorBadge(of: .timed))
    let launcher: [ProcdRequest] = [
      .addDependency(role: .logd, on: .timed), .spawnService(World.launch(.logd)),
      .awaitReady(.timed),
    ]
    for badge in [World.tool, World.crashd, own, Badge(rawValue: 0x5_0012), .none] {
      for request in launcher { #expect(world.refusal(request, as: badge) == .denied) }
      guard badge != World.tool else { continue }
      #expect(world.refusal(.restart(.timed), as: badge) == .denied)
    }
    for badge in [World.crashd, own, .none] {
      for request in [.kill(process), .query(cursor: .none), .wait(process)] as [ProcdRequest] {
        #expect(world.refusal(request, as: badge) == .denied)
      }
    }
    for badge in [World.tool, World.rootd, own, .none] {
      #expect(world.refusal(.readCrash(1), as: badge) == .denied)
    }
    for badge in [World.tool, World.rootd, World.crashd, Badge(rawValue: 0x5_0012)] {
      #expect(world.refusal(.exit(code: 0), as: badge) == .denied)
    }
    try world.kernel.tell(&world.procd, ProcdRequest.serviceState(.timed, .failed), badge: own)
    #expect(world.refusal(.query(cursor: .none), as: World.rootd) == nil)
    #expect(world.running(.timed) != nil)
  }

  @Test func `badges are those of the boot configuration`() throws {
    let declared = try DeclaredService(.procd)
    #expect(declared.face("public") == ProcdFaces.crash)
    #expect(declared.face("control") == ProcdFaces.launcher)
    #expect(declared.face("provider") == ProcdFaces.tools)
    #expect(declared.face("supervisor") == ProcdFaces.process)
    #expect(try DeclaredService(.rootd).badges(at: .procd).first == World.rootd)
    #expect(try DeclaredService(.crashd).badges(at: .procd).first == World.crashd)
  }
}
