// The driver: its start, each operation and error, flow control, errors of the port, and random
// traffic in both directions against what was sent.

import Bootstrap
import CapABI
import DrvSerialCore
import IPC
import Service
import ServiceTesting
import StoreTesting
import Testing

struct DrvSerialTests {
  let scene: Scene

  init() throws { scene = try Scene() }

  private func numbered(_ count: Int, from start: Int = 0) -> [UInt8] {
    (start..<start + count).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 / 256) }
  }

  // MARK: Start

  @Test func `the port is set to 115200 8N1 with its FIFOs on`() {
    let uart = scene.machine.uart
    #expect(uart.divisor == 1 && uart.lineControl == 0x03 && uart.fifoControl & 0x81 == 0x81)
    #expect(uart.modemControl == 0x0B && uart.enabled == 0x0D)
  }

  @Test func `irqd gets a way to signal the driver, deviced its endpoint`() {
    let registered = scene.machine.registered
    #expect(registered.map(\.name) == ["bell", "driver"])
    #expect(registered.map(\.badge.rawValue) == [1, 0])
    #expect(registered.map(\.rights) == [.send, .send])
  }

  @Test func `without a port there is no driver`() {
    let machine = Machine()
    machine.uart.isPresent = false
    #expect(throws: ReadinessCode.deviceAbsent) { try Scene(machine) }
  }

  @Test func `a driver that deviced refuses does not start`() {
    let machine = Machine()
    machine.refusal = .notFound
    #expect(throws: ReadinessCode.peerUnavailable) { try Scene(machine) }
  }

  @Test(arguments: [0, 4096, 8191])
  func `a heap without room for the rings is too small`(_ heap: Int) {
    #expect(throws: ReadinessCode.noMemory) { try Scene(heap: heap) }
  }

  @Test func `a driver that starts again leaves the port's input in place`() throws {
    let machine = scene.machine
    machine.isLineOpen = false
    machine.uart.toSend = Array("typed".utf8)
    machine.uart.peerSends(5)
    let second = try Scene(machine, time: 5000)
    #expect(second.readAll() == Array("typed".utf8))
    #expect(machine.uart.emptiedCount == 1)
  }

  // MARK: Input

  @Test func `input comes in order and signals the client once`() throws {
    #expect(throws: ResultCode.notFound) { try scene.read() }
    scene.machine.uart.toSend = Array("hello".utf8)
    scene.peerSends(2)
    #expect(scene.signalCount == 1)
    scene.peerSends(3)
    #expect(scene.signalCount == 1)
    #expect(try scene.read() == Array("hello".utf8))
    #expect(throws: ResultCode.notFound) { try scene.read() }
    scene.machine.uart.toSend = [1]
    scene.peerSends(1)
    #expect(scene.signalCount == 2)
  }

  @Test func `what a lost reply had is given again, and no cursor is believed that is foreign`()
    throws
  {
    scene.machine.uart.toSend = numbered(10)
    scene.peerSends(10)
    let first = try scene.read()
    let end = scene.cursor
    #expect(end == 1010)
    #expect(try scene.read(from: 1000) == first)
    #expect(try scene.read(from: 0) == first)
    #expect(try scene.read(from: .max) == first)
    #expect(try scene.read(from: 1004) == Array(first[4...]))
    #expect(try scene.read(from: 1000) == Array(first[4...]))
    #expect(throws: ResultCode.notFound) { try scene.read(from: end) }
  }

  @Test func `a later driver's numbers are higher`() throws {
    scene.machine.uart.toSend = numbered(100)
    for _ in 0..<10 { scene.peerSends(10) }
    _ = scene.readAll()
    let old = scene.cursor
    let second = try Scene(scene.machine, time: 2_000_000)
    second.cursor = old
    scene.machine.uart.toSend = [7, 8, 9]
    second.peerSends(3)
    #expect(try second.read() == [7, 8, 9])
  }

  @Test func `a peer that is asked to wait loses nothing`() throws {
    scene.machine.uart.toSend = numbered(9000)
    scene.machine.uart.peerLag = 900
    for _ in 0..<500 { scene.peerSends(12) }
    let stats = try scene.stats()
    #expect(stats.flags == .peerWaits && stats.stopCount == 1)
    #expect(stats.inputCount == 3072 + 900)
    var found: [UInt8] = []
    while found.count < 9000 {
      found += scene.readAll()
      for _ in 0..<300 { scene.peerSends(12) }
    }
    #expect(found == numbered(9000))
    #expect(scene.machine.uart.lostCount == 0)
    let last = try scene.stats()
    #expect(last.overrunCount == 0 && last.receivedCount == 9000 && last.stopCount == 2)
  }

  @Test func `an emulator that waits for the FIFO loses nothing either`() throws {
    scene.machine.uart.toSend = numbered(6000)
    scene.machine.uart.isPatient = true
    scene.machine.uart.peerLag = .max
    for _ in 0..<400 { scene.peerSends(16) }
    #expect(try scene.stats().inputCount == 4096)
    #expect(scene.machine.uart.fifo.count == 16)
    // With the ring full, input raises no interrupt.
    let count = try scene.stats().interruptCount
    for _ in 0..<10 { scene.peerSends(16) }
    #expect(try scene.stats().interruptCount == count)
    var found: [UInt8] = []
    while found.count < 6000 {
      found += scene.readAll()
      scene.peerSends(16)
    }
    #expect(found == numbered(6000) && scene.machine.uart.lostCount == 0)
  }

  @Test func `a peer that does not wait is counted`() throws {
    scene.machine.uart.toSend = numbered(6000)
    scene.machine.uart.peerLag = .max
    for _ in 0..<400 { scene.peerSends(16) }
    #expect(try scene.stats().overrunCount > 0)
    #expect(scene.machine.uart.lostCount > 0)
  }

  @Test func `bytes with errors are counted and dropped`() throws {
    for (errors, byte) in [(0x04, 1), (0x08, 2), (0x18, 0), (0x00, 3)] as [(UInt8, UInt8)] {
      scene.machine.uart.arrive(byte, errors: errors)
      scene.settle()
    }
    #expect(scene.readAll() == [3])
    let stats = try scene.stats()
    #expect(stats.parityErrorCount == 1 && stats.framingErrorCount == 1 && stats.breakCount == 1)
  }

  // MARK: Output

  @Test func `output goes out, a buffer of the port at a time`() throws {
    let text = numbered(100)
    let (taken, room) = try scene.write(text)
    #expect(taken == 100 && room == 4096 - 84)
    #expect(scene.machine.uart.output == Array(text[..<16]))
    for _ in 0..<10 {
      scene.machine.uart.drain()
      scene.settle()
    }
    #expect(scene.machine.uart.received == text)
    // Nothing left: room for output raises no interrupt any more.
    #expect(scene.machine.uart.enabled == 0x0D)
    #expect(try scene.stats().sentCount == 100)
  }

  @Test func `a full ring takes what fits and signals when it is half empty`() throws {
    for _ in 0..<4 { _ = try scene.write(numbered(1020)) }
    #expect(scene.signalCount == 0)
    let (taken, room) = try scene.write(numbered(1020))
    #expect(taken == 4096 + 16 - 4080 && room == 0)
    #expect(try scene.write([1]) == (0, 0))
    while scene.machine.uart.received.count < 2000 {
      scene.machine.uart.drain()
      scene.settle()
    }
    #expect(scene.signalCount == 0)
    for _ in 0..<10 {
      scene.machine.uart.drain()
      scene.settle()
    }
    #expect(scene.signalCount == 1)
    #expect(try scene.write(numbered(1020)).taken == 1020)
  }

  @Test func `a peer that asks to wait gets nothing until it does not any more`() throws {
    scene.machine.uart.modemLines = 0x20
    scene.settle()
    _ = try scene.write(Array("hello".utf8))
    #expect(scene.machine.uart.output.isEmpty)
    #expect(try scene.stats().flags == .peerStops)
    scene.machine.uart.modemLines = 0x30
    scene.settle()
    #expect(scene.machine.uart.output == Array("hello".utf8))
  }

  @Test func `without a peer output goes nowhere and stops nobody`() throws {
    scene.machine.uart.modemLines = 0
    scene.settle()
    _ = try scene.write(Array("hello".utf8))
    #expect(scene.machine.uart.output == Array("hello".utf8))
  }

  // MARK: Refusals

  @Test(arguments: [0, 0x1_0031, 0x2_0031, 0x5_0022] as [UInt64])
  func `other faces may do nothing`(_ badge: UInt64) {
    let badge = Badge(rawValue: badge)
    #expect(throws: ResultCode.denied) { _ = try scene.write([1], as: badge) }
    #expect(throws: ResultCode.denied) { try scene.read(as: badge) }
    #expect(throws: ResultCode.denied) { _ = try scene.stats(as: badge) }
  }

  @Test func `malformed requests are refused`() throws {
    scene.kernel.arrive(
      TestMessage(MessageTag(label: 0x5A0, length: 5), [2, 0, 0, 0, 65]), badge: Scene.client)
    scene.kernel.arrive(TestMessage(MessageTag(label: 0x5A3)), badge: Scene.client)
    scene.kernel.run(&scene.driver)
    #expect(
      scene.kernel.replies.map(\.message.tag.result) == [.invalidArgument, .unsupported])
  }

  // MARK: Everything at once

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func `random traffic arrives whole in both directions`(_ seed: UInt64) throws {
    var generator = Seeded(state: seed)
    let input = numbered(4000)
    let output = numbered(4000, from: 5)
    scene.machine.uart.toSend = input
    scene.machine.uart.peerLag = Int(generator.next() % 1000)
    scene.machine.uart.isPatient = seed % 3 == 0
    var found: [UInt8] = []
    var written = 0
    var steps = 0
    while found.count < input.count || scene.machine.uart.received.count < output.count {
      steps += 1
      try #require(steps < 100_000, "traffic stands still")
      switch generator.next() % 5 {
      case 0:
        let end = min(output.count, written + Int(1 + generator.next() % 1020))
        if written < end { written += try scene.write(Array(output[written..<end])).taken }
      case 1: if let bytes = try? scene.read() { found += bytes }
      case 2:
        scene.machine.uart.drain()
        // A change of a line in between takes nothing away.
        if generator.next() % 16 == 0 { scene.machine.uart.modemLines ^= 0x10 }
        scene.settle()
      default: scene.peerSends(Int(generator.next() % 15))
      }
    }
    #expect(found == input)
    #expect(scene.machine.uart.received == output)
    #expect(scene.machine.uart.lostCount == 0)
    #expect(scene.machine.acknowledgedCount == Int(try scene.stats().interruptCount))
  }
}
