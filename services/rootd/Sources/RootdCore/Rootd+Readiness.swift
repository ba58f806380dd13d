// Waiting for a foundation service: its report, its fault or its silence.

import Bootstrap
import CapABI
import Handoff
import IPC
import Sys

extension Rootd {
  /// Nanoseconds that a service may take to its report.
  private static var patience: UInt64 { 5_000_000_000 }

  /// Waits until a service that rootd made reports, and tells the kernel.
  mutating func awaitReady(
    _ service: ServiceEntry, _ config: borrowing BootConfig
  ) throws(BootFailure) {
    var badge = Badge.none
    let edges = config.edges(of: service)
    for index in 0..<edges.count {
      if let edge = edges[index], edge.peer == .rootd { badge = edge.badge }
    }
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

  /// The next report; anything else that arrives from the foundation is an end.
  private mutating func receiveReport(from badge: Badge) throws(ResultCode) -> ReadinessCode {
    let clock = try system.control(.readClock, on: RootSlot.time.slot)
    system.buffer.setDeadline(clock.word1 &+ Self.patience)
    let tag = MessageTag(label: 0, flags: .deadline)
    let answer = system.receive(RootdSlots.endpoint, tag)
    guard answer.status == .ok else { throw answer.status }
    let message = system.take(answer)
    // A fault, or EXIT: it will not report any more.
    guard message.isOneWay, !message.isFromKernel else { throw .peerDied }
    guard message.badge == badge else { throw .denied }
    guard case .ready(let code) = try system.decode(message, as: ProcdRequest.self) else {
      throw .invalidArgument
    }
    return ReadinessCode(rawValue: code)
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
