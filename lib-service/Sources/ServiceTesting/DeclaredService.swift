// What the boot configuration of this system declares for a service, so that the test of a service
// can compare it with what the service was compiled with.

public import CapABI
import Foundation
public import IPC

/// The entry of one role in integration/boot-config/system.json.
public struct DeclaredService {
  private let entry: [String: Any]

  /// Reads the entry of a role.
  ///
  /// - Throws: What reading the file gives; `TestFailure.notDeclared` when it has no such role.
  public init(_ role: RoleID) throws {
    let root = (0..<4).reduce(URL(filePath: #filePath)) { url, _ in
      url.deletingLastPathComponent()
    }
    let file = root.appending(path: "integration/boot-config/system.json")
    let parsed = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    let services = (parsed as? [String: Any])?["services"] as? [[String: Any]] ?? []
    let name = role.name.map { "\($0)" }
    guard let entry = services.first(where: { $0["role"] as? String == name }) else {
      throw TestFailure.notDeclared
    }
    self.entry = entry
  }

  /// The badges of its face of a kind; nil when it has none.
  public func face(_ kind: String) -> BadgeRange? {
    let faces = entry["faces"] as? [[String: Any]] ?? []
    guard let face = faces.first(where: { $0["kind"] as? String == kind }),
      let first = Self.number(face["first"]), let last = Self.number(face["last"])
    else { return nil }
    return BadgeRange(first, through: last)
  }

  /// The badges with which it comes to a peer, in order.
  public func badges(at peer: RoleID) -> [Badge] {
    let name = peer.name.map { "\($0)" }
    let peers = entry["peers"] as? [[String: Any]] ?? []
    return peers.filter { $0["role"] as? String == name }
      .compactMap { Self.number($0["badge"]) }.map { Badge(rawValue: $0) }
  }

  private static func number(_ value: Any?) -> UInt64? {
    (value as? String).flatMap { UInt64($0.dropFirst(2), radix: 16) }
  }
}
