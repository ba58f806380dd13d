// Tab: what may stand at the cursor. One candidate is put in, several are put in as far as they
// agree, and listed when that is no further than what is there.

import Bootstrap
import CapABI
import Handoff
import Runtime

extension Shell {
  /// Completes the word before the cursor.
  mutating func complete(_ line: inout LineText, _ cursor: inout Int) {
    var start = cursor
    while start > 0, line[start - 1] != UInt8(ascii: " ") { start -= 1 }
    var prefix = TextLine()
    for index in start..<cursor { prefix.append(byte: line[index]) }
    let kind = Self.kind(at: start, of: line)
    let file = configuration
    guard let config = file.bootConfig else { return }
    var common: TextLine?
    var count = 0
    var index = 0
    while let candidate = Self.candidate(index, kind, config) {
      index += 1
      guard candidate.hasPrefix(prefix) else { continue }
      count += 1
      common = common.map { $0.commonPrefix(with: candidate) } ?? candidate
    }
    guard var common else { return }
    if count == 1 { common.append(" ") }
    var rest = TextLine()
    for index in prefix.count..<max(common.count, prefix.count) {
      rest.append(byte: common[index])
    }
    guard rest.count == 0 else {
      if line.insert(rest, at: cursor) { cursor += rest.count }
      return
    }
    list(prefix, kind, config)
  }

  /// Lists what may stand there, in columns.
  private mutating func list(
    _ prefix: TextLine, _ kind: ArgumentKind, _ config: borrowing BootConfig
  ) {
    put(UInt8(ascii: "\n"))
    var row = TextLine()
    var index = 0
    while let candidate = Self.candidate(index, kind, config) {
      index += 1
      guard candidate.hasPrefix(prefix) else { continue }
      if row.count > 60 {
        say(row)
        row = TextLine()
      }
      if row.count > 0 { row.pad(to: (row.count / 16 + 1) * 16) }
      row.append(candidate)
    }
    say(row)
  }

  /// What may stand at a place of a line.
  private static func kind(at start: Int, of line: borrowing LineText) -> ArgumentKind {
    var before = LineText()
    for index in 0..<start { before.append(line[index]) }
    guard let words = try? Words(before) else { return .none }
    guard words.count > 0 else { return .command }
    guard words.count == 1, let command = Command(words.line(0)) else { return .none }
    return command.argumentKind
  }

  /// One of the words that may stand somewhere; nil behind the last.
  private static func candidate(
    _ index: Int, _ kind: ArgumentKind, _ config: borrowing BootConfig
  ) -> TextLine? {
    switch kind {
    case .none: return nil
    case .follow: return index == 0 ? TextLine("-f") : nil
    case .command:
      guard index < Command.count else { return nil }
      return Command(rawValue: UInt8(index)).map { TextLine($0.name) }
    case .service:
      guard index < count(config), let entry = config.services[index] else { return nil }
      var line = TextLine()
      line.append(entry.role)
      return line
    case .fault:
      let words: InlineArray<4, StaticString> = ["trap", "stack", "forbidden", "exit"]
      return index < 4 ? TextLine(words[index]) : nil
    }
  }
}

extension TextLine {
  /// The bytes with which both begin.
  func commonPrefix(with other: TextLine) -> TextLine {
    var line = TextLine()
    for index in 0..<min(count, other.count) {
      guard self[index] == other[index] else { break }
      line.append(byte: self[index])
    }
    return line
  }
}
