// Prints a JSON value for people: what fits stands on one line, the rest is indented. Equal values
// give equal text.

extension JSONValue {
  private static let lineLength = 110

  /// The text, with a line feed at its end.
  var text: String { lines(indent: 0) + "\n" }

  /// The text on as many lines as it needs.
  ///
  /// The outermost value is always broken up, so that a short configuration looks like a long one.
  private func lines(indent: Int) -> String {
    let line = oneLine
    guard line.utf8.count + indent > Self.lineLength || indent == 0 else { return line }
    let margin = String(repeating: " ", count: indent + 2)
    let end = "\n" + String(repeating: " ", count: indent)
    switch self {
    case .object(let members) where !members.isEmpty:
      let rows = members.map {
        "\(margin)\(Self.quoted($0.key)): \($0.value.lines(indent: indent + 2))"
      }
      return "{\n" + rows.joined(separator: ",\n") + end + "}"
    case .array(let elements) where !elements.isEmpty:
      let rows = elements.map { margin + $0.lines(indent: indent + 2) }
      return "[\n" + rows.joined(separator: ",\n") + end + "]"
    default: return line
    }
  }

  /// The text on one line, however long.
  private var oneLine: String {
    switch self {
    case .object(let members):
      "{" + members.map { "\(Self.quoted($0.key)): \($0.value.oneLine)" }.joined(separator: ", ")
        + "}"
    case .array(let elements): "[" + elements.map(\.oneLine).joined(separator: ", ") + "]"
    case .string(let string): Self.quoted(string)
    case .number(let number): String(number)
    case .bool(let bool): bool ? "true" : "false"
    }
  }

  /// A string with the two escapes that the reader takes.
  ///
  /// Control characters cannot occur: the reader refuses them, and the names of the formats have
  /// none.
  private static func quoted(_ string: String) -> String {
    var text = "\""
    for character in string {
      if character == "\"" || character == "\\" { text.append("\\") }
      text.append(character)
    }
    return text + "\""
  }
}
