// Processes, budgets, untyped memory and CSpaces as objects.

import CapABI
import KernelCore
import Testing

struct ProcessTests {
  private func freeRAM(_ world: World) -> UInt64? { world.pool(1)?.object.freeBytes }

  @Test func `creating and dropping a process gives all memory back`() throws {
    let world = try World()
    let before = freeRAM(world)
    try world.createProcess(order: 4, slotCount: 1 << 20, into: 4)
    #expect(try world.budget(4).total == 16 * 4096)
    expectSound(world)
    try world.drop(4)
    expectSound(world)
    #expect(freeRAM(world) == before)
  }

  @Test(arguments: [UInt8(0), 1, 2, 21, 255])
  func `a budget order outside its range is refused`(order: UInt8) throws {
    let world = try World()
    #expect(throws: SyscallError.invalidArgument) { try world.createProcess(order: order, into: 4) }
  }

  @Test(arguments: [UInt32(0), 1 << 20 + 1, .max])
  func `a slot count outside its range is refused`(count: UInt32) throws {
    let world = try World()
    #expect(throws: SyscallError.invalidArgument) {
      try world.createProcess(slotCount: count, into: 4)
    }
    #expect(throws: SyscallError.invalidArgument) {
      try world.create(.cspace(slotCount: count), in: 4)
    }
  }

  @Test(arguments: [UInt32(1), 2, 64, 65, 4096, 32_768, 32_769, 1 << 20])
  func `a CSpace of any size works in its last slot`(count: UInt32) throws {
    let world = try World()
    try world.createProcess(order: 3, slotCount: count, into: 4)
    // Slot 0 is never used, so a CSpace of one slot has no place for anything.
    if count > 1 {
      try world.install(1, to: count - 1, of: 4)
      #expect(throws: SyscallError.slotOutOfRange) { try world.install(1, to: count, of: 4) }
    }
    expectSound(world)
    try world.kill(4)
    expectSound(world)
  }

  @Test func `creating from something else than managed untyped memory is refused`() throws {
    let world = try World()
    try world.create(.notification, in: 2)
    try world.copy(1, to: 3, rights: Rights.read.rawValue)
    #expect(throws: SyscallError.wrongType) { try world.createProcess(2, into: 9) }
    #expect(throws: SyscallError.missingRight) { try world.createProcess(3, into: 9) }
    #expect(throws: SyscallError.emptySlot) { try world.createProcess(8, into: 9) }
    #expect(throws: SyscallError.occupiedSlot) { try world.createProcess(into: 2) }
    #expect(throws: SyscallError.wrongType) { try world.split(2, order: 0, into: 9) }
    #expect(throws: SyscallError.missingRight) { try world.split(3, order: 0, into: 9) }
    #expect(throws: SyscallError.emptySlot) { try world.split(8, order: 0, into: 9) }
    #expect(throws: SyscallError.occupiedSlot) { try world.split(order: 0, into: 2) }
    #expect(throws: SyscallError.invalidArgument) { try world.split(order: 21, into: 9) }
    expectSound(world)
  }

  @Test func `memory that is not there is refused and nothing changes`() throws {
    let world = try World(frames: 256)
    let before = freeRAM(world)
    // A far slot would need a new leaf, which must be given back as well.
    #expect(throws: SyscallError.noMemory) { try world.createProcess(order: 10, into: 4000) }
    #expect(throws: SyscallError.noMemory) { try world.split(order: 20, into: 4000) }
    #expect(freeRAM(world) == before)
    expectSound(world)
  }

  @Test func `a process pays for what it creates until its budget is used up`() throws {
    let world = try World()
    try world.createProcess(order: 3, slotCount: 4096, into: 4)
    let child = try #require(world.process(4)?.object.cspace)
    var made: UInt32 = 0
    #expect(throws: SyscallError.noMemory) {
      for slot in UInt32(1)..<4096 {
        try world.create(.endpoint(.generic), in: slot, by: child)
        made += 1
      }
    }
    // Four pages for what a process begins with, two leaves, two pages of 64 endpoints.
    #expect(made == 127)
    expectSound(world)
    try world.topUp(4, order: 1)
    try world.create(.endpoint(.generic), in: made + 1, by: child)
    #expect(try world.budget(4).total == 10 * 4096)
    expectSound(world)
    try world.kill(4)
    expectSound(world)
  }

  @Test func `the low water mark remembers the least`() throws {
    let world = try World()
    try world.createProcess(order: 4, into: 4)
    let child = try #require(world.process(4)?.object.cspace)
    let before = try world.budget(4)
    try world.create(.cspace(slotCount: 4096), in: 1, by: child)
    let least = try world.budget(4).free
    try world.drop(1, by: child)
    world.settle()
    let after = try world.budget(4)
    #expect(after.free == before.free && after.lowWater == least && least < before.free)
  }

  @Test func `a killed process loses every capability to what it made`() throws {
    let world = try World()
    try world.createProcess(order: 4, into: 4)
    let child = try #require(world.process(4)?.object.cspace)
    try world.create(.endpoint(.generic), in: 1, by: child)
    try world.install(1, to: 2, of: 4)
    try world.createProcess(2, order: 3, into: 3, by: child)
    let grandchild = try #require(world.process(3, in: child)?.object.cspace)
    try world.create(.notification, in: 1, by: grandchild)
    try world.kill(4)
    expectSound(world)
    #expect(world.process(4)?.object.state == .dead)
    #expect(throws: SyscallError.wrongState) { try world.budget(4) }
    #expect(throws: SyscallError.wrongState) { try world.install(1, to: 1, of: 4) }
    #expect(throws: SyscallError.wrongState) { try world.topUp(4, order: 0) }
    try world.kill(4)
    try world.drop(4)
    expectSound(world)
  }

  @Test func `revoking untyped memory kills the processes made of it`() throws {
    let world = try World()
    try world.split(order: 6, into: 2)
    try world.createProcess(2, order: 3, into: 4)
    try world.copy(4, to: 5)
    #expect(try world.revoke(2) == .done)
    expectSound(world)
    #expect(world.slot(4) == nil && world.slot(5) == nil)
    let pool = try #require(world.pool(2))
    #expect(pool.object.isWhole)
  }

  @Test func `revoking a top-up kills the process that uses it`() throws {
    let world = try World()
    try world.split(order: 6, into: 2)
    try world.createProcess(order: 3, into: 4)
    try world.topUp(4, order: 2, from: 2)
    #expect(try world.revoke(2) == .done)
    expectSound(world)
    #expect(world.process(4)?.object.state == .dead)
    #expect(try #require(world.pool(2)).object.isWhole)
  }

  @Test func `untyped memory outlives its capability as long as something lives in it`() throws {
    let world = try World()
    let before = freeRAM(world)
    try world.split(order: 6, into: 2)
    try world.createProcess(2, order: 3, into: 4)
    try world.drop(2)
    expectSound(world)
    #expect(try world.budget(4).total == 8 * 4096)
    try world.drop(4)
    expectSound(world)
    #expect(freeRAM(world) == before)
  }

  @Test func `a dying process can pay for nothing more`() throws {
    let world = try World()
    try world.createProcess(order: 4, into: 4)
    let child = try #require(world.process(4)?.object.cspace)
    // Now there are slots, and a page with unused pieces: what it lacks later is the permission.
    try world.create(.notification, in: 1, by: child)
    try world.kill(4)
    #expect(throws: SyscallError.noMemory) { try world.create(.notification, in: 2, by: child) }
    #expect(throws: SyscallError.noMemory) { try world.create(.notification, in: 64, by: child) }
    #expect(throws: SyscallError.wrongState) { try world.install(1, to: 2, of: 4) }
    #expect(throws: SyscallError.wrongState) { try world.topUp(4, order: 0) }
    expectSound(world)
  }

  @Test func `a budget that outlives its process no longer knows it`() throws {
    let world = try World()
    try world.split(order: 6, into: 2)
    try world.createProcess(order: 4, into: 4)
    try world.topUp(4, order: 2, from: 2)
    let pool = try #require(world.process(4)?.object.pool)
    let block = world.state.objects.allocateBlock(order: 1, from: pool)
    try world.kill(4)
    try world.drop(4)
    world.settle()
    #expect(try world.revoke(2) == .done)
    world.settle()
    world.state.objects.freeBlock(try #require(block))
    expectSound(world)
    #expect(try #require(world.pool(2)).object.isWhole)
  }

  @Test func `operations on a process check type and rights`() throws {
    let world = try World()
    try world.createProcess(into: 4)
    try world.copy(4, to: 5, rights: Rights.write.rawValue)
    try world.copy(1, to: 6, rights: Rights.read.rawValue)
    #expect(throws: SyscallError.wrongType) { try world.kill(1) }
    #expect(throws: SyscallError.missingRight) { try world.kill(5) }
    #expect(throws: SyscallError.emptySlot) { try world.kill(9) }
    #expect(throws: SyscallError.wrongType) { try world.budget(1) }
    #expect(throws: SyscallError.missingRight) { try world.budget(5) }
    #expect(throws: SyscallError.emptySlot) { try world.budget(9) }
    #expect(throws: SyscallError.wrongType) { try world.topUp(1, order: 0) }
    #expect(throws: SyscallError.wrongType) { try world.topUp(4, order: 0, from: 4) }
    #expect(throws: SyscallError.missingRight) { try world.topUp(5, order: 0) }
    #expect(throws: SyscallError.missingRight) { try world.topUp(4, order: 0, from: 6) }
    #expect(throws: SyscallError.emptySlot) { try world.topUp(4, order: 0, from: 9) }
    #expect(throws: SyscallError.invalidArgument) { try world.topUp(4, order: 21) }
    #expect(throws: SyscallError.noMemory) { try world.topUp(4, order: 20) }
    expectSound(world)
  }

  @Test func `installing checks the process, the source and the destination`() throws {
    let world = try World()
    try world.createProcess(into: 4)
    try world.copy(4, to: 5, rights: Rights.write.rawValue)
    try world.install(1, to: 1, of: 4, rights: Rights.read.rawValue)
    #expect(throws: SyscallError.wrongType) { try world.install(1, to: 2, of: 1) }
    #expect(throws: SyscallError.missingRight) { try world.install(1, to: 2, of: 5) }
    #expect(throws: SyscallError.emptySlot) { try world.install(1, to: 2, of: 9) }
    #expect(throws: SyscallError.emptySlot) { try world.install(9, to: 2, of: 4) }
    #expect(throws: SyscallError.occupiedSlot) { try world.install(1, to: 1, of: 4) }
    #expect(throws: SyscallError.invalidArgument) { try world.install(1, to: 2, of: 4, badge: 1) }
    let child = try #require(world.process(4)?.object.cspace)
    #expect(try world.query(1, by: child).rights == .read)
    expectSound(world)
  }

  @Test func `a large CSpace full of capabilities is finalised in bounded steps`() throws {
    let world = try World()
    try world.create(.cspace(slotCount: 1 << 20), in: 4)
    #expect(try world.query(4).type == .cspace)
    let cspace = try #require(world.slot(4)?.object.object?.cast(to: CSpace.self))
    for slot in UInt32(1)..<600 { try world.create(.endpoint(.generic), in: slot, by: cspace) }
    try world.drop(4)
    let steps = world.settle()
    #expect(steps > 600 / 16)
    expectSound(world)
  }

  @Test func `a CSpace that holds its own capability goes with its process`() throws {
    let world = try World()
    let before = freeRAM(world)
    try world.createProcess(order: 4, into: 4)
    let child = try #require(world.process(4)?.object.cspace)
    try world.create(.cspace(slotCount: 64), in: 1, by: child)
    let inner = try #require(world.slot(1, in: child)?.object.object?.cast(to: CSpace.self))
    try world.create(.cspace(slotCount: 64), in: 1, by: inner)
    try world.drop(1, by: child)
    try world.drop(4)
    expectSound(world)
    #expect(freeRAM(world) == before)
  }
}
