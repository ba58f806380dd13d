// Closing accounts: at once when little is held, otherwise in steps between which others are
// served, with a reply when nothing is left.

import CapABI
import IPC
import MemdCore
import Service
import ServiceTesting
import Testing

struct ReclaimTests {
  private let client = MemoryWorld.client
  private let other = MemoryWorld.other
  private let control = MemoryWorld.control

  /// Sends RECLAIM_OWNER and says what was answered before anything else happened.
  private func reclaim(
    _ owner: Badge, in world: MemoryWorld, as badge: Badge = MemoryWorld.control
  ) throws -> TestMessage? {
    let before = world.kernel.replies.count
    world.kernel.arrive(try TestMessage(MemdRequest.reclaimOwner(owner)), badge: badge)
    world.kernel.run(&world.memd)
    return world.kernel.replies.count > before ? world.kernel.replies.last?.message : nil
  }

  private func bytes(_ message: TestMessage?) throws -> UInt64 {
    let reply = try #require(message).decoded(.reclaimOwner, as: MemdReply.self)
    guard case .reclaimOwner(let bytes) = reply else { throw TestFailure.noReply }
    return bytes
  }

  @Test func `a small account is closed at once`() throws {
    let world = try MemoryWorld()
    try world.open(client)
    _ = try world.take(order: 12, isBudget: true)
    _ = try world.take(order: 0)
    _ = try world.take(order: 1)
    #expect(try bytes(reclaim(client, in: world)) == 4 * 4096)
    #expect(world.keptCount == 0 && world.pools[0].isWhole)
    #expect(world.memd.deadline == nil)
    #expect(throws: ResultCode.notFound) { try world.account(of: client) }
  }

  @Test func `an empty account is closed at once`() throws {
    let world = try MemoryWorld()
    try world.open(client)
    #expect(try bytes(reclaim(.none, in: world, as: client)) == 0)
    #expect(throws: ResultCode.notFound) { try world.account(of: client) }
  }

  @Test func `another's account needs the control face, and there must be one`() throws {
    let world = try MemoryWorld()
    try world.open(client)
    #expect(try reclaim(client, in: world, as: other)?.tag.result == .denied)
    #expect(try reclaim(other, in: world)?.tag.result == .notFound)
    #expect(try reclaim(.none, in: world, as: other)?.tag.result == .notFound)
  }

  @Test func `a large account is closed in steps, and the reply comes when nothing is left`() throws
  {
    let world = try MemoryWorld()
    try world.open(client)
    for _ in 0..<100 { _ = try world.take(order: 0) }
    #expect(try reclaim(client, in: world) == nil)
    #expect(world.memd.deadline == 0)
    // Not everything at once, but something; the slot of one thing holds the reply.
    #expect(world.keptCount > 50 && world.keptCount < 100)
    world.settle()
    let last = try #require(world.kernel.replies.last)
    #expect(try bytes(last.message) == 100 * 4096)
    #expect(last.slot.rawValue >= ServiceSlot.firstFree)
    #expect(world.keptCount == 0 && world.pools[0].isWhole)
  }

  @Test func `others are served between the steps, and every request is a step`() throws {
    let world = try MemoryWorld()
    try world.open(client)
    try world.open(other)
    for _ in 0..<100 { _ = try world.take(order: 0) }
    #expect(try reclaim(client, in: world) == nil)
    let before = world.keptCount
    _ = try world.take(order: 0, as: other)
    #expect(world.keptCount < before)
    // Even a request that says nothing moves it on.
    for _ in 0..<30 { world.kernel.arrive(TestMessage(MessageTag(label: 1)), badge: other) }
    world.kernel.run(&world.memd)
    #expect(world.memd.deadline == nil)
    #expect(world.keptCount == 1)
  }

  @Test func `while an account is being closed its owner has none, and may get a new one`() throws {
    let world = try MemoryWorld()
    try world.open(client)
    var handles: [MemoryHandle] = []
    for _ in 0..<60 { handles.append(try world.take(order: 0)) }
    #expect(try reclaim(client, in: world) == nil)
    #expect(throws: ResultCode.limitReached) { try world.take(order: 0) }
    #expect(throws: ResultCode.notFound) { try world.account(of: client) }
    #expect(try reclaim(client, in: world)?.tag.result == .notFound)
    try world.open(client)
    // Numbers of the old account are nobody's, whether their things are back or not.
    for handle in handles {
      #expect(throws: ResultCode.notFound) { try world.ask(.freeFrame(handle), as: client) }
    }
    _ = try world.take(order: 0)
    world.settle()
    #expect(try world.account(of: client).frameCount == 1)
    #expect(world.keptCount == 1)
  }

  @Test func `accounts are closed one after another, each with its reply`() throws {
    let world = try MemoryWorld()
    let owners = (0..<3).map { Badge(rawValue: 0x1_0100 + $0) }
    for owner in owners {
      try world.open(owner)
      for _ in 0..<40 { _ = try world.take(order: 0, owner: owner, as: control) }
    }
    let before = world.kernel.replies.count
    for owner in owners { #expect(try reclaim(owner, in: world) == nil) }
    world.settle()
    let replies = world.kernel.replies.dropFirst(before)
    #expect(replies.count == 3)
    for reply in replies { #expect(try bytes(reply.message) == 40 * 4096) }
    #expect(world.keptCount == 0 && world.pools[0].isWhole)
  }

  @Test func `a large frame or a budget is a step of its own`() throws {
    let world = try MemoryWorld(orders: [12])
    try world.open(client)
    for index in 0..<4 {
      _ = try world.take(order: index % 2 == 0 ? 9 : 12, isBudget: index % 2 == 1)
    }
    #expect(try reclaim(client, in: world) == nil)
    #expect(world.keptCount == 4)  // three, and the reply
    world.settle()
    #expect(world.pools[0].isWhole)
  }
}
