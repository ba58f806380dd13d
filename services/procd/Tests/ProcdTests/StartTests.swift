// SPAWN_SERVICE: what a process finds, what it is given, and that nothing is left of a start that
// was refused, whichever step refused it.

import Bootstrap
import Bytes
import CapABI
import Handoff
import IPC
import Load
import Service
import ServiceTesting
import Testing

struct StartTests {
  @Test func `a process has what was added for it, and its own supervisor badge`() throws {
    let world = try World()
    let process = try world.spawn(.timed)
    #expect(process.rawValue == 1)
    let found = try #require(world.running(.timed))
    #expect(found.slots.keys.sorted() == [1, 2, 3, 5, 7, 8])
    #expect(found.slots[3]?.badge.rawValue == 0x1_0005_0012)
    #expect(found.slots[3]?.rights == .send)
    #expect(found.slots[5]?.badge.rawValue == 0x1_0012)
    #expect(found.slots[7]?.badge.rawValue == 0x1_0012)
    #expect(found.slots[8]?.kind == .time)
    #expect(found.slots[1]?.name == "endpoint 18")
  }

  @Test func `its envelope says where everything lies and what it was given`() throws {
    let world = try World()
    try world.spawn(.timed) { $0.budgetBytes = 3 << 20 }
    let found = try #require(world.running(.timed))
    let size = found.bytes(found.argument + 12, 2)
    let bytes = found.bytes(found.argument, Int(size[0]) | Int(size[1]) << 8)
    let file = bytes.span.rawBytes
    try StartEnvelope.check(file, as: .timed)
    let envelope = try StartEnvelope(decoding: file)
    let info = envelope.info
    #expect(info.instance == 1 && info.processID == 1 && info.role == .timed)
    #expect(info.image.entry == found.entry && info.buffer == found.stack)
    #expect(info.heapSize == 3 << 20 && info.budget == 3 << 20)
    #expect(info.stackBase + info.stackSize == info.buffer)
    #expect(info.startNanoseconds == world.clock && info.wallOffset == 77)
    #expect(info.priority == 150 && info.watchdogMilliseconds == 2000 && info.affinity == 0xF)
    #expect(info.cspaceSlots == 256)
    for index in 0..<envelope.capabilities.count {
      let descriptor = try #require(envelope.capabilities[index]?.descriptor)
      #expect(found.slots[descriptor.slot.rawValue]?.badge == descriptor.badge)
      #expect(found.slots[descriptor.slot.rawValue]?.rights == descriptor.rights)
    }
  }

  @Test func `its image is loaded, its stack and heap appear on demand`() throws {
    let world = try World()
    try world.spawn(.timed)
    let found = try #require(world.running(.timed))
    #expect(found.bytes(found.entry, 8) == [UInt8](repeating: 0x90, count: 8))
    let regions = try #require(world.spaces[0x1_0012]).regions
    let stack = try #require(regions.first { $0.regionClass == .stack })
    #expect(stack.pages.upperBound == found.stack && stack.access == .readWrite)
    #expect(found.memory[stack.pages.base] == nil)
    let heap = try #require(regions.first { $0.regionClass == .heap })
    #expect(heap.pages.sizeInBytes == 1 << 20 && found.memory[heap.pages.base] == nil)
    #expect(found.memory[found.stack] != nil && found.buffer.hasPrefix("frame"))
    #expect(regions.allSatisfy { $0.access != .none })
  }

  /// A world where timed starts with two frames.
  private func worldWithFrames() throws -> World {
    let world = try World()
    for slot in [UInt32(64), 65] {
      let frame = TestCapability(.frame, .read, name: "shared \(slot)")
      try world.ask(
        .addCapability(role: .timed, World.descriptor(slot, .frame, .read)), [frame])
    }
    return world
  }

  @Test func `frames of its run are mapped read-only behind the heap`() throws {
    let world = try worldWithFrames()
    try world.spawn(.timed)
    let regions = try #require(world.spaces[0x1_0012]).regions
    let heap = try #require(regions.first { $0.regionClass == .heap })
    let large: UInt64 = 2 << 20
    let first = (heap.pages.upperBound + 4096 + large - 1) / large * large
    let shared = regions.filter { $0.pages.base >= first }.sorted { $0.pages.base < $1.pages.base }
    #expect(shared.map(\.pages.base) == [first, first + 4 * 4096])
    #expect(shared.allSatisfy { $0.access == .read && $0.pages.pageCount == 4 })
    #expect(try #require(world.running(.timed)).slots[64]?.name == "shared 64")
  }

  @Test(arguments: [UInt64(0), 1 << 20])
  func `a frame without a size that can be mapped stops the start`(pages: UInt64) throws {
    let world = try worldWithFrames()
    world.framePages = pages
    try world.declare(.timed)
    #expect(world.refusal(.spawnService(World.launch(.timed))) == .wrongType)
    #expect(world.spaces.isEmpty)
  }

  @Test func `its thread has endpoints, notification, priority, processors and filter`() throws {
    let world = try World()
    try world.spawn(.timed)
    let settings = try #require(world.running(.timed)).settings
    #expect(settings[.setThreadEndpoint] == [3, 0, 1, 1])
    #expect(settings[.setThreadPager]?.first == 7)
    let notification = try #require(settings[.bindNotification])
    let slot = UInt32(truncatingIfNeeded: notification[0])
    #expect(world.kernel.slots[slot]?.name == "notification 18" && notification[1] == 1)
    #expect(settings[.setThreadPriority]?[1] == 150)
    #expect(settings[.setThreadAffinity]?[1] == 0xF)
    #expect(settings[.setSyscallFilter]?[1] == UInt64(World.launch(.timed).syscalls.rawValue))
  }

  @Test func `two processes share neither number nor places`() throws {
    let world = try World()
    try world.spawn(.named)
    try world.spawn(.timed)
    let first = try #require(world.running(.named))
    let second = try #require(world.running(.timed))
    #expect(first.argument != second.argument && first.entry != second.entry)
    #expect(first.slots[3]?.badge != second.slots[3]?.badge)
    let seeds = [first, second].map { $0.bytes($0.argument + 48 + 72, 32) }
    #expect(seeds[0] != seeds[1])
  }

  /// The world after everything that was needed for a start, which then fails at one call.
  private func failing(at call: Int, _ code: ResultCode) throws -> (World, ResultCode?) {
    let world = try World()
    try world.declare(.timed)
    world.callCount = 0
    world.failAt = call
    world.failure = code
    return (world, world.refusal(.spawnService(World.launch(.timed))))
  }

  @Test func `nothing is left of a start that is refused, whichever call refuses it`() throws {
    var call = 1
    while true {
      let (world, code) = try failing(at: call, .noMemory)
      guard let code else { break }
      #expect(code == .noMemory, "call \(call)")
      #expect(world.accounts.isEmpty && world.spaces.isEmpty, "call \(call)")
      #expect(world.processes.values.allSatisfy { $0.state == .dead }, "call \(call)")
      // Six capabilities in custody, and nothing else.
      #expect(world.heldCount == 6, "call \(call)")
      world.failAt = .max
      guard case .spawnService = try world.ask(.spawnService(World.launch(.timed))) else {
        Issue.record("no process after call \(call)")
        return
      }
      #expect(world.heldCount == 7)
      call += 1
    }
    // Frames in halves are tried again, so a refusal of one of those is no end.
    #expect(call > 30)
  }

  @Test func `memory in small pieces only is enough`() throws {
    let (world, code) = try failing(at: 7, .noMemory)
    #expect(code == .noMemory)
    _ = world
    let large = Array(ELFSample.bytes)
    #expect(large.count < 4096)
  }

  @Test func `a role runs once, and what it needs must be there`() throws {
    let world = try World()
    #expect(world.refusal(.spawnService(World.launch(.timed))) == .wrongState)
    try world.spawn(.timed)
    #expect(world.refusal(.spawnService(World.launch(.timed))) == .exists)
    for slot in [1, 2, 3, 7] as [UInt32] {
      let other = try World()
      for (descriptor, capability) in World.surface(.timed)
      where descriptor.slot.rawValue != slot {
        try other.ask(.addCapability(role: .timed, descriptor), [capability])
      }
      #expect(other.refusal(.spawnService(World.launch(.timed))) == .wrongState)
    }
  }

  @Test func `a module that is not there or no program is refused`() throws {
    let world = try World(modules: [ELFSample.bytes, [UInt8](repeating: 7, count: 5000)])
    try world.declare(.timed)
    #expect(world.refusal(.spawnService(World.launch(.timed, module: 2))) == .notFound)
    #expect(world.refusal(.spawnService(World.launch(.timed, module: 1))) == .invalidArgument)
    #expect(world.accounts.isEmpty)
    #expect(world.refusal(.spawnService(World.launch(.timed))) == nil)
  }

  @Test func `an owner is one process`() throws {
    let world = try World()
    try world.spawn(.timed)
    for (descriptor, capability) in World.surface(.named) {
      var same = descriptor
      if same.slot == StartupSlot.pager { same.badge = Badge(rawValue: 0x1_0012) }
      try world.ask(.addCapability(role: .named, same), [capability])
    }
    #expect(world.refusal(.spawnService(World.launch(.named))) == .exists)
    #expect(world.accounts[0x1_0012] != nil && world.running(.timed) != nil)
  }

  @Test(arguments: [3, 7] as [UInt32])
  func `who a process is cannot be badged by its launcher`(slot: UInt32) throws {
    let world = try World()
    for (descriptor, capability) in World.surface(.timed) {
      var badged = capability
      if descriptor.slot.rawValue == slot { badged.badge = Badge(rawValue: 9) }
      try world.ask(.addCapability(role: .timed, descriptor), [badged])
    }
    #expect(world.refusal(.spawnService(World.launch(.timed))) == .alreadyBadged)
    #expect(world.accounts.isEmpty && world.spaces.isEmpty)
  }

  @Test func `another capability with a badge is passed on with it`() throws {
    let world = try World()
    for (descriptor, capability) in World.surface(.timed) {
      var badged = capability
      if descriptor.slot.rawValue == 5 { badged.badge = Badge(rawValue: 9) }
      try world.ask(.addCapability(role: .timed, descriptor), [badged])
    }
    try world.ask(.spawnService(World.launch(.timed)))
    #expect(world.running(.timed)?.slots[5]?.badge.rawValue == 9)
  }

  @Test func `a driver reports to whoever its supervisor is, so procd does not wait`() throws {
    let world = try World()
    try world.declare(.drvSerial, supervisor: .deviced)
    try world.ask(.spawnService(World.launch(.drvSerial)))
    #expect(try world.record(.drvSerial).state == .running)
    #expect(world.running(.drvSerial)?.slots[3]?.badge.rawValue == 0x5_0081)
    #expect(world.procd.deadline == nil)
  }

  @Test func `a service without room for a service does not start`() {
    #expect(throws: ReadinessCode.noMemory) { try World(heapBytes: 8192) }
  }
}
