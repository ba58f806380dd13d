// After the start: rootd waits for what must not happen, the end of a required service, and for
// named's restarts, after which it seeds again.

import Bootstrap
import CapABI
import Handoff
import IPC
public import Runtime
import Sys

extension Rootd {
  /// Watches the foundation and hears from procd, for as long as all required services are there.
  ///
  /// The boot is over, and reported so, when the programs that it waits for ended with code 0.
  ///
  /// - Parameter start: What the kernel gave.
  /// - Throws: Which required service is gone, or why a machine that is to end does not.
  public mutating func watch(_ start: borrowing RootStart) throws(BootFailure) {
    guard let module = start.bootConfiguration, let bytes = start.bytes(of: module),
      let config = try? BootConfig(decoding: bytes)
    else { throw .configuration(.badMagic(found: 0)) }
    try watch(config)
  }

  /// The same with the configuration at hand.
  mutating func watch(_ config: borrowing BootConfig) throws(BootFailure) {
    if unfinished == 0 { report(.ready) }
    while true {
      let answer = system.receive(RootdSlots.endpoint, MessageTag(label: 0))
      guard answer.status == .ok else { throw .refused(.rootd, answer.status) }
      guard !answer.tag.flags.contains(.notified) else {
        guard let role = Self.ended(answer.words.word0, config) else { continue }
        throw .ended(role)
      }
      let message = system.take(answer)
      guard !RootdFaces.power.contains(message.badge) else {
        try hearPower(message, config)
        continue
      }
      guard let sender = Self.sender(of: message, config) else {
        refuse(message)
        continue
      }
      guard message.isOneWay, !message.isFromKernel else { throw .ended(sender) }
      try hear(message, from: sender, config)
    }
  }

  /// A one-way message of a foundation service; one that is malformed counts for nothing.
  private mutating func hear(
    _ message: Message, from sender: RoleID, _ config: borrowing BootConfig
  ) throws(BootFailure) {
    guard let request = try? system.decode(message, as: ProcdRequest.self) else { return }
    switch request {
    case .ready(let code) where code != ReadinessCode.ready.rawValue:
      throw .service(sender, ReadinessCode(rawValue: code))
    case .serviceState(let role, let event) where sender == .procd:
      guard let index = Self.index(of: role, config), let service = config.services[index] else {
        return
      }
      switch event {
      case .started: try restarted(service, config)
      case .failed:
        if unfinished & 1 << UInt64(index) != 0 {
          try finished(role, at: index, config)
        } else if service.isRequired {
          throw .ended(role)
        } else if service.launchKind == .driver {
          giveUp(role)
        }
      }
    default: break
    }
  }

  /// A program ended that the boot waits for.
  ///
  /// After the last one who holds what is told once more: nothing that the programs did may have
  /// changed it.
  private mutating func finished(
    _ role: RoleID, at index: Int, _ config: borrowing BootConfig
  ) throws(BootFailure) {
    guard case (.exit, let code)? = end(of: role) else { throw .ended(role) }
    guard code == 0 else { throw .program(role, code) }
    unfinished &= ~(1 << UInt64(index))
    guard unfinished == 0 else { return }
    if switches.flags.contains(.audit) {
      letOthersFinish()
      try tellAuthority(config)
    }
    report(.ready)
  }

  /// Lets services of rootd's own priority end what they are at, so that no message is under way
  /// while the audit looks.
  ///
  /// Less urgent ones do not run meanwhile, so there is an end to it.
  private mutating func letOthersFinish() {
    for _ in 0..<256 { _ = system.perform(.yield, 0, 0, MessageWords()) }
  }

  /// What a service needs to be told at each of its starts.
  mutating func restarted(
    _ service: ServiceEntry, _ config: borrowing BootConfig
  ) throws(BootFailure) {
    do throws(ResultCode) {
      let limit = try system.now() &+ Self.patience
      switch service.role {
      case .named: try seedNames(config, deadline: limit)
      case .irqd: try seedLines(config, deadline: limit)
      case .deviced: try seedDrivers(config, deadline: limit)
      default: break
      }
    } catch {
      // It ended once more, or was seeded already: procd tells of the next start, and of the last.
      guard error == .timedOut || error == .peerDied || error == .sealed else {
        throw .refused(service.role, error)
      }
    }
  }

  /// Answers what nobody may send, so that its sender does not wait for ever.
  private mutating func refuse(_ message: Message) {
    guard !message.isOneWay else { return }
    _ = system.reply(RootdSlots.endpoint, MessageTag(refusing: .denied))
  }

  /// The foundation service whose end a signal tells of.
  private static func ended(_ bits: UInt64, _ config: borrowing BootConfig) -> RoleID? {
    guard bits != 0 else { return nil }
    return config.services[bits.trailingZeroBitCount]?.role
  }

  /// The foundation service whose supervisor capability a message came through.
  private static func sender(
    of message: Message, _ config: borrowing BootConfig
  ) -> RoleID? {
    for index in 0..<config.services.count {
      guard let service = config.services[index], service.launchKind == .rootd,
        supervisorBadge(of: service, config) == message.badge
      else { continue }
      return service.role
    }
    return nil
  }

  /// The badge of a foundation service's reports; `Badge.none` for one that declares none.
  static func supervisorBadge(
    of service: ServiceEntry, _ config: borrowing BootConfig
  ) -> Badge {
    let edges = config.edges(of: service)
    for index in 0..<edges.count {
      if let edge = edges[index], edge.peer == .rootd { return edge.badge }
    }
    return .none
  }
}
