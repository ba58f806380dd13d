// irqd on a machine that keeps the state of lines.

import CapABI
import IPC
import IrqdCore
import Service
import ServiceTesting

let rootd = Badge(rawValue: 0x2_0001)
let driver = Badge(rawValue: 0x1_0081)
let other = Badge(rawValue: 0x1_0082)
let tool = Badge(rawValue: 0x3_0051)
let millisecond: UInt64 = 1_000_000

/// irqd on a machine with 24 lines.
final class IrqWorld {
  let kernel = TestKernel()
  var irqd: Irqd
  var now: UInt64 = 5_000_000_000
  /// Lines that are open, with the flags they were configured with.
  var open: [UInt64: UInt64] = [:]
  /// Events that wait.
  var waiting: [UInt64] = []
  /// Lines whose event was taken.
  var taken: Set<UInt64> = []
  static let notification = TestCapability(
    .notification, .send, badge: Badge(rawValue: 1), name: "driver's")

  init(heapBytes: Int = 1 << 16, cspaceSlots: UInt32 = 4096) throws {
    kernel.slots[StartupSlot.notification.rawValue] = TestCapability(
      .notification, .send | .receive, name: "own")
    var start = Start.sample(.irqd, heapBytes: heapBytes, cspaceSlots: cspaceSlots)
    var system = kernel.system
    irqd = try Irqd(&start, &system)
    kernel.answer(ServiceSlot.control(0)) { [unowned self] in control($0) }
  }

  private func control(_ message: TestMessage) -> TestMessage {
    let line = message.word(0) & 0xFFFF_FFFF
    switch ControlOperation(rawValue: message.tag.label) {
    case .readMonotonicClock: return words([0, now])
    case .waitInterrupt:
      guard let line = waiting.first else { return .refusing(.retry) }
      waiting.removeFirst()
      taken.insert(line)
      return words([line])
    case .configureInterruptLine:
      guard line < 24 else { return .refusing(.invalidArgument) }
      taken.remove(line)
      waiting.removeAll { $0 == line }
      let flags = message.word(0) >> 32
      open[line] = flags & 4 != 0 ? flags : nil
      return words([])
    case .acknowledgeInterrupt:
      guard taken.remove(line) != nil else { return .refusing(.wrongState) }
      open[line] = 4
      return words([])
    default: return .refusing(.unsupported)
    }
  }

  private func words(_ words: [UInt64]) -> TestMessage {
    let body = words.flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
    }
    return TestMessage(MessageTag(label: 0, length: UInt16(body.count)), body)
  }

  @discardableResult
  func ask(
    _ request: IrqdRequest, as badge: Badge = driver, _ capabilities: [TestCapability] = []
  ) throws -> IrqdReply {
    try kernel.ask(&irqd, request, badge: badge, capabilities).reply
  }

  func code(
    _ request: IrqdRequest, as badge: Badge = driver, _ capabilities: [TestCapability] = []
  ) -> ResultCode? {
    do {
      try ask(request, as: badge, capabilities)
      return nil
    } catch {
      return error as? ResultCode
    }
  }

  /// Line 4, seeded for the driver, sealed.
  func seed() throws {
    try ask(.seedHandler(client: driver, line: 4, .none), as: rootd)
    try ask(.seal, as: rootd)
  }

  /// The same, with its handler.
  func register() throws {
    try seed()
    try ask(.registerHandler(line: 4, .none), as: driver, [Self.notification])
  }

  /// The line fires, if it is open.
  func fire(_ line: UInt64 = 4) {
    guard open.removeValue(forKey: line) != nil else { return }
    waiting.append(line)
    kernel.arrive(signal: 1)
    kernel.run(&irqd)
  }

  func pass(_ nanoseconds: UInt64) {
    now += nanoseconds
    guard let due = irqd.deadline, due <= now else { return }
    kernel.arriveTime()
    kernel.run(&irqd)
  }

  /// How often the driver was signalled.
  var signals: Int {
    kernel.notified.filter { $0.slot.rawValue > ServiceSlot.firstFree }.count
  }

  func record(_ cursor: UInt32 = 0) throws -> LineRecord {
    guard case .readLine(let record) = try ask(.readLine(cursor: cursor), as: tool) else {
      throw TestFailure.noReply
    }
    return record
  }

  /// So many events, each acknowledged.
  func storm(_ count: Int) throws {
    for _ in 0..<count {
      fire()
      try ask(.acknowledge(line: 4))
    }
  }
}
