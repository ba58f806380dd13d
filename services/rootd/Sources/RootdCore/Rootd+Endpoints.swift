// Endpoints and notifications of all services. rootd makes them before anything runs, from its own
// budget: so they outlive the services, a restart leaves every client's capability as it was, and
// a service can be given a capability to one that starts later.

import Bootstrap
import CapABI
import Handoff
import Sys

extension Rootd {
  /// One-way messages that an endpoint queues.
  private static var ringEntries: UInt64 { 64 }

  mutating func makeEndpoints(_ config: borrowing BootConfig) throws(BootFailure) {
    do throws(ResultCode) {
      try makePair(RootdSlots.endpoint, RootdSlots.notification)
      try system.control(
        .bind(notification: RootdSlots.notification, to: RootSlot.thread.slot),
        on: RootSlot.threadControl.slot)
    } catch {
      throw .refused(.rootd, error)
    }
    for index in 0..<config.services.count {
      guard let role = config.services[index]?.role, role != .rootd else { continue }
      do throws(ResultCode) {
        try makePair(RootdSlots.endpoint(of: index), RootdSlots.notification(of: index))
      } catch {
        throw .refused(role, error)
      }
    }
    try takeOwnPeers(config)
  }

  private mutating func makePair(
    _ endpoint: CapSlot, _ notification: CapSlot
  ) throws(ResultCode) {
    try system.control(
      .createRingEndpoint(into: endpoint, entries: Self.ringEntries), on: RootSlot.objects.slot)
    try system.control(.createNotification(into: notification), on: RootSlot.objects.slot)
  }

  /// The capabilities with which rootd itself calls services, as declared.
  private mutating func takeOwnPeers(_ config: borrowing BootConfig) throws(BootFailure) {
    guard let own = config.services[0], own.role == .rootd else { return }
    let declared = config.capabilities(of: own)
    for index in 0..<declared.count {
      guard let capability = declared[index], capability.canSend,
        let source = source(of: capability.descriptor, for: 0, config)
      else { continue }
      let descriptor = capability.descriptor
      do throws(ResultCode) {
        try system.copy(
          source, to: descriptor.slot, rights: descriptor.rights, badge: descriptor.badge)
      } catch {
        throw .refused(descriptor.peer, error)
      }
    }
  }

  /// Where rootd holds what a descriptor is a copy of; nil for what a run of memory stands for.
  func source(
    of descriptor: TransferDescriptor, for service: Int, _ config: borrowing BootConfig
  ) -> CapSlot? {
    if descriptor.peer == .rootd { return RootdSlots.endpoint }
    if descriptor.peer != .none {
      guard let peer = Self.index(of: descriptor.peer, config) else { return nil }
      return descriptor.type == .notification
        ? RootdSlots.notification(of: peer) : RootdSlots.endpoint(of: peer)
    }
    if descriptor.type == .notification { return RootdSlots.notification(of: service) }
    // To procd the frames of its run are images; everybody else's is the boot configuration.
    if descriptor.type == .frame, config.services[service]?.isStartedByProcd == true {
      return RootdSlots.configuration
    }
    guard descriptor.type == .endpoint else { return nil }
    guard descriptor.kind != .generic else { return RootdSlots.endpoint(of: service) }
    var slot = RootSlot.time.rawValue
    while let family = RootSlot(rawValue: slot)?.family {
      if family == descriptor.kind { return CapSlot(rawValue: slot) }
      slot += 16
    }
    return nil
  }

  /// The place of a role in the configuration.
  static func index(of role: RoleID, _ config: borrowing BootConfig) -> Int? {
    for index in 0..<config.services.count where config.services[index]?.role == role {
      return index
    }
    return nil
  }
}
