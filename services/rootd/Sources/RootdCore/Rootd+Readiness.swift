// Waiting for a foundation service: its report, its fault or its silence.

import Bootstrap
import CapABI
import Handoff
import IPC
import Sys

extension Rootd {
  /// Nanoseconds that a service may take to its report.
  static var patience: UInt64 { 5_000_000_000 }

  /// Waits until a service that rootd made reports, and tells the kernel.
  mutating func awaitReady(
    _ service: ServiceEntry, _ config: borrowing BootConfig
  ) throws(BootFailure) {
    let badge = Self.supervisorBadge(of: service, config)
    let code: ReadinessCode
    do throws(ResultCode) {
      code = try receiveReport(from: badge)
    } catch {
      switch error {
      case .timedOut: throw .silent(service.role)
      case .peerDied: throw .ended(service.role)
      default: throw .refused(service.role, error)
      }
    }
    guard code == .ready else { throw .service(service.role, code) }
    if let stage = RootdStage(readyRole: service.role) { report(stage) }
  }

  /// Waits until procd knows whether a service that it started serves, and tells the kernel.
  mutating func awaitService(_ service: ServiceEntry) throws(BootFailure) {
    do throws(ResultCode) {
      let reply: ProcdReply = try system.ask(
        ProcdRequest.awaitReady(service.role), of: RootdSlots.procd,
        deadline: try system.now() &+ Self.patience)
      guard reply == .awaitReady else { throw .internal }
    } catch {
      switch error {
      case .timedOut: throw .silent(service.role)
      case .noMemory: throw .service(service.role, .noMemory)
      case .peerDied: throw .ended(service.role)
      case .wrongState, .limitReached:
        throw .service(service.role, readinessCode(of: service.role))
      default: throw .refused(service.role, error)
      }
    }
    if let stage = RootdStage(readyRole: service.role) { report(stage) }
  }

  /// What a service that procd started said instead of READY.
  ///
  /// It may be started again by now, and say it once more: then procd has no code for a moment.
  private mutating func readinessCode(of role: RoleID) -> ReadinessCode {
    for _ in 0..<4 {
      let code = record(of: role)?.exitCode ?? 0
      guard code == 0 else { return ReadinessCode(rawValue: UInt16(truncatingIfNeeded: code)) }
      guard let time = try? system.now() else { break }
      let _: ProcdReply? = try? system.ask(
        ProcdRequest.awaitReady(role), of: RootdSlots.procd, deadline: time &+ Self.patience)
    }
    return .internal
  }

  /// How the process of a role ended that is gone for good; nil when procd does not say.
  mutating func end(of role: RoleID) -> (EndCause, UInt32)? {
    guard let process = record(of: role)?.process, let time = try? system.now(),
      case .wait(let cause, let code)? = try? system.ask(
        ProcdRequest.wait(process), of: RootdSlots.procd, ProcdReply.self,
        deadline: time &+ Self.patience)
    else { return nil }
    return (cause, code)
  }

  /// What procd knows about the process of a role.
  mutating func record(of role: RoleID) -> ProcessRecord? {
    var cursor = ProcessID.none
    while let time = try? system.now(),
      case .query(let record)? = try? system.ask(
        ProcdRequest.query(cursor: cursor), of: RootdSlots.procd, ProcdReply.self,
        deadline: time &+ Self.patience)
    {
      if record.role == role { return record }
      cursor = ProcessID(rawValue: record.process.rawValue &+ 1)
    }
    return nil
  }

  /// The next report; anything else that arrives from the foundation is an end.
  private mutating func receiveReport(from badge: Badge) throws(ResultCode) -> ReadinessCode {
    system.buffer.setDeadline(try system.now() &+ Self.patience)
    let tag = MessageTag(label: 0, flags: .deadline)
    let answer = system.receive(RootdSlots.endpoint, tag)
    guard answer.status == .ok else { throw answer.status }
    let message = system.take(answer)
    guard message.badge == badge || !message.isOneWay else { throw .denied }
    // A fault: it will not report any more.
    guard message.badge == badge, !message.isFromKernel else { throw .peerDied }
    switch try system.decode(message, as: ProcdRequest.self) {
    case .ready(let code): return ReadinessCode(rawValue: code)
    case .exit(let code):
      // The report with the same code may be behind it: they wait on different queues.
      guard code != 0, let code = UInt16(exactly: code) else { throw .peerDied }
      return ReadinessCode(rawValue: code)
    default: throw .invalidArgument
    }
  }
}

extension RootdStage {
  /// The stage that says that a service is up.
  init?(readyRole role: RoleID) {
    switch role {
    case .memd: self = .memdReady
    case .vspaced: self = .vspacedReady
    case .pagerd: self = .pagerdReady
    case .procd: self = .procdReady
    case .named: self = .namedReady
    case .timed: self = .timedReady
    case .logd: self = .logdReady
    case .crashd: self = .crashdReady
    case .irqd: self = .irqdReady
    case .deviced: self = .devicedReady
    case .probed: self = .probedReady
    case .hotplugd: self = .hotplugdReady
    case .seriald: self = .serialReady
    default: return nil
    }
  }
}

extension System {
  /// Monotonic nanoseconds.
  mutating func now() throws(ResultCode) -> UInt64 {
    try control(.readClock, on: RootSlot.time.slot).word1
  }
}
