// What goes to the screen: the foreground's text as it is, whole lines of others and of the log
// between, and the edited line below them. Pure: everything ends in the output queue.

import Bytes
import CapABI
import IPC
import Runtime
import Store
import Terminal

/// The screen as the console knows it.
struct Console {
  /// Room that one WRITE or one record of the log may need: each of its bytes twice, the end of a
  /// line before it, and the edited line taken away and drawn again.
  static let roomForText = 2 * 1024 + 2 * editorOutputRoom

  /// Bytes for the driver.
  var output: ByteRing
  var editor: LineEditor
  private var partials: Partials
  /// An edited line stands on the screen, or would if nothing had been written over it.
  private(set) var hasLine = false
  /// It does not stand there now.
  private(set) var isLineHidden = false
  private var isAtLineStart = true

  init(output: ByteRing, editor: LineEditor, partials: Partials) {
    self.output = output
    self.editor = editor
    self.partials = partials
  }

  // MARK: Text

  /// Writes text of the foreground.
  ///
  /// - Parameters:
  ///   - text: The bytes.
  ///   - isEditing: A person edits a line: the text is then like another's.
  mutating func write(foreground text: RawSpan, isEditing: Bool) {
    hideLine()
    // A line that nobody edits any more gives way to what its reader writes.
    if !isEditing { hasLine = false }
    for index in 0..<text.byteCount {
      let byte = text.byte(index)
      if byte == 0x0A { output.append(0x0D) }
      output.append(byte)
    }
    guard text.byteCount > 0 else { return }
    let last = text.byte(text.byteCount - 1)
    isAtLineStart = last == 0x0A || last == 0x0D
  }

  /// Writes text of another: whole lines go out, the begin of one waits.
  ///
  /// - Throws: LIMIT_REACHED when there are too many writers; nothing is written then.
  mutating func write(_ text: RawSpan, of writer: Badge) throws(ResultCode) {
    let place = try partials.open(writer)
    for index in 0..<text.byteCount {
      let byte = text.byte(index)
      if byte != 0x0A, partials.append(byte, to: place) { continue }
      beginLine()
      putClean(partials.line(place))
      endLine()
      partials.clear(place)
    }
    partials.close(writer, place)
  }

  /// Writes a record of the log.
  mutating func write(_ record: borrowing LogRecord) {
    beginLine()
    var head = TextLine("[")
    head.append(decimal: record.nanoseconds / 1_000_000_000)
    head.append(".")
    let milliseconds = record.nanoseconds / 1_000_000 % 1000
    if milliseconds < 100 { head.append("0") }
    if milliseconds < 10 { head.append("0") }
    head.append(decimal: milliseconds)
    head.append("] ")
    if record.source == .none {
      head.append("kernel")
    } else {
      // Badges of the source face are its first one plus the role.
      head.append(RoleID(rawValue: UInt16(truncatingIfNeeded: record.source.rawValue)))
    }
    head.append(": ")
    for index in 0..<head.count { output.append(head[index]) }
    _ = output.append(record.text.bytes)
    endLine()
  }

  /// Tells of records that are gone.
  mutating func writeLost(_ count: UInt32) {
    beginLine()
    var line = TextLine("[log: ")
    line.append(decimal: UInt64(count))
    line.append(" records lost]")
    for index in 0..<line.count { output.append(line[index]) }
    endLine()
  }

  private mutating func beginLine() {
    hideLine()
    if !isAtLineStart { newLine() }
  }

  private mutating func endLine() { newLine() }

  private mutating func newLine() {
    output.append(0x0D)
    output.append(0x0A)
    isAtLineStart = true
  }

  /// Writes a line of another: what is no text, and control characters, become question marks.
  private mutating func putClean(_ line: RawSpan) {
    var start = 0
    while start < line.byteCount {
      var end = start + 1
      while end < line.byteCount, line.byte(end) & 0xC0 == 0x80 { end += 1 }
      let character = line.extracting(start..<end)
      if LogText(character) != nil {
        _ = output.append(character)
      } else {
        for _ in start..<end { output.append(UInt8(ascii: "?")) }
      }
      start = end
    }
  }

  // MARK: The edited line

  /// Begins to edit a line, which is drawn by `showLine`.
  mutating func begin(_ line: borrowing LinePrompt) {
    editor.begin(line)
    hasLine = true
    isLineHidden = true
  }

  /// Does what a key means.
  mutating func take(_ key: SerialKey) -> LineEnd? {
    let end = editor.take(key, &output)
    switch end {
    case .line, .interrupt, .end:
      hasLine = false
      isAtLineStart = true
    case .complete, .previous, .next, nil: break
    }
    return end
  }

  /// Gives the edited line up.
  mutating func abandonLine() {
    guard hasLine else { return }
    hideLine()
    hasLine = false
  }

  /// Draws the edited line when something was written over it.
  mutating func showLine() {
    guard hasLine, isLineHidden else { return }
    if !isAtLineStart { newLine() }
    editor.show(&output)
    isLineHidden = false
  }

  /// Has the line drawn again: who knows what the screen shows.
  mutating func redrawLine() { if hasLine { isLineHidden = true } }

  private mutating func hideLine() {
    guard hasLine, !isLineHidden else { return }
    editor.hide(&output)
    isLineHidden = true
    isAtLineStart = true
  }
}

extension RawSpan {
  /// The byte at an index below the count.
  func byte(_ index: Int) -> UInt8 { (try? integer(at: index, as: UInt8.self)) ?? 0 }
}
