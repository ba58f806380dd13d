// Frames and mappings through the kernel's endpoints, with what only happens there: words that must
// be zero, windows, preemption.

import CapABI
import KernelCore
import KernelMachine
import Testing

struct MemoryControlTests {
  private static let base: UInt64 = 0x5000_0000

  /// A staged process in slot 4, frames of some pages in slots 6 and 7.
  private func makeWorld(order: UInt64 = 0) throws -> World {
    let world = try World(frames: 2048)
    try world.createProcess(order: 7, into: 4)
    try world.retype(order: order, into: 6)
    try world.retype(order: order, into: 7)
    return world
  }

  private func word(_ world: World, _ slot: UInt32, page: UInt32 = 0) throws -> UInt64 {
    let frame = try #require(world.frame(slot))
    let number = FrameNumber(frame.object.block.rawValue + page)
    return world.state.objects.frames.table(of: UInt64.self, in: number)[0].object
  }

  private func setWord(_ world: World, _ slot: UInt32, page: UInt32 = 0, to value: UInt64) throws {
    let frame = try #require(world.frame(slot))
    let number = FrameNumber(frame.object.block.rawValue + page)
    world.state.objects.frames.table(of: UInt64.self, in: number)[0].object = value
  }

  @Test func `QUERY_CAP tells how much of untyped memory is free`() throws {
    let world = try makeWorld()
    try world.call(.splitUntyped, through: .objects, World.pair(1, 10), 6)
    #expect(try world.call(.queryCap, 10).word3 == 64)
    // The first frame also takes a page for the object behind it, and those of the next ones.
    try world.call(.retypeUntypedToFrame, through: .memory, World.pair(10, 8), 0)
    let before = try world.call(.queryCap, 10)
    #expect(before.word3 == 62 && before.word2 == 64)
    try world.call(.retypeUntypedToFrame, through: .memory, World.pair(10, 9), 2)
    #expect(try world.call(.queryCap, 10).word3 == before.word3 - 4)
    #expect(try world.call(.queryCap, 10).word2 == before.word2)
    #expect(try world.call(.queryCap, 9).word3 == 0)
    try world.call(.capDrop, through: .process, 9)
    world.settle()
    #expect(try world.call(.queryCap, 10).word3 == before.word3)
  }

  @Test func `frames are made, mapped and unmapped by their families`() throws {
    let world = try makeWorld()
    try world.call(.retypeUntypedToFrame, through: .memory, World.pair(1, 8), 2)
    try world.call(.mapFrame, through: .vspace, World.pair(8, 4), Self.base, World.writable)
    #expect(world.slot(8) == nil)
    try world.call(.unmapFrame, through: .vspace, World.pair(4, 9), Self.base)
    #expect(try world.query(9).type == .frame)
    expectSound(world)
  }

  @Test func `unused words must be zero`() throws {
    let world = try makeWorld()
    let refused: [(ControlOperation, [UInt64])] = [
      (.retypeUntypedToFrame, [World.pair(1, 8), 0, 0, 1]),
      (.mapFrame, [World.pair(6, 4), Self.base, World.writable, 1]),
      (.unmapFrame, [World.pair(4, 9), Self.base, 1, 0]),
      (.unmapFrame, [World.pair(4, 9), Self.base, 0, 1]),
      (.copyFrame, [World.pair(6, 7), 1, 0, 0]),
      (.setThreadBuffer, [World.pair(6, 7), 0, 0, 1]),
      (.writeProcessMemory, [World.pair(4, 1), Self.base, Devices.userBase, 1]),
    ]
    for (operation, words) in refused {
      #expect(throws: SyscallError.invalidArgument) {
        try world.call(operation, words[0], words[1], words[2], words[3])
      }
    }
    expectSound(world)
  }

  @Test func `slots outside the window are out of range`() throws {
    let world = try makeWorld()
    world.cspace.object.windowBase = 100
    world.cspace.object.windowCount = 10
    #expect(throws: SyscallError.slotOutOfRange) {
      try world.call(.mapFrame, World.pair(6, 4), Self.base, World.writable)
    }
    #expect(throws: SyscallError.slotOutOfRange) {
      try world.call(.retypeUntypedToFrame, World.pair(1, 101))
    }
    #expect(throws: SyscallError.slotOutOfRange) {
      try world.call(.unmapFrame, World.pair(4, 101), Self.base)
    }
    #expect(throws: SyscallError.slotOutOfRange) { try world.call(.copyFrame, World.pair(6, 7)) }
  }

  // MARK: COPY_FRAME

  @Test func `copying a frame copies every page, in steps`() throws {
    let world = try makeWorld(order: 5)
    // The first copy clears what the boot left.
    try world.call(.copyFrame, World.pair(7, 6))
    for page in UInt32(0)..<32 { try setWord(world, 6, page: page, to: UInt64(page) + 1) }
    world.devices.looksUntilInterrupt = 0
    var rounds = 0
    try world.withDevices {
      while case .preempted = try world.outcome(.copyFrame, World.pair(6, 7)) {
        rounds += 1
        world.devices.looksUntilInterrupt = 0
      }
    }
    #expect(rounds > 4)
    for page in UInt32(0)..<32 { #expect(try word(world, 7, page: page) == UInt64(page) + 1) }
    #expect(world.root.object.firstThread?.object.copyProgress == CopyProgress.none)
    expectSound(world)
  }

  @Test func `a copy that was broken off and not asked for again is forgotten`() throws {
    let world = try makeWorld(order: 4)
    try world.retype(order: 4, into: 8)
    world.devices.looksUntilInterrupt = 8
    try world.withDevices { _ = try world.outcome(.copyFrame, World.pair(6, 7)) }
    let thread = try #require(world.root.object.firstThread)
    #expect(thread.object.copyProgress.pages > 0)
    for page in UInt32(0)..<16 { try setWord(world, 6, page: page, to: 7) }
    try world.call(.copyFrame, World.pair(6, 8))
    for page in UInt32(0)..<16 { #expect(try word(world, 8, page: page) == 7) }
    world.devices.looksUntilInterrupt = 1
    try world.withDevices { _ = try world.outcome(.copyFrame, World.pair(6, 7)) }
    #expect(thread.object.copyProgress.pages > 0)
    world.state.objects.stop(thread)
    #expect(thread.object.copyProgress == CopyProgress.none)
  }

  @Test func `copying checks both frames`() throws {
    let world = try makeWorld()
    try world.retype(order: 1, into: 8)
    try world.copy(6, to: 9, rights: Rights.write.rawValue)
    try world.copy(7, to: 10, rights: Rights.read.rawValue)
    try world.copy(7, to: 11)
    let refused: [(UInt32, UInt32, SyscallError)] = [
      (20, 7, .emptySlot), (6, 20, .emptySlot), (0, 7, .slotOutOfRange), (6, 0, .slotOutOfRange),
      (4, 7, .wrongType), (6, 4, .wrongType), (9, 7, .missingRight), (6, 10, .missingRight),
      (6, 8, .invalidArgument),
    ]
    for (source, destination, error) in refused {
      #expect(throws: error) { try world.call(.copyFrame, World.pair(source, destination)) }
    }
    try world.map(11, in: 4, at: Self.base, rights: World.executable)
    #expect(throws: SyscallError.busy) { try world.call(.copyFrame, World.pair(6, 7)) }
    expectSound(world)
  }

  // MARK: SET_THREAD_BUFFER

  @Test func `a buffer is bound until its frame is revoked`() throws {
    let world = try makeWorld()
    let thread = try #require(world.process(4)?.object.firstThread)
    try world.state.grant(thread, to: world.cspace, slot: CapSlot(rawValue: 5))
    #expect(world.state.objects.bufferWords(of: thread) == nil)
    try world.call(.setThreadBuffer, through: .thread, World.pair(5, 6))
    let words = try #require(world.state.objects.bufferWords(of: thread))
    words[511].object = 77
    #expect(words.count == 512)
    #expect(try #require(world.frame(6)).object.writable == 1)
    expectSound(world)
    #expect(try world.revoke(6) == .done)
    #expect(world.state.objects.bufferWords(of: thread) == nil)
    #expect(try #require(world.frame(6)).object.writable == 0)
    expectSound(world)
    // Binding again uses the hidden slot again; another frame takes the place of the first.
    try world.call(.setThreadBuffer, World.pair(5, 6))
    try world.call(.setThreadBuffer, World.pair(5, 7))
    #expect(try #require(world.frame(6)).object.writable == 0)
    expectSound(world)
    try world.call(.setThreadBuffer, World.pair(5, 0))
    #expect(try #require(world.frame(7)).object.writable == 0)
    expectSound(world)
  }

  @Test func `a bound frame stays when its capability goes, and goes with the thread`() throws {
    let world = try makeWorld()
    let before = world.pool(1)?.object.freeBytes
    let thread = try #require(world.process(4)?.object.firstThread)
    try world.state.grant(thread, to: world.cspace, slot: CapSlot(rawValue: 5))
    try world.call(.setThreadBuffer, World.pair(5, 6))
    try world.drop(6)
    expectSound(world)
    #expect(world.state.objects.bufferWords(of: thread) != nil)
    try world.kill(4)
    expectSound(world)
    try world.retype(into: 6)
    expectSound(world)
    try world.drop(4)
    expectSound(world)
    #expect(try #require(before) < world.pool(1)?.object.freeBytes ?? 0)
  }

  @Test func `binding a buffer checks thread and frame`() throws {
    let world = try makeWorld()
    let thread = try #require(world.process(4)?.object.firstThread)
    try world.state.grant(thread, to: world.cspace, slot: CapSlot(rawValue: 5))
    try world.copy(5, to: 8, rights: Rights.read.rawValue)
    try world.copy(6, to: 9, rights: Rights.read.rawValue)
    try world.retype(order: 1, into: 10)
    try world.copy(7, to: 11)
    try world.map(11, in: 4, at: Self.base, rights: World.executable)
    let refused: [(UInt32, UInt32, SyscallError)] = [
      (20, 6, .emptySlot), (5, 20, .emptySlot), (0, 6, .slotOutOfRange), (1, 6, .wrongType),
      (5, 4, .wrongType), (8, 6, .missingRight), (5, 9, .missingRight), (5, 10, .invalidArgument),
      (5, 7, .busy),
    ]
    for (thread, frame, error) in refused {
      #expect(throws: error) { try world.call(.setThreadBuffer, World.pair(thread, frame)) }
    }
    try world.call(.setThreadBuffer, World.pair(5, 6))
    #expect(throws: SyscallError.busy) {
      try world.map(6, in: 4, at: Self.base + 0x1000, rights: World.executable)
    }
    try world.kill(4)
    #expect(throws: SyscallError.wrongState) {
      try world.call(.setThreadBuffer, World.pair(5, 6))
    }
    world.settle()
    #expect(throws: SyscallError.emptySlot) { try world.call(.setThreadBuffer, World.pair(5, 6)) }
    expectSound(world)
  }

  // MARK: WRITE_PROCESS_MEMORY

  @Test func `bytes reach a staged child whatever its mapping allows`() throws {
    let world = try makeWorld(order: 1)
    try world.copy(6, to: 8)
    try world.map(8, in: 4, at: Self.base, rights: World.executable)
    world.devices.userBytes = (0..<5000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    world.devices.looksUntilInterrupt = 0
    let thread = try #require(world.root.object.firstThread)
    try world.withDevices {
      let address = Self.base + 0xF08
      let first = try world.outcome(.writeProcessMemory, 4, address, Devices.userBase, 5000)
      guard case .preempted = first else {
        Issue.record("not preempted")
        return
      }
      // What is left stands in the registers.
      let context = thread.object.context
      #expect(context.r10 == Self.base + 0x1000)
      #expect(context.r8 == Devices.userBase + 0xF8 && context.r9 == 5000 - 0xF8)
      try world.call(.writeProcessMemory, 4, context.r10, context.r8, context.r9 - 1000)
    }
    #expect(try word(world, 6, page: 1) & 0xFF == UInt64(UInt8(truncatingIfNeeded: 0xF8 * 7)))
    let expected = world.devices.userBytes[0..<8].enumerated().reduce(UInt64(0)) {
      $0 | UInt64($1.element) << UInt64($1.offset * 8)
    }
    let frame = try #require(world.frame(6))
    let words = world.state.objects.frames.table(of: UInt64.self, in: frame.object.block)
    #expect(words[0xF08 / 8].object == expected)
    expectSound(world)
  }

  @Test func `writing checks the process, the range and both memories`() throws {
    let world = try makeWorld()
    let user = Devices.userBase
    world.devices.userBytes = [1, 2, 3]
    try world.copy(4, to: 8, rights: Rights.read.rawValue)
    try world.copy(6, to: 9, rights: (Rights.read | .execute).rawValue)
    try world.grantDevices(at: 0xFEB0_0000, pages: 16, slot: 10)
    try world.retype(10, address: 0xFEB0_0000, into: 11)
    try world.map(7, in: 4, at: Self.base)
    try world.map(9, in: 4, at: Self.base + 0x2000, rights: World.executable)
    try world.map(11, in: 4, at: Self.base + 0x4000)
    let end = VSpace.addressLimit
    let refused: [(UInt64, UInt64, UInt64, UInt64, SyscallError)] = [
      (20, Self.base, user, 3, .emptySlot), (0, Self.base, user, 3, .slotOutOfRange),
      (6, Self.base, user, 3, .wrongType), (8, Self.base, user, 3, .missingRight),
      (4, Self.base, user, 0, .invalidArgument), (4, end - 2, user, 3, .invalidArgument),
      (4, .max, user, 3, .invalidArgument), (4, Self.base, .max - 1, 3, .invalidArgument),
      (4, Self.base, user, .max, .invalidArgument), (4, Self.base, user + 1, 3, .invalidArgument),
      (4, Self.base + 0x1000, user, 3, .notFound), (4, end - 3, user, 3, .notFound),
      (4, Self.base + 0x2000, user, 3, .denied), (4, Self.base + 0x4000, user, 3, .denied),
    ]
    try world.withDevices {
      for (process, address, source, count, error) in refused {
        #expect(throws: error) {
          try world.call(.writeProcessMemory, process, address, source, count)
        }
      }
      try world.call(.writeProcessMemory, 4, Self.base, user, 3)
    }
    try world.kill(4)
    #expect(throws: SyscallError.wrongState) {
      try world.call(.writeProcessMemory, 4, Self.base, user, 3)
    }
    expectSound(world)
  }
}

extension World {
  /// Runs something with this world's devices.
  func withDevices(_ body: () throws -> Void) rethrows {
    try Devices.$current.withValue(devices) { try body() }
  }
}
