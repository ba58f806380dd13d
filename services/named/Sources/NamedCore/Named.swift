// named: gives a client the endpoint of a service, if rootd seeded just this pair
// (docs/reference/protocols/named.md). It keeps one capability of each registered endpoint, with
// the seeded rights and without a badge; lookups get copies with the badge that was seeded.

public import Bootstrap
public import CapABI
import IPC
public import Service
import Store
public import Sys

/// The service.
public struct Named: Server {
  /// REGISTER brings an endpoint.
  public static var landingCount: UInt32 { 1 }

  /// Once it is sealed: before, nobody can register.
  public var isReady: Bool { registry.isSealed }

  private var registry: Registry

  /// named with nothing seeded.
  ///
  /// - Throws: NO_MEMORY when heap or CSpace have no room for one entry and one client.
  public init(_ start: inout Start) throws(ReadinessCode) {
    let slotCount = Int(start.info.cspaceSlots) - Int(ServiceSlot.firstFree)
    guard slotCount > 0, let registry = Registry(in: &start.heap, slotCount: slotCount) else {
      throw .noMemory
    }
    self.registry = registry
  }

  /// Answers a request.
  public mutating func answer<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    let request: NamedRequest = try system.decode(message)
    let asker = try Asker(message.badge)
    let reply: NamedReply
    switch request {
    case .seedEntry(let tuple, let rights):
      try asker.require(.seeding)
      try registry.seed(tuple, rights)
      reply = .seedEntry
    case .seedClient(let client, let name, let badge):
      try asker.require(.seeding)
      try registry.seed(client, name, badge)
      reply = .seedClient
    case .seal:
      try asker.require(.seeding)
      try registry.seal()
      reply = .seal(entryCount: UInt32(registry.count))
    case .register(let tuple):
      try register(tuple, asker, &system)
      reply = .register
    case .lookup(let tuple): reply = try lookup(tuple, asker, &system)
    case .unregister(let tuple):
      try unregister(tuple, asker, &system)
      reply = .unregister
    case .list(let index): reply = try list(index)
    }
    return .now(try system.encode(reply: reply))
  }

  private mutating func register<S: System>(
    _ tuple: ServiceTuple, _ asker: Asker, _ system: inout S
  ) throws(ResultCode) {
    let place = try registry.find(tuple)
    guard asker.isOf(tuple.role) else { throw .denied }
    guard registry.isSealed else { throw .wrongState }
    guard !isThere(place, &system) else { throw .exists }
    let rights = registry[place].rights
    let brought = try system.query(ServiceSlot.firstLanding)
    guard brought.type == CapabilityType.endpoint.rawValue, brought.kind == 0 else {
      throw .wrongType
    }
    guard brought.rights.contains(rights) else { throw .missingRight }
    let slot = Registry.slot(of: place)
    // Nobody is told the badge of a capability, but one that has a badge takes no other.
    try system.copy(ServiceSlot.firstLanding, to: slot, rights: rights, badge: NamedFaces.probe)
    try system.drop(slot)
    try system.copy(ServiceSlot.firstLanding, to: slot, rights: rights)
    registry[place].isActive = true
  }

  private mutating func lookup<S: System>(
    _ tuple: ServiceTuple, _ asker: Asker, _ system: inout S
  ) throws(ResultCode) -> NamedReply {
    let place = try registry.find(tuple)
    guard let badge = registry.badge(of: place, for: asker.badge) else { throw .denied }
    guard isThere(place, &system) else { throw .retry }
    let rights = registry[place].rights
    system.send(
      TransferEntry(slot: Registry.slot(of: place), mode: .copy, rights: rights, badge: badge))
    return .lookup(rights: rights)
  }

  private mutating func unregister<S: System>(
    _ tuple: ServiceTuple, _ asker: Asker, _ system: inout S
  ) throws(ResultCode) {
    let place = try registry.find(tuple)
    guard asker.face == .death || asker.isOf(tuple.role) else { throw .denied }
    guard isThere(place, &system) else { throw .notFound }
    try system.drop(Registry.slot(of: place))
    registry[place].isActive = false
  }

  /// Whether an entry is active and its endpoint still exists: the capabilities of an endpoint that
  /// is destroyed disappear, named's too.
  private mutating func isThere<S: System>(_ place: Place, _ system: inout S) -> Bool {
    guard registry[place].isActive else { return false }
    let found = try? system.query(Registry.slot(of: place))
    if found?.type == CapabilityType.endpoint.rawValue { return true }
    registry[place].isActive = false
    return false
  }

  private func list(_ index: UInt32) throws(ResultCode) -> NamedReply {
    guard let entry = registry.entry(at: index) else { throw .notFound }
    guard let tuple = entry.tuple else { throw .internal }
    return .list(RegistryEntry(tuple: tuple, rights: entry.rights, isActive: entry.isActive))
  }
}

extension NamedFaces {
  /// A badge that nobody has: what it is given to is dropped again.
  fileprivate static var probe: Badge { Badge(rawValue: 1) }
}

/// Who sent a request.
private struct Asker {
  enum Face {
    case seeding
    case client
    case death
  }

  let badge: Badge
  let face: Face

  /// - Throws: DENIED for a badge of no face.
  init(_ badge: Badge) throws(ResultCode) {
    self.badge = badge
    if NamedFaces.client.contains(badge) {
      face = .client
    } else if NamedFaces.seeding.contains(badge) {
      face = .seeding
    } else if NamedFaces.death.contains(badge) {
      face = .death
    } else {
      throw .denied
    }
  }

  /// Whether it is a client of a role.
  func isOf(_ role: RoleID) -> Bool { badge == NamedFaces.client(role) }

  /// - Throws: DENIED for another face.
  func require(_ face: Face) throws(ResultCode) {
    guard self.face == face else { throw .denied }
  }
}
