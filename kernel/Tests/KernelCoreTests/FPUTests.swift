// The FPU's registers belong to one thread at a time.

import CapABI
import KernelCore
import Testing

struct FPUTests {
  /// Lets the current thread use the FPU for the first time.
  private func use(_ world: World) {
    world.enter { [cpu = world.cpu] in $0.fpuUnavailable(on: cpu) }
  }

  @Test func `the first use takes an area from the budget, once`() throws {
    let world = try World()
    let thread = try world.startThread()
    world.reschedule()
    let pool = try #require(world.root.object.pool)
    let before = pool.object.freeBytes
    #expect(!world.devices.isFPUOn)
    use(world)
    #expect(world.devices.isFPUOn && world.devices.fpuWord == 0x1F80)
    #expect(pool.object.freeBytes == before - 1024)
    #expect(thread.object.fpu != nil && world.cpu.object.current == thread)
    use(world)
    #expect(pool.object.freeBytes == before - 1024)
    expectSound(world)
  }

  @Test func `an area larger than a piece is a block`() throws {
    let world = try World()
    world.devices.fpuBytes = 8192
    let thread = try world.startThread()
    world.reschedule()
    use(world)
    #expect(thread.object.fpu != nil && world.devices.isFPUOn)
    try world.drop(1)
    expectSound(world)
  }

  @Test func `without memory for an area the thread faults`() throws {
    let world = try World(budgetOrder: 4)
    let thread = try world.startThread()
    world.reschedule()
    let pool = try #require(world.root.object.pool)
    while world.state.objects.allocateBlock(order: 0, from: pool) != nil {}
    use(world)
    #expect(thread.object.fpu == nil && !world.devices.isFPUOn)
    #expect(world.cpu.object.current == nil)
  }

  @Test func `registers go with their thread and are never left to another`() throws {
    let world = try World()
    let first = try world.startThread()
    let second = try world.startThread()
    world.reschedule()
    #expect(world.cpu.object.current == first)
    use(world)
    world.devices.fpuWord = 11
    world.call(.yield)
    #expect(world.cpu.object.current == second && !world.devices.isFPUOn)
    use(world)
    #expect(world.devices.fpuWord == 0x1F80)
    world.devices.fpuWord = 22
    world.call(.yield)
    #expect(world.cpu.object.current == first && world.devices.fpuWord == 11)
    #expect(world.devices.isFPUOn)
    world.call(.yield)
    #expect(world.devices.fpuWord == 22)
    expectSound(world)
  }

  @Test func `a thread that dies gives its area back and leaves nothing behind`() throws {
    let world = try World()
    try world.createProcess(order: 5, into: 4)
    let child = try #require(world.process(4)?.object.firstThread)
    #expect(world.start(child))
    world.reschedule()
    #expect(world.cpu.object.current == child)
    use(world)
    world.devices.fpuWord = 33
    try world.kill(4)
    world.settle()
    let other = try world.startThread()
    world.reschedule()
    #expect(world.cpu.object.current == other && !world.devices.isFPUOn)
    expectSound(world)
  }
}
