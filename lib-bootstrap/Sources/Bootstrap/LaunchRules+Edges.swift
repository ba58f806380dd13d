// Rules about peer edges: who may send to whom, seen as whom, and that no chain of calls can close.

import CapABI
import Handoff

extension BootConfig {
  /// Checks every edge and the graph of calls.
  ///
  /// - Throws: `LaunchRuleError.selfEdge`, `missingPeer`, `badgeZero`, `badgeOutsideFaces`,
  ///   `duplicateBadge`, `supervisorCall`, `callWithoutDeadline`, `callCycle`.
  func checkEdges(_ roles: RoleIndex) throws(LaunchRuleError) {
    var calls = RoleGraph(count: roles.count)
    var index = 0
    while let service = services[index] {
      let edges = edges(of: service)
      var position = 0
      while let edge = edges[position] {
        let place = try checkPeer(edge, of: service, roles)
        try checkBadge(edge, of: service, after: index)
        if edge.mode == .call { calls.add(from: index, to: place) }
        position += 1
      }
      index += 1
    }
    do throws(GraphCycle) { _ = try calls.ordered() } catch {
      throw .callCycle(roles.role(at: error.from), peer: roles.role(at: error.to))
    }
  }

  /// Checks one edge against its peer; gives the peer's place.
  private func checkPeer(
    _ edge: PeerEdge, of service: ServiceEntry, _ roles: RoleIndex
  ) throws(LaunchRuleError) -> Int {
    let role = service.role
    guard edge.peer != role else { throw .selfEdge(role) }
    guard let place = roles[edge.peer], let peer = services[place] else {
      throw .missingPeer(role, peer: edge.peer)
    }
    guard edge.badge != .none else { throw .badgeZero(role, peer: edge.peer) }
    guard hasFace(peer, for: edge.badge) else {
      throw .badgeOutsideFaces(role, peer: edge.peer, edge.badge)
    }
    guard edge.mode == .call else { return place }
    // rootd waits for what it starts: when that fails, the boot fails with it.
    guard role == .rootd || peer.launchKind.launcher != role else {
      throw .supervisorCall(role, peer: edge.peer)
    }
    guard peer.restart.mode == .never || edge.deadlineMilliseconds != 0 else {
      throw .callWithoutDeadline(role, peer: edge.peer)
    }
    return place
  }

  /// Whether a badge belongs to a face of the service.
  private func hasFace(_ service: ServiceEntry, for badge: Badge) -> Bool {
    let faces = faces(of: service)
    for index in 0..<faces.count where faces[index]?.contains(badge) == true { return true }
    return false
  }

  /// Checks that no service behind `index` comes to the same peer with the same badge; within one
  /// service the form excludes it.
  private func checkBadge(
    _ edge: PeerEdge, of service: ServiceEntry, after index: Int
  ) throws(LaunchRuleError) {
    var other = index + 1
    while let candidate = services[other] {
      let edges = edges(of: candidate)
      var position = 0
      while let found = edges[position] {
        guard found.peer != edge.peer || found.badge != edge.badge else {
          throw .duplicateBadge(
            service.role, other: candidate.role, peer: edge.peer, edge.badge)
        }
        position += 1
      }
      other += 1
    }
  }
}
