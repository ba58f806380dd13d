// Who may register and who may look up what at named: derived from the boot configuration, which
// declares every capability that a lookup can give. named forgets it when it ends, so it is seeded
// at each of its starts, and reports READY when that is done.

import Bootstrap
import CapABI
import Handoff
import IPC
import Runtime
import Sys

extension Rootd {
  /// Seeds named and seals it.
  ///
  /// - Parameters:
  ///   - config: Says who registers, and who may acquire what.
  ///   - deadline: Monotonic nanoseconds: a named that ended meanwhile is not waited for.
  /// - Throws: What named answers.
  mutating func seedNames(
    _ config: borrowing BootConfig, deadline: UInt64
  ) throws(ResultCode) {
    for index in 0..<config.services.count {
      guard let service = config.services[index], config.registers(service),
        let tuple = ServiceTuple(service.role)
      else { continue }
      try tell(named: .seedEntry(tuple, rights: .send), deadline)
    }
    for index in 0..<config.services.count {
      guard let client = config.services[index] else { continue }
      try seedLookups(of: client, config, deadline)
    }
    try tell(named: .seal, deadline)
  }

  /// A service may look up what it may acquire.
  private mutating func seedLookups(
    of client: ServiceEntry, _ config: borrowing BootConfig, _ deadline: UInt64
  ) throws(ResultCode) {
    let declared = config.capabilities(of: client)
    for place in 0..<declared.count {
      guard let capability = declared[place], capability.flags == .acquired, capability.canSend,
        client.role != .rootd,
        let index = Self.index(of: capability.descriptor.peer, config),
        let peer = config.services[index], config.registers(peer),
        let tuple = ServiceTuple(peer.role)
      else { continue }
      try tell(
        named: .seedClient(
          client: NamedFaces.client(client.role), name: tuple.name,
          badge: capability.descriptor.badge), deadline)
    }
  }

  private mutating func tell(
    named request: NamedRequest, _ deadline: UInt64
  ) throws(ResultCode) {
    let _: NamedReply = try system.ask(request, of: RootdSlots.named, deadline: deadline)
  }
}

extension BootConfig {
  /// Whether a service registers its endpoint: whether it is given a way to named.
  func registers(_ service: ServiceEntry) -> Bool {
    let declared = capabilities(of: service)
    for place in 0..<declared.count {
      guard let capability = declared[place] else { continue }
      if capability.descriptor.slot == StartupSlot.names { return true }
    }
    return false
  }
}
