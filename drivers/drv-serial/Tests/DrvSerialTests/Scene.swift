// drv-serial between a model of the port, an irqd that closes the line until it is acknowledged, a
// deviced that takes the endpoint, and a client.

import Bootstrap
import Bytes
import CapABI
import DrvSerialCore
import IPC
import Service
import ServiceTesting
import StoreTesting
import Sys
import Testing

/// What surrounds a driver; it outlives drivers.
final class Machine {
  var uart = ModelUART()
  /// Whether the line lets an edge through.
  var isLineOpen = false
  private var wasPinHigh = false
  /// An event that was let through and not yet delivered.
  private(set) var isEventPending = false
  var acknowledgedCount = 0
  var refusal: ResultCode?
  /// What was brought to irqd and deviced.
  var registered: [TestCapability] = []

  /// Lets the interrupt controller look at the pin.
  func sample() {
    let isHigh = uart.pin
    if isHigh, !wasPinHigh, isLineOpen {
      isLineOpen = false
      isEventPending = true
    }
    wasPinHigh = isHigh
  }

  /// Takes the event.
  func takeEvent() -> Bool {
    defer { isEventPending = false }
    return isEventPending
  }
}

/// A driver and its client.
final class Scene {
  let kernel = TestKernel()
  let machine: Machine
  var driver: DrvSerial
  /// The number of the next byte that the client wants.
  var cursor: UInt64 = 0

  static let client = Badge(rawValue: 0x3_0031)

  init(_ machine: Machine = Machine(), heap: Int = 1 << 16, time: UInt64 = 1000) throws {
    self.machine = machine
    kernel.slots[StartupSlot.endpoint.rawValue] = TestCapability(
      .endpoint, .send | .receive, name: "driver")
    kernel.slots[StartupSlot.notification.rawValue] = TestCapability(
      .notification, .send | .receive, name: "bell")
    kernel.answer(ServiceSlot.control(0)) { Self.port($0, machine) }
    kernel.serve(ServiceSlot.peer(0), IrqdRequest.self) { request, capabilities in
      (try Self.irqd(request, capabilities, machine), [])
    }
    kernel.serve(ServiceSlot.peer(1), DevicedRequest.self) { request, capabilities in
      if let code = machine.refusal { throw code }
      guard case .registerProvider(.serial) = request else { throw ResultCode.notFound }
      machine.registered += capabilities
      return (DevicedReply.registerProvider, [])
    }
    var start = Start.sample(.drvSerial, heapBytes: heap, startNanoseconds: time)
    var system = kernel.system
    driver = try DrvSerial(&start, &system)
    settle()
  }

  private static func port(_ message: TestMessage, _ machine: Machine) -> TestMessage {
    defer { machine.sample() }
    let register = message.word(0) &- 0x3F8
    guard register < 8 else { return .refusing(.denied) }
    if message.tag.label == ControlOperation.ioPortRead8.rawValue {
      let value = machine.uart.read(register)
      return TestMessage(
        MessageTag(label: 0, length: 8), [value] + [UInt8](repeating: 0, count: 7))
    }
    machine.uart.write(register, UInt8(truncatingIfNeeded: message.word(1)))
    return TestMessage(MessageTag(label: 0))
  }

  private static func irqd(
    _ request: IrqdRequest, _ capabilities: [TestCapability], _ machine: Machine
  ) throws -> IrqdReply {
    switch request {
    case .registerHandler(let line, let flags):
      guard line == 4, flags == .none else { throw ResultCode.notFound }
      machine.registered += capabilities
      machine.isLineOpen = true
      return .registerHandler
    case .acknowledge(let line):
      guard line == 4 else { throw ResultCode.notFound }
      machine.acknowledgedCount += 1
      machine.isLineOpen = true
      return .acknowledge
    default: throw ResultCode.denied
    }
  }

  // MARK: What happens

  /// Delivers interrupts until none is left.
  func settle() {
    machine.sample()
    while machine.takeEvent() {
      kernel.arrive(signal: 1)
      kernel.run(&driver)
      machine.sample()
    }
  }

  /// The peer sends, and the driver gets its interrupts.
  func peerSends(_ count: Int) {
    machine.uart.peerSends(count)
    settle()
  }

  /// How often the client was signalled.
  var signalCount: Int { kernel.notified.filter { $0.slot == ServiceSlot.peer(2) }.count }

  private func send(_ operation: DrvSerialOperation, _ body: [UInt8], _ badge: Badge) throws
    -> TestMessage
  {
    let before = kernel.replies.count
    let tag = MessageTag(label: operation.rawValue, length: UInt16(body.count))
    kernel.arrive(TestMessage(tag, body), badge: badge)
    kernel.run(&driver)
    settle()
    guard kernel.replies.count > before, let last = kernel.replies.last?.message else {
      throw TestFailure.noReply
    }
    guard last.tag.result == .ok else { throw last.tag.result }
    return last
  }

  /// WRITE; gives how many bytes were taken.
  func write(_ bytes: [UInt8], as badge: Badge = Scene.client) throws -> (taken: Int, room: Int) {
    let count = [UInt8(bytes.count % 256), UInt8(bytes.count / 256), 0, 0]
    let reply = try send(.write, count + bytes, badge)
    return (Int(reply.word(0) & 0xFFFF), Int(reply.word(0) >> 32))
  }

  /// READ from a cursor; moves the own one behind what came.
  func read(from number: UInt64? = nil, as badge: Badge = Scene.client) throws -> [UInt8] {
    let wanted = number ?? cursor
    let body = (0..<8).map { UInt8(truncatingIfNeeded: wanted >> ($0 * 8)) }
    let reply = try send(.read, body, badge)
    let bytes = Array(reply.body.dropFirst(16))
    #expect(Int(reply.word(1) & 0xFFFF) == bytes.count)
    cursor = reply.word(0) + UInt64(bytes.count)
    return bytes
  }

  /// All input, as a client reads that has room.
  func readAll() -> [UInt8] {
    var found: [UInt8] = []
    while let bytes = try? read() { found += bytes }
    return found
  }

  /// READ_STATS.
  func stats(as badge: Badge = Scene.client) throws -> SerialPortCounters {
    let reply = try send(.readStats, [], badge)
    let plain = MessageTag(label: 0, length: reply.tag.length)
    let decoded = try DrvSerialReply(
      decoding: plain, body: reply.body.span.rawBytes, to: .readStats)
    guard case .readStats(let counters) = decoded else { throw TestFailure.noReply }
    return counters
  }
}
