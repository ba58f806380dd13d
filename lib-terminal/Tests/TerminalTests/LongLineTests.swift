// Lines longer than the screen, and random typing: text and cursor against a simple model, and the
// screen against both.

import IPC
import StoreTesting
import Terminal
import Testing

/// The same line as an array of characters, each a scalar.
private struct Model {
  var text: [Unicode.Scalar] = []
  var cursor = 0

  var string: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: text)
    return String(view)
  }

  var bytesBeforeCursor: Int {
    text[..<cursor].reduce(0) { $0 + String($1).utf8.count }
  }

  mutating func press(_ choice: UInt64, _ scalar: Unicode.Scalar) -> [UInt8] {
    switch choice {
    case 0:
      cursor = max(0, cursor - 1)
      return Array("\u{1B}[D".utf8)
    case 1:
      cursor = min(text.count, cursor + 1)
      return [6]
    case 2:
      cursor = 0
      return [1]
    case 3:
      cursor = text.count
      return [5]
    case 4:
      if cursor > 0 {
        text.remove(at: cursor - 1)
        cursor -= 1
      }
      return [0x7F]
    case 5:
      if cursor < text.count { text.remove(at: cursor) }
      return Array("\u{1B}[3~".utf8)
    case 6:
      text.removeSubrange(cursor...)
      return [0x0B]
    case 7:
      text.removeSubrange(..<cursor)
      cursor = 0
      return [0x15]
    default: return insert(scalar)
    }
  }

  private mutating func insert(_ scalar: Unicode.Scalar) -> [UInt8] {
    let bytes = Array(String(scalar).utf8)
    if string.utf8.count + bytes.count <= 900 {
      text.insert(scalar, at: cursor)
      cursor += 1
    }
    return bytes
  }
}

struct LongLineTests {
  /// The screen shows the prompt, a part of the line that has the cursor in it, and marks where
  /// more is left out.
  private func expectPart(_ person: Person, _ model: Model, _ note: String) {
    let width = { (scalars: ArraySlice<Unicode.Scalar>) in
      scalars.reduce(0) { $0 + terminalWidth(of: $1.value) }
    }
    #expect(person.screen.problems.isEmpty, "\(note): \(person.screen.problems)")
    let cells = person.screen.cells
    #expect(cells[..<6].joined() == "erix> ", "\(note)")
    let total = width(model.text[...])
    guard total + 6 >= 79 else {
      var row = "erix> " + model.string
      while row.last == " " { row.removeLast() }
      #expect(person.screen.row == row, "\(note)")
      #expect(person.screen.column == 6 + width(model.text[..<model.cursor]), "\(note)")
      return
    }
    #expect((6..<79).contains(person.screen.column), "\(note)")
    let before = cells[6..<person.screen.column].joined()
    let shown =
      before.hasPrefix("<") && before.dropFirst() != model.string.prefix(before.count - 1)
      ? String(before.dropFirst()) : before
    var prefix = String.UnicodeScalarView()
    prefix.append(contentsOf: model.text[..<model.cursor])
    #expect(String(prefix).hasSuffix(shown), "\(note): \(shown)")
  }

  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func `random typing gives the model's line, and the screen shows it`(_ seed: UInt64) throws {
    var generator = Seeded(state: seed)
    var person = try Person()
    try person.begin("erix> ")
    var model = Model()
    let letters: [Unicode.Scalar] =
      seed % 2 == 0 ? ["a", "b", " "] : ["a", "ä", "日", "€", "😀", " "]
    // Some lines stay short, some become full.
    let choices = 9 + 6 * (seed % 4)
    for step in 0..<1500 {
      let choice = generator.next() % choices
      // Erasing to the ends is rare, or no line becomes long.
      let isRare = (6...7).contains(choice) && generator.next() % 16 > 0
      let scalar = letters[Int(generator.next() % UInt64(letters.count))]
      person.type(model.press(isRare ? 99 : choice, scalar))
      guard step % 7 == 0 || step < 100 else { continue }
      #expect(person.text == model.string)
      #expect(Int(person.editor.cursor) == model.bytesBeforeCursor)
      expectPart(person, model, "seed \(seed), step \(step)")
      if step % 98 == 0 {
        person.hide()
        person.show()
        expectPart(person, model, "seed \(seed), step \(step), shown again")
      }
    }
  }

  @Test func `a long line is shown around the cursor`() throws {
    var person = try Person()
    try person.begin("> ")
    let text = (0..<300).map { String($0 % 10) }.joined()
    person.type(text)
    #expect(person.screen.row.hasPrefix("> <") && person.screen.row.hasSuffix("9"))
    person.type("\u{1}")
    #expect(person.screen.row.hasPrefix("> 0123") && person.screen.row.hasSuffix(">"))
    #expect(person.screen.column == 2)
    for _ in 0..<150 { person.type("\u{6}") }
    #expect(person.screen.row.hasPrefix("> <") && person.screen.row.hasSuffix(">"))
    person.type("\u{B}\u{15}abc")
    #expect(person.screen.row == "> abc")
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `random bytes never leave the row or break the text`(_ seed: UInt64) throws {
    var generator = Seeded(state: seed)
    var person = try Person()
    try person.begin("erix> ")
    for _ in 0..<3000 {
      var byte = UInt8(truncatingIfNeeded: generator.next() >> 9)
      if generator.next() % 6 == 0 { byte = 0x1B }
      person.type([byte])
    }
    #expect(person.screen.problems.isEmpty)
    #expect(String(validating: Array(person.text.utf8), as: UTF8.self) != nil)
    #expect(person.text.utf8.count <= 900)
  }
}
