// Lines that fire too often.

import CapABI
import IPC
import IrqdCore
import Service
import ServiceTesting
import Testing

struct StormTests {
  @Test func `the fastest serial port is no storm`() throws {
    let world = try IrqWorld()
    try world.register()
    for _ in 0..<4 {
      // 12 000 events a second.
      try world.storm(1200)
      world.pass(100 * millisecond)
    }
    #expect(try world.record().stormCount == 0 && world.open[4] != nil)
  }

  @Test func `too many events make a line pause`() throws {
    let world = try IrqWorld()
    try world.register()
    try world.storm(2001)
    #expect(try world.record().state == .paused)
    #expect(world.open.isEmpty && world.irqd.deadline == world.now + 10 * millisecond)
    world.pass(10 * millisecond - 1)
    #expect(world.open.isEmpty)
    world.pass(1)
    #expect(world.open[4] != nil && world.irqd.deadline == nil)
    #expect(try world.record().stormCount == 1)
    world.fire()
    #expect(world.signals == 2002)
  }

  @Test func `the pause doubles up to its limit and begins anew after a calm second`() throws {
    let world = try IrqWorld()
    try world.register()
    for pause in [10, 20, 40, 80, 160, 320, 640, 1280, 1280] as [UInt64] {
      try world.storm(2001)
      #expect(world.irqd.deadline == world.now + pause * millisecond)
      world.pass(pause * millisecond)
    }
    world.pass(1_000 * millisecond)
    try world.storm(2001)
    #expect(world.irqd.deadline == world.now + 10 * millisecond)
  }

  @Test func `the log hears of the first pause only`() throws {
    let world = try IrqWorld()
    try world.register()
    for _ in 0..<3 {
      try world.storm(2001)
      world.pass(2_000 * millisecond)
    }
    #expect(world.kernel.notified.filter { $0.slot == StartupSlot.log }.count == 1)
  }

  @Test func `a line that is masked in its pause stays closed`() throws {
    let world = try IrqWorld()
    try world.register()
    try world.storm(2001)
    try world.ask(.setMask(line: 4, isMasked: true))
    world.pass(10 * millisecond)
    #expect(world.open.isEmpty)
    #expect(try world.record().state == .masked)
  }

  @Test func `a new handler does not end a pause`() throws {
    let world = try IrqWorld()
    try world.register()
    try world.storm(2001)
    try world.ask(.registerHandler(line: 4, .none), as: driver, [IrqWorld.notification])
    #expect(world.open.isEmpty)
    world.pass(10 * millisecond)
    #expect(world.open[4] != nil)
  }
}
