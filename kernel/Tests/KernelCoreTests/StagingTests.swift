// Staged processes: windows, install grants, abort, kill.

import CapABI
import KernelCore
import Testing

struct StagingTests {
  /// Stages a process in slot 4 with 128 slots and a window of 1 ..< 65.
  private func staged() throws -> World {
    let world = try World()
    try world.call(
      .createStagedProcess, through: .process, World.pair(1, 4), World.pair(3, 128),
      World.pair(1, 64))
    return world
  }

  @Test func `a staged process has its window and is marked in the log`() throws {
    let world = try World()
    let isPrepared = world.state.prepare(Platform())
    #expect(isPrepared)
    try world.call(
      .createStagedProcess, through: .process, World.pair(1, 4), World.pair(3, 128),
      World.pair(1, 64))
    let child = try #require(world.process(4))
    #expect(child.object.state == .staged)
    #expect(child.object.cspace?.object.windowBase == 1)
    #expect(child.object.cspace?.object.windowCount == 64)
    #expect(world.logText == "ERIX_KERNEL:PHASE2:CSPACE_WINDOW_SET\n")
    try world.call(.setCSpaceWindow, through: .process, 4, World.pair(2, 10))
    #expect(child.object.cspace?.object.windowBase == 2)
    let line = "ERIX_KERNEL:PHASE2:CSPACE_WINDOW_SET\n"
    #expect(world.logText == line + line)
    expectSound(world)
  }

  @Test func `a grant may end after the process that it is for`() throws {
    let world = try World()
    try world.createProcess(order: 4, into: 4)
    try world.install(1, to: 1, of: 4)
    let creator = try #require(world.process(4))
    // In the creator's slots the grant stands before the process, so it is deleted first.
    try world.createProcess(order: 3, into: 9, by: creator.object.cspace)
    try world.call(
      .deriveInstallGrant, World.pair(9, 5), World.pair(1, 8), by: creator.object.firstThread)
    try world.kill(4)
    expectSound(world)
  }

  @Test func `staging checks order, slots and window`() throws {
    let world = try World()
    let wrong: [(UInt64, UInt64)] = [
      (World.pair(1, 128), World.pair(0, 128)), (World.pair(21, 128), World.pair(0, 128)),
      (World.pair(0x103, 128), World.pair(0, 128)), (World.pair(3, 0), World.pair(0, 1)),
      (World.pair(3, 1 << 20 + 1), World.pair(0, 1)), (World.pair(3, 128), World.pair(0, 0)),
      (World.pair(3, 128), World.pair(0, 129)), (World.pair(3, 128), World.pair(128, 1)),
      (World.pair(3, 128), World.pair(.max, .max)),
    ]
    for (sizes, window) in wrong {
      #expect(throws: SyscallError.invalidArgument) {
        try world.call(.createStagedProcess, World.pair(1, 4), sizes, window)
      }
    }
    let size = World.pair(3, 128)
    let window = World.pair(0, 128)
    #expect(throws: SyscallError.emptySlot) {
      try world.call(.createStagedProcess, World.pair(3, 4), size, window)
    }
    #expect(throws: SyscallError.occupiedSlot) {
      try world.call(.createStagedProcess, World.pair(1, 1), size, window)
    }
    #expect(throws: SyscallError.slotOutOfRange) {
      try world.call(.createStagedProcess, World.pair(1, 0), size, window)
    }
    #expect(throws: SyscallError.noMemory) {
      try world.call(.createStagedProcess, World.pair(1, 4), World.pair(20, 128), window)
    }
    expectSound(world)
  }

  @Test func `windows are checked and belong to staged processes`() throws {
    let world = try staged()
    for window in [World.pair(0, 0), World.pair(0, 129), World.pair(128, 1)] {
      #expect(throws: SyscallError.invalidArgument) { try world.call(.setCSpaceWindow, 4, window) }
    }
    try world.copy(4, to: 5, rights: Rights.read.rawValue)
    #expect(throws: SyscallError.missingRight) { try world.call(.setCSpaceWindow, 5, 1 << 32) }
    #expect(throws: SyscallError.wrongType) { try world.call(.setCSpaceWindow, 1, 1 << 32) }
    #expect(throws: SyscallError.emptySlot) { try world.call(.setCSpaceWindow, 9, 1 << 32) }
    try world.kill(4)
    #expect(throws: SyscallError.wrongState) { try world.call(.setCSpaceWindow, 4, 1 << 32) }
    expectSound(world)
  }

  @Test func `a grant installs into the slots it names, and counts while it lives`() throws {
    let world = try staged()
    let child = try #require(world.process(4))
    let cspace = try #require(child.object.cspace)
    try world.call(.createEndpoint, 6)
    try world.call(
      .deriveInstallGrant, through: .process, World.pair(4, 5), World.pair(10, 2))
    #expect(child.object.liveGrants == 1)
    try world.call(
      .installWithGrant, through: .process, World.pair(5, 6),
      World.pair(10, Rights.send.rawValue), 42)
    try world.call(.installWithGrant, World.pair(5, 6), World.pair(11, Rights.all.rawValue))
    let installed = try #require(world.slot(10, in: cspace))
    #expect(installed.object.rights == .send && installed.object.badge == 42)
    #expect(world.slot(11, in: cspace)?.object.badge == 0)
    for slot in [9, 12, 0, .max] as [UInt32] {
      #expect(throws: SyscallError.slotOutOfRange) {
        try world.call(.installWithGrant, World.pair(5, 6), World.pair(slot, 1))
      }
    }
    #expect(throws: SyscallError.occupiedSlot) {
      try world.call(.installWithGrant, World.pair(5, 6), World.pair(10, 1))
    }
    try world.drop(5)
    expectSound(world)
    #expect(child.object.liveGrants == 0)
  }

  @Test func `a grant is for slots that the child has`() throws {
    let world = try staged()
    for range in [
      World.pair(0, 1), World.pair(1, 0), World.pair(128, 1), World.pair(1, 128),
      World.pair(.max, 1),
    ] {
      #expect(throws: SyscallError.invalidArgument) {
        try world.call(.deriveInstallGrant, World.pair(4, 5), range)
      }
    }
    let range = World.pair(1, 127)
    try world.copy(4, to: 6, rights: Rights.read.rawValue)
    #expect(throws: SyscallError.missingRight) {
      try world.call(.deriveInstallGrant, World.pair(6, 5), range)
    }
    #expect(throws: SyscallError.wrongType) {
      try world.call(.deriveInstallGrant, World.pair(1, 5), range)
    }
    #expect(throws: SyscallError.occupiedSlot) {
      try world.call(.deriveInstallGrant, World.pair(4, 6), range)
    }
    try world.call(.deriveInstallGrant, World.pair(4, 5), range)
    #expect(throws: SyscallError.denied) { try world.copy(5, to: 7) }
    try world.move(5, to: 7)
    try world.kill(4)
    #expect(throws: SyscallError.wrongState) {
      try world.call(.deriveInstallGrant, World.pair(4, 8), range)
    }
    #expect(throws: SyscallError.wrongState) {
      try world.call(.installWithGrant, World.pair(7, 1), World.pair(1, 1))
    }
    expectSound(world)
    #expect(world.slot(7) == nil)
  }

  @Test func `a grant's memory comes from the child`() throws {
    let world = try staged()
    let pool = try #require(world.process(4)?.object.pool)
    while world.state.objects.allocateBlock(order: 0, from: pool) != nil {}
    var failure: SyscallError?
    for slot in UInt32(10)..<200 {
      do throws(SyscallError) {
        try world.call(.deriveInstallGrant, World.pair(4, slot), World.pair(1, 1))
      } catch {
        failure = error
        break
      }
    }
    #expect(failure == .noMemory)
  }

  @Test func `aborting ends a staged process and empties the slot`() throws {
    let world = try staged()
    let before = world.pool(1)?.object.freeBytes
    try world.call(
      .createStagedProcess, World.pair(1, 7), World.pair(3, 128), World.pair(0, 128))
    try world.call(.deriveInstallGrant, World.pair(7, 8), World.pair(1, 1))
    try world.copy(7, to: 9)
    try world.call(.abortStagedProcess, through: .process, 7)
    expectSound(world)
    #expect(world.slot(7) == nil && world.slot(8) == nil)
    #expect(world.process(9)?.object.state == .dead)
    #expect(throws: SyscallError.wrongState) { try world.call(.abortStagedProcess, 9) }
    try world.drop(9)
    expectSound(world)
    #expect(world.pool(1)?.object.freeBytes == before)
    #expect(throws: SyscallError.wrongType) { try world.call(.abortStagedProcess, 1) }
    try world.copy(4, to: 5, rights: Rights.read.rawValue)
    #expect(throws: SyscallError.missingRight) { try world.call(.abortStagedProcess, 5) }
  }

  @Test func `killing answers when the process is gone`() throws {
    let world = try staged()
    guard case .preempted = try world.outcome(.killProcess, through: .process, 4) else {
      Issue.record("a process takes steps to end")
      return
    }
    world.settle()
    try world.call(.killProcess, 4)
    #expect(world.process(4)?.object.state == .dead)
    try world.copy(4, to: 5, rights: Rights.read.rawValue)
    #expect(throws: SyscallError.missingRight) { try world.call(.killProcess, 5) }
    #expect(throws: SyscallError.wrongType) { try world.call(.killProcess, 1) }
    #expect(throws: SyscallError.emptySlot) { try world.call(.killProcess, 99) }
    expectSound(world)
  }
}
