// A terminal that knows as much as the editor needs: one row that matters, and how many line feeds.

import Terminal

/// The screen of a simple terminal.
struct Screen {
  /// The cells of the row; a wide character is followed by an empty one.
  var cells = [String](repeating: " ", count: 80)
  var column = 0
  var lineCount = 0
  var bellCount = 0
  /// Characters written into the last column, or sequences that a real terminal may not know.
  var problems: [String] = []
  private var pending: [UInt8] = []

  /// The row without the blanks at its end.
  var row: String {
    var text = cells.joined()
    while text.last == " " { text.removeLast() }
    return text
  }

  mutating func take(_ bytes: [UInt8]) {
    for byte in bytes { take(byte) }
  }

  private mutating func take(_ byte: UInt8) {
    if pending.first == 0x1B {
      pending.append(byte)
      if pending.count > 2, (0x40...0x7E).contains(byte) {
        sequence(String(decoding: pending.dropFirst(), as: UTF8.self))
        pending = []
      }
      return
    }
    switch byte {
    case 0x07: bellCount += 1
    case 0x08: column = max(0, column - 1)
    case 0x0A: lineFeed()
    case 0x0D: column = 0
    case 0x1B: pending = [byte]
    case 0..<0x20: problems.append("control \(byte)")
    default:
      pending.append(byte)
      guard String(validating: pending, as: UTF8.self) != nil else { return }
      put(String(decoding: pending, as: UTF8.self))
      pending = []
    }
  }

  private mutating func lineFeed() {
    cells = [String](repeating: " ", count: 80)
    lineCount += 1
  }

  private mutating func put(_ text: String) {
    let width = terminalWidth(of: text.unicodeScalars.first?.value ?? 0)
    guard width > 0 else {
      cells[max(0, column - 1)] += text
      return
    }
    guard column + width < 80 else {
      problems.append("\(text) in column \(column)")
      return
    }
    cells[column] = text
    if width == 2 { cells[column + 1] = "" }
    column += width
  }

  private mutating func sequence(_ text: String) {
    let number = Int(text.dropFirst().dropLast())
    switch text.last {
    case "K": for index in column..<80 { cells[index] = " " }
    case "C": column += number ?? 1
    case "H": column = 0
    case "J": cells = [String](repeating: " ", count: 80)
    default: problems.append(text)
    }
  }
}
