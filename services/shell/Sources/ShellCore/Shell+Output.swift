// Text for the person: collected into pages, so that a table is a few messages to seriald.

import CapABI
import Runtime
import Sys

/// Text that was not sent yet.
struct OutputPage {
  static let capacity = 960

  private var bytes = [960 of UInt8](repeating: 0)
  private(set) var count = 0

  subscript(index: Int) -> UInt8 { index >= 0 && index < count ? bytes[index] : 0 }

  /// Appends a byte; false when there is no room.
  mutating func append(_ byte: UInt8) -> Bool {
    guard count < Self.capacity else { return false }
    bytes[count] = byte
    count += 1
    return true
  }

  mutating func removeAll() { count = 0 }
}

extension Shell {
  /// Prints a byte.
  mutating func put(_ byte: UInt8) {
    guard !page.append(byte) else { return }
    flush()
    _ = page.append(byte)
  }

  /// Prints text without ending the line.
  mutating func put(_ line: TextLine) {
    for index in 0..<line.count { put(line[index]) }
  }

  /// Prints a line.
  mutating func say(_ line: TextLine) {
    put(line)
    put(UInt8(ascii: "\n"))
  }

  /// Prints a line of constant text.
  mutating func say(_ text: StaticString) { say(TextLine(text)) }

  // MARK: What went wrong

  /// Says which service refused, and with what.
  mutating func tell(_ peer: StaticString, _ code: ResultCode) {
    var line = TextLine(peer)
    switch code {
    case .timedOut: line.append(" does not answer")
    case .peerDied, .abandoned: line.append(" ended meanwhile; try again")
    case .notFound: line.append(" knows no such thing")
    case .denied: line.append(" does not allow that")
    default: line.append(" refused")
    }
    line.append(" (")
    line.append(code)
    line.append(")")
    say(line)
  }

  /// Says what is wrong with a line.
  mutating func tell(_ error: WordError) {
    var line = TextLine()
    switch error {
    case .openQuote(let quote):
      line.append("there is no second ")
      line.append(byte: quote)
    case .nothingEscaped: line.append("there is nothing behind the backslash")
    case .tooMany(let limit):
      line.append("more than ")
      line.append(decimal: UInt64(limit))
      line.append(" words")
    }
    say(line)
  }

  /// Says that there is no such command, and which may have been meant.
  mutating func tellUnknown(_ name: TextLine) {
    var line = TextLine("no command is called '")
    line.append(name)
    line.append("'")
    if let near = Command.nearest(to: name) {
      line.append("; did you mean '")
      line.append(near.name)
      line.append("'?")
    } else {
      line.append("; 'help' lists all")
    }
    say(line)
  }

  /// Says how a command is called.
  mutating func tellUsage(_ command: Command) {
    var line = TextLine("usage: ")
    line.append(command.name)
    if command.arguments.utf8CodeUnitCount > 0 {
      line.append(" ")
      line.append(command.arguments)
    }
    say(line)
  }

  /// Says that there is no such service.
  mutating func tellUnknownService(_ name: TextLine) {
    var line = TextLine("no service is called '")
    line.append(name)
    line.append("'; 'services' lists all")
    say(line)
  }

  // MARK: help, clear

  /// `help`.
  mutating func help(_ words: Words) throws(ShellError) {
    guard words.count > 1 else {
      for index in 0..<Command.count {
        guard let command = Command(rawValue: UInt8(index)) else { continue }
        var line = TextLine("  ")
        line.append(command.name)
        line.append(" ")
        line.append(command.arguments)
        line.pad(to: 36)
        line.append(command.summary)
        say(line)
      }
      say("Tab completes, the arrow keys go through earlier lines, Ctrl-C gives a line up.")
      return
    }
    guard let command = Command(words.line(1)) else {
      tellUnknown(words.line(1))
      return
    }
    tellUsage(command)
    say(command.summary)
    if command.details.utf8CodeUnitCount > 0 { say(command.details) }
  }

  /// `clear`.
  mutating func clear() { put(Self.clearScreen) }

  /// Clears the screen and goes to its first line (ECMA-48, ED and CUP).
  static var clearScreen: TextLine { TextLine("\u{1B}[2J\u{1B}[H") }
}
