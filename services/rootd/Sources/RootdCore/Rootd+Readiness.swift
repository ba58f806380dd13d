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
  mutating func awaitService(
    _ service: ServiceEntry, _ process: ProcessID
  ) throws(BootFailure) {
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
      case .wrongState: throw .service(service.role, readinessCode(of: process))
      default: throw .refused(service.role, error)
      }
    }
    if let stage = RootdStage(readyRole: service.role) { report(stage) }
  }

  /// What a service that procd started said instead of READY.
  private mutating func readinessCode(of process: ProcessID) -> ReadinessCode {
    guard let time = try? system.now() else { return .internal }
    let reply: ProcdReply? = try? system.ask(
      ProcdRequest.wait(process), of: RootdSlots.procd, deadline: time &+ Self.patience)
    guard case .wait(.notReady, let code) = reply else { return .internal }
    return ReadinessCode(rawValue: UInt16(truncatingIfNeeded: code))
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
