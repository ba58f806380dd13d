// The audit of a smoke image: every process with every capability that it holds, as the kernel
// tells them. docs/reference/authority.md has the form, and what it is compared with.

import Bootstrap
import CapABI
import Handoff
import IPC
import Runtime
import Sys

/// The numbers of what rootd made for each service, by the service's place in the configuration.
struct KnownObjects {
  var endpoints = [64 of UInt64](repeating: 0)
  var notifications = [64 of UInt64](repeating: 0)

  /// The service whose endpoint or notification has this number.
  func owner(of object: UInt64, _ config: borrowing BootConfig) -> RoleID {
    for index in 0..<min(config.services.count, 64)
    where endpoints[index] == object || notifications[index] == object {
      return config.services[index]?.role ?? .none
    }
    return .none
  }
}

extension Rootd {
  /// Prints who holds what.
  ///
  /// - Parameter config: Says whose endpoint is which.
  /// - Throws: What the kernel refused.
  mutating func tellAuthority(_ config: borrowing BootConfig) throws(BootFailure) {
    do throws(ResultCode) {
      let known = try knownObjects(config)
      tell(TextLine("ROOTD:AUTHORITY:BEGIN"))
      var total: UInt64 = 0
      var next: UInt64 = 0
      while let words = try audit(.auditProcess(from: next)) {
        next = words.word0 + 1
        let process = AuditedProcess(
          number: words.word0, role: try role(of: words.word0, known, config),
          state: UInt32(truncatingIfNeeded: words.word1),
          syscalls: UInt32(truncatingIfNeeded: words.word1 >> 32), slotCount: words.word2,
          threadCount: words.word3)
        tell(process.text)
        tell(process.json)
        total += try tellCapabilities(of: process, known, config)
      }
      var line = TextLine("ROOTD:AUTHORITY:END:")
      line.append(decimal: total)
      tell(line)
    } catch {
      throw .refused(.rootd, error)
    }
  }

  /// Prints what a process holds; memory that is alike as one line.
  ///
  /// - Returns: How many capabilities it holds.
  private mutating func tellCapabilities(
    of process: AuditedProcess, _ known: KnownObjects, _ config: borrowing BootConfig
  ) throws(ResultCode) -> UInt64 {
    var total: UInt64 = 0
    var pending: AuditedCapability?
    var slot: UInt64 = 0
    while let found = try capability(of: process.number, from: slot) {
      slot = found.slot + 1
      total += 1
      if pending?.join(found) == true { continue }
      if let pending { try tell(pending, of: process, known, config) }
      pending = found
    }
    if let pending { try tell(pending, of: process, known, config) }
    return total
  }

  private mutating func tell(
    _ capability: AuditedCapability, of process: AuditedProcess, _ known: KnownObjects,
    _ config: borrowing BootConfig
  ) throws(ResultCode) {
    var target = RoleID.none
    switch CapabilityType(rawValue: capability.type) {
    case .endpoint, .notification: target = known.owner(of: capability.object, config)
    case .process: target = try role(of: capability.object, known, config)
    default: break
    }
    tell(capability.text(of: process.role, target: target))
    tell(capability.json(of: process.number, target: target))
  }

  // MARK: Whose is what

  private mutating func knownObjects(
    _ config: borrowing BootConfig
  ) throws(ResultCode) -> KnownObjects {
    var known = KnownObjects()
    // The root task is the first process that there was.
    guard let own = try audit(.auditProcess(from: 0))?.word0 else { throw .notFound }
    for index in 0..<min(config.services.count, 64) {
      let isOwn = config.services[index]?.role == .rootd
      let endpoint = isOwn ? RootdSlots.endpoint : RootdSlots.endpoint(of: index)
      let notification = isOwn ? RootdSlots.notification : RootdSlots.notification(of: index)
      known.endpoints[index] = try object(in: endpoint, of: own)
      known.notifications[index] = try object(in: notification, of: own)
    }
    return known
  }

  private mutating func object(
    in slot: CapSlot, of process: UInt64
  ) throws(ResultCode) -> UInt64 {
    let number = UInt64(slot.rawValue)
    guard let found = try capability(of: process, from: number), found.slot == number else {
      throw .emptySlot
    }
    return found.object
  }

  /// Who a process is: whoever receives from a service's endpoint in slot 1 is that service.
  ///
  /// The root task has itself there.
  private mutating func role(
    of process: UInt64, _ known: KnownObjects, _ config: borrowing BootConfig
  ) throws(ResultCode) -> RoleID {
    let first = UInt64(StartupSlot.endpoint.rawValue)
    guard let found = try capability(of: process, from: first), found.slot == first else {
      return .none
    }
    switch CapabilityType(rawValue: found.type) {
    case .endpoint where found.rights.contains(.receive):
      return known.owner(of: found.object, config)
    case .process where found.object == process: return .rootd
    default: return .none
    }
  }

  private mutating func capability(
    of process: UInt64, from slot: UInt64
  ) throws(ResultCode) -> AuditedCapability? {
    guard let words = try audit(.auditSlot(of: process, from: slot)) else { return nil }
    return AuditedCapability(
      words.word0, words.word1, badge: words.word2, object: words.word3)
  }

  /// An audit; nil when there is no more.
  private mutating func audit(_ call: ControlCall) throws(ResultCode) -> MessageWords? {
    do throws(ResultCode) {
      return try system.control(call, on: RootSlot.audit.slot)
    } catch {
      guard error == .notFound else { throw error }
      return nil
    }
  }
}
