// Interrupt lines: configuring, delivery, taking, acknowledging.

import CapABI
import KernelCore
import KernelMachine
import Testing

struct InterruptTests {
  private static let edge: UInt64 = 4 << 32
  private static let level: UInt64 = 7 << 32

  private func booted() throws -> World {
    let world = try World()
    let isPrepared = world.state.prepare(Platform())
    #expect(isPrepared)
    return world
  }

  /// Lets a line interrupt.
  private func interrupt(_ world: World, _ line: UInt32) {
    world.enter { $0.interrupt(line: line, on: world.cpu) }
  }

  @Test func `a line is configured, opened and closed`() throws {
    let devices = SimulatedDevices()
    try SimulatedMachine.$devices.withValue(devices) {
      let world = try booted()
      try world.call(.configureInterruptLine, through: .irq, 9 | Self.level)
      #expect(devices.lines == ["9 level low", "9 open"])
      try world.call(.configureInterruptLine, 9)
      #expect(devices.lines.suffix(2) == ["9 edge high", "9 masked"])
      expectSound(world)
    }
  }

  @Test func `events are taken in the order in which they came, one per acknowledgement`() throws {
    let devices = SimulatedDevices()
    try SimulatedMachine.$devices.withValue(devices) {
      let world = try booted()
      for line in [4, 1, 12] as [UInt64] {
        try world.call(.configureInterruptLine, through: .irq, line | Self.edge)
      }
      #expect(throws: SyscallError.retry) { try world.call(.waitInterrupt, through: .irq) }
      for line in [12, 4, 12, 1] as [UInt32] { interrupt(world, line) }
      #expect(devices.lines.filter { $0 == "12 masked" }.count == 2)
      #expect(try world.call(.waitInterrupt, through: .irq).word0 == 12)
      #expect(try world.call(.waitInterrupt).word0 == 4)
      interrupt(world, 4)
      #expect(try world.call(.waitInterrupt).word0 == 1)
      #expect(throws: SyscallError.retry) { try world.call(.waitInterrupt) }
      try world.call(.acknowledgeInterrupt, through: .irq, 4)
      #expect(devices.lines.last == "4 open")
      interrupt(world, 4)
      #expect(try world.call(.waitInterrupt).word0 == 4)
    }
  }

  @Test func `acknowledging or closing a line takes its event out of the queue`() throws {
    let world = try booted()
    for line in [1, 2, 3] as [UInt64] {
      try world.call(.configureInterruptLine, line | Self.edge)
      interrupt(world, UInt32(line))
    }
    try world.call(.acknowledgeInterrupt, 2)
    try world.call(.configureInterruptLine, 1)
    #expect(try world.call(.waitInterrupt).word0 == 3)
    #expect(throws: SyscallError.retry) { try world.call(.waitInterrupt) }
    #expect(throws: SyscallError.wrongState) { try world.call(.acknowledgeInterrupt, 1) }
    #expect(throws: SyscallError.wrongState) { try world.call(.acknowledgeInterrupt, 2) }
  }

  @Test func `interrupts of lines that do not exist or are closed are ignored`() throws {
    let world = try booted()
    for line in [0, 23, 24, .max] as [UInt32] { interrupt(world, line) }
    #expect(throws: SyscallError.retry) { try world.call(.waitInterrupt) }
    #expect(throws: SyscallError.wrongState) { try world.call(.acknowledgeInterrupt, 23) }
    for line in [24, 1 << 32] as [UInt64] {
      #expect(throws: SyscallError.invalidArgument) { try world.call(.acknowledgeInterrupt, line) }
    }
    #expect(throws: SyscallError.invalidArgument) {
      try world.call(.configureInterruptLine, 24 | Self.edge)
    }
    #expect(throws: SyscallError.invalidArgument) {
      try world.call(.configureInterruptLine, 1 | 8 << 32)
    }
  }

  @Test func `a notification is bound by a badged capability that may signal`() throws {
    let world = try booted()
    try world.create(.notification, in: 5)
    try world.copy(5, to: 6, badge: 0x10)
    try world.copy(6, to: 7, rights: Rights.receive.rawValue)
    let line = 3 | Self.edge
    #expect(throws: SyscallError.invalidArgument) {
      try world.call(.configureInterruptLine, line, 5)
    }
    #expect(throws: SyscallError.missingRight) {
      try world.call(.configureInterruptLine, line, 7)
    }
    #expect(throws: SyscallError.wrongType) { try world.call(.configureInterruptLine, line, 1) }
    #expect(throws: SyscallError.emptySlot) { try world.call(.configureInterruptLine, line, 99) }
    #expect(throws: SyscallError.invalidArgument) { try world.call(.configureInterruptLine, 3, 6) }
    try world.call(.configureInterruptLine, line, 6)
    let bound = world.state.interrupts.slot(3, in: world.state.objects.frames)
    #expect(bound.object.badge == 0x10 && bound.object.rights == .send)
    expectSound(world)
    try world.call(.configureInterruptLine, line, 6)
    expectSound(world)
    #expect(try world.revoke(6) == .done)
    #expect(bound.object.isEmpty)
    try world.call(.configureInterruptLine, line, 6)
    try world.call(.configureInterruptLine, 3)
    #expect(bound.object.isEmpty)
    expectSound(world)
  }

  @Test(arguments: [0, 0xF] as [UInt64])
  func `an interrupt lets its waiting handler run before a less urgent thread`(traced: UInt64)
    throws
  {
    let world = try booted()
    try world.create(.notification, in: 5)
    try world.copy(5, to: 6, badge: 0x10)
    try world.call(.configureInterruptLine, 3 | Self.edge, 6)
    if traced != 0 { try world.call(.traceControl, traced) }
    let handler = try world.startThread(priority: 90)
    let worker = try world.startThread(priority: 80)
    let equal = try world.startThread(priority: 80)
    world.reschedule()
    world.call(.receive, 5)
    #expect(handler.object.state == .receiving && world.cpu.object.current == worker)
    worker.object.context.rax = 77
    interrupt(world, 3)
    #expect(world.cpu.object.current == handler)
    #expect(handler.tag.flags == .notified && handler.words == [0x10, 0, 0, 0])
    #expect(try world.call(.waitInterrupt).word0 == 3)
    expectSound(world)
    // Who was interrupted keeps its registers and its place before its equals.
    world.call(.receive, 5)
    #expect(world.cpu.object.current == worker && equal.object.state == .ready)
    #expect(worker.object.context.rax == 77)
    expectSound(world)
    // Without a waiting handler the signal stays; with a more urgent thread the handler waits.
    try world.call(.acknowledgeInterrupt, 3)
    let urgent = try world.startThread(priority: 100)
    world.reschedule()
    interrupt(world, 3)
    #expect(world.cpu.object.current == urgent && handler.object.state == .ready)
    #expect(handler.words[0] == 0x10)
    expectSound(world)
  }
}
