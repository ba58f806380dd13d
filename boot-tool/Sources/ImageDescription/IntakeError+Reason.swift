// Differences from a role's intake table in words.

import CapABI

extension IntakeError {
  /// The slot and the difference.
  var reason: String {
    switch self {
    case .missing(let slot): "slot \(slot.rawValue) is missing"
    case .unexpected(let slot): "slot \(slot.rawValue) is not in the table"
    case .outOfOrder(let slot): "slot \(slot.rawValue) is out of order"
    case .wrongType(let slot, let found, let expected):
      "slot \(slot.rawValue) has type \(found) and must have \(expected)"
    case .wrongKind(let slot, let found, let expected):
      "slot \(slot.rawValue) has kind \(found) and must have \(expected)"
    case .wrongRights(let slot, let found, let expected):
      "slot \(slot.rawValue) has rights \(found.text) and must have \(expected.text)"
    case .wrongPeer(let slot, let found, let expected):
      "slot \(slot.rawValue) leads to \(found.text) and must lead to \(expected.text)"
    }
  }
}

extension Rights {
  /// The names of the rights, as descriptions spell them.
  fileprivate var text: String {
    FlagName<Rights>.all.filter { contains($0.flag) }.map(\.name).joined(separator: ",")
  }
}
