// Frames and device frames as objects.

import CapABI
import KernelCore
import KernelMachine
import KernelSimulation
import Testing

struct FrameTests {
  private func expectSound(_ world: World, _ location: SourceLocation = #_sourceLocation) {
    world.settle()
    #expect(Audit(world).problems == [], sourceLocation: location)
  }

  @Test(arguments: [UInt64(0), 1, 4, 8])
  func `a frame gives its memory back, clean`(order: UInt64) throws {
    let world = try World()
    let before = world.pool(1)?.object.freeBytes
    try world.retype(order: order, into: 6)
    #expect(try world.query(6).type == .frame)
    #expect(try world.query(6).rights == CapabilityType.frame.meaningfulRights)
    expectSound(world)
    try world.drop(6)
    expectSound(world)
    #expect(world.pool(1)?.object.freeBytes == before)
  }

  @Test func `revoking untyped memory takes the frames made of it`() throws {
    let world = try World()
    try world.split(order: 5, into: 2)
    for slot in UInt32(6)...9 { try world.retype(2, order: 1, into: slot) }
    try world.copy(6, to: 10)
    #expect(try world.revoke(2) == .done)
    expectSound(world)
    for slot in UInt32(6)...10 { #expect(world.slot(slot) == nil) }
    #expect(try #require(world.pool(2)).object.isWhole)
  }

  @Test func `retyping checks source, destination, order and address`() throws {
    let world = try World(frames: 256)
    try world.create(.notification, in: 2)
    try world.copy(1, to: 3, rights: Rights.read.rawValue)
    #expect(throws: SyscallError.wrongType) { try world.retype(2, into: 9) }
    #expect(throws: SyscallError.missingRight) { try world.retype(3, into: 9) }
    #expect(throws: SyscallError.emptySlot) { try world.retype(8, into: 9) }
    #expect(throws: SyscallError.slotOutOfRange) { try world.retype(0, into: 9) }
    #expect(throws: SyscallError.slotOutOfRange) { try world.retype(into: 0) }
    #expect(throws: SyscallError.occupiedSlot) { try world.retype(into: 2) }
    for order in [UInt64(19), 64, 1 << 32, .max] {
      #expect(throws: SyscallError.invalidArgument) { try world.retype(order: order, into: 9) }
    }
    #expect(throws: SyscallError.invalidArgument) { try world.retype(address: 0x1000, into: 9) }
    let before = world.pool(1)?.object.freeBytes
    #expect(throws: SyscallError.noMemory) { try world.retype(order: 12, into: 4000) }
    #expect(world.pool(1)?.object.freeBytes == before)
    expectSound(world)
  }

  @Test func `device frames lie inside their range`() throws {
    let world = try World()
    let start: UInt64 = 0xFEB0_1000
    try world.grantDevices(at: start, pages: 16, slot: 2)
    try world.copy(2, to: 3, rights: Rights.read.rawValue)
    let outside: [UInt64] = [
      start - 0x1000, start + 0x800, start + 0x1_0000, 0, .max - 0xFFF, 0x10_0000_0000_0000,
    ]
    for address in outside {
      #expect(throws: SyscallError.invalidArgument) {
        try world.retype(2, address: address, into: 9)
      }
    }
    // Aligned, but it would begin before or end behind the range.
    #expect(throws: SyscallError.invalidArgument) {
      try world.retype(2, order: 4, address: 0xFEB0_0000, into: 9)
    }
    #expect(throws: SyscallError.invalidArgument) {
      try world.retype(2, order: 1, address: 0xFEB1_0000, into: 9)
    }
    #expect(throws: SyscallError.missingRight) { try world.retype(3, address: start, into: 9) }
    try world.retype(2, order: 3, address: 0xFEB0_8000, into: 9)
    try world.retype(2, address: start + 0xF000, into: 10)
    #expect(try world.query(9).rights == CapabilityType.deviceFrame.meaningfulRights)
    expectSound(world)
    #expect(try world.revoke(2) == .done)
    #expect(world.slot(9) == nil && world.slot(10) == nil)
    expectSound(world)
  }

  @Test func `devices are neither executable nor a source of other objects`() throws {
    let world = try World()
    try world.createProcess(order: 5, into: 4)
    try world.grantDevices(at: 0xFEB0_0000, pages: 16, slot: 2)
    try world.retype(2, address: 0xFEB0_0000, into: 9)
    #expect(throws: SyscallError.invalidArgument) {
      try world.map(9, in: 4, at: 0x1_0000, rights: World.executable)
    }
    #expect(throws: SyscallError.wrongType) { try world.split(2, order: 0, into: 10) }
    #expect(throws: SyscallError.wrongType) { try world.createProcess(2, into: 10) }
    expectSound(world)
  }

  @Test func `sizes of the objects`() {
    #expect(MemoryLayout<Frame>.size <= 64)
    #expect(MemoryLayout<DeviceFrame>.size <= 64)
    #expect(MemoryLayout<DeviceUntyped>.size <= 64)
    #expect(MemoryLayout<VSpace>.size <= 128)
    #expect(MemoryLayout<PageTableEntry>.stride == 8)
  }
}

extension World {
  /// Puts a capability to a range of device addresses into a slot of the first process.
  func grantDevices(at start: UInt64, pages: UInt64, slot: UInt32) throws {
    guard let pool = root.object.pool else { throw SyscallError.noMemory }
    try state.grantDevices(
      at: PhysicalAddress(truncating: start), pageCount: pages, from: pool, to: cspace,
      slot: CapSlot(rawValue: slot))
  }
}
