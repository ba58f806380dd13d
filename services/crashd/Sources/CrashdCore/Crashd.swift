// crashd: records of processes that did not end by themselves
// (docs/reference/protocols/crashd.md). procd tells of a crash one-way; crashd asks it for the
// details, keeps them in a ring, and tells the log.

public import Bootstrap
import Bytes
public import CapABI
import IPC
import Runtime
public import Service
import Store
public import Sys

/// The records of crashes.
public struct Crashd: Server {
  static let procd = ServiceSlot.peer(0)

  private struct Crash: BitwiseCopyable {
    var nanoseconds: UInt64
    var details: CrashDetails
  }

  private var crashes: Ring<Crash>
  private var incompleteCount: UInt64 = 0

  /// A service without records.
  ///
  /// - Throws: NO_MEMORY when its heap has no room for a record.
  public init<S: System>(_ start: inout Start, _ system: inout S) throws(ReadinessCode) {
    crashes = Ring(in: try start.take(start.heap.byteCount & ~15))
    guard crashes.capacity > 0 else { throw .noMemory }
  }

  /// Answers procd and those who read.
  public mutating func answer<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    let isReporter = CrashdFaces.reporter.contains(message.badge)
    guard isReporter || CrashdFaces.reader.contains(message.badge) else { throw .denied }
    let request = try system.decode(message, as: CrashdRequest.self)
    guard isReporter == request.isOfReporter else { throw .denied }
    switch request {
    case .report(let crash, let process, let role, let cause, let nanoseconds):
      let reported = CrashDetails(
        process: process, role: role, cause: cause, name: Self.name(of: role), slot: .null,
        fault: nil)
      let details = complete(reported, crash, &system)
      _ = crashes.append(Crash(nanoseconds: nanoseconds, details: details))
      tellLog(details.name, &system)
      return .nothing
    case .read(let cursor):
      return .now(try system.encode(reply: try read(cursor)))
    case .status:
      let status = CrashStatus(
        oldestNumber: crashes.oldest, nextNumber: crashes.next, incompleteCount: incompleteCount)
      return .now(try system.encode(reply: CrashdReply.status(status)))
    }
  }

  /// The reply to READ.
  ///
  /// - Throws: NOT_FOUND at the end.
  private func read(_ cursor: UInt64) throws(ResultCode) -> CrashdReply {
    guard let number = crashes.first(from: cursor), let crash = crashes[number] else {
      throw .notFound
    }
    return .read(
      CrashRecord(
        number: number, nanoseconds: crash.nanoseconds,
        lostCount: crashes.lostCount(from: cursor), details: crash.details))
  }

  /// What procd knows of a crash; what it reported when it forgot the rest.
  private mutating func complete<S: System>(
    _ reported: CrashDetails, _ crash: UInt64, _ system: inout S
  ) -> CrashDetails {
    let reply = try? system.ask(ProcdRequest.readCrash(crash), of: Self.procd, ProcdReply.self)
    guard let reply, case .readCrash(let details) = reply, details.process == reported.process
    else {
      incompleteCount += 1
      return reported
    }
    return details
  }

  /// Tells the log by NOTIFY, as logd may be what crashed: a full ring loses the line.
  private func tellLog<S: System>(_ name: ServiceName, _ system: inout S) {
    var line = TextLine("crash: ")
    for index in 0..<name.length {
      line.append(byte: (try? name.paddedBytes.integer(at: index, as: UInt8.self)) ?? 0)
    }
    var bytes = FixedBytes<32>()
    for index in 0..<min(line.count, 32) { bytes[index] = line[index] }
    guard let text = LogText(bytes.rawBytes.extracting(first: line.count)) else { return }
    try? system.tell(LogdRequest.append(.error, text), to: StartupSlot.log)
  }

  /// The name of a role, or that of none.
  private static func name(of role: RoleID) -> ServiceName {
    let text = TextLine(role.name ?? "unknown")
    var padded = FixedBytes<16>()
    for index in 0..<min(text.count, 16) { padded[index] = text[index] }
    guard let name = ServiceName(padded: padded) else {
      preconditionFailure("every role's name is one: RoleID's own tests")
    }
    return name
  }
}

extension CrashdRequest {
  /// Whether it is procd's.
  fileprivate var isOfReporter: Bool {
    if case .report = self { return true }
    return false
  }
}
