// The protocol of named: the registry of services
// (docs/reference/protocols/named.md has Rights, Errors and Blocks of each operation).

public import CapABI

/// Operations of named.
public enum NamedOperation: UInt16, ServiceOperation {
  /// Announces a service that may register.
  case seedEntry = 0x500
  /// Ends seeding.
  case seal = 0x501
  /// Activates a seeded entry.
  case register = 0x502
  /// Gets a capability to an active service.
  case lookup = 0x503
  /// Deactivates an entry.
  case unregister = 0x504
  /// Reads the registry entry by entry.
  case list = 0x505
  /// Announces a client that may look a service up.
  case seedClient = 0x506

  /// How each operation travels.
  public var shape: OperationShape {
    switch self {
    case .seedEntry: .call(.exactly(24), reply: .empty)
    case .seal: .call(.empty, reply: .exactly(8))
    case .register: .call(.exactly(24, capabilities: 1), reply: .empty)
    case .lookup: .call(.exactly(24), reply: .exactly(8, capabilities: 1))
    case .unregister: .callOrOneWay(.exactly(24), reply: .empty)
    case .list: .call(.exactly(8), reply: .exactly(32))
    case .seedClient: .call(.exactly(32), reply: .empty)
    }
  }
}

/// The faces of named, as ranges of badges.
public enum NamedFaces {
  /// rootd, which seeds and seals.
  public static var seeding: BadgeRange { .controlFace }
  /// Services and programs: the badge is the first of the face plus the client's role.
  public static var client: BadgeRange { .publicFace }
  /// procd, which reports deaths.
  public static var death: BadgeRange { .supervisorFace }

  /// The badge of the clients of one role.
  public static func client(_ role: RoleID) -> Badge {
    Badge(rawValue: client.first + UInt64(role.rawValue))
  }
}

/// What identifies an entry: all three parts must agree.
public struct ServiceTuple: Equatable, Sendable {
  /// The name.
  public var name: ServiceName
  /// The role of the service, never `RoleID.none`.
  public var role: RoleID
  /// The protocol that it speaks: the first number of its block of operations.
  public var protocolID: UInt16

  /// A tuple of these parts.
  public init(name: ServiceName, role: RoleID, protocolID: UInt16) {
    self.name = name
    self.role = role
    self.protocolID = protocolID
  }

  /// Protocol numbers: multiples of 16 from 0x400 on.
  public static let protocolIDs: ClosedRange<UInt16> = 0x400...0xFFF0

  init(from reader: inout BodyReader) throws(ProtocolError) {
    name = try reader.name()
    role = try reader.role()
    let start = reader.offset
    protocolID = try reader.integer(in: Self.protocolIDs)
    try reader.require(protocolID % 16 == 0, at: start)
  }

  func write(to writer: inout BodyWriter) throws(ProtocolError) {
    try writer.name(name)
    try writer.role(role)
    try writer.require(protocolID % 16 == 0, at: writer.offset)
    try writer.integer(protocolID, in: Self.protocolIDs)
  }
}

/// A request to named.
public enum NamedRequest: ServiceRequest, Equatable, Sendable {
  /// `rights` is what a lookup hands out: SEND, with or without GRANT.
  case seedEntry(ServiceTuple, rights: Rights)
  /// No more entries and clients.
  case seal
  /// Carries the service's endpoint with SEND and GRANT, unbadged.
  case register(ServiceTuple)
  /// The service that the tuple describes.
  case lookup(ServiceTuple)
  /// The entry that the tuple describes.
  case unregister(ServiceTuple)
  /// The entry with this index, counted from 0 in seeding order.
  case list(index: UInt32)
  /// Callers with badge `client` may look `name` up and get a capability with badge `badge`.
  case seedClient(client: Badge, name: ServiceName, badge: Badge)

  /// What a lookup can hand out.
  public static let lookupRights: Rights = .send | .grant

  /// What is asked for.
  public var operation: NamedOperation {
    switch self {
    case .seedEntry: .seedEntry
    case .seal: .seal
    case .register: .register
    case .lookup: .lookup
    case .unregister: .unregister
    case .list: .list
    case .seedClient: .seedClient
    }
  }

  /// Reads the fields.
  public init(_ operation: NamedOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .seedEntry:
      self = .seedEntry(try ServiceTuple(from: &reader), rights: try reader.handedOutRights())
    case .seal: self = .seal
    case .register:
      self = .register(try ServiceTuple(from: &reader))
      try reader.reserved(4)
    case .lookup:
      self = .lookup(try ServiceTuple(from: &reader))
      try reader.reserved(4)
    case .unregister:
      self = .unregister(try ServiceTuple(from: &reader))
      try reader.reserved(4)
    case .list:
      self = .list(index: try reader.integer())
      try reader.reserved(4)
    case .seedClient:
      self = .seedClient(
        client: try reader.owner(), name: try reader.name(), badge: try reader.owner())
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .seedEntry(let tuple, let rights):
      try tuple.write(to: &writer)
      try writer.handedOutRights(rights)
    case .register(let tuple), .lookup(let tuple), .unregister(let tuple):
      try tuple.write(to: &writer)
      try writer.reserved(4)
    case .list(let index):
      try writer.integer(index)
      try writer.reserved(4)
    case .seedClient(let client, let name, let badge):
      try writer.owner(client)
      try writer.name(name)
      try writer.owner(badge)
    case .seal: break
    }
  }
}

/// One entry of the registry.
public struct RegistryEntry: Equatable, Sendable {
  /// What identifies it.
  public var tuple: ServiceTuple
  /// What a lookup hands out.
  public var rights: Rights
  /// Whether the service is registered.
  public var isActive: Bool

  /// An entry of these parts.
  public init(tuple: ServiceTuple, rights: Rights, isActive: Bool) {
    self.tuple = tuple
    self.rights = rights
    self.isActive = isActive
  }
}

/// A successful reply of named.
public enum NamedReply: ServiceReply, Equatable, Sendable {
  /// Done.
  case seedEntry
  /// How many entries there are.
  case seal(entryCount: UInt32)
  /// Done.
  case register
  /// Carries the capability, with these rights and the seeded badge.
  case lookup(rights: Rights)
  /// Done.
  case unregister
  /// The entry.
  case list(RegistryEntry)
  /// Done.
  case seedClient

  /// What is answered.
  public var operation: NamedOperation {
    switch self {
    case .seedEntry: .seedEntry
    case .seal: .seal
    case .register: .register
    case .lookup: .lookup
    case .unregister: .unregister
    case .list: .list
    case .seedClient: .seedClient
    }
  }

  /// Reads the fields.
  public init(_ operation: NamedOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .seedEntry: self = .seedEntry
    case .seal:
      self = .seal(entryCount: try reader.integer())
      try reader.reserved(4)
    case .register: self = .register
    case .lookup:
      self = .lookup(rights: try reader.handedOutRights())
      try reader.reserved(4)
    case .unregister: self = .unregister
    case .list:
      let tuple = try ServiceTuple(from: &reader)
      let rights = try reader.handedOutRights()
      let active: UInt8 = try reader.integer(in: 0...1)
      try reader.reserved(7)
      self = .list(RegistryEntry(tuple: tuple, rights: rights, isActive: active == 1))
    case .seedClient: self = .seedClient
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .seal(let entryCount):
      try writer.integer(entryCount)
      try writer.reserved(4)
    case .lookup(let rights):
      try writer.handedOutRights(rights)
      try writer.reserved(4)
    case .list(let entry):
      try entry.tuple.write(to: &writer)
      try writer.handedOutRights(entry.rights)
      try writer.integer(UInt8(entry.isActive ? 1 : 0))
      try writer.reserved(7)
    case .seedEntry, .register, .unregister, .seedClient: break
    }
  }
}

extension BodyReader {
  /// Reads the rights that a lookup hands out: SEND, with or without GRANT.
  @_lifetime(self: copy self)
  fileprivate mutating func handedOutRights() throws(ProtocolError) -> Rights {
    let start = offset
    let rights = try flags(NamedRequest.lookupRights)
    try require(rights.contains(.send), at: start)
    return rights
  }
}

extension BodyWriter {
  /// Writes the rights that a lookup hands out.
  @_lifetime(self: copy self)
  fileprivate mutating func handedOutRights(_ rights: Rights) throws(ProtocolError) {
    try require(rights.contains(.send), at: offset)
    try flags(rights, NamedRequest.lookupRights)
  }
}
