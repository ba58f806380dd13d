// What a boot configuration allows, service by service, as texts that can be drawn and compared:
// docs/reference/authority.md. Nothing is checked; rules are the compiler's business.

package import Bootstrap
import Bytes
import CapABI
import Handoff

/// Who may hold what and send to whom.
package struct AuthorityGraph {
  /// A way from one service to another.
  package struct Edge {
    /// The name of the receiver's role.
    package let peer: String
    /// Whether the sender waits for an answer.
    package let isCall: Bool
    /// Which badge the receiver sees, in hexadecimal.
    package let badge: String
    /// Whether the sender gets the capability only when it asks for it.
    package let isAcquired: Bool
  }

  /// One service.
  package struct Service {
    /// The name of its role.
    package let role: String
    /// Who starts it.
    package let launch: LaunchKind
    /// Families of the kernel that it may use.
    package let families: [String]
    /// What else it may hold that leads to no other service.
    package let holdings: [String]
    /// Whom it may send to.
    package let edges: [Edge]
    /// All that it may do, a line each, in the order of the configuration.
    package let lines: [String]
  }

  /// The services in order of roles.
  package let services: [Service]

  /// The graph of a boot-config section.
  ///
  /// - Throws: `DescriptionError.form` when the form is not valid.
  package init(_ section: [UInt8]) throws(DescriptionError) {
    do throws(FormatError) {
      let draft = try BootConfigDraft(decoding: section.span.rawBytes)
      services = draft.services.map(Service.init)
    } catch {
      throw .form(path: "boot-config", error)
    }
  }

  /// The differences to another graph.
  ///
  /// - Parameter newer: The other one.
  /// - Returns: For each service that differs its name and its lines, with `-` for those that only
  ///   this graph has and `+` for those that only the newer one has; empty when both are the same.
  package func differences(to newer: AuthorityGraph) -> String {
    var roles = services.map(\.role)
    roles += newer.services.map(\.role).filter { !roles.contains($0) }
    return roles.map { role in
      let old = services.first { $0.role == role }?.lines ?? []
      let new = newer.services.first { $0.role == role }?.lines ?? []
      let gone = old.filter { !new.contains($0) }.map { "- \($0)\n" }
      let come = new.filter { !old.contains($0) }.map { "+ \($0)\n" }
      let changes = (gone + come).joined()
      return changes.isEmpty ? "" : "\(role)\n\(changes)"
    }.joined()
  }
}

extension AuthorityGraph.Service {
  fileprivate init(_ draft: ServiceDraft) {
    role = draft.entry.role.text
    launch = draft.entry.launchKind
    families = draft.capabilities.filter { $0.descriptor.kind != .generic }
      .map { "\($0.descriptor.kind)" }
    holdings = Self.holdings(draft.capabilities)
    edges = draft.edges.map { edge in
      let held = draft.capabilities.filter {
        $0.canSend && $0.descriptor.peer == edge.peer && $0.descriptor.badge == edge.badge
      }
      return AuthorityGraph.Edge(
        peer: edge.peer.text, isCall: edge.mode == .call, badge: edge.badge.text,
        isAcquired: held.allSatisfy { $0.flags.contains(.acquired) })
    }
    let calls = FlagName<SyscallFilter>.all.filter { draft.entry.syscalls.contains($0.flag) }
    lines =
      draft.capabilities.map(\.line)
      + draft.edges.map { edge in
        let limit =
          edge.deadlineMilliseconds == 0 ? "" : " within \(edge.deadlineMilliseconds) ms"
        return "\(edge.mode) \(edge.peer.text) badge \(edge.badge.text)\(limit)"
      }
      + calls.map { "system call \($0.name)" }
  }

  /// Counts of what is no kernel family and no way to a peer, by type and rights.
  private static func holdings(_ capabilities: [DeclaredCapability]) -> [String] {
    var names: [String] = []
    var counts: [String: UInt32] = [:]
    for capability in capabilities
    where capability.descriptor.kind == .generic && !capability.canSend {
      let descriptor = capability.descriptor
      let custody = capability.flags.contains(.custody) ? " in custody" : ""
      let name = "\(descriptor.type) \(descriptor.rights.letters)\(custody)"
      if counts[name] == nil { names.append(name) }
      counts[name, default: 0] += capability.count
    }
    return names.map { name in
      let count = counts[name] ?? 0
      return count == 1 ? name : "\(count) × \(name)"
    }
  }
}

extension DeclaredCapability {
  /// Slots, type, rights, peer, badge and flags.
  fileprivate var line: String {
    let first = descriptor.slot.rawValue
    var text = count == 1 ? "slot \(first)" : "slots \(first)-\(endSlot - 1)"
    text += " \(descriptor.type)"
    if descriptor.kind != .generic { text += " of \(descriptor.kind)" }
    text += " " + descriptor.rights.names.joined(separator: "+")
    if descriptor.peer != .none { text += " to \(descriptor.peer.text)" }
    if descriptor.badge != .none { text += " badge \(descriptor.badge.text)" }
    if flags.contains(.acquired) { text += " acquired" }
    if flags.contains(.custody) { text += " custody" }
    return text
  }
}

extension Rights {
  fileprivate var names: [String] {
    FlagName<Rights>.all.filter { contains($0.flag) }.map(\.name)
  }

  /// The first letter of each right; `x` for execute, which is none of the others'.
  fileprivate var letters: String {
    names.map { $0 == "execute" ? "x" : $0 == "receive" ? "v" : String($0.prefix(1)) }.joined()
  }
}

extension Badge {
  fileprivate var text: String { "0x" + String(rawValue, radix: 16) }
}
