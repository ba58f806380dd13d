// A person at an editor: types, and sees a screen.

import Bytes
import IPC
import Store
import StoreTesting
import Terminal
import Testing

/// An editor with the screen that its output makes.
struct Person {
  var editor: LineEditor
  var screen = Screen()
  var decoder = KeyDecoder()
  private var output = ByteRing(in: .allocated(editorOutputRoom))

  init() throws {
    var region = Region.allocated(2048)
    editor = try #require(LineEditor(in: &region))
  }

  /// Begins with a line and draws it.
  mutating func begin(_ prompt: String, _ text: String = "", cursor: Int? = nil) throws {
    let first = Array(prompt.utf8)
    let second = Array(text.utf8)
    guard let firstText = LogText(first.span.rawBytes),
      let secondText = LogText(second.span.rawBytes)
    else { throw TestTrouble.notText }
    let line = LinePrompt(
      prompt: firstText, text: secondText, cursor: UInt16(cursor ?? second.count))
    editor.begin(line)
    show()
  }

  mutating func show() {
    editor.show(&output)
    look()
  }

  mutating func hide() {
    editor.hide(&output)
    look()
  }

  /// Presses keys.
  ///
  /// - Returns: Why the line ended, for each key that ended it.
  @discardableResult
  mutating func type(_ bytes: [UInt8]) -> [LineEnd] {
    var ends: [LineEnd] = []
    for byte in bytes {
      guard let key = decoder.take(byte) else { continue }
      if let end = editor.take(key, &output) { ends.append(end) }
      look()
    }
    return ends
  }

  @discardableResult
  mutating func type(_ text: String) -> [LineEnd] { type(Array(text.utf8)) }

  private mutating func look() {
    var seen: [UInt8] = []
    while let byte = output[output.first] {
      seen.append(byte)
      output.forget(before: output.first + 1)
    }
    screen.take(seen)
  }

  /// The text.
  var text: String {
    let bytes = editor.bytes()
    var found: [UInt8] = []
    for index in 0..<bytes.byteCount {
      found.append((try? bytes.integer(at: index, as: UInt8.self)) ?? 0)
    }
    return String(decoding: found, as: UTF8.self)
  }
}

enum TestTrouble: Error {
  case notText
}
