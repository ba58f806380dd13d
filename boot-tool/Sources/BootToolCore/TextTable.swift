// Text in columns, for reports and help.

extension [[String]] {
  /// The rows as lines, each column as wide as its widest cell; no spaces at the end of a line.
  ///
  /// All rows have the same number of cells.
  func aligned() -> String {
    let columns = first?.indices ?? 0..<0
    let widths = columns.map { column in map { $0[column].count }.max() ?? 0 }
    let lines = map { row in
      zip(row, widths).map { $0.padded(to: $1) }.joined(separator: "  ").trimmedEnd + "\n"
    }
    return lines.joined()
  }
}

extension String {
  /// The text with spaces behind it up to a width.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }

  /// The text without the spaces at its end.
  fileprivate var trimmedEnd: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
