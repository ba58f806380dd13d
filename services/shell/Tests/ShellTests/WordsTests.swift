// How a line is taken apart.

import Runtime
import ShellCore
import Testing

/// A line of a text.
func line(_ text: String) -> LineText {
  var line = LineText()
  for byte in text.utf8 { line.append(byte) }
  return line
}

struct WordsTests {
  private func words(_ text: String) throws(WordError) -> [String] {
    let words = try Words(line(text))
    return (0..<words.count).map { words.text($0) }
  }

  @Test(
    arguments: [
      ("", []), ("   ", []), ("ps", ["ps"]), ("  caps   named ", ["caps", "named"]),
      ("a\\ b c", ["a b", "c"]), ("\"a b\" 'c d'", ["a b", "c d"]), ("a\"b c\"d", ["ab cd"]),
      ("'a\\b'", ["a\\b"]), ("\"a\\\"b\"", ["a\"b"]), ("''", [""]), ("é ü", ["é", "ü"]),
    ] as [(String, [String])])
  func `blanks part words, quotes and backslashes keep blanks`(
    _ text: String, _ expected: [String]
  ) throws {
    #expect(try words(text) == expected)
  }

  @Test func `a quote that is not closed is an error`() {
    #expect(throws: WordError.openQuote(UInt8(ascii: "\""))) { try words("log \"abc") }
    #expect(throws: WordError.openQuote(UInt8(ascii: "'"))) { try words("'") }
  }

  @Test func `a backslash at the end is an error`() {
    #expect(throws: WordError.nothingEscaped) { try words("log \\") }
  }

  @Test func `sixteen words are read and a seventeenth is an error`() throws {
    let most = Array(repeating: "w", count: 16)
    #expect(try words(most.joined(separator: " ")) == most)
    #expect(throws: WordError.tooMany(limit: 16)) {
      try words((most + ["w"]).joined(separator: " "))
    }
  }

  @Test(
    arguments: [
      ("0", 0), ("17", 17), ("0x1f", 31), ("0xFF", 255),
      ("18446744073709551615", UInt64.max), ("18446744073709551616", nil), ("0x", nil),
      ("1a", nil), ("-1", nil), ("0xg", nil), ("''", nil),
    ] as [(String, UInt64?)])
  func `a number is decimal, or hexadecimal behind 0x`(
    _ text: String, _ expected: UInt64?
  ) throws {
    #expect(try Words(line(text)).number(0) == expected)
  }

  @Test func `a word that is not there is no number`() throws {
    #expect(try Words(line("ps")).number(1) == nil)
  }
}

extension Words {
  /// A word as a string.
  fileprivate func text(_ word: Int) -> String {
    let line = line(word)
    return String(decoding: (0..<line.count).map { line[$0] }, as: UTF8.self)
  }
}
