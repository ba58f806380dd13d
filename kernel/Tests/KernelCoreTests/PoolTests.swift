// Blocks of the buddy allocator, clearing, and the address types.

import CapABI
import KernelCore
import KernelMachine
import KernelSimulation
import Testing

struct PoolTests {
  private func makePool(order: UInt8) throws -> (World, Ref<Pool>) {
    let world = try World()
    try world.split(order: order, into: 2)
    return (world, try #require(world.pool(2)))
  }

  @Test func `a pool gives all its frames and not one more`() throws {
    let (world, pool) = try makePool(order: 5)
    var blocks: [FrameNumber] = []
    while let block = world.state.objects.allocateBlock(order: 0, from: pool) {
      blocks.append(block)
    }
    #expect(Set(blocks.map(\.rawValue)).count == 32)
    #expect(pool.object.freeBytes == 0 && pool.object.lowWaterBytes == 0)
    for block in blocks.shuffled() { world.state.objects.freeBlock(block) }
    #expect(pool.object.isWhole)
    // Merged again to one block, not into the memory around it.
    #expect(pool.object.freeOrders == 1 << 5)
    #expect(Audit(world).problems == [])
  }

  @Test func `a block of the whole pool can be taken and a larger one cannot`() throws {
    let (world, pool) = try makePool(order: 5)
    #expect(world.state.objects.allocateBlock(order: 6, from: pool) == nil)
    #expect(world.state.objects.allocateBlock(order: 21, from: pool) == nil)
    let block = try world.block(order: 5, from: pool)
    #expect(world.state.objects.allocateBlock(order: 0, from: pool) == nil)
    world.state.objects.freeBlock(block)
    #expect(world.settle() == 32)
    #expect(Audit(world).problems == [])
  }

  @Test func `a large block is cleared page by page before it is free`() throws {
    let (world, pool) = try makePool(order: 5)
    let block = try world.block(order: 3, from: pool)
    #expect(block.rawValue % 8 == 0)
    world.state.objects.freeBlock(block)
    for step in 0..<8 {
      #expect(!pool.object.isWhole)
      world.state.objects.finaliseStep()
      #expect(world.state.objects.frames.isClear(FrameNumber(block.rawValue + UInt32(step))))
    }
    #expect(pool.object.isWhole)
    #expect(Audit(world).problems == [])
  }

  @Test func `a pool with a dirty block waits for it before it goes`() throws {
    let (world, pool) = try makePool(order: 5)
    let block = try world.block(order: 4, from: pool)
    try world.drop(2)
    world.settle()
    world.state.objects.freeBlock(block)
    world.settle()
    #expect(Audit(world).problems == [])
    #expect(world.state.objects.isSettled)
    let ram = try #require(world.pool(1))
    try world.split(order: 5, into: 2)
    #expect(ram.object.freeBytes < ram.object.totalBytes)
  }

  @Test func `memory split off and given back merges as if it had never been split`() throws {
    let (world, pool) = try makePool(order: 5)
    try world.split(2, order: 3, into: 3)
    try world.split(3, order: 0, into: 5)
    try world.split(2, order: 4, into: 6)
    for slot in [UInt32(3), 5, 6] { try world.drop(slot) }
    world.settle()
    #expect(pool.object.freeOrders == 1 << 5)
    #expect(Audit(world).problems == [])
  }

  @Test func `chunks side by side in one budget stay apart`() throws {
    let (world, pool) = try makePool(order: 6)
    try world.createProcess(2, order: 3, into: 4)
    for _ in 0..<5 { try world.topUp(4, order: 3, from: 2) }
    // A block that is freed merges inside its chunk, although the chunk beside it is free, too.
    let budget = try #require(world.process(4)?.object.pool)
    let blocks = try (0..<5).map { _ in try world.block(order: 3, from: budget) }
    for block in blocks { world.state.objects.freeBlock(block) }
    world.settle()
    #expect(budget.object.freeOrders >> 4 == 0)
    #expect(Audit(world).problems == [])
    try world.kill(4)
    try world.drop(4)
    world.settle()
    #expect(pool.object.freeOrders == 1 << 6)
    #expect(Audit(world).problems == [])
  }

  @Test func `a page of pieces that was full offers the piece given back`() throws {
    let world = try World()
    for slot in UInt32(10)..<150 { try world.create(.endpoint(.generic), in: slot) }
    for slot in [UInt32(30), 31, 100] { try world.drop(slot) }
    world.settle()
    #expect(Audit(world).problems == [])
    try world.create(.endpoint(.generic), in: 30)
    #expect(Audit(world).problems == [])
  }

  @Test func `remnants of the boot never reach an object`() throws {
    let world = try World(frames: 256)
    try world.create(.cspace(slotCount: 128), in: 2)
    let cspace = try #require(world.slot(2)?.object.object?.cast(to: CSpace.self))
    try world.create(.notification, in: 127, by: cspace)
    for slot in UInt32(64)..<127 { #expect(try world.query(slot, by: cspace).type == .null) }
    #expect(Audit(world).problems == [])
  }

  @Test(arguments: [UInt64(0), 0x7FFF_FFFF_FFFF, 0xFFFF_8000_0000_0000, .max])
  func `canonical addresses are accepted`(address: UInt64) {
    #expect(VirtualAddress(exactly: address)?.rawValue == address)
  }

  @Test(arguments: [UInt64(0x8000_0000_0000), 0xFFFF_7FFF_FFFF_FFFF, 1 << 63])
  func `other virtual addresses are refused`(address: UInt64) {
    #expect(VirtualAddress(exactly: address) == nil)
  }

  @Test func `a physical address ends below 2 to the 52`() {
    #expect(PhysicalAddress(exactly: 1 << 52 - 1)?.rawValue == 1 << 52 - 1)
    #expect(PhysicalAddress(exactly: 1 << 52) == nil)
    #expect(PhysicalAddress(truncating: 1 << 63 | 5).rawValue == 5)
  }

  @Test func `kernel types have the sizes that the reference states`() {
    #expect(MemoryLayout<Slot>.stride == 64)
    #expect(MemoryLayout<FrameRecord>.stride == 32)
    #expect(MemoryLayout<ObjectHeader>.stride == 32)
    #expect(MemoryLayout<Endpoint>.size <= 64)
    #expect(MemoryLayout<ChunkRecord>.size <= 64)
    #expect(MemoryLayout<Pool>.size <= 256)
    #expect(MemoryLayout<Process>.size <= 256)
  }
}

extension World {
  /// A block that must be there.
  fileprivate func block(order: UInt8, from pool: Ref<Pool>) throws -> FrameNumber {
    let block = state.objects.allocateBlock(order: order, from: pool)
    return try #require(block)
  }
}
