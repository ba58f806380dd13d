// seriald with a driver that a test can stop, a deviced that gives it or not, and a log.

import Bootstrap
import Bytes
import CapABI
import Handoff
import IPC
import SerialdCore
import Service
import ServiceTesting
import StoreTesting
import Sys
import Testing

/// What surrounds seriald; it outlives seriald.
final class Surroundings {
  /// What was typed and not taken; the number of the first byte.
  var typed: [UInt8] = []
  var typedStart: UInt64 = 5000
  /// What the driver sent, and how much more it takes.
  var shown: [UInt8] = []
  var room = Int.max
  /// What the driver answers instead; nil for as it should.
  var driverTrouble: ResultCode?
  /// What RESOLVE_PROVIDER answers, one after another; then OK.
  var resolutions: [ResultCode] = []
  var providerCount = 0
  var halCount = 0
  /// Records from number 1 on; those before `firstRecord` are gone.
  var records: [(text: String, severity: LogSeverity, source: UInt64)] = []
  var firstRecord: UInt64 = 1
  /// What SET_MIRROR gives.
  var mirrorNumber: UInt64 = 1
  var mirrorCount = 0
  var time: UInt64 = 1_000_000

  func log(_ text: String, _ severity: LogSeverity = .info, from source: UInt64 = 0x1_0012) {
    records.append((text, severity, source))
  }
}

/// seriald and its clients.
final class Scene {
  let kernel = TestKernel()
  let around: Surroundings
  var seriald: Seriald
  private var seenReplies = 0

  static let shell = Badge(rawValue: 0x2_0051)
  static let writer = Badge(rawValue: 0x1_0099)
  static let other = Badge(rawValue: 0x1_0098)
  static let readerReply = CapSlot(rawValue: ServiceSlot.firstFree + 1)

  init(
    _ around: Surroundings = Surroundings(), heap: Int = 1 << 18, cspaceSlots: UInt32 = 4096,
    profile: BuildProfile = .smoke
  ) throws {
    self.around = around
    kernel.answer(ServiceSlot.control(0)) { _ in
      around.time += 1000
      return TestMessage(MessageTag(label: 0, length: 32), words(0, around.time, 0, 0))
    }
    kernel.serve(ServiceSlot.peer(0), DevicedRequest.self) { request, _ in
      switch request {
      case .registerHAL(.serial):
        around.halCount += 1
        return (DevicedReply.registerHAL, [])
      case .resolveProvider(.serial):
        if !around.resolutions.isEmpty { throw around.resolutions.removeFirst() }
        around.providerCount += 1
        let driver = TestCapability(.endpoint, .send)
        return (DevicedReply.resolveProvider(driver: .drvSerial), [driver])
      default: throw ResultCode.denied
      }
    }
    kernel.answer(ServiceSlot.peer(1)) { Self.logd($0, around) }
    kernel.answer(CapSlot(rawValue: ServiceSlot.firstFree)) { Self.driver($0, around) }
    var start = Start.sample(
      .seriald, heapBytes: heap, cspaceSlots: cspaceSlots, profile: profile)
    var system = kernel.system
    seriald = try Seriald(&start, &system)
  }

  private static func driver(_ message: TestMessage, _ around: Surroundings) -> TestMessage {
    if let code = around.driverTrouble { return .refusing(code) }
    switch message.tag.label {
    case DrvSerialOperation.write.rawValue:
      let bytes = Array(message.body.dropFirst(4))
      let taken = min(bytes.count, around.room)
      around.room -= taken
      around.shown += bytes.prefix(taken)
      return TestMessage(MessageTag(label: 0, length: 8), words(UInt64(taken)))
    case DrvSerialOperation.read.rawValue:
      let cursor = message.word(0)
      if cursor >= around.typedStart, cursor <= around.typedStart + UInt64(around.typed.count) {
        around.typed.removeFirst(Int(cursor - around.typedStart))
        around.typedStart = cursor
      }
      guard !around.typed.isEmpty else { return .refusing(.notFound) }
      let bytes = Array(around.typed.prefix(1008))
      let body = words(around.typedStart, UInt64(bytes.count)) + bytes
      return TestMessage(MessageTag(label: 0, length: UInt16(body.count)), body)
    default:
      return TestMessage(MessageTag(label: 0, length: 56), words(42, 0, 0, 0, 0, 0, 0))
    }
  }

  private static func logd(_ message: TestMessage, _ around: Surroundings) -> TestMessage {
    guard message.tag.label == LogdOperation.read.rawValue else {
      around.mirrorCount += 1
      return TestMessage(MessageTag(label: 0, length: 8), words(around.mirrorNumber))
    }
    let wanted = max(message.word(0), 1)
    let number = max(wanted, around.firstRecord)
    guard number <= UInt64(around.records.count) else { return .refusing(.notFound) }
    let record = around.records[Int(number - 1)]
    let text = Array(record.text.utf8)
    let head =
      UInt64(record.severity.rawValue) | UInt64(text.count) << 16 | (number - wanted) << 32
    let body = words(number, number * 1_234_000_000, record.source, head) + text
    return TestMessage(MessageTag(label: 0, length: UInt16(body.count)), body)
  }

  // MARK: What happens

  /// A person types.
  func type(_ text: String) { type(Array(text.utf8)) }

  func type(_ bytes: [UInt8]) {
    around.typed += bytes
    signal(1)
  }

  /// The driver, deviced or logd signal.
  func signal(_ bits: UInt64) {
    kernel.arrive(signal: bits)
    kernel.run(&seriald)
  }

  /// What was shown since the last look.
  func look() -> String {
    defer { around.shown = [] }
    return String(decoding: around.shown, as: UTF8.self)
  }

  // MARK: Requests

  /// Sends a request; gives the reply if there is one.
  private func send(_ operation: SerialdOperation, _ body: [UInt8], _ badge: Badge) throws
    -> TestMessage?
  {
    let before = kernel.replies.count
    kernel.arrive(
      TestMessage(MessageTag(label: operation.rawValue, length: UInt16(body.count)), body),
      badge: badge)
    kernel.run(&seriald)
    // Replies to requests that waited go through other slots.
    let own = kernel.replies[before...].last { $0.slot == StartupSlot.endpoint }
    guard let own else { return nil }
    guard own.message.tag.result == .ok else { throw own.message.tag.result }
    return own.message
  }

  /// WRITE.
  ///
  /// - Returns: Whether it was answered at once.
  @discardableResult
  func write(_ bytes: [UInt8], as badge: Badge = Scene.writer) throws -> Bool {
    try send(.write, [UInt8(bytes.count % 256), UInt8(bytes.count / 256), 0, 0] + bytes, badge)
      != nil
  }

  @discardableResult
  func write(_ text: String, as badge: Badge = Scene.writer) throws -> Bool {
    try write(Array(text.utf8), as: badge)
  }

  /// READ.
  func read(_ cursor: UInt64, as badge: Badge = Scene.shell) throws -> (UInt64, [UInt8]) {
    guard let reply = try send(.read, words(cursor), badge) else { throw TestFailure.noReply }
    return (reply.word(0), Array(reply.body.dropFirst(16)))
  }

  /// READ_LINE; its reply comes later.
  func readLine(
    _ prompt: String = "> ", _ text: String = "", as badge: Badge = Scene.shell
  ) throws {
    let first = Array(prompt.utf8)
    let second = Array(text.utf8)
    let head = [first.count, second.count, second.count, 0].flatMap {
      [UInt8($0 % 256), UInt8($0 / 256)]
    }
    _ = try send(.readLine, head + first + second, badge)
  }

  /// READ_KEY; its reply comes later.
  func readKey(as badge: Badge = Scene.shell) throws { _ = try send(.readKey, [], badge) }

  private func nextReply() throws -> TestMessage {
    let replies = kernel.replies.filter { $0.slot == Self.readerReply }
    guard replies.count > seenReplies else { throw TestFailure.noReply }
    seenReplies += 1
    return replies[seenReplies - 1].message
  }

  /// The next line that the reader got.
  func line() throws -> (end: LineEnd, text: String, cursor: Int) {
    let reply = try nextReply()
    let end = try #require(LineEnd(rawValue: reply.body[0]))
    let text = String(decoding: reply.body.dropFirst(8), as: UTF8.self)
    return (end, text, Int(reply.body[4]) + Int(reply.body[5]) * 256)
  }

  /// The next key that the reader got.
  func key() throws -> SerialKey {
    let reply = try nextReply()
    let code = try #require(SerialKeyCode(rawValue: reply.body[0]))
    let scalar = UInt32(reply.word(0) >> 32)
    return try #require(scalar == 0 ? SerialKey(code) : SerialKey(code, scalar: scalar))
  }

  /// STATUS.
  func status(as badge: Badge = Scene.shell) throws -> SerialdStatus {
    guard let reply = try send(.status, [], badge) else { throw TestFailure.noReply }
    let plain = MessageTag(label: 0, length: reply.tag.length)
    let decoded = try SerialdReply(decoding: plain, body: reply.body.span.rawBytes, to: .status)
    guard case .status(let status) = decoded else { throw TestFailure.noReply }
    return status
  }
}

func words(_ values: UInt64...) -> [UInt8] {
  values.flatMap { value in (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
}
