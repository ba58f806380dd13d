// The declared authority as a picture: services stand on the diagonal, in order of roles, and each
// way from one to another leaves its sender along the row and enters its receiver along the column,
// so that every corner is one edge. Calls that run downward lie left of the diagonal.

import Bootstrap
import ImageDescription

/// An SVG drawing of a graph.
///
/// Equal graphs give equal bytes.
struct AuthorityPicture {
  private static let boxWidth = 84
  private static let boxHeight = 30
  private static let columnWidth = 108
  private static let textWidth = 330
  private static let textLineHeight = 13
  private static let charactersPerLine = 50
  private static let top = 96

  private let graph: AuthorityGraph
  /// What stands beside each service.
  private let texts: [[String]]
  /// Where each row begins; one more for the end of the last.
  private let rows: [Int]

  init(_ graph: AuthorityGraph) {
    self.graph = graph
    texts = graph.services.map { service in
      let families =
        service.families.isEmpty ? [] : ["kernel: " + service.families.joined(separator: ", ")]
      let holdings =
        service.holdings.isEmpty ? [] : ["holds: " + service.holdings.joined(separator: ", ")]
      return (families + holdings).flatMap(Self.wrapped)
    }
    var rows = [Self.top]
    for text in texts {
      rows.append((rows.last ?? 0) + max(64, text.count * Self.textLineHeight + 22))
    }
    self.rows = rows
  }

  /// The text of the SVG file.
  var svg: String {
    // As wide as the legend at least.
    let width = max(Self.textWidth + graph.services.count * Self.columnWidth + 20, 680)
    let height = (rows.last ?? 0) + 20
    var parts = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)" font-family="sans-serif" font-size="11">
      <style>
      .call{stroke:#1f4e8c;fill:none;stroke-width:1.3}
      .notify{stroke:#b3541e;fill:none;stroke-width:1.3;stroke-dasharray:5 3}
      .acquired{opacity:.55}
      .badge{font-size:9.5px;text-anchor:middle}
      .name{font-weight:bold;font-size:13px;text-anchor:middle}
      .box{stroke:#333;stroke-width:1.2}
      .kernel{fill:#f3d9d9}.rootd{fill:#dbe7f5}.procd{fill:#dff0dc}.driver{fill:#f6ecd0}
      .program{fill:#ececec}
      .line{stroke:#e4e4e4}
      </style>
      <defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" \
      orient="auto"><path d="M0 0L8 4L0 8z" fill="#444"/></marker></defs>
      <rect width="100%" height="100%" fill="#fff"/>
      """
    ]
    parts += legend
    for row in rows {
      parts.append("<path class=\"line\" d=\"M10 \(row)H\(width - 10)\"/>")
    }
    for (index, service) in graph.services.enumerated() {
      parts += edges(of: service, at: index)
    }
    for (index, service) in graph.services.enumerated() {
      parts += box(of: service, at: index)
    }
    return parts.joined(separator: "\n") + "\n</svg>\n"
  }

  private var legend: [String] {
    [
      """
      <text x="10" y="24" font-size="16" font-weight="bold">Declared authority</text>
      <text x="10" y="42">A line leaves its sender sideways and enters its receiver from above or \
      below; the badge stands at the corner.</text>
      <path class="call" d="M10 60h40" marker-end="url(#end)"/><text x="56" y="64">call</text>
      <path class="notify" d="M100 60h40" marker-end="url(#end)"/><text x="146" y="64">notify, \
      never waits</text>
      <path class="call acquired" d="M250 60h40" marker-end="url(#end)"/><text x="296" y="64">\
      acquired later (pale)</text>
      """,
      swatch("kernel", "started by the kernel", 10), swatch("rootd", "by rootd", 160),
      swatch("procd", "by procd", 250), swatch("driver", "by deviced", 340),
      swatch("program", "program", 440),
    ]
  }

  private func swatch(_ name: String, _ text: String, _ x: Int) -> String {
    """
    <rect class="box \(name)" x="\(x)" y="74" width="12" height="12"/>\
    <text x="\(x + 17)" y="84">\(text)</text>
    """
  }

  // MARK: Services and edges

  private func left(of index: Int) -> Int { Self.textWidth + index * Self.columnWidth }
  private func middle(of index: Int) -> Int { (rows[index] + rows[index + 1]) / 2 }

  private func box(of service: AuthorityGraph.Service, at index: Int) -> [String] {
    let x = left(of: index)
    let y = middle(of: index)
    let first = y - (texts[index].count - 1) * Self.textLineHeight / 2 + 4
    let texts = texts[index].enumerated().map { number, text in
      "<text x=\"14\" y=\"\(first + number * Self.textLineHeight)\">\(text)</text>"
    }
    return [
      """
      <rect class="box \(service.launch)" x="\(x)" y="\(y - Self.boxHeight / 2)" \
      width="\(Self.boxWidth)" height="\(Self.boxHeight)" rx="5"/>\
      <text class="name" x="\(x + Self.boxWidth / 2)" y="\(y + 5)">\(service.role)</text>
      """
    ] + texts
  }

  /// The edges of a service; calls lie left of notifications, and several of a kind to one peer
  /// beside one another.
  private func edges(of service: AuthorityGraph.Service, at index: Int) -> [String] {
    var drawn: [String: Int] = [:]
    return service.edges.flatMap { edge -> [String] in
      guard let peer = graph.services.firstIndex(where: { $0.role == edge.peer }) else { return [] }
      let key = "\(edge.peer) \(edge.isCall)"
      let shift = drawn[key, default: 0] * 9
      drawn[key, default: 0] += 1
      let isLeft = peer < index
      // Out of the sender's side, up or down the receiver's column, into its lower or upper edge.
      let startX = left(of: index) + (isLeft ? 0 : Self.boxWidth)
      let startY = middle(of: index) + (edge.isCall ? -8 : 8) + shift / 3
      let endX = left(of: peer) + Self.boxWidth / 2 + (edge.isCall ? -20 : 20) + shift
      let endY = middle(of: peer) + (isLeft ? 1 : -1) * Self.boxHeight / 2
      let kind = (edge.isCall ? "call" : "notify") + (edge.isAcquired ? " acquired" : "")
      return [
        """
        <path class="\(kind)" d="M\(startX) \(startY)H\(endX)V\(endY)" marker-end="url(#end)"/>
        """,
        """
        <circle cx="\(endX)" cy="\(startY)" r="2.5" fill="#444"/>\
        <text class="badge" x="\(endX + (isLeft ? 4 : 0))" y="\(startY + (isLeft ? 12 : -5))">\
        \(edge.badge)</text>
        """,
      ]
    }
  }

  /// A text in lines of limited length, broken after words.
  private static func wrapped(_ text: String) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > charactersPerLine {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return lines + [line]
  }
}
