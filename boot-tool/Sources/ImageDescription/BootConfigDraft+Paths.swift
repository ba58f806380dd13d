// Where in the JSON text a refusal of the encoder comes from. Lists keep the order of the text, so
// an index of a table leads back to its element.

import Bootstrap
import Handoff

extension BootConfigDraft {
  /// The path of the element that an error of form is about.
  func path(of error: FormatError) -> String {
    switch error {
    case .outOfOrder(let table, let entry), .duplicate(let table, let entry),
      .overlap(let table, let entry):
      path(table: table, entry: entry)
    case .invalidValue(let offset, _), .unknownFlags(let offset, _),
      .nonzeroReserved(let offset):
      path(offset: offset)
    case .tooManyEntries(let table, _, _), .tooFewEntries(let table, _, _):
      table == 0 ? "services" : "services[*].\(Self.key(of: table))"
    default: "(top)"
    }
  }

  /// The key of the list that makes up a table.
  private static func key(of table: Int) -> String {
    switch table {
    case Dependency.table: "dependencies"
    case PeerEdge.table: "peers"
    case DeclaredCapability.table: "capabilities"
    default: "faces"
    }
  }

  /// The path of an entry of a table.
  private func path(table: Int, entry: Int) -> String {
    guard table != ServiceEntry.table else { return "services[\(entry)]" }
    var rest = entry
    for (index, service) in services.enumerated() {
      let count = service.count(of: table)
      if rest < count { return "services[\(index)].\(Self.key(of: table))[\(rest)]" }
      rest -= count
    }
    return "(top)"
  }

  /// The path of the entry that holds a byte of the encoding.
  private func path(offset: Int) -> String {
    let layout = BootConfigFormat.layout
    var rest = offset - layout.firstTableOffset
    guard rest >= 0 else { return "(top)" }
    for table in 0..<layout.tableCount {
      let entry = rest / layout[table].entrySize
      let count = services.reduce(0) { $0 + $1.count(of: table) }
      if entry < count { return path(table: table, entry: entry) }
      rest -= count * layout[table].entrySize
    }
    return "(top)"
  }
}

extension ServiceDraft {
  /// How many entries of a table the service makes.
  fileprivate func count(of table: Int) -> Int {
    switch table {
    case ServiceEntry.table: 1
    case Dependency.table: dependencies.count
    case PeerEdge.table: edges.count
    case DeclaredCapability.table: capabilities.count
    default: faces.count
    }
  }
}
