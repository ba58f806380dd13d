// logd with a kernel that has a log and a clock.

import Bootstrap
import Bytes
import CapABI
import Handoff
import IPC
import LogdCore
import Service
import ServiceTesting
import Store
import StoreTesting
import Sys

/// A record as a test compares it.
struct Kept: Equatable {
  var number: UInt64
  var time: UInt64
  var source: UInt64
  var severity: LogSeverity
  var lost: UInt32
  var text: String
}

/// logd and what is around it.
final class Scene {
  let kernel = TestKernel()
  var logd: Logd
  /// The bytes of the kernel's log that it still has, and the number of the first.
  var kernelLog: [UInt8] = []
  var kernelStart: UInt64 = 0
  /// What the clock says; each look makes it later.
  var time: UInt64 = 1000

  static let source = Badge(rawValue: 0x1_0011)
  static let reader = Badge(rawValue: 0x2_0099)
  static let console = Badge(rawValue: 0x2_0031)

  init(heap: Int = 1 << 16, profile: BuildProfile = .smoke) throws {
    var start = Start.sample(.logd, heapBytes: heap, cspaceSlots: 64)
    var info = start.info
    info.profile = profile
    start = Start(info: info, heap: start.heap)
    var system = kernel.system
    logd = try Logd(&start, &system)
    kernel.answer(ServiceSlot.control(0)) { [unowned self] in read($0) }
    kernel.answer(ServiceSlot.control(1)) { [unowned self] message in
      kernelLog += message.body + [0x0A]
      return TestMessage(MessageTag(label: 0))
    }
    kernel.answer(ServiceSlot.control(2)) { [unowned self] _ in
      time += 1
      return TestMessage(MessageTag(label: 0, length: 32), words(0, time, 0, 0))
    }
  }

  private func words(_ values: UInt64...) -> [UInt8] {
    values.flatMap { value in (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
  }

  private func read(_ message: TestMessage) -> TestMessage {
    let first = max(message.word(0), kernelStart)
    let end = kernelStart + UInt64(kernelLog.count)
    guard message.word(0) <= end else { return .refusing(.invalidArgument) }
    let count = min(message.word(1), end - first)
    let offset = Int(first - kernelStart)
    let body = words(first) + kernelLog[offset..<offset + Int(count)]
    return TestMessage(MessageTag(label: 0, length: UInt16(body.count)), body)
  }

  /// The lines of the kernel's log.
  var lines: [String] {
    kernelLog.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Sends a request in bytes, since log requests do not outlive their text.
  ///
  /// - Returns: The reply.
  func send(
    _ operation: LogdOperation, _ body: [UInt8] = [], as badge: Badge, flags: MessageFlags = .none
  ) throws -> TestMessage {
    let before = kernel.replies.count
    let tag = MessageTag(
      label: operation.rawValue, length: UInt16(body.count), flags: flags)
    kernel.arrive(TestMessage(tag, body), badge: badge)
    kernel.run(&logd)
    guard kernel.replies.count > before, let last = kernel.replies.last?.message else {
      throw TestFailure.noReply
    }
    guard last.tag.result == .ok else { throw last.tag.result }
    return last
  }

  private func append(_ text: [UInt8], _ severity: LogSeverity) -> [UInt8] {
    [severity.rawValue, 0, UInt8(text.count % 256), UInt8(text.count / 256)] + text
  }

  /// APPEND; gives the number of the record.
  @discardableResult
  func append(
    _ text: String, _ severity: LogSeverity = .info, as badge: Badge = Scene.source
  ) throws -> UInt64 {
    try send(.append, append(Array(text.utf8), severity), as: badge).word(0)
  }

  /// APPEND by NOTIFY.
  func tell(_ text: String, _ severity: LogSeverity = .info) {
    kernel.arrive(
      TestMessage(
        MessageTag(
          label: LogdOperation.append.rawValue, length: UInt16(4 + text.utf8.count),
          flags: .oneWay),
        append(Array(text.utf8), severity)), badge: Scene.source)
    kernel.run(&logd)
  }

  /// READ.
  func read(_ cursor: UInt64, as badge: Badge = Scene.reader) throws -> Kept {
    let reply = try send(.read, words(cursor), as: badge)
    let plain = MessageTag(label: 0, length: reply.tag.length)
    let decoded = try LogdReply(decoding: plain, body: reply.body.span.rawBytes, to: .read)
    guard case .read(let record) = decoded else { throw TestFailure.noReply }
    let text = (0..<record.text.bytes.byteCount).map { index in
      (try? record.text.bytes.integer(at: index, as: UInt8.self)) ?? 0
    }
    return Kept(
      number: record.number, time: record.nanoseconds, source: record.source.rawValue,
      severity: record.severity, lost: record.lostCount,
      text: String(decoding: text, as: UTF8.self))
  }

  /// All records from a cursor on.
  func all(from cursor: UInt64 = 0) throws -> [Kept] {
    var found: [Kept] = []
    var cursor = cursor
    while let record = try? read(cursor) {
      found.append(record)
      cursor = record.number + 1
    }
    return found
  }

  /// SET_MIRROR; gives the number of the first record that nobody has shown.
  @discardableResult
  func setMirror(_ mirror: LogMirror, as badge: Badge = Scene.console) throws -> UInt64 {
    let body = [mirror.rawValue] + [UInt8](repeating: 0, count: 7)
    return try send(.setMirror, body, as: badge).word(0)
  }

  /// How often seriald was signalled.
  var signalCount: Int { kernel.notified.filter { $0.slot == ServiceSlot.peer(0) }.count }

  /// STATUS.
  func status() throws -> LogStatus {
    let reply = try send(.status, as: Scene.reader)
    let plain = MessageTag(label: 0, length: reply.tag.length)
    let decoded = try LogdReply(decoding: plain, body: reply.body.span.rawBytes, to: .status)
    guard case .status(let status) = decoded else { throw TestFailure.noReply }
    return status
  }
}
