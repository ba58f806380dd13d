// The boot configuration of the simulation: the system's own, without the services that have no
// core to run yet and without what leads to them.

import Bootstrap
import Bytes
import CapABI
import Handoff
import ImageDescription

/// A boot configuration as the boot image has it.
struct Configuration {
  /// The compiled bytes.
  let bytes: [UInt8]
  /// The roles that it names, rootd excepted.
  let roles: [RoleID]

  /// Compiles a text and leaves out what cannot run.
  ///
  /// - Throws: What is wrong with the text, or with what is left of it.
  init(_ json: [UInt8]) throws {
    let whole = try compileBootConfig(json)
    var draft = try BootConfigDraft(decoding: whole.span.rawBytes)
    func isThere(_ role: RoleID) -> Bool {
      role == .none || role == .rootd || Programs.all.contains(role.rawValue)
    }
    draft.services.removeAll { !isThere($0.entry.role) }
    for index in draft.services.indices {
      draft.services[index].dependencies.removeAll { !isThere($0.role) }
      draft.services[index].edges.removeAll { !isThere($0.peer) }
      draft.services[index].capabilities.removeAll { !isThere($0.descriptor.peer) }
    }
    bytes = try draft.encoded()
    roles = draft.services.map(\.entry.role).filter { $0 != .rootd }
    _ = try BootConfig(decoding: bytes.span.rawBytes).checkRules()
  }
}
