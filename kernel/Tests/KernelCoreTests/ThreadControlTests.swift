// Starting processes, making and steering threads, and what a process tells its watcher.

import CapABI
import KernelCore
import KernelMachine
import Testing

struct ThreadControlTests {
  /// A staged process in slot 4, its first thread stopped.
  private func staged() throws -> World {
    let world = try World()
    try world.createProcess(order: 5, into: 4)
    return world
  }

  private func child(_ world: World) throws -> Ref<Process> { try #require(world.process(4)) }

  @Test func `starting a process makes its first thread ready with three registers set`() throws {
    let world = try staged()
    try world.call(.startProcess, through: .process, 4, 0x40_1000, 0x7F_0000, 99)
    let process = try child(world)
    let thread = try #require(process.object.firstThread)
    #expect(process.object.state == .running && thread.object.state == .ready)
    let context = thread.object.context
    #expect(context.rip == 0x40_1000 && context.rsp == 0x7F_0000 && context.rdi == 99)
    #expect(context.rax == 0 && context.rbx == 0 && context.rflags == 0x202)
    #expect(throws: SyscallError.wrongState) { try world.call(.startProcess, 4, 1, 1) }
    #expect(throws: SyscallError.wrongState) { try world.call(.abortStagedProcess, 4) }
    #expect(throws: SyscallError.wrongState) { try world.call(.setCSpaceWindow, 4, 1 << 32) }
    #expect(throws: SyscallError.wrongState) {
      try world.call(.deriveInstallGrant, World.pair(4, 9), World.pair(1, 1))
    }
    expectSound(world)
  }

  @Test func `a process with install grants does not start`() throws {
    let world = try staged()
    try world.call(.deriveInstallGrant, World.pair(4, 5), World.pair(1, 10))
    #expect(throws: SyscallError.busy) { try world.call(.startProcess, 4, 1, 1) }
    try world.drop(5)
    #expect(throws: SyscallError.busy) { try world.call(.startProcess, 4, 1, 1) }
    world.settle()
    try world.call(.startProcess, 4, 1, 1)
    expectSound(world)
  }

  @Test func `a start needs user addresses, the right and a process`() throws {
    let world = try staged()
    let limit: UInt64 = 1 << 44
    for start in [(limit, 0), (0, limit), (UInt64.max, 0), (0, UInt64.max)] as [(UInt64, UInt64)] {
      #expect(throws: SyscallError.invalidArgument) {
        try world.call(.startProcess, 4, start.0, start.1)
      }
    }
    #expect(throws: SyscallError.invalidArgument) {
      try world.call(.startProcess, World.pair(4, 1), 1, 1)
    }
    try world.copy(4, to: 5, rights: Rights.read.rawValue)
    #expect(throws: SyscallError.missingRight) { try world.call(.startProcess, 5, 1, 1) }
    #expect(throws: SyscallError.wrongType) { try world.call(.startProcess, 1, 1, 1) }
    try world.kill(4)
    #expect(throws: SyscallError.wrongState) { try world.call(.startProcess, 4, 1, 1) }
  }

  @Test func `threads are made, started, stopped and started again`() throws {
    let world = try staged()
    try world.call(.createThread, through: .objects, World.pair(4, 5))
    let thread = try #require(world.slot(5)?.object.object?.cast(to: Thread.self))
    #expect(thread.object.state == .stopped)
    #expect(try child(world).object.threadCount == 2)
    #expect(throws: SyscallError.wrongState) { try world.call(.startThread, 5, 1, 1) }
    try world.call(.startProcess, 4, 0x1000, 0x2000)
    try world.call(.setThreadFSBase, through: .thread, 5, 0x5000)
    try world.call(.startThread, through: .thread, 5, 0x3000, 0x4000, 7)
    #expect(thread.object.state == .ready && thread.object.context.fsBase == 0x5000)
    #expect(throws: SyscallError.wrongState) { try world.call(.startThread, 5, 1, 1) }
    try world.call(.stopThread, through: .thread, 5)
    #expect(thread.object.state == .stopped)
    try world.call(.stopThread, 5)
    try world.call(.startThread, 5, 0x6000, 0x7000)
    #expect(thread.object.context.rip == 0x6000)
    #expect(throws: SyscallError.invalidArgument) { try world.call(.startThread, 5, 1 << 44, 1) }
    expectSound(world)
    try world.drop(5)
    expectSound(world)
    #expect(try child(world).object.threadCount == 1)
  }

  @Test func `a thread is paid for by its process`() throws {
    let world = try staged()
    let pool = try #require(try child(world).object.pool)
    while world.state.objects.allocateBlock(order: 0, from: pool) != nil {}
    var made: UInt32 = 0
    #expect(throws: SyscallError.noMemory) {
      while true {
        try world.call(.createThread, World.pair(4, 100 + made))
        made += 1
      }
    }
    #expect(made < 8)
    #expect(throws: SyscallError.occupiedSlot) { try world.call(.createThread, World.pair(4, 1)) }
    #expect(throws: SyscallError.wrongType) { try world.call(.createThread, World.pair(1, 50)) }
    try world.copy(4, to: 6, rights: Rights.read.rawValue)
    #expect(throws: SyscallError.missingRight) { try world.call(.createThread, World.pair(6, 50)) }
    try world.kill(4)
    #expect(throws: SyscallError.wrongState) { try world.call(.createThread, World.pair(4, 50)) }
  }

  @Test func `whoever stops itself or kills itself does not go on`() throws {
    let world = try staged()
    try world.grantOwnThread(to: 10)
    let thread = try #require(world.root.object.firstThread)
    guard case .consumed = try world.outcome(.stopThread, 10, by: thread) else {
      Issue.record("a stopped thread got a reply")
      return
    }
    #expect(thread.object.state == .stopped)
  }

  @Test func `a process stands for its first thread`() throws {
    let world = try staged()
    let thread = try #require(try child(world).object.firstThread)
    try world.call(.setThreadPriority, through: .thread, 4, 200)
    #expect(thread.object.basePriority == 200)
    try world.call(.setThreadFSBase, 4, 0x1000)
    #expect(thread.object.context.fsBase == 0x1000)
    #expect(throws: SyscallError.invalidArgument) { try world.call(.setThreadPriority, 4, 256) }
    #expect(throws: SyscallError.invalidArgument) { try world.call(.setThreadFSBase, 4, 1 << 44) }
    try world.call(.setThreadAffinity, through: .thread, 4, 0b11)
    #expect(throws: SyscallError.invalidArgument) { try world.call(.setThreadAffinity, 4, 0b10) }
    #expect(throws: SyscallError.wrongType) { try world.call(.setThreadPriority, 1, 1) }
    try world.kill(4)
    world.settle()
    #expect(throws: SyscallError.wrongState) { try world.call(.setThreadPriority, 4, 1) }
  }

  @Test func `the filter of a process is set and checked`() throws {
    let world = try staged()
    let mask = SyscallFilter(.yield) | SyscallFilter(.call)
    try world.call(.setSyscallFilter, through: .thread, 4, UInt64(mask.rawValue))
    #expect(try child(world).object.syscallFilter == mask)
    for bad in [1 << 13, 1 << 32, .max] as [UInt64] {
      #expect(throws: SyscallError.invalidArgument) { try world.call(.setSyscallFilter, 4, bad) }
    }
    #expect(throws: SyscallError.wrongType) { try world.call(.setSyscallFilter, 1, 0) }
    try world.kill(4)
    #expect(throws: SyscallError.wrongState) { try world.call(.setSyscallFilter, 4, 0) }
  }

  @Test func `endpoints of a thread are slots of its own process`() throws {
    let world = try staged()
    let cspace = try #require(try child(world).object.cspace)
    let thread = try #require(try child(world).object.firstThread)
    try world.create(.endpoint(.generic), in: 9, by: cspace)
    try world.copy(9, to: 10, rights: Rights.receive.rawValue, by: cspace)
    try world.copy(9, to: 11, rights: Rights.send.rawValue, by: cspace)
    try world.call(.setThreadPager, through: .process, World.pair(4, 11))
    try world.call(.setThreadEndpoint, through: .process, World.pair(4, 9))
    #expect(thread.object.pager.rawValue == 11 && thread.object.faultHandler.rawValue == 9)
    try world.call(.setThreadEndpoint, World.pair(4, 10), 1)
    #expect(thread.object.serves != nil)
    for operation in [ControlOperation.setThreadPager, .setThreadEndpoint] {
      #expect(throws: SyscallError.missingRight) { try world.call(operation, World.pair(4, 10)) }
      #expect(throws: SyscallError.emptySlot) { try world.call(operation, World.pair(4, 12)) }
      #expect(throws: SyscallError.slotOutOfRange) { try world.call(operation, World.pair(4, 999)) }
    }
    #expect(throws: SyscallError.missingRight) {
      try world.call(.setThreadEndpoint, World.pair(4, 11), 1)
    }
    #expect(throws: SyscallError.invalidArgument) {
      try world.call(.setThreadEndpoint, World.pair(4, 9), 2)
    }
    #expect(throws: SyscallError.invalidArgument) {
      try world.call(.setThreadPager, World.pair(4, 9), 1)
    }
    try world.call(.createThread, World.pair(4, 20))
    #expect(throws: SyscallError.busy) {
      try world.call(.setThreadEndpoint, World.pair(20, 9), 1)
    }
    try world.call(.setThreadEndpoint, World.pair(4, 0), 1)
    try world.call(.setThreadEndpoint, World.pair(20, 9), 1)
    try world.call(.setThreadPager, World.pair(4, 0))
    #expect(thread.object.pager == .null)
    expectSound(world)
    try world.kill(4)
    #expect(throws: SyscallError.wrongState) { try world.call(.setThreadPager, World.pair(4, 0)) }
    expectSound(world)
  }

  @Test func `a notification is bound to one thread, and may be bound again`() throws {
    let world = try staged()
    try world.create(.notification, in: 6)
    try world.copy(6, to: 7, rights: Rights.send.rawValue)
    try world.call(.createThread, World.pair(4, 20))
    try world.call(.createThread, World.pair(4, 21))
    try world.call(.bindNotification, through: .thread, World.pair(20, 6))
    try world.call(.bindNotification, World.pair(20, 6))
    let notification = try #require(world.slot(6)?.object.object?.cast(to: Notification.self))
    let thread = try #require(world.slot(20)?.object.object?.cast(to: Thread.self))
    #expect(notification.object.bound == thread)
    #expect(throws: SyscallError.busy) { try world.call(.bindNotification, World.pair(21, 6)) }
    #expect(throws: SyscallError.missingRight) {
      try world.call(.bindNotification, World.pair(21, 7))
    }
    #expect(throws: SyscallError.wrongType) { try world.call(.bindNotification, World.pair(21, 1)) }
    #expect(throws: SyscallError.wrongType) { try world.call(.bindNotification, World.pair(1, 6)) }
    try world.call(.bindNotification, World.pair(20, 0))
    #expect(notification.object.bound == nil)
    try world.call(.bindNotification, World.pair(21, 6))
    expectSound(world)
    try world.kill(4)
    #expect(throws: SyscallError.wrongState) {
      try world.call(.bindNotification, World.pair(21, 6))
    }
    expectSound(world)
    #expect(notification.object.bound == nil)
  }

  @Test func `a process stands for its first thread when signals shall be received`() throws {
    let world = try staged()
    try world.create(.notification, in: 6)
    try world.call(.bindNotification, World.pair(4, 6), 1)
    let notification = try #require(world.slot(6)?.object.object?.cast(to: Notification.self))
    #expect(notification.object.bound == (try child(world)).object.firstThread)
    #expect(try child(world).object.notificationSlot.object.isEmpty)
    #expect(throws: SyscallError.invalidArgument) {
      try world.call(.bindNotification, World.pair(4, 6), 2)
    }
    try world.call(.createThread, World.pair(4, 20))
    #expect(throws: SyscallError.invalidArgument) {
      try world.call(.bindNotification, World.pair(20, 6), 2)
    }
    expectSound(world)
    try world.call(.bindNotification, World.pair(4, 0), 1)
    #expect(notification.object.bound == nil)
  }

  @Test func `a process tells its watcher that it died`() throws {
    let world = try staged()
    try world.create(.notification, in: 6)
    try world.copy(6, to: 7, badge: 0x40)
    try world.copy(7, to: 8, rights: Rights.receive.rawValue)
    #expect(throws: SyscallError.missingRight) {
      try world.call(.bindNotification, World.pair(4, 8))
    }
    try world.call(.bindNotification, World.pair(4, 7))
    try world.call(.bindNotification, World.pair(4, 7))
    let notification = try #require(world.slot(6)?.object.object?.cast(to: Notification.self))
    expectSound(world)
    #expect(notification.object.bits == 0)
    try world.kill(4)
    expectSound(world)
    #expect(notification.object.bits == 0x40)
    #expect(try child(world).object.notificationSlot.object.isEmpty)
    #expect(throws: SyscallError.wrongState) { try world.call(.bindNotification, World.pair(4, 7)) }
  }

  @Test func `the last capability to a running process takes it and its threads away`() throws {
    let world = try staged()
    let before = try #require(world.pool(1)).object.freeBytes
    try world.createProcess(order: 5, into: 10)
    for slot in 20..<30 as Range<UInt32> { try world.call(.createThread, World.pair(10, slot)) }
    try world.call(.startProcess, 10, 0x1000, 0x2000)
    for slot in 20..<30 as Range<UInt32> {
      try world.call(.startThread, UInt64(slot), 0x1000, 0x2000)
    }
    try world.drop(10)
    expectSound(world)
    for slot in 20..<30 as Range<UInt32> { #expect(world.slot(slot) == nil) }
    #expect(try #require(world.pool(1)).object.freeBytes == before)
  }

  @Test func `an endpoint with a ring is made within its limits`() throws {
    let world = try World()
    try world.call(.createRingEndpoint, through: .objects, 5, 16)
    let endpoint = try #require(world.slot(5)?.object.object?.cast(to: Endpoint.self))
    #expect(endpoint.object.ring != nil)
    for capacity in [0, 1025, 1 << 32] as [UInt64] {
      #expect(throws: SyscallError.invalidArgument) {
        try world.call(.createRingEndpoint, 6, capacity)
      }
    }
    #expect(throws: SyscallError.occupiedSlot) { try world.call(.createRingEndpoint, 5, 1) }
    expectSound(world)
  }

  @Test func `an interrupt signals the notification of its line`() throws {
    let world = try World()
    let isPrepared = world.state.prepare(Platform())
    #expect(isPrepared)
    try world.create(.notification, in: 5)
    try world.copy(5, to: 6, badge: 0x10)
    try world.call(.configureInterruptLine, 3 | 4 << 32, 6)
    world.enter { $0.interrupt(line: 3, on: world.cpu) }
    let notification = try #require(world.slot(5)?.object.object?.cast(to: Notification.self))
    #expect(notification.object.bits == 0x10)
  }
}

extension World {
  /// Puts a capability to the root task's first thread into a slot.
  fileprivate func grantOwnThread(to slot: UInt32) throws {
    try state.grant(root.object.threadSlot, to: cspace, slot: CapSlot(rawValue: slot))
  }
}
