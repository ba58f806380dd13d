// Copy, move, drop, revoke and query: successes, each error, and the limits of slot numbers.

import CapABI
import KernelCore
import Testing

struct CapabilityTests {
  /// A world with an endpoint in slot 2, a notification in 3 and a process in 4.
  private func makeWorld() throws -> World {
    let world = try World()
    try world.create(.endpoint(.generic), in: 2)
    try world.create(.notification, in: 3)
    try world.createProcess(into: 4)
    return world
  }

  @Test func `a copy has the rights that source and mask share`() throws {
    let world = try makeWorld()
    try world.copy(2, to: 5, rights: (Rights.send | .read).rawValue)
    #expect(try world.query(5).rights == .send)
    #expect(world.slot(5)?.object.previous.slot == world.slot(2))
    expectSound(world)
  }

  @Test func `a copy of an unbadged endpoint can be badged`() throws {
    let world = try makeWorld()
    try world.copy(2, to: 5, badge: .max)
    try world.copy(5, to: 6)
    #expect(world.slot(6)?.object.badge == .max)
    expectSound(world)
  }

  @Test func `a badge never replaces a badge`() throws {
    let world = try makeWorld()
    try world.copy(2, to: 5, badge: 7)
    #expect(throws: SyscallError.alreadyBadged) { try world.copy(5, to: 6, badge: 7) }
    expectSound(world)
  }

  @Test func `a type without badges refuses one`() throws {
    let world = try makeWorld()
    #expect(throws: SyscallError.invalidArgument) { try world.copy(4, to: 6, badge: 1) }
  }

  @Test func `reserved rights bits are refused`() throws {
    let world = try makeWorld()
    #expect(throws: SyscallError.invalidArgument) { try world.copy(2, to: 6, rights: 1 << 7) }
  }

  @Test func `copying an empty slot is refused`() throws {
    let world = try makeWorld()
    #expect(throws: SyscallError.emptySlot) { try world.copy(9, to: 10) }
  }

  @Test func `copying over a capability is refused`() throws {
    let world = try makeWorld()
    #expect(throws: SyscallError.occupiedSlot) { try world.copy(2, to: 3) }
    #expect(throws: SyscallError.occupiedSlot) { try world.copy(2, to: 2) }
  }

  @Test(arguments: [0, 4096, UInt32.max])
  func `slots outside the CSpace are refused everywhere`(slot: UInt32) throws {
    let world = try makeWorld()
    let refusal = SyscallError.slotOutOfRange
    #expect(throws: refusal) { try world.copy(2, to: slot) }
    #expect(throws: refusal) { try world.copy(slot, to: 9) }
    #expect(throws: refusal) { try world.move(slot, to: 9) }
    #expect(throws: refusal) { try world.move(2, to: slot) }
    #expect(throws: refusal) { try world.drop(slot) }
    #expect(throws: refusal) { try world.revoke(slot) }
    #expect(throws: refusal) { try world.query(slot) }
    #expect(throws: refusal) { try world.create(.notification, in: slot) }
    #expect(throws: refusal) { try world.split(slot, order: 0, into: 9) }
    #expect(throws: refusal) { try world.split(order: 0, into: slot) }
    #expect(throws: refusal) { try world.createProcess(into: slot) }
    #expect(throws: refusal) { try world.install(2, to: slot, of: 4) }
    #expect(throws: refusal) { try world.install(2, to: 1, of: slot) }
    #expect(throws: refusal) { try world.kill(slot) }
    #expect(throws: refusal) { try world.topUp(slot, order: 0) }
    #expect(throws: refusal) { try world.budget(slot) }
    expectSound(world)
  }

  @Test func `the last slot of a CSpace is usable`() throws {
    let world = try makeWorld()
    try world.copy(2, to: 4095)
    #expect(try world.query(4095).type == .endpoint)
    expectSound(world)
  }

  @Test func `control operations stay inside the visible window`() throws {
    let world = try makeWorld()
    world.cspace.object.windowBase = 3
    world.cspace.object.windowCount = 4
    try world.copy(3, to: 6, scope: .window)
    #expect(throws: SyscallError.slotOutOfRange) { try world.copy(3, to: 7, scope: .window) }
    #expect(throws: SyscallError.slotOutOfRange) { try world.copy(2, to: 5, scope: .window) }
    #expect(throws: SyscallError.slotOutOfRange) { try world.drop(2, scope: .window) }
    try world.copy(3, to: 7)
    expectSound(world)
  }

  @Test func `a move keeps badge, rights and place in the tree`() throws {
    let world = try makeWorld()
    try world.copy(2, to: 5, rights: Rights.send.rawValue, badge: 9)
    try world.copy(5, to: 6)
    try world.move(5, to: 100)
    #expect(world.slot(5) == nil)
    let moved = try #require(world.slot(100))
    #expect(moved.object.badge == 9 && moved.object.rights == .send)
    #expect(moved.object.firstChild == world.slot(6))
    #expect(world.slot(2)?.object.firstChild == moved)
    expectSound(world)
  }

  @Test func `moving an empty slot, or onto a capability, is refused`() throws {
    let world = try makeWorld()
    #expect(throws: SyscallError.emptySlot) { try world.move(9, to: 10) }
    #expect(throws: SyscallError.occupiedSlot) { try world.move(2, to: 3) }
    #expect(throws: SyscallError.occupiedSlot) { try world.move(2, to: 2) }
  }

  @Test func `children of a dropped capability pass to its parent`() throws {
    let world = try makeWorld()
    try world.copy(2, to: 5)
    try world.copy(5, to: 6)
    try world.copy(5, to: 7)
    try world.drop(5)
    #expect(world.slot(2)?.object.firstChild == world.slot(6))
    #expect(world.slot(2)?.object.lastChild == world.slot(7))
    expectSound(world)
    #expect(try world.revoke(2) == .done)
    #expect(world.slot(6) == nil && world.slot(7) == nil)
    expectSound(world)
  }

  @Test func `dropping an alias leaves the object, dropping the last frees it`() throws {
    let world = try makeWorld()
    let before = world.root.object.pool?.object.freeBytes
    try world.create(.endpoint(.generic), in: 5)
    try world.copy(5, to: 6)
    try world.drop(5)
    world.settle()
    #expect(try world.query(6).type == .endpoint)
    try world.drop(6)
    world.settle()
    #expect(world.root.object.pool?.object.freeBytes == before)
    expectSound(world)
  }

  @Test func `dropping an empty slot is refused`() throws {
    let world = try makeWorld()
    #expect(throws: SyscallError.emptySlot) { try world.drop(9) }
  }

  @Test func `revoke removes everything derived and nothing else`() throws {
    let world = try makeWorld()
    try world.copy(2, to: 5)
    try world.copy(5, to: 6)
    try world.copy(5, to: 7)
    #expect(try world.revoke(5) == .done)
    #expect(world.slot(5) != nil && world.slot(2) != nil)
    #expect(world.slot(6) == nil && world.slot(7) == nil)
    expectSound(world)
  }

  @Test func `revoke stops after its steps and goes on when executed again`() throws {
    let world = try makeWorld()
    for slot in UInt32(10)..<74 { try world.copy(2, to: slot) }
    #expect(try world.revoke(2, steps: 63) == .preempted)
    expectSound(world)
    #expect(world.slot(73) != nil)
    #expect(try world.revoke(2, steps: 1) == .done)
    #expect(try world.revoke(2, steps: 0) == .done)
    expectSound(world)
  }

  @Test func `revoke needs MANAGE and a capability`() throws {
    let world = try makeWorld()
    try world.copy(2, to: 5, rights: Rights.send.rawValue)
    #expect(throws: SyscallError.missingRight) { try world.revoke(5) }
    #expect(throws: SyscallError.emptySlot) { try world.revoke(9) }
  }

  @Test func `query tells type, rights and family, and that a slot is empty`() throws {
    let world = try makeWorld()
    try world.create(.endpoint(.log), in: 5)
    #expect(try world.query(5).family == .log)
    #expect(try world.query(3).type == .notification)
    #expect(try world.query(3).rights == CapabilityType.notification.meaningfulRights)
    #expect(try world.query(9).type == .null)
    #expect(try world.query(3000).rights == .none)
  }

  @Test func `query tells the pages of memory`() throws {
    let world = try makeWorld()
    try world.split(order: 3, into: 20)
    #expect(try world.query(20).pageCount == 8)
    #expect(try world.query(3).pageCount == 0)
  }

  @Test func `each error has the code that the caller gets`() {
    let codes: [(SyscallError, ResultCode)] = [
      (.slotOutOfRange, .slotOutOfRange), (.emptySlot, .emptySlot),
      (.occupiedSlot, .occupiedSlot), (.wrongType, .wrongType), (.missingRight, .missingRight),
      (.denied, .denied), (.invalidArgument, .invalidArgument),
      (.alreadyBadged, .alreadyBadged), (.wrongState, .wrongState), (.noMemory, .noMemory),
    ]
    for (error, code) in codes { #expect(error.code == code) }
  }
}
