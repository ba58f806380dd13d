// A whole boot configuration as values in arrays, for tools and tests on the host: the way between
// bytes and everything that edits or prints configurations. Not part of target builds.

#if !hasFeature(Embedded)
import Bytes
public import Handoff

/// A service with its lists.
public struct ServiceDraft: Equatable, Sendable {
  /// The entry; its runs are set when the draft is encoded.
  public var entry: ServiceEntry
  /// Roles that start before it, in order of roles.
  public var dependencies: [Dependency]
  /// Whom it may send to, in order of peers and badges.
  public var edges: [PeerEdge]
  /// What it may hold, in slot order.
  public var capabilities: [DeclaredCapability]
  /// By which badges it is reached, in order of badges.
  public var faces: [Face]

  /// A service of these parts.
  public init(
    entry: ServiceEntry, dependencies: [Dependency] = [], edges: [PeerEdge] = [],
    capabilities: [DeclaredCapability] = [], faces: [Face] = []
  ) {
    self.entry = entry
    self.dependencies = dependencies
    self.edges = edges
    self.capabilities = capabilities
    self.faces = faces
  }
}

/// A boot configuration that can be edited.
public struct BootConfigDraft: Equatable, Sendable {
  /// The fixed part.
  public var info: BootConfigInfo
  /// Services in order of roles.
  public var services: [ServiceDraft]

  /// A configuration of these parts.
  public init(info: BootConfigInfo, services: [ServiceDraft]) {
    self.info = info
    self.services = services
  }

  /// Decodes a configuration of valid form; rules are not checked.
  ///
  /// - Throws: the first violation, as a `FormatError`.
  public init(decoding bytes: RawSpan) throws(FormatError) {
    let config = try BootConfig(decoding: bytes)
    info = config.info
    services = []
    for index in 0..<config.services.count {
      let entry = try config.services.entry(at: index)
      let dependencies = config.dependencies(of: entry)
      let edges = config.edges(of: entry)
      let capabilities = config.capabilities(of: entry)
      let faces = config.faces(of: entry)
      var service = ServiceDraft(entry: entry)
      for item in 0..<dependencies.count {
        service.dependencies.append(try dependencies.entry(at: item))
      }
      for item in 0..<edges.count { service.edges.append(try edges.entry(at: item)) }
      for item in 0..<capabilities.count {
        service.capabilities.append(try capabilities.entry(at: item))
      }
      for item in 0..<faces.count { service.faces.append(try faces.entry(at: item)) }
      services.append(service)
    }
  }

  /// Encodes the draft as it stands: order is the caller's, and a wrong one is refused.
  ///
  /// - Throws: what the encoder and the reader refuse, as a `FormatError`.
  public func encoded() throws(FormatError) -> [UInt8] {
    let counts = BootConfig.counts(
      services: services.count, dependencies: total(\.dependencies.count),
      edges: total(\.edges.count), capabilities: total(\.capabilities.count),
      faces: total(\.faces.count))
    var output = [UInt8](repeating: 0, count: try BootConfigFormat.layout.size(of: counts))
    var target = output.mutableSpan
    var encoder = try TableEncoder<BootConfigFormat>(
      into: target.mutableRawBytes, info: info, counts: counts)
    for service in withRuns() {
      try encoder.append(service.entry)
      for dependency in service.dependencies { try encoder.append(dependency) }
      for edge in service.edges { try encoder.append(edge) }
      for capability in service.capabilities { try encoder.append(capability) }
      for face in service.faces { try encoder.append(face) }
    }
    _ = try encoder.finish()
    return output
  }

  /// The services with the runs that follow from the lengths of their lists.
  ///
  /// Only called when `TableLayout.size` has bounded every table, so all indexes fit 16 bits.
  private func withRuns() -> [ServiceDraft] {
    var next = (dependency: 0, edge: 0, capability: 0, face: 0)
    func run(_ first: inout Int, _ count: Int) -> EntryRun {
      defer { first += count }
      return EntryRun(
        first: UInt16(truncatingIfNeeded: first), count: UInt16(truncatingIfNeeded: count))
    }
    return services.map { service in
      var service = service
      service.entry.dependencies = run(&next.dependency, service.dependencies.count)
      service.entry.edges = run(&next.edge, service.edges.count)
      service.entry.capabilities = run(&next.capability, service.capabilities.count)
      service.entry.faces = run(&next.face, service.faces.count)
      return service
    }
  }

  private func total(_ count: (ServiceDraft) -> Int) -> Int {
    services.reduce(0) { $0 + count($1) }
  }
}
#endif
