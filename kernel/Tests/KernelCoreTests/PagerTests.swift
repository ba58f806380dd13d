// RESOLVE_FAULT: a pager maps what a thread faulted for.

import CapABI
import IPC
import KernelCore
import KernelMachine
import Testing

struct PagerTests {
  private static let address: UInt64 = 0x6000_0000

  /// A thread of the root task that received the page fault of a child in slot 4; endpoint in slot
  /// 10, frames in slots 6 and 7.
  private struct Scene {
    let world: World
    let pager: Ref<Thread>
    let child: Ref<Thread>

    init(order: UInt64 = 0) throws {
      world = try World(frames: 2048)
      try world.createProcess(order: 6, into: 4)
      try world.create(.endpoint(.generic), in: 10)
      try world.install(10, to: 1, of: 4, rights: Rights.send.rawValue, badge: 5)
      try world.retype(order: order, into: 6)
      try world.retype(order: order, into: 7)
      pager = try world.startThread(priority: 120)
      child = try #require(world.process(4)?.object.firstThread)
      child.object.pager = CapSlot(rawValue: 1)
      #expect(world.start(child))
      world.reschedule()
      world.call(.receive, 10)
      #expect(world.cpu.object.current == child)
    }

    /// Lets the child access an address where nothing is mapped.
    func fault() {
      let fault = UserFault(kind: .page, address: PagerTests.address, errorCode: 4)
      world.enter { [cpu = world.cpu] in $0.fault(fault, on: cpu) }
      #expect(world.cpu.object.current == pager && child.object.state == .awaitingReply)
    }

    /// RESOLVE_FAULT of the reply owed, or a saved one.
    func resolve(
      _ frame: UInt32, reply: UInt32 = 0, at address: UInt64 = PagerTests.address,
      rights: UInt64 = World.writable, source: UInt64 = 0
    ) throws -> ControlOutcome {
      try world.outcome(
        .resolveFault, through: .pager, World.pair(reply, frame), address, rights, source,
        by: pager)
    }

    func entry(_ address: UInt64 = PagerTests.address) -> Translation? {
      world.vspace(4).flatMap { world.state.objects.entry(for: address, in: $0) }
    }
  }

  @Test func `a fault is resolved by a mapping and the thread goes on`() throws {
    let scene = try Scene()
    scene.fault()
    _ = try scene.resolve(6)
    #expect(scene.entry()?.entry.isWritable == true)
    #expect(scene.world.slot(6) == nil && scene.child.object.state == .ready)
    // The reply is used up.
    #expect(throws: SyscallError.wrongState) { _ = try scene.resolve(7, at: Self.address * 2) }
    expectSound(scene.world)
  }

  @Test func `a saved reply resolves, and without a frame the thread just goes on`() throws {
    let scene = try Scene()
    scene.fault()
    #expect(scene.world.call(.saveReply, 20) == .ok)
    #expect(throws: SyscallError.wrongState) { _ = try scene.resolve(6) }
    _ = try scene.resolve(0, reply: 20, at: 0, rights: 0)
    #expect(scene.child.object.state == .ready && scene.world.slot(20) == nil)
    #expect(scene.entry() == nil)
    expectSound(scene.world)
  }

  @Test func `copy on write copies before it maps, in steps`() throws {
    let scene = try Scene(order: 4)
    let world = scene.world
    // Both frames are cleared by a first copy.
    try world.call(.copyFrame, World.pair(6, 7))
    let source = try #require(world.frame(7)).object.block
    let last = FrameNumber(source.rawValue + 15)
    world.state.objects.frames.table(of: UInt64.self, in: last)[511].object = 42
    scene.fault()
    var rounds = 0
    while case .preempted = try scene.resolve(6, source: 7) {
      #expect(scene.entry() == nil && scene.child.object.state == .awaitingReply)
      rounds += 1
    }
    #expect(rounds == 3)
    let found = try #require(scene.entry(Self.address + 0xF000))
    let copied = world.state.objects.frames.frame(at: found.entry.address)
    #expect(world.state.objects.frames.table(of: UInt64.self, in: copied)[511].object == 42)
    #expect(scene.child.object.state == .ready)
    expectSound(world)
  }

  @Test func `a part of a larger source is copied, and nothing behind it`() throws {
    let scene = try Scene()
    let world = scene.world
    try world.retype(order: 2, into: 8)
    // Both frames are cleared by a first copy.
    try world.call(.copyFrame, World.pair(7, 6))
    try world.retype(order: 2, into: 9)
    try world.call(.copyFrame, World.pair(9, 8))
    let third = FrameNumber(try #require(world.frame(8)).object.block.rawValue + 2)
    for index in 0..<512 {
      world.state.objects.frames.table(of: UInt64.self, in: third)[index].object = .max
    }
    scene.fault()
    // The third page of the source, of which 13 bytes.
    _ = try scene.resolve(6, rights: World.writable | 13 << 32, source: 8 | 2 << 32)
    let found = try #require(scene.entry())
    let copied = world.state.objects.frames.frame(at: found.entry.address)
    let words = world.state.objects.frames.table(of: UInt64.self, in: copied)
    #expect(words[0].object == .max)
    #expect(words[1].object == 0xFF_FFFF_FFFF)
    #expect(words[2].object == 0)
    #expect(scene.child.object.state == .ready)
    expectSound(world)
  }

  @Test func `the last page of a source is copied whole`() throws {
    let scene = try Scene()
    let world = scene.world
    try world.retype(order: 2, into: 8)
    try world.retype(order: 2, into: 9)
    try world.call(.copyFrame, World.pair(9, 8))
    let last = FrameNumber(try #require(world.frame(8)).object.block.rawValue + 3)
    world.state.objects.frames.table(of: UInt64.self, in: last)[511].object = 42
    scene.fault()
    _ = try scene.resolve(6, source: 8 | 3 << 32)
    let found = try #require(scene.entry())
    let copied = world.state.objects.frames.frame(at: found.entry.address)
    #expect(world.state.objects.frames.table(of: UInt64.self, in: copied)[511].object == 42)
    expectSound(world)
  }

  @Test func `refusals leave the reply owed`() throws {
    let scene = try Scene()
    let world = scene.world
    try world.retype(order: 1, into: 8)
    try world.copy(6, to: 9, rights: Rights.read.rawValue)
    try world.copy(7, to: 11, rights: Rights.write.rawValue)
    try world.copy(7, to: 12)
    try world.map(12, in: 4, at: Self.address + 0x1000)
    scene.fault()
    let refused: [(UInt32, UInt32, UInt64, UInt64, UInt64, SyscallError)] = [
      (6, 20, Self.address, 0x18, 0, .emptySlot), (20, 0, Self.address, 0x18, 0, .emptySlot),
      (6, 10, Self.address, 0x18, 0, .wrongType), (4, 0, Self.address, 0x18, 0, .wrongType),
      (6, 0, Self.address, 0x18, 20, .emptySlot), (6, 0, Self.address, 0x18, 4, .wrongType),
      (9, 0, Self.address, 0x18, 0, .missingRight), (9, 0, Self.address, 0x08, 7, .missingRight),
      (6, 0, Self.address, 0x18, 11, .missingRight),
      (8, 0, Self.address, 0x18, 7, .invalidArgument),
      (6, 0, Self.address, 0x18, 7 | 1 << 32, .invalidArgument),
      (6, 0, Self.address, 0x18, 8 | 2 << 32, .invalidArgument),
      (6, 0, Self.address, 0x18, 8 | UInt64(UInt32.max) << 32, .invalidArgument),
      (6, 0, Self.address, 0x18 | 4097 << 32, 8, .invalidArgument),
      (6, 0, Self.address, 0x18 | 1 << 32, 0, .invalidArgument),
      (6, 0, Self.address + 1, 0x18, 0, .invalidArgument),
      (6, 0, Self.address, 0x10, 0, .invalidArgument),
      (6, 0, Self.address, 0x18, 1 << 32, .invalidArgument),
      (0, 0, Self.address, 0, 0, .invalidArgument),
      (6, 0, Self.address + 0x1000, 0x18, 0, .exists), (7, 0, Self.address, 0x28, 0, .busy),
      (UInt32.max, 0, Self.address, 0x18, 0, .slotOutOfRange),
    ]
    for (frame, reply, address, rights, source, error) in refused {
      #expect(throws: error) {
        _ = try scene.resolve(frame, reply: reply, at: address, rights: rights, source: source)
      }
    }
    let pool = try #require(world.process(4)?.object.pool)
    while world.state.objects.allocateBlock(order: 0, from: pool) != nil {}
    #expect(throws: SyscallError.noMemory) { _ = try scene.resolve(6, at: 0x80_0000_0000) }
    #expect(scene.child.object.state == .awaitingReply)
    _ = try scene.resolve(6)
    #expect(scene.child.object.state == .ready)
  }

  @Test func `only the reply to a fault can be resolved`() throws {
    let scene = try Scene()
    let world = scene.world
    #expect(throws: SyscallError.wrongState) { _ = try scene.resolve(6) }
    world.call(.call, 1)
    #expect(world.cpu.object.current == scene.pager)
    #expect(throws: SyscallError.wrongState) { _ = try scene.resolve(6) }
    #expect(world.call(.saveReply, 20) == .ok)
    #expect(throws: SyscallError.wrongState) { _ = try scene.resolve(6, reply: 20) }
    try world.kill(4)
    world.settle()
    #expect(throws: (any Error).self) { _ = try scene.resolve(6, reply: 20) }
    expectSound(world)
  }
}
