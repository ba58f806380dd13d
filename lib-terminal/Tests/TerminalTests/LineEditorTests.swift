// The line editor: each key, the ends of the line, what the screen shows, and random typing against
// a line of characters in an array.

import IPC
import Store
import StoreTesting
import Terminal
import Testing

private let left = "\u{1B}[D"
private let right = "\u{1B}[C"

struct LineEditorTests {
  var person: Person

  init() throws {
    person = try Person()
    try person.begin("erix> ")
  }

  /// What the screen shows is the prompt and the text, with the cursor in a column.
  private func expectShown(_ text: String, _ column: Int, _ line: Int = #line) {
    let row = "erix> " + text
    var trimmed = row
    while trimmed.last == " " { trimmed.removeLast() }
    #expect(person.text == text, "line \(line)")
    #expect(person.screen.row == trimmed, "line \(line)")
    #expect(person.screen.column == column + 6, "line \(line)")
    #expect(person.screen.problems.isEmpty, "line \(line)")
  }

  @Test mutating func `what is typed is shown`() {
    person.type("ps äöü €")
    expectShown("ps äöü €", 8)
  }

  @Test mutating func `typing at the end sends the characters and no more`() throws {
    var region = Region.allocated(2048)
    var editor = try #require(LineEditor(in: &region))
    var output = ByteRing(in: .allocated(4096))
    for text in "abc".unicodeScalars { _ = editor.take(character(text), &output) }
    #expect(output.count == 3)
  }

  @Test mutating func `a character is inserted at the cursor`() {
    person.type("ac" + left + "b")
    expectShown("abc", 2)
    person.type("\u{1B}[Hä")
    expectShown("äabc", 1)
    person.type("\u{1B}[F!")
    expectShown("äabc!", 5)
  }

  @Test mutating func `backspace and delete take a character`() {
    person.type("aäb\u{7F}\u{7F}")
    expectShown("a", 1)
    person.type("\u{7F}\u{7F}\u{7F}")
    expectShown("", 0)
    person.type("aäb\u{1B}[H\u{1B}[3~")
    expectShown("äb", 0)
    person.type("\u{4}")
    expectShown("b", 0)
    person.type("\u{1B}[F\u{1B}[3~\u{4}")
    expectShown("b", 1)
  }

  @Test mutating func `words are jumped over and erased`() {
    person.type("one two  three\u{17}")
    expectShown("one two  ", 9)
    person.type("\u{17}")
    expectShown("one ", 4)
    person.type("two\u{1B}b\u{1B}b")
    expectShown("one two", 0)
    person.type("\u{1B}f")
    expectShown("one two", 3)
    person.type("\u{1B}[1;5C")
    expectShown("one two", 7)
    person.type("\u{1B}[1;5D")
    expectShown("one two", 4)
    person.type("\u{17}")
    expectShown("two", 0)
    person.type("\u{17}")
    expectShown("two", 0)
  }

  @Test mutating func `the rest of the line, and its begin, are erased`() {
    person.type("abcdef" + left + left + "\u{B}")
    expectShown("abcd", 4)
    person.type(left + "\u{15}")
    expectShown("d", 0)
    person.type("\u{15}\u{B}\u{B}")
    expectShown("", 0)
  }

  @Test mutating func `Ctrl with letters moves like the arrows`() {
    person.type("abc\u{1}")
    expectShown("abc", 0)
    person.type("\u{6}\u{6}")
    expectShown("abc", 2)
    person.type("\u{2}")
    expectShown("abc", 1)
    person.type("\u{5}")
    expectShown("abc", 3)
    person.type(right)
    expectShown("abc", 3)
    person.type("\u{1}" + left)
    expectShown("abc", 0)
  }

  @Test mutating func `Enter ends the line behind its last character`() {
    #expect(person.type("abc" + left + left + "\r") == [.line])
    #expect(person.text == "abc" && person.editor.cursor == 3)
    #expect(person.screen.lineCount == 1 && person.screen.column == 0)
  }

  @Test mutating func `Ctrl-C gives up and says so`() {
    #expect(person.type("abc") == [])
    let cells = person.screen.cells
    #expect(person.type("\u{3}") == [.interrupt])
    #expect(person.screen.lineCount == 1 && cells.joined().contains("abc"))
  }

  @Test mutating func `Ctrl-D ends only an empty line`() {
    #expect(person.type("a\u{4}") == [])
    #expect(person.type("\u{7F}\u{4}") == [.end])
    #expect(person.screen.lineCount == 1)
  }

  @Test mutating func `Tab and the arrows up and down go to the reader and change nothing`() {
    #expect(
      person.type("ab" + left + "\t\u{1B}[A\u{1B}[B\u{10}\u{E}") == [
        .complete, .previous, .next, .previous, .next,
      ])
    expectShown("ab", 1)
  }

  @Test mutating func `the reader gives a line to begin with`() throws {
    person.type("old text that is longer")
    try person.begin("erix> ", "new äx", cursor: 6)
    expectShown("new äx", 5)
    person.type("y")
    expectShown("new äyx", 6)
    try person.begin("erix> ")
    expectShown("", 0)
  }

  @Test mutating func `Ctrl-L draws the line on an empty screen`() {
    person.type("abc" + left + "\u{C}")
    expectShown("abc", 2)
  }

  @Test mutating func `a hidden line comes back`() {
    person.type("abc" + left)
    person.hide()
    #expect(person.screen.row == "" && person.screen.column == 0)
    person.show()
    expectShown("abc", 2)
  }

  @Test mutating func `a full line rings the bell`() {
    person.type(String(repeating: "a", count: 899))
    person.type("é")
    #expect(person.screen.bellCount == 1 && person.text.utf8.count == 899)
    person.type("b")
    #expect(person.screen.bellCount == 1 && person.text.utf8.count == 900)
    person.type("c")
    #expect(person.screen.bellCount == 2 && person.text.last == "b")
  }

  @Test mutating func `keys without a meaning do nothing`() {
    person.type("ab\u{1B}[5~\u{1B}[6~\u{1B}[2~\u{1B}\u{1B}x\u{1B}z\u{11}\u{1A}")
    expectShown("ab", 2)
  }

  @Test func `a region without room makes no editor`() {
    var small = Region.allocated(900)
    #expect(LineEditor(in: &small) == nil)
  }

  @Test func `wide and combining characters have their columns`() throws {
    var person = try Person()
    try person.begin("")
    person.type("日本e\u{301}x")
    #expect(person.screen.column == 6 && person.screen.row == "日本e\u{301}x")
    person.type(left + left)
    #expect(person.screen.column == 5)
    person.type("\u{7F}")
    #expect(person.screen.row == "日本\u{301}x")
    person.type("\u{1B}[H" + right)
    #expect(person.screen.column == 2)
  }
}
