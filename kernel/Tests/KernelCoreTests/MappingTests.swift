// Frames in address spaces: mapping, unmapping, and what happens when either goes away.

import CapABI
import KernelCore
import KernelMachine
import KernelSimulation
import Testing

/// A process in slot 4 with its address space in slot 5, and untyped memory in slot 1.
struct MappingTests {
  private static let base: UInt64 = 0x4000_0000

  private func makeWorld(frames: Int = 1024, order: UInt8 = 6) throws -> World {
    let world = try World(frames: frames)
    try world.createProcess(order: order, slotCount: 64, into: 4)
    try world.nameVSpace(of: 4, in: 5)
    return world
  }

  private func expectSound(_ world: World, _ location: SourceLocation = #_sourceLocation) {
    world.settle()
    #expect(Audit(world).problems == [], sourceLocation: location)
  }

  private func entry(_ world: World, _ address: UInt64) -> Translation? {
    world.vspace(4).flatMap { world.state.objects.entry(for: address, in: $0) }
  }

  @Test func `a mapped frame is found at its address with the rights asked for`() throws {
    let world = try makeWorld()
    try world.retype(into: 6)
    let frame = try #require(world.frame(6))
    let physical = world.state.objects.frames.address(of: frame.object.block)
    try world.map(6, in: 5, at: Self.base, rights: World.readable)
    #expect(world.slot(6) == nil)
    let found = try #require(entry(world, Self.base + 0xFFF))
    #expect(found.physical(Self.base + 0xFFF).rawValue == physical.rawValue + 0xFFF)
    #expect(!found.isLarge && !found.entry.isWritable && !found.entry.isExecutable)
    #expect(entry(world, Self.base + 0x1000) == nil && entry(world, Self.base - 1) == nil)
    #expect(entry(world, VSpace.addressLimit) == nil)
    expectSound(world)
  }

  @Test func `unmapping gives the capability back with its place in the tree`() throws {
    let world = try makeWorld()
    let before = try world.budget(4).free
    try world.retype(into: 6)
    try world.copy(6, to: 7, rights: World.writable32)
    try world.map(6, in: 4, at: Self.base)
    expectSound(world)
    try world.unmap(Self.base, of: 4, into: 8)
    #expect(entry(world, Self.base) == nil)
    #expect(try world.query(8).rights == CapabilityType.frame.meaningfulRights)
    // The copy is still below it.
    #expect(try world.revoke(8) == .done)
    #expect(world.slot(7) == nil)
    #expect(try world.budget(4).free == before)
    expectSound(world)
  }

  @Test(arguments: [UInt64(0), 1, 5, 8])
  func `a frame of several pages is mapped as a whole`(order: UInt64) throws {
    let world = try makeWorld(frames: 4096, order: 6)
    let size = UInt64(4096) << order
    try world.retype(order: order, into: 6)
    try world.map(6, in: 5, at: Self.base + size)
    let first = try #require(entry(world, Self.base + size))
    let last = try #require(entry(world, Self.base + 2 * size - 1))
    let distance = last.entry.address.rawValue - first.entry.address.rawValue
    #expect(distance == size - 4096)
    #expect(entry(world, Self.base + 2 * size) == nil && entry(world, Self.base + size - 1) == nil)
    expectSound(world)
    try world.unmap(Self.base + size, of: 5, into: 6)
    #expect(entry(world, Self.base + size) == nil)
    expectSound(world)
  }

  @Test(arguments: [UInt64(9), 10, 18])
  func `device frames of 2 MiB and more take large pages, uncached`(order: UInt64) throws {
    let world = try makeWorld()
    try world.grantDevices(at: 0x40_0000_0000, pages: 1 << 20, slot: 6)
    try world.retype(6, order: order, address: 0x40_4000_0000, into: 7)
    try world.map(7, in: 5, at: 0x40_0000_0000)
    let size = UInt64(4096) << order
    let found = try #require(entry(world, 0x40_0000_0000 + size - 1))
    #expect(found.isLarge && found.entry.isUncached && found.entry.isWritable)
    #expect(found.entry.address.rawValue == 0x40_4000_0000 + size - 0x20_0000)
    expectSound(world)
    try world.unmap(0x40_0000_0000, of: 5, into: 7)
    expectSound(world)
  }

  @Test func `memory is never writable and executable at once`() throws {
    let world = try makeWorld()
    try world.retype(into: 6)
    for copy in UInt32(7)...9 { try world.copy(6, to: copy) }
    try world.map(6, in: 5, at: Self.base)
    try world.map(7, in: 5, at: Self.base + 0x1000, rights: World.readable)
    #expect(throws: SyscallError.busy) {
      try world.map(8, in: 5, at: Self.base + 0x2000, rights: World.executable)
    }
    try world.unmap(Self.base, of: 5, into: 6)
    try world.map(8, in: 5, at: Self.base + 0x2000, rights: World.executable)
    #expect(try #require(entry(world, Self.base + 0x2000)).entry.isExecutable)
    #expect(throws: SyscallError.busy) { try world.map(9, in: 5, at: Self.base) }
    expectSound(world)
  }

  static let impossibleRights: [UInt64] = [
    0, 2, 0x10, 0x20, 0x38, 0x48, 0x9, 0x1_0000_0008, .max,
  ]

  @Test(arguments: impossibleRights)
  func `rights that no mapping can have are refused`(rights: UInt64) throws {
    let world = try makeWorld()
    try world.retype(into: 6)
    #expect(throws: SyscallError.invalidArgument) {
      try world.map(6, in: 5, at: Self.base, rights: rights)
    }
    expectSound(world)
  }

  static let impossibleAddresses: [UInt64] = [
    0, 1, 0x4000_0001, 0x4000_0800, 0xFFF_FFFF_F000, 0x1000_0000_0000, 0x8000_0000_0000,
    0xFFFF_8000_0000_0000, .max, .max - 0xFFF,
  ]

  @Test(arguments: impossibleAddresses)
  func `addresses outside user space are refused`(address: UInt64) throws {
    let world = try makeWorld()
    try world.retype(into: 6)
    #expect(throws: SyscallError.invalidArgument) { try world.map(6, in: 5, at: address) }
    #expect(throws: SyscallError.notFound) { try world.unmap(address, of: 5, into: 7) }
    expectSound(world)
  }

  @Test(arguments: [UInt64(0x1000), 0xFFF_FFFF_E000, 0x7F_FFFF_F000, 0x80_0000_0000])
  func `every other page can be mapped`(address: UInt64) throws {
    let world = try makeWorld()
    try world.retype(into: 6)
    try world.map(6, in: 5, at: address)
    #expect(entry(world, address) != nil)
    expectSound(world)
    try world.unmap(address, of: 5, into: 6)
    expectSound(world)
  }

  @Test func `an address must be aligned to the frame`() throws {
    let world = try makeWorld()
    try world.retype(order: 3, into: 6)
    #expect(throws: SyscallError.invalidArgument) {
      try world.map(6, in: 5, at: Self.base + 0x1000)
    }
    #expect(throws: SyscallError.invalidArgument) {
      try world.map(6, in: 5, at: 0xFFF_FFFF_8000)
    }
    #expect(throws: SyscallError.invalidArgument) { try world.map(6, in: 5, at: 0) }
    expectSound(world)
  }

  @Test func `what is mapped is not mapped over`() throws {
    let world = try makeWorld()
    try world.grantDevices(at: 0x40_0000_0000, pages: 1 << 10, slot: 9)
    try world.retype(9, order: 9, address: 0x40_0000_0000, into: 10)
    for slot in UInt32(6)...8 { try world.retype(order: slot == 8 ? 3 : 0, into: slot) }
    try world.map(6, in: 5, at: Self.base + 0x1000)
    #expect(throws: SyscallError.exists) { try world.map(7, in: 5, at: Self.base + 0x1000) }
    #expect(throws: SyscallError.exists) { try world.map(8, in: 5, at: Self.base) }
    #expect(throws: SyscallError.exists) { try world.map(10, in: 5, at: Self.base) }
    try world.map(10, in: 5, at: Self.base + 0x20_0000)
    #expect(throws: SyscallError.exists) { try world.map(7, in: 5, at: Self.base + 0x20_3000) }
    expectSound(world)
  }

  @Test func `mapping checks the frame and the target`() throws {
    let world = try makeWorld()
    try world.retype(into: 6)
    try world.copy(6, to: 7, rights: Rights.read.rawValue)
    try world.copy(5, to: 8, rights: Rights.write.rawValue)
    try world.copy(4, to: 9, rights: Rights.write.rawValue)
    let base = Self.base
    #expect(throws: SyscallError.emptySlot) { try world.map(20, in: 5, at: base) }
    #expect(throws: SyscallError.emptySlot) { try world.map(6, in: 20, at: base) }
    #expect(throws: SyscallError.slotOutOfRange) { try world.map(0, in: 5, at: base) }
    #expect(throws: SyscallError.slotOutOfRange) { try world.map(6, in: 1 << 20, at: base) }
    #expect(throws: SyscallError.wrongType) { try world.map(5, in: 5, at: base) }
    #expect(throws: SyscallError.wrongType) { try world.map(6, in: 6, at: base) }
    #expect(throws: SyscallError.missingRight) { try world.map(7, in: 5, at: base) }
    #expect(throws: SyscallError.missingRight) { try world.map(6, in: 8, at: base) }
    #expect(throws: SyscallError.missingRight) { try world.map(6, in: 9, at: base) }
    try world.kill(4)
    world.settle()
    #expect(throws: SyscallError.wrongState) { try world.map(6, in: 4, at: base) }
    #expect(throws: SyscallError.wrongState) { try world.unmap(base, of: 4, into: 10) }
    expectSound(world)
  }

  @Test func `unmapping checks the target, the address and the destination`() throws {
    let world = try makeWorld()
    try world.retype(order: 1, into: 6)
    try world.copy(5, to: 8, rights: Rights.write.rawValue)
    try world.map(6, in: 5, at: Self.base)
    let base = Self.base
    #expect(throws: SyscallError.emptySlot) { try world.unmap(base, of: 20, into: 10) }
    #expect(throws: SyscallError.wrongType) { try world.unmap(base, of: 1, into: 10) }
    #expect(throws: SyscallError.missingRight) { try world.unmap(base, of: 8, into: 10) }
    #expect(throws: SyscallError.occupiedSlot) { try world.unmap(base, of: 5, into: 4) }
    #expect(throws: SyscallError.slotOutOfRange) { try world.unmap(base, of: 5, into: 0) }
    #expect(throws: SyscallError.notFound) { try world.unmap(base + 0x1000, of: 5, into: 10) }
    #expect(throws: SyscallError.notFound) { try world.unmap(base + 1, of: 5, into: 10) }
    expectSound(world)
  }

  @Test func `revoking a frame unmaps it everywhere`() throws {
    let world = try makeWorld()
    try world.retype(into: 6)
    try world.createProcess(order: 5, into: 10)
    for (slot, target) in [(UInt32(7), UInt32(4)), (8, 10)] {
      try world.copy(6, to: slot)
      try world.map(slot, in: target, at: Self.base)
    }
    #expect(try world.revoke(6) == .done)
    #expect(entry(world, Self.base) == nil)
    #expect(!world.state.objects.pendingInvalidation.isEmpty)
    expectSound(world)
    world.state.applyInvalidations()
    #expect(world.state.objects.pendingInvalidation.isEmpty)
  }

  @Test func `killing a process unmaps its frames, which live on elsewhere`() throws {
    let world = try makeWorld(order: 8)
    try world.retype(order: 2, into: 6)
    try world.copy(6, to: 7)
    try world.map(7, in: 4, at: Self.base)
    for index in UInt32(0)..<30 {
      try world.retype(into: 8)
      try world.map(8, in: 4, at: Self.base + 0x10_0000 + UInt64(index) * 0x41_0000)
    }
    expectSound(world)
    try world.kill(4)
    expectSound(world)
    #expect(try #require(world.frame(6)).object.writable == 0)
    expectSound(world)
  }

  @Test func `without memory for tables nothing is mapped and nothing is lost`() throws {
    let world = try makeWorld(order: 3)
    var refused = 0
    for index in UInt32(0)..<6 {
      try world.retype(into: 6 + index)
      let before = try world.budget(4).free
      do throws(SyscallError) {
        try world.map(6 + index, in: 5, at: Self.base + UInt64(index) * 0x80_0000_0000)
      } catch {
        #expect(error == .noMemory)
        #expect(try world.budget(4).free == before)
        refused += 1
      }
      expectSound(world)
    }
    #expect(refused > 0)
  }

  @Test func `remnants of the boot are cleared before a frame is mapped, in steps`() throws {
    let world = try makeWorld()
    try world.retype(order: 4, into: 6)
    let frame = try #require(world.frame(6))
    #expect(frame.object.cleared == 0)
    #expect(try world.map(6, in: 5, at: Self.base, steps: 6) == .preempted)
    #expect(frame.object.cleared == 6 && entry(world, Self.base) == nil)
    expectSound(world)
    #expect(try world.map(6, in: 5, at: Self.base, steps: 6) == .preempted)
    #expect(try world.map(6, in: 5, at: Self.base, steps: 6) == .done)
    for page in 0..<UInt32(16) {
      let number = FrameNumber(frame.object.block.rawValue + page)
      #expect(world.state.objects.frames.isClear(number))
    }
    expectSound(world)
  }

  @Test func `the kernel maps clean memory of a process's budget itself`() throws {
    let world = try makeWorld()
    let process = try #require(world.process(4))
    let frame = try world.state.objects.mapNewFrame(
      order: 2, at: Self.base, rights: .read | .execute, in: process)
    let bytes = [UInt8](repeating: 0xAB, count: 5000)
    world.fill(frame, at: 100, with: bytes)
    #expect(try #require(entry(world, Self.base)).entry.isExecutable)
    let frames = world.state.objects.frames
    let second = FrameNumber(frame.object.block.rawValue + 1)
    #expect(frames.table(of: UInt64.self, in: second)[1].object == 0xABAB_ABAB_ABAB_ABAB)
    #expect(frames.isClear(frame.object.block, offset: 0, size: 96))
    expectSound(world)
    #expect(throws: SyscallError.exists) {
      _ = try world.state.objects.mapNewFrame(
        order: 0, at: Self.base + 0x1000, rights: .read, in: process)
    }
    #expect(throws: SyscallError.noMemory) {
      _ = try world.state.objects.mapNewFrame(
        order: 6, at: Self.base * 2, rights: .read, in: process)
    }
    expectSound(world)
    try world.kill(4)
    expectSound(world)
  }

  @Test func `one unmapped page is forgotten alone, several all together`() throws {
    let world = try makeWorld()
    try world.retype(into: 6)
    try world.map(6, in: 5, at: Self.base)
    try world.unmap(Self.base, of: 5, into: 6)
    #expect(world.state.objects.pendingInvalidation.page == Self.base)
    #expect(world.state.objects.pendingInvalidation.pageCount == 1)
    world.state.applyInvalidations()
    try world.retype(order: 1, into: 7)
    try world.map(7, in: 5, at: Self.base)
    try world.unmap(Self.base, of: 5, into: 7)
    #expect(world.state.objects.pendingInvalidation.pageCount == 2)
    expectSound(world)
  }
}

extension World {
  fileprivate static let writable32 = UInt32(writable)
}
