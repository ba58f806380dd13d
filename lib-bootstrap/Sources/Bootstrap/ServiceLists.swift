// Tables 1 to 4 of the boot configuration: dependencies, peer edges, capabilities and faces of the
// services (docs/reference/boot-config.md). Each decoder checks what its entry alone can tell.

public import Bytes
public import CapABI
public import Handoff

/// A role that starts before the service.
public struct Dependency: Equatable, Sendable {
  /// The role.
  public var role: RoleID

  /// A dependency on a role.
  public init(_ role: RoleID) {
    self.role = role
  }
}

extension Dependency: WireEntry {
  /// Stands in the boot configuration.
  public typealias Format = BootConfigFormat
  /// Table 1.
  public static let table = 1
  /// 8 bytes.
  public static let encodedSize = 8

  /// Decodes and validates.
  ///
  /// - Throws: `FormatError.invalidValue` for role 0, `nonzeroReserved`.
  public init(_ record: Record) throws(FormatError) {
    role = RoleID(rawValue: try record.integer(at: 0))
    try record.require(role != .none, at: 0, role.rawValue)
    try record.requireZero(at: 2, count: 6)
  }

  /// Writes the entry.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try bytes.store(role.rawValue, at: offset)
  }
}

/// A role that the service may send to, and how.
public struct PeerEdge: Equatable, Sendable {
  /// How messages go along an edge.
  public enum Mode: UInt8, Sendable {
    /// CALL: the service waits for the answer.
    case call = 1
    /// NOTIFY: it never waits.
    case notify = 2
  }

  /// The role behind the capability.
  public var peer: RoleID
  /// Mode.
  public var mode: Mode
  /// Milliseconds that a call waits at most; 0 for no deadline.
  public var deadlineMilliseconds: UInt32
  /// Which the peer sees.
  public var badge: Badge

  /// An edge of these parts.
  public init(peer: RoleID, mode: Mode, deadlineMilliseconds: UInt32 = 0, badge: Badge) {
    self.peer = peer
    self.mode = mode
    self.deadlineMilliseconds = deadlineMilliseconds
    self.badge = badge
  }
}

extension PeerEdge: WireEntry {
  /// Stands in the boot configuration.
  public typealias Format = BootConfigFormat
  /// Table 2.
  public static let table = 2
  /// 16 bytes.
  public static let encodedSize = 16

  /// Decodes and validates.
  ///
  /// - Throws: `FormatError.invalidValue` for peer 0, an unknown mode or a deadline on a notify
  ///   edge; `nonzeroReserved`.
  public init(_ record: Record) throws(FormatError) {
    peer = RoleID(rawValue: try record.integer(at: 0))
    try record.require(peer != .none, at: 0, peer.rawValue)
    mode = try record.value(at: 2)
    try record.requireZero(at: 3, count: 1)
    deadlineMilliseconds = try record.integer(at: 4)
    try record.require(mode == .call || deadlineMilliseconds == 0, at: 4, deadlineMilliseconds)
    badge = Badge(rawValue: try record.integer(at: 8))
  }

  /// Writes the entry.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try bytes.store(peer.rawValue, at: offset)
    try bytes.store(mode.rawValue, at: offset + 2)
    try bytes.store(deadlineMilliseconds, at: offset + 4)
    try bytes.store(badge.rawValue, at: offset + 8)
  }
}

/// A range of badges by which others reach the service's endpoint.
public struct Face: Equatable, Sendable {
  /// What clients of a face may ask for.
  public enum Kind: UInt16, Sendable {
    /// What the service offers to all.
    case `public` = 1
    /// Changing how it works.
    case control = 2
    /// What it offers to those who mediate it.
    case provider = 3
    /// Interrupt events.
    case interrupt = 4
    /// Reports of those it started.
    case supervisor = 5
  }

  /// Kind.
  public var kind: Kind
  /// First badge; not 0.
  public var first: Badge
  /// Last badge.
  public var last: Badge

  /// A face of these parts.
  public init(kind: Kind, first: Badge, last: Badge) {
    self.kind = kind
    self.first = first
    self.last = last
  }

  /// Whether a badge belongs to the face.
  public func contains(_ badge: Badge) -> Bool {
    badge.rawValue >= first.rawValue && badge.rawValue <= last.rawValue
  }
}

extension Face: WireEntry {
  /// Stands in the boot configuration.
  public typealias Format = BootConfigFormat
  /// Table 4.
  public static let table = 4
  /// 24 bytes.
  public static let encodedSize = 24

  /// Decodes and validates.
  ///
  /// - Throws: `FormatError.invalidValue` for an unknown kind, a first badge of 0 or a last one
  ///   before it; `nonzeroReserved`.
  public init(_ record: Record) throws(FormatError) {
    kind = try record.value(at: 0)
    try record.requireZero(at: 2, count: 6)
    first = Badge(rawValue: try record.integer(at: 8))
    last = Badge(rawValue: try record.integer(at: 16))
    try record.require(first != .none, at: 8, first.rawValue)
    try record.require(last.rawValue >= first.rawValue, at: 16, last.rawValue)
  }

  /// Writes the entry.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try bytes.store(kind.rawValue, at: offset)
    try bytes.store(first.rawValue, at: offset + 8)
    try bytes.store(last.rawValue, at: offset + 16)
  }
}

#if !hasFeature(Embedded)
extension PeerEdge.Mode: CaseIterable {}
extension Face.Kind: CaseIterable {}
#endif
