// The boot configuration: docs/reference/boot-config.md. Decoding proves the form; what the entries
// mean together is checked by the rules (LaunchRules.swift).

import CapABI
public import Handoff

/// A boot configuration of valid form, in place.
///
/// The bytes must not change while the view lives.
public struct BootConfig: ~Escapable {
  /// Most services of one configuration; bounds no running system.
  public static let maximumServiceCount = 64

  /// The fixed part.
  public let info: BootConfigInfo
  /// Services in order of roles.
  public let services: WireTable<ServiceEntry>
  private let dependencies: WireTable<Dependency>
  private let edges: WireTable<PeerEdge>
  private let capabilities: WireTable<DeclaredCapability>
  private let faces: WireTable<Face>

  /// Decodes and validates the form.
  ///
  /// - Parameter bytes: Exactly the configuration.
  /// - Throws: the first violation, as a `FormatError`.
  @_lifetime(copy bytes)
  public init(decoding bytes: RawSpan) throws(FormatError) {
    let file = try TableFile(bytes, layout: BootConfigFormat.layout)
    info = try file.info()
    services = try file.table()
    dependencies = try file.table()
    edges = try file.table()
    capabilities = try file.table()
    faces = try file.table()
    try checkRuns()
    for index in 0..<services.count { try checkLists(of: services.entry(at: index)) }
  }

  /// The number of entries of each table, for an encoder.
  public static func counts(
    services: Int, dependencies: Int, edges: Int, capabilities: Int, faces: Int
  ) -> TableCounts {
    TableCounts(services, dependencies, edges, capabilities, faces)
  }

  /// The roles that start before a service.
  @_lifetime(copy self)
  public func dependencies(of service: ServiceEntry) -> WireTable<Dependency> {
    dependencies.run(
      from: Int(service.dependencies.first), count: Int(service.dependencies.count))
  }

  /// Whom a service may send to, in order of peers and badges.
  @_lifetime(copy self)
  public func edges(of service: ServiceEntry) -> WireTable<PeerEdge> {
    edges.run(from: Int(service.edges.first), count: Int(service.edges.count))
  }

  /// What a service may hold, in slot order.
  @_lifetime(copy self)
  public func capabilities(of service: ServiceEntry) -> WireTable<DeclaredCapability> {
    capabilities.run(
      from: Int(service.capabilities.first), count: Int(service.capabilities.count))
  }

  /// By which badges a service is reached, in order of badges.
  @_lifetime(copy self)
  public func faces(of service: ServiceEntry) -> WireTable<Face> {
    faces.run(from: Int(service.faces.first), count: Int(service.faces.count))
  }

  /// Services are in order of roles, and their runs cover the other tables without gap.
  private func checkRuns() throws(FormatError) {
    var previous: UInt16 = 0
    var dependency = 0
    var edge = 0
    var capability = 0
    var face = 0
    for index in 0..<services.count {
      let service = try services.entry(at: index)
      guard service.role.rawValue >= previous else {
        throw .outOfOrder(table: ServiceEntry.table, entry: index)
      }
      previous = service.role.rawValue
      let offset = services.offset(of: index)
      try Self.checkRun(service.dependencies, &dependency, dependencies.count, offset + 56)
      try Self.checkRun(service.edges, &edge, edges.count, offset + 60)
      try Self.checkRun(service.capabilities, &capability, capabilities.count, offset + 64)
      try Self.checkRun(service.faces, &face, faces.count, offset + 68)
    }
    try Self.checkCovered(Dependency.table, dependency, dependencies.count)
    try Self.checkCovered(PeerEdge.table, edge, edges.count)
    try Self.checkCovered(DeclaredCapability.table, capability, capabilities.count)
    try Self.checkCovered(Face.table, face, faces.count)
  }

  /// Checks that a run begins where the one before it ended and ends inside its table.
  private static func checkRun(
    _ run: EntryRun, _ next: inout Int, _ count: Int, _ offset: Int
  ) throws(FormatError) {
    guard Int(run.first) == next else {
      throw .invalidValue(offset: offset, found: UInt64(run.first))
    }
    guard run.end <= count else {
      throw .invalidValue(offset: offset + 2, found: UInt64(run.count))
    }
    next = run.end
  }

  /// Checks that the runs reach the end of their table.
  private static func checkCovered(
    _ table: Int, _ covered: Int, _ count: Int
  ) throws(FormatError) {
    guard covered == count else {
      throw .wrongEntryCount(table: table, appended: covered, announced: count)
    }
  }

  /// Each list of a service is strictly in order.
  private func checkLists(of service: ServiceEntry) throws(FormatError) {
    let dependencies = dependencies(of: service)
    for index in 1..<max(dependencies.count, 1) {
      let pair = (try dependencies.entry(at: index - 1), try dependencies.entry(at: index))
      try Self.checkOrder(
        (pair.0.role.rawValue, 0), (pair.1.role.rawValue, 0), Dependency.table,
        Int(service.dependencies.first) + index)
    }
    let edges = edges(of: service)
    for index in 1..<max(edges.count, 1) {
      let pair = (try edges.entry(at: index - 1), try edges.entry(at: index))
      try Self.checkOrder(
        (pair.0.peer.rawValue, pair.0.badge.rawValue),
        (pair.1.peer.rawValue, pair.1.badge.rawValue), PeerEdge.table,
        Int(service.edges.first) + index)
    }
    try checkRanges(of: service)
  }

  /// Slots and badge ranges of a service are in order and do not overlap.
  private func checkRanges(of service: ServiceEntry) throws(FormatError) {
    let capabilities = capabilities(of: service)
    for index in 1..<max(capabilities.count, 1) {
      let pair = (try capabilities.entry(at: index - 1), try capabilities.entry(at: index))
      let slot = pair.1.descriptor.slot.rawValue
      let entry = Int(service.capabilities.first) + index
      guard pair.0.descriptor.slot.rawValue <= slot else {
        throw .outOfOrder(table: DeclaredCapability.table, entry: entry)
      }
      guard pair.0.endSlot <= slot else {
        throw .overlap(table: DeclaredCapability.table, entry: entry)
      }
    }
    let faces = faces(of: service)
    for index in 1..<max(faces.count, 1) {
      let pair = (try faces.entry(at: index - 1), try faces.entry(at: index))
      let entry = Int(service.faces.first) + index
      guard pair.0.first.rawValue <= pair.1.first.rawValue else {
        throw .outOfOrder(table: Face.table, entry: entry)
      }
      guard pair.0.last.rawValue < pair.1.first.rawValue else {
        throw .overlap(table: Face.table, entry: entry)
      }
    }
  }

  /// Checks that a key lies strictly behind its predecessor.
  private static func checkOrder(
    _ previous: (UInt16, UInt64), _ next: (UInt16, UInt64), _ table: Int, _ entry: Int
  ) throws(FormatError) {
    guard previous != next else { throw .duplicate(table: table, entry: entry) }
    guard previous < next else { throw .outOfOrder(table: table, entry: entry) }
  }
}

/// The form of the boot configuration.
public enum BootConfigFormat: WireFormat {
  /// The fixed part.
  public typealias Info = BootConfigInfo

  /// `ERIXBCFG`, five tables.
  public static var layout: TableLayout {
    TableLayout(
      magic: 0x4746_4342_5849_5245, fixedSize: BootConfigInfo.encodedSize,
      TableSpec(
        entrySize: ServiceEntry.encodedSize, minimum: 1, limit: BootConfig.maximumServiceCount),
      TableSpec(entrySize: Dependency.encodedSize, limit: 1024),
      TableSpec(entrySize: PeerEdge.encodedSize, limit: 1024),
      TableSpec(entrySize: DeclaredCapability.encodedSize, limit: 2048),
      TableSpec(entrySize: Face.encodedSize, limit: 512))
  }

  /// Decodes and drops the result.
  ///
  /// - Throws: the first violation.
  public static func validate(_ bytes: RawSpan) throws(FormatError) {
    _ = try BootConfig(decoding: bytes)
  }
}
