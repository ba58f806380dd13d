// JSON to a draft of a boot configuration: docs/reference/boot-config.md, "Source text".

import Bootstrap
import Bytes
import CapABI
import Handoff

extension BootConfigDraft {
  /// Reads a whole description.
  init(_ field: Field) throws(DescriptionError) {
    var fields = try Fields(field)
    var info = BootConfigInfo(profile: try fields.take("profile").named())
    if let switches = fields.optional("switches") {
      info.switches = try CommandSwitches(switches)
    }
    info.fixedSeed = try fields.optional("fixedSeed")?.fixedBytes()
    let list = try fields.take("services").elements()
    try fields.finish()
    self.init(info: info, services: [])
    for service in list { services.append(try ServiceDraft(service)) }
  }
}

extension CommandSwitches {
  /// Reads switches.
  ///
  /// That only smoke images may have any is checked by the form, not here.
  fileprivate init(_ field: Field) throws(DescriptionError) {
    self.init()
    var fields = try Fields(field)
    if try fields.optional("debugExit")?.bool() == true { flags = flags | .debugExit }
    if try fields.optional("testOperations")?.bool() == true { flags = flags | .testOperations }
    if try fields.optional("audit")?.bool() == true { flags = flags | .audit }
    if let role = fields.optional("forceFail") { forceFail = try role.role() }
    if let mask = fields.optional("leaveOut") {
      leaveOut = try mask.flags(FlagName<Protections>.all)
    }
    try fields.finish()
  }
}

extension ServiceDraft {
  /// Reads a service with its lists, in the order of the text: sorting them here would hide from
  /// the reader of a file which element a refusal means.
  fileprivate init(_ field: Field) throws(DescriptionError) {
    var fields = try Fields(field)
    self.init(entry: try ServiceEntry(&fields))
    for element in try fields.optional("dependencies")?.names() ?? [] {
      dependencies.append(Dependency(try element.role()))
    }
    for element in try fields.optional("peers")?.elements() ?? [] {
      edges.append(try PeerEdge(element))
    }
    for element in try fields.optional("capabilities")?.elements() ?? [] {
      capabilities.append(try DeclaredCapability(element))
    }
    for element in try fields.optional("faces")?.elements() ?? [] {
      faces.append(try Face(element))
    }
    try fields.finish()
  }
}

extension ServiceEntry {
  /// Takes the members that are not lists.
  ///
  /// Nothing that grants or bounds authority has a default: what a service may use up stands in the
  /// text.
  fileprivate init(_ fields: inout Fields) throws(DescriptionError) {
    let none = EntryRun(first: 0, count: 0)
    self.init(
      role: try fields.take("role").role(), launchKind: try fields.take("launch").named(),
      priority: try fields.take("priority").number(),
      isRequired: try fields.take("required").bool(),
      affinity: try fields.take("affinity").number(), budget: try fields.take("budget").size(),
      cspaceSlots: try fields.take("cspaceSlots").number(),
      syscalls: try fields.take("syscalls").flags(FlagName<SyscallFilter>.all),
      restart: try RestartPolicy(fields.take("restart")),
      validation: try fields.take("validation").named(),
      watchdogMilliseconds: try fields.optional("watchdogMilliseconds")?.number() ?? 0,
      dependencies: none, edges: none, capabilities: none, faces: none)
  }
}

extension RestartPolicy {
  /// Reads a policy; whether its numbers agree is checked by the rules.
  fileprivate init(_ field: Field) throws(DescriptionError) {
    var fields = try Fields(field)
    self.init(
      mode: try fields.take("mode").named(),
      maximumRestarts: try fields.optional("maximumRestarts")?.number() ?? 0,
      windowSeconds: try fields.optional("windowSeconds")?.number() ?? 0,
      firstBackoffMilliseconds: try fields.optional("firstBackoffMilliseconds")?.number() ?? 0,
      longestBackoffMilliseconds: try fields.optional("longestBackoffMilliseconds")?.number()
        ?? 0)
    try fields.finish()
  }
}

extension PeerEdge {
  /// Reads an edge; the badge is required, because it is what the peer knows the service by.
  fileprivate init(_ field: Field) throws(DescriptionError) {
    var fields = try Fields(field)
    self.init(
      peer: try fields.take("role").role(), mode: try fields.take("mode").named(),
      deadlineMilliseconds: try fields.optional("deadlineMilliseconds")?.number() ?? 0,
      badge: Badge(rawValue: try fields.take("badge").number()))
    try fields.finish()
  }
}

extension Face {
  /// Reads a face with both ends of its range.
  fileprivate init(_ field: Field) throws(DescriptionError) {
    var fields = try Fields(field)
    self.init(
      kind: try fields.take("kind").named(),
      first: Badge(rawValue: try fields.take("first").number()),
      last: Badge(rawValue: try fields.take("last").number()))
    try fields.finish()
  }
}

extension DeclaredCapability {
  /// Reads a capability; rights are required and spelled out, there is no word for all of them.
  fileprivate init(_ field: Field) throws(DescriptionError) {
    var fields = try Fields(field)
    self.init(
      TransferDescriptor(
        slot: CapSlot(rawValue: try fields.take("slot").number()),
        type: try fields.take("type").named(),
        kind: try fields.optional("kind")?.named() ?? .generic,
        rights: try fields.take("rights").flags(FlagName<Rights>.all),
        peer: try fields.optional("peer")?.role() ?? .none,
        badge: Badge(rawValue: try fields.optional("badge")?.number() ?? 0)),
      count: try fields.optional("count")?.number() ?? 1)
    if try fields.optional("acquired")?.bool() == true { flags = flags | .acquired }
    if try fields.optional("custody")?.bool() == true { flags = flags | .custody }
    try fields.finish()
  }
}
