// Messages and answers that are refused for what they carry, for a missing buffer or for memory.

import CapABI
import KernelCore
import KernelMachine
import Testing

/// Two threads of one process and an endpoint between them; the more urgent one, the server, waits.
private struct Scene {
  static let endpoint: UInt64 = 10
  static let notification: UInt32 = 11
  /// Is never copied.
  static let grant: UInt32 = 14
  static let badged: UInt32 = 15
  /// A slot in a page that was never used.
  static let far: UInt32 = 4000
  static let carrying = MessageTag(label: 0, capabilityCount: 1).rawValue
  static let long = MessageTag(label: 0, length: 40).rawValue
  static let landing = MessageTag(label: 0, flags: .receiveSlots).rawValue

  let world: World
  let server: Ref<Thread>
  let client: Ref<Thread>

  init() throws {
    world = try World(frames: 2048)
    try world.create(.endpoint(.generic), in: UInt32(Self.endpoint))
    try world.create(.notification, in: Self.notification)
    try world.createProcess(order: 4, into: 4)
    try world.call(.deriveInstallGrant, World.pair(4, Self.grant), World.pair(1, 1))
    try world.copy(UInt32(Self.endpoint), to: Self.badged, badge: 9)
    server = try world.startThread(priority: 60)
    client = try world.startThread(priority: 50)
    world.reschedule()
    world.call(.receive, Self.endpoint)
  }

  /// Lets the client call, so that the server runs and owes an answer.
  func call() {
    world.call(.call, Self.endpoint, MessageTag(label: 1).rawValue)
    #expect(server.object.client == client)
  }

  /// Requires that the thread that runs cannot send what its buffer says.
  func refuseTransfers(_ number: Syscall, from buffer: IPCBufferView) {
    buffer.setEntry(0, slot: Self.grant, .copy)
    #expect(world.call(number, Self.endpoint, Self.carrying) == .denied)
    buffer.setEntry(0, slot: Self.badged, .copy, badge: 3)
    #expect(world.call(number, Self.endpoint, Self.carrying) == .alreadyBadged)
    buffer.setEntry(0, slot: Self.notification, .copy)
    #expect(world.call(number, Self.endpoint, Self.carrying) == .noReceiveSlots)
  }
}

@Suite struct RefusedMessageTests {
  @Test(arguments: [.call, .notify] as [Syscall])
  func `a message that cannot go leaves the receiver waiting`(number: Syscall) throws {
    let scene = try Scene()
    scene.refuseTransfers(number, from: try scene.world.giveBuffer(to: scene.client))
    #expect(scene.world.call(number, Scene.endpoint, Scene.long) == .tooLarge)
    #expect(scene.server.object.state == .receiving)
    scene.world.expectSound()
  }

  @Test(arguments: [.reply, .replyReceive] as [Syscall])
  func `an answer that cannot go stays owed`(number: Syscall) throws {
    let scene = try Scene()
    scene.call()
    scene.refuseTransfers(number, from: try scene.world.giveBuffer(to: scene.server))
    #expect(scene.server.object.client == scene.client)
    #expect(scene.world.call(.reply, Scene.endpoint) == .ok)
    #expect(scene.client.status == .ok)
    scene.world.expectSound()
  }

  @Test(arguments: [.reply, .replyReceive] as [Syscall])
  func `a long answer needs a buffer`(number: Syscall) throws {
    let scene = try Scene()
    scene.call()
    #expect(scene.world.call(number, Scene.endpoint, Scene.long) == .noBuffer)
    #expect(scene.server.object.client == scene.client)
    scene.world.expectSound()
  }

  @Test func `REPLY_RECV answers and does not wait`() throws {
    let scene = try Scene()
    scene.call()
    let poll = MessageTag(label: 0, flags: .doNotWait).rawValue
    #expect(scene.world.call(.replyReceive, Scene.endpoint, poll) == .retry)
    #expect(scene.client.status == .ok)
    scene.world.expectSound()
  }

  @Test func `REPLY_RECV answers and waits until its deadline`() throws {
    let scene = try Scene()
    scene.call()
    try scene.world.giveBuffer(to: scene.server).setDeadline(1_000_000)
    scene.world.call(
      .replyReceive, Scene.endpoint, MessageTag(label: 0, flags: .deadline).rawValue)
    #expect(scene.server.object.state == .receiving && scene.client.status == .ok)
    scene.world.pass(2_000_000)
    #expect(scene.server.status == .timedOut)
    scene.world.expectSound()
  }

  @Test func `REPLY_RECV ends with its endpoint`() throws {
    let scene = try Scene()
    scene.call()
    scene.world.call(.replyReceive, Scene.endpoint)
    #expect(scene.server.object.state == .receiving)
    try scene.world.drop(Scene.badged)
    try scene.world.drop(UInt32(Scene.endpoint))
    scene.world.settle()
    #expect(scene.server.status == .peerDied)
    scene.world.expectSound()
  }

  @Test func `without memory nobody receives into slots`() throws {
    let scene = try Scene()
    try scene.world.giveBuffer(to: scene.client).setReceiveSlots([Scene.far])
    try scene.world.giveBuffer(to: scene.server).setReceiveSlots([Scene.far])
    scene.world.spend(scene.world.cspace)
    #expect(scene.world.call(.call, Scene.endpoint, Scene.landing) == .noMemory)
    scene.call()
    #expect(scene.world.call(.replyReceive, Scene.endpoint, Scene.landing) == .noMemory)
    #expect(scene.server.object.client == scene.client)
    scene.world.expectSound()
  }
}
