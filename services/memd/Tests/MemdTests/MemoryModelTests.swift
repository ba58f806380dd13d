// Random requests beside a reference that is only dictionaries: accounts, numbers and capabilities
// agree after every one, memory is refused only when no untyped capability has a block, and all of
// it is back in the end.

import CapABI
import IPC
import MemdCore
import Service
import ServiceTesting
import StoreTesting
import Testing

private struct ReferenceAccount {
  var quota: UInt64
  var peak: UInt64 = 0
  var things: [UInt64: (pages: Int, isBudget: Bool)] = [:]

  var used: UInt64 { things.values.reduce(0) { $0 + 4096 << UInt64($1.pages) } }

  var asReported: MemoryAccount {
    MemoryAccount(
      quotaBytes: quota, usedBytes: used,
      frameCount: UInt32(things.values.count { !$0.isBudget }),
      budgetCount: UInt32(things.values.count { $0.isBudget }), peakBytes: peak)
  }
}

struct MemoryModelTests {
  private static let owners = (0..<4).map { Badge(rawValue: 0x1_0200 + $0) }

  @Test(arguments: 1...8) func `memd agrees with its model`(seed: Int) throws {
    var random = Seeded(state: UInt64(seed))
    let world = try MemoryWorld(orders: [3, 6, 6, 8, 10, 2])
    var model: [UInt64: ReferenceAccount] = [:]
    var kept = 0
    for _ in 0..<1500 {
      let owner = Self.owners[Int.random(in: 0..<4, using: &random)]
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<4:
        let quota = UInt64.random(in: 0..<4_000_000, using: &random)
        try world.open(owner, quota: quota)
        model[owner.rawValue, default: ReferenceAccount(quota: quota)].quota = quota
      case 4..<6:
        reclaim(owner, &model, in: world)
      case 6..<40:
        free(owner, &model, in: world, &random)
      default:
        allocate(owner, &model, in: world, &random)
      }
      kept = model.values.reduce(0) { $0 + $1.things.count }
      if let expected = model[owner.rawValue] {
        #expect(try world.account(of: owner) == expected.asReported)
      }
      world.settle()
      #expect(world.keptCount == kept)
    }
    #expect(world.refusals < 1500)
    for owner in Self.owners { reclaim(owner, &model, in: world) }
    world.settle()
    #expect(world.keptCount == 0)
    for pool in world.pools { #expect(pool.isWhole) }
  }

  private func reclaim(
    _ owner: Badge, _ model: inout [UInt64: ReferenceAccount], in world: MemoryWorld
  ) {
    let account = model.removeValue(forKey: owner.rawValue)
    world.kernel.arrive(
      (try? TestMessage(MemdRequest.reclaimOwner(owner))) ?? TestMessage(MessageTag(label: 0)),
      badge: MemoryWorld.control)
    world.kernel.run(&world.memd)
    world.settle()
    let reply = try? world.kernel.replies.last?.message.decoded(
      .reclaimOwner, as: MemdReply.self)
    #expect(reply == account.map { .reclaimOwner(bytes: $0.used) })
  }

  private func free(
    _ owner: Badge, _ model: inout [UInt64: ReferenceAccount], in world: MemoryWorld,
    _ random: inout Seeded
  ) {
    guard let handle = model[owner.rawValue]?.things.keys.sorted().randomElement(using: &random),
      let thing = model[owner.rawValue]?.things.removeValue(forKey: handle)
    else { return }
    let number = MemoryHandle(rawValue: handle)
    let request: MemdRequest = thing.isBudget ? .freeBudget(number) : .freeFrame(number)
    #expect(throws: Never.self) { try world.ask(request, as: owner) }
    #expect(throws: ResultCode.notFound) { try world.ask(request, as: owner) }
  }

  private func allocate(
    _ owner: Badge, _ model: inout [UInt64: ReferenceAccount], in world: MemoryWorld,
    _ random: inout Seeded
  ) {
    let isBudget = Bool.random(using: &random)
    let pages = Int.random(in: 0..<8, using: &random) * Int.random(in: 0...1, using: &random)
    let order = UInt8(isBudget ? pages + 12 : pages)
    let hasRoom = world.pools.contains { $0.hasRoom(pages) }
    do {
      let handle = try world.take(order: order, isBudget: isBudget, as: owner)
      #expect(hasRoom)
      #expect(model[owner.rawValue]?.things[handle.rawValue] == nil)
      model[owner.rawValue]?.things[handle.rawValue] = (pages, isBudget)
      let used = model[owner.rawValue]?.used ?? 0
      let peak = model[owner.rawValue]?.peak ?? 0
      model[owner.rawValue]?.peak = max(used, peak)
      #expect(used <= model[owner.rawValue]?.quota ?? 0)
    } catch {
      let account = model[owner.rawValue]
      let fits = account.map { $0.used + 4096 << UInt64(pages) <= $0.quota } ?? false
      #expect(error as? ResultCode == (fits ? .noMemory : .limitReached))
      if fits { #expect(!hasRoom) }
    }
  }
}
