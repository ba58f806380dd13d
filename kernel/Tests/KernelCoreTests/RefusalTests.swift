// Refusals that operations have in common: what stands in a slot, what a destination holds, unused
// words, budgets that cannot pay. integration/checks/errors.py compares what was provoked with the
// tables of the reference.

import CapABI
import KernelCore
import KernelMachine
import Testing

/// An operation that works on what one slot names.
private struct Subject {
  let operation: ControlOperation
  /// Whether a process is what it works on; a thread otherwise.
  var isProcess = false
  /// The words, for a slot.
  let words: (UInt32) -> [UInt64]
}

@Suite struct RefusalTests {
  private static let process: UInt32 = 4
  private static let thread: UInt32 = 5
  private static let endpoint: UInt32 = 6
  private static let notification: UInt32 = 7
  private static let weakProcess: UInt32 = 8
  private static let weakThread: UInt32 = 9
  private static let grant: UInt32 = 10
  private static let frame: UInt32 = 11
  private static let badged: UInt32 = 12
  private static let empty: UInt32 = 40
  private static let free: UInt32 = 41
  /// A slot in a page that was never used.
  private static let far: UInt32 = 4000

  private func makeWorld() throws -> World {
    let world = try World()
    try world.createProcess(order: 5, slotCount: 1 << 16, into: Self.process)
    try world.call(.createThread, World.pair(Self.process, Self.thread))
    try world.create(.endpoint(.generic), in: Self.endpoint)
    try world.create(.notification, in: Self.notification)
    try world.copy(Self.process, to: Self.weakProcess, rights: Rights.read.rawValue)
    try world.copy(Self.thread, to: Self.weakThread, rights: Rights.read.rawValue)
    try world.call(
      .deriveInstallGrant, World.pair(Self.process, Self.grant), World.pair(1, 1 << 16 - 1))
    try world.retype(into: Self.frame)
    try world.copy(Self.endpoint, to: Self.badged, badge: 5)
    return world
  }

  private static var subjects: [Subject] {
    [
      Subject(operation: .startProcess, isProcess: true) { [UInt64($0), 0x1000, 0x2000] },
      Subject(operation: .deriveInstallGrant, isProcess: true) {
        [World.pair($0, free), World.pair(1, 1)]
      },
      Subject(operation: .setCSpaceWindow, isProcess: true) { [UInt64($0), 1 << 32] },
      Subject(operation: .createThread, isProcess: true) { [World.pair($0, free)] },
      Subject(operation: .setSyscallFilter, isProcess: true) { [UInt64($0), 1] },
      Subject(operation: .abortStagedProcess, isProcess: true) { [UInt64($0)] },
      Subject(operation: .killProcess, isProcess: true) { [UInt64($0)] },
      Subject(operation: .setThreadPriority) { [UInt64($0), 5] },
      Subject(operation: .setThreadAffinity) { [UInt64($0), 1] },
      Subject(operation: .setThreadFSBase) { [UInt64($0), 4096] },
      Subject(operation: .startThread) { [UInt64($0), 0x1000, 0x2000] },
      Subject(operation: .stopThread) { [UInt64($0)] },
      Subject(operation: .bindNotification) { [World.pair($0, notification)] },
      Subject(operation: .setThreadEndpoint) { [World.pair($0, 0)] },
      Subject(operation: .setThreadPager) { [World.pair($0, 0)] },
      Subject(operation: .setThreadBuffer) { [World.pair($0, frame)] },
    ]
  }

  @Test func `an operation on a process or thread looks at slot, type and right`() throws {
    let world = try makeWorld()
    for subject in Self.subjects {
      func expect(_ slot: UInt32, _ error: SyscallError) {
        #expect(throws: error, "\(subject.operation)") {
          try world.call(subject.operation, words: subject.words(slot))
        }
      }
      expect(0, .slotOutOfRange)
      expect(4096, .slotOutOfRange)
      expect(Self.empty, .emptySlot)
      expect(Self.endpoint, .wrongType)
      expect(subject.isProcess ? Self.weakProcess : Self.weakThread, .missingRight)
    }
    expectSound(world)
  }

  @Test func `no operation takes an unused word`() throws {
    let world = try makeWorld()
    let reading: [ControlOperation] = [
      .startProcess, .startThread, .writeProcessMemory, .logString, .writeLegacySerial,
    ]
    let reserved: [ControlOperation] = [.createProcess, .capCopy]
    for number in 1..<160 as Range<UInt16> {
      guard let operation = ControlOperation(rawValue: number), !reading.contains(operation),
        !reserved.contains(operation)
      else { continue }
      #expect(throws: SyscallError.invalidArgument, "\(operation)") {
        try world.call(operation, words: [0, 0, 0, 1])
      }
    }
    expectSound(world)
  }

  @Test func `copies and moves of the window look at both slots`() throws {
    let world = try makeWorld()
    for operation in [.capMove, .capCopyAttenuated] as [ControlOperation] {
      #expect(throws: SyscallError.emptySlot) {
        try world.call(operation, words: [World.pair(Self.empty, Self.free)])
      }
      #expect(throws: SyscallError.occupiedSlot) {
        try world.call(operation, words: [World.pair(Self.endpoint, Self.notification)])
      }
    }
    let rights = UInt64(Rights.all.rawValue)
    #expect(throws: SyscallError.denied) {
      try world.call(.capCopyAttenuated, words: [World.pair(Self.grant, Self.free), rights])
    }
    #expect(throws: SyscallError.alreadyBadged) {
      try world.call(.capCopyAttenuated, words: [World.pair(Self.badged, Self.free), rights, 7])
    }
    expectSound(world)
  }

  @Test func `what is made needs an empty slot`() throws {
    let world = try makeWorld()
    for operation in [.createEndpoint, .createNotification] as [ControlOperation] {
      #expect(throws: SyscallError.occupiedSlot) {
        try world.call(operation, words: [UInt64(Self.endpoint)])
      }
    }
    #expect(throws: SyscallError.occupiedSlot) {
      try world.call(.createRingEndpoint, words: [UInt64(Self.endpoint), 4])
    }
    expectSound(world)
  }

  @Test func `an install looks at grant, source and badge`() throws {
    let world = try makeWorld()
    func expect(
      _ grant: UInt32, _ source: UInt32, badge: UInt64 = 0, _ error: SyscallError
    ) {
      #expect(throws: error) {
        try world.call(
          .installWithGrant, words: [World.pair(grant, source), World.pair(10, 1), badge])
      }
    }
    expect(Self.empty, Self.endpoint, .emptySlot)
    expect(Self.endpoint, Self.endpoint, .wrongType)
    expect(Self.grant, Self.empty, .emptySlot)
    expect(Self.grant, Self.grant, .denied)
    expect(Self.grant, Self.badged, badge: 6, .alreadyBadged)
    try world.weaken(Self.grant)
    expect(Self.grant, Self.endpoint, .missingRight)
    expectSound(world)
  }

  @Test func `destinations, notifications and endpoints have their slots and types`() throws {
    let world = try makeWorld()
    #expect(throws: SyscallError.slotOutOfRange) {
      try world.call(.createRingEndpoint, words: [0, 4])
    }
    #expect(throws: SyscallError.slotOutOfRange) {
      try world.call(.configureInterruptLine, words: [5 | 4 << 32, 4096])
    }
    #expect(throws: SyscallError.slotOutOfRange) {
      try world.call(.bindNotification, words: [World.pair(Self.thread, 4096)])
    }
    try world.install(Self.notification, to: 20, of: Self.process)
    for operation in [.setThreadEndpoint, .setThreadPager] as [ControlOperation] {
      #expect(throws: SyscallError.wrongType) {
        try world.call(operation, words: [World.pair(Self.thread, 20)])
      }
    }
    try world.kill(Self.process)
    for operation in [.setThreadEndpoint, .setThreadPager] as [ControlOperation] {
      #expect(throws: SyscallError.wrongState) {
        try world.call(operation, words: [World.pair(Self.process, 0)])
      }
    }
    expectSound(world)
  }

  @Test func `a text longer than the words needs a buffer`() throws {
    let world = try makeWorld()
    let isPrepared = world.state.prepare(Platform())
    #expect(isPrepared)
    world.state.platform.ownsSerial = true
    #expect(throws: SyscallError.noBuffer) {
      try world.call(.writeLegacySerial, words: [], length: 40)
    }
    for _ in 0..<8 { try world.call(.logString, words: [0x4141_4141], length: 8) }
    #expect(throws: SyscallError.noBuffer) {
      try world.call(.readKernelLog, words: [0, 60])
    }
  }
}

// MARK: Budgets

extension RefusalTests {
  @Test func `who has no memory makes, moves, copies and unmaps nothing`() throws {
    let world = try makeWorld()
    try world.nameVSpace(of: Self.process, in: 13)
    try world.map(Self.frame, in: 13, at: 0x40_0000)
    _ = try world.startThread()
    world.reschedule()
    world.spend(world.cspace)
    let pair = World.pair(Self.endpoint, Self.far)
    for operation in [.capMove, .capCopyAttenuated] as [ControlOperation] {
      #expect(throws: SyscallError.noMemory) { try world.call(operation, words: [pair]) }
    }
    #expect(throws: SyscallError.noMemory) {
      try world.call(.unmapFrame, words: [World.pair(13, Self.far), 0x40_0000])
    }
    #expect(world.call(.copyLocalCap, UInt64(Self.endpoint), UInt64(Self.far), 1) == .noMemory)
    #expect(world.call(.moveLocalCap, UInt64(Self.endpoint), UInt64(Self.far)) == .noMemory)
    expectSound(world)
  }

  @Test func `a child without memory gets no slots, and its thread no buffer`() throws {
    let world = try makeWorld()
    var failure: SyscallError?
    for slot in stride(from: UInt32(64), to: 1 << 16, by: 512) where failure == nil {
      do throws(SyscallError) {
        try world.call(
          .installWithGrant,
          words: [World.pair(Self.grant, Self.endpoint), World.pair(slot, 1)])
      } catch { failure = error }
    }
    #expect(failure == .noMemory)
    let cspace = try #require(world.process(Self.process)?.object.cspace)
    world.spend(cspace, from: 65)
    for slot in 100..<400 as Range<UInt32> {
      // Grants take the smallest pieces that there are.
      _ = try? world.call(
        .deriveInstallGrant, words: [World.pair(Self.process, slot), World.pair(1, 1)])
    }
    #expect(throws: SyscallError.noMemory) {
      try world.call(.setThreadBuffer, words: [World.pair(Self.thread, Self.frame)])
    }
    expectSound(world)
  }
}
