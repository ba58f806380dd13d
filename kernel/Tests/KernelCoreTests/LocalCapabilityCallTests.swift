// The system calls on own slots, from registers to registers.

import CapABI
import KernelCore
import KernelMachine
import Testing

@Suite struct LocalCapabilityCallTests {
  /// A world in which a thread runs that has an endpoint in slot 10.
  private func makeWorld() throws -> World {
    let world = try World()
    try world.create(.endpoint(.time), in: 10)
    _ = try world.startThread()
    world.reschedule()
    return world
  }

  @Test func `QUERY_LOCAL_CAP reports type, rights and family`() throws {
    let world = try makeWorld()
    #expect(world.call(.queryLocalCap, 10) == .ok)
    let context = try #require(world.cpu.object.current).object.context
    #expect(context.rdi == UInt64(CapabilityType.endpoint.rawValue))
    #expect(context.rsi == UInt64(CapabilityType.endpoint.meaningfulRights.rawValue))
    #expect(context.r8 == UInt64(EndpointKind.time.rawValue))
  }

  @Test func `COPY_LOCAL_CAP attenuates and badges`() throws {
    let world = try makeWorld()
    #expect(world.call(.copyLocalCap, 10, 11, 1, 77) == .ok)
    let copy = try #require(world.slot(11))
    #expect(copy.object.rights == .send)
    #expect(copy.object.badge == 77)
    world.expectSound()
  }

  @Test func `MOVE_LOCAL_CAP and DROP_LOCAL_CAP empty the source`() throws {
    let world = try makeWorld()
    #expect(world.call(.moveLocalCap, 10, 12) == .ok)
    #expect(world.slot(10) == nil)
    #expect(world.call(.dropLocalCap, 12) == .ok)
    #expect(world.slot(12) == nil)
    world.expectSound()
  }

  @Test func `REVOKE_LOCAL_CAP is executed again after an interrupt`() throws {
    let world = try makeWorld()
    for index in 0..<20 as Range<UInt32> { try world.copy(10, to: 100 + index) }
    let thread = try #require(world.cpu.object.current)
    let start = thread.object.context.rip
    world.devices.looksUntilInterrupt = 0
    world.call(.revokeLocalCap, 10)
    #expect(thread.object.context.rip == start)
    #expect(thread.object.context.rax == Syscall.revokeLocalCap.rawValue)
    #expect(world.slot(100) == nil)
    #expect(world.slot(119) != nil)
    #expect(world.call(.revokeLocalCap, 10) == .ok)
    #expect(thread.object.context.rip == start &+ 2)
    #expect(world.slot(119) == nil)
    #expect(world.slot(10) != nil)
    world.expectSound()
  }

  @Test(
    arguments: [.queryLocalCap, .copyLocalCap, .moveLocalCap, .dropLocalCap, .revokeLocalCap]
      as [Syscall])
  func `a slot number beyond 32 bits is out of range`(call: Syscall) throws {
    let world = try makeWorld()
    #expect(world.call(call, 1 << 32 | 10, 11, 1) == .slotOutOfRange)
    world.expectSound()
  }

  @Test(arguments: [.copyLocalCap, .moveLocalCap] as [Syscall])
  func `so is such a destination`(call: Syscall) throws {
    let world = try makeWorld()
    #expect(world.call(call, 10, 1 << 32 | 11, 1) == .slotOutOfRange)
    world.expectSound()
  }

  @Test func `reserved rights bits above 32 are refused`() throws {
    let world = try makeWorld()
    #expect(world.call(.copyLocalCap, 10, 11, 1 << 32) == .invalidArgument)
  }

  @Test(arguments: [.copyLocalCap, .moveLocalCap, .dropLocalCap, .revokeLocalCap] as [Syscall])
  func `an empty slot is an error`(call: Syscall) throws {
    let world = try makeWorld()
    #expect(world.call(call, 9, 11, 1) == .emptySlot)
  }
}
