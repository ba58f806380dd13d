// The line editor: keys in, changes of the screen out. The line has one row of the screen; of one
// that is longer, the part around the cursor is shown between marks. Nothing here reads or waits.

import Bytes
public import IPC
public import Store

/// Room that the output needs for one key or one drawing of the line, in bytes.
public let editorOutputRoom = 1024

/// A line that a person edits on a terminal.
public struct LineEditor {
  /// Columns of the screen.
  ///
  /// A terminal that has fewer shows a broken row, no wrong text.
  static let columns = 80
  /// The row ends one column before the screen does, where terminals differ.
  private static let limit = columns - 1

  private var text: LineText
  private var promptBytes: Region
  private var promptCount = 0
  private var promptWidth = 0
  /// The first character that is shown; what is before it stands behind a mark.
  private var first = 0
  /// The column of the cursor, as it was drawn.
  private var column = 0

  /// An editor of an empty line; nil when there is no room for the longest.
  ///
  /// - Parameter region: Its front is taken.
  public init?(in region: inout Region) {
    guard let text = LineText(in: &region),
      let promptBytes = region.take(Int(LinePrompt.promptLengths.upperBound))
    else { return nil }
    self.text = text
    self.promptBytes = promptBytes
  }

  /// The text.
  @inline(__always)
  @_lifetime(borrow self)
  public func bytes() -> RawSpan { text.bytes() }

  /// Bytes of the text before the cursor.
  public var cursor: UInt16 { UInt16(truncatingIfNeeded: text.cursor) }

  /// Begins with a line; draws nothing.
  public mutating func begin(_ line: borrowing LinePrompt) {
    var bytes = promptBytes.mutableBytes
    let fits = (try? bytes.copy(line.prompt.bytes, at: 0)) != nil
    promptCount = fits ? line.prompt.bytes.byteCount : 0
    promptWidth = 0
    var index = 0
    while index < promptCount {
      let character = Self.character(line.prompt.bytes, at: index)
      promptWidth += terminalWidth(of: character.scalar)
      index += character.length
    }
    first = 0
    text.set(line.text.bytes, cursor: Int(line.cursor))
  }

  /// The character of a valid text at an offset.
  private static func character(
    _ bytes: RawSpan, at offset: Int
  ) -> (scalar: UInt32, length: Int) {
    let lead = (try? bytes.integer(at: offset, as: UInt8.self)) ?? 0
    let length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    var scalar = length == 1 ? UInt32(lead) : UInt32(lead) & (0x7F >> UInt32(length))
    for index in 1..<max(1, length) {
      let byte = (try? bytes.integer(at: offset + index, as: UInt8.self)) ?? 0
      scalar = scalar << 6 | UInt32(byte & 0x3F)
    }
    return (scalar, length)
  }

  // MARK: Keys

  /// Does what a key means.
  ///
  /// - Parameters:
  ///   - key: The key.
  ///   - output: Gets at most `editorOutputRoom` bytes.
  /// - Returns: Why the reader gets the line now, if it does. After `.line`, `.interrupt` and
  ///   `.end` the cursor is on a new row; after the others the line stands as it was.
  public mutating func take(_ key: SerialKey, _ output: inout ByteRing) -> LineEnd? {
    switch key.code {
    case .character: insert(key.scalar, &output)
    case .control: return control(key.scalar, &output)
    case .alt:
      if key.scalar == 0x62 { move(to: text.wordBefore, &output) }
      if key.scalar == 0x66 { move(to: text.wordAfter, &output) }
    case .enter: return finish(.line, &output)
    case .tab: return .complete
    case .up: return .previous
    case .down: return .next
    case .backspace: erase(text.before(text.cursor)..<text.cursor, &output)
    case .delete: erase(text.cursor..<text.after(text.cursor), &output)
    case .left: move(to: text.before(text.cursor), &output)
    case .right: move(to: text.after(text.cursor), &output)
    case .home: move(to: 0, &output)
    case .end: move(to: text.count, &output)
    case .wordLeft: move(to: text.wordBefore, &output)
    case .wordRight: move(to: text.wordAfter, &output)
    case .escape, .insert, .pageUp, .pageDown: break
    }
    return nil
  }

  private mutating func control(_ letter: UInt32, _ output: inout ByteRing) -> LineEnd? {
    switch UInt8(truncatingIfNeeded: letter) {
    case UInt8(ascii: "a"): move(to: 0, &output)
    case UInt8(ascii: "b"): move(to: text.before(text.cursor), &output)
    case UInt8(ascii: "c"): return finish(.interrupt, &output)
    case UInt8(ascii: "d"):
      guard text.count > 0 else { return finish(.end, &output) }
      erase(text.cursor..<text.after(text.cursor), &output)
    case UInt8(ascii: "e"): move(to: text.count, &output)
    case UInt8(ascii: "f"): move(to: text.after(text.cursor), &output)
    case UInt8(ascii: "k"): erase(text.cursor..<text.count, &output)
    case UInt8(ascii: "l"):
      output.putSequence()
      output.append(UInt8(ascii: "H"))
      output.putSequence()
      output.append(UInt8(ascii: "2"))
      output.append(UInt8(ascii: "J"))
      show(&output)
    case UInt8(ascii: "n"): return .next
    case UInt8(ascii: "p"): return .previous
    case UInt8(ascii: "u"): erase(0..<text.cursor, &output)
    case UInt8(ascii: "w"): erase(text.wordBefore..<text.cursor, &output)
    default: break
    }
    return nil
  }

  private mutating func insert(_ scalar: UInt32, _ output: inout ByteRing) {
    let start = text.cursor
    guard text.insert(scalar) else {
      output.append(0x07)
      return
    }
    let width = terminalWidth(of: scalar)
    // At the end of a line that still fits, the character itself is all that changes.
    guard text.cursor == text.count, column + width < Self.limit else {
      show(&output)
      return
    }
    putText(start..<text.cursor, &output)
    column += width
  }

  private mutating func erase(_ range: Range<Int>, _ output: inout ByteRing) {
    guard !range.isEmpty else { return }
    // The one character before the cursor, and nothing behind it.
    let isLast =
      text.cursor == text.count && range.upperBound == text.count
      && text.after(range.lowerBound) == text.count
    let width = text.width(at: range.lowerBound)
    text.erase(range)
    guard isLast, first == 0, width == 1, column < Self.limit else {
      show(&output)
      return
    }
    output.append(0x08)
    output.append(0x20)
    output.append(0x08)
    column -= 1
  }

  private mutating func move(to index: Int, _ output: inout ByteRing) {
    guard index != text.cursor else { return }
    text.move(to: index)
    let shown = first
    scroll()
    guard shown == first else {
      show(&output)
      return
    }
    column = cursorColumn
    place(&output)
  }

  private mutating func finish(_ end: LineEnd, _ output: inout ByteRing) -> LineEnd {
    move(to: text.count, &output)
    if end == .interrupt {
      output.append(UInt8(ascii: "^"))
      output.append(UInt8(ascii: "C"))
    }
    output.append(0x0D)
    output.append(0x0A)
    return end
  }

  // MARK: Screen

  /// Draws the line in the row where the cursor is.
  public mutating func show(_ output: inout ByteRing) {
    scroll()
    output.append(0x0D)
    for index in 0..<promptCount {
      output.append((try? promptBytes.bytes.integer(at: index, as: UInt8.self)) ?? 0x3F)
    }
    var column = promptWidth
    if first > 0 {
      output.append(UInt8(ascii: "<"))
      column += 1
    }
    var index = first
    while index < text.count {
      let end = text.after(index)
      let width = text.width(at: index)
      guard column + width <= Self.limit - (end < text.count ? 1 : 0) else {
        output.append(UInt8(ascii: ">"))
        break
      }
      putText(index..<end, &output)
      column += width
      index = end
    }
    output.putErase()
    self.column = cursorColumn
    if self.column != column || index < text.count { place(&output) }
  }

  /// Takes the line off the screen; the cursor stands at the begin of the row.
  public func hide(_ output: inout ByteRing) {
    output.append(0x0D)
    output.putErase()
  }

  /// Chooses the first character that is shown, so that the cursor is on the screen.
  private mutating func scroll() {
    // Before more text the last column has a mark.
    let last = Self.limit - (text.cursor < text.count ? 2 : 1)
    if first > text.count || text.cursor < first || cursorColumn > last {
      // The cursor comes to the middle, or the line begins at its begin.
      let middle = max(1, (Self.limit - promptWidth) / 2)
      var width = 0
      first = text.cursor
      while first > 0, width < middle {
        first = text.before(first)
        width += text.width(at: first)
      }
    }
    if first > 0, promptWidth + width(0, text.count, atMost: Self.limit) < Self.limit { first = 0 }
  }

  /// Where the cursor is when `first` is the first character shown.
  private var cursorColumn: Int {
    promptWidth + (first > 0 ? 1 : 0) + width(first, text.cursor, atMost: Self.columns)
  }

  /// Columns of the characters between two indexes, counted until there are too many.
  private func width(_ start: Int, _ end: Int, atMost most: Int) -> Int {
    var index = start
    var width = 0
    while index < end, width <= most {
      width += text.width(at: index)
      index = text.after(index)
    }
    return width
  }

  /// Puts the cursor into its column.
  private func place(_ output: inout ByteRing) {
    output.append(0x0D)
    guard column > 0 else { return }
    output.putSequence()
    if column >= 100 { output.append(UInt8(ascii: "0") + UInt8(column / 100)) }
    if column >= 10 { output.append(UInt8(ascii: "0") + UInt8(column / 10 % 10)) }
    output.append(UInt8(ascii: "0") + UInt8(column % 10))
    output.append(UInt8(ascii: "C"))
  }

  private func putText(_ range: Range<Int>, _ output: inout ByteRing) {
    _ = output.append(text.bytes().extracting(range))
  }
}

extension ByteRing {
  /// Begins a control sequence.
  fileprivate mutating func putSequence() {
    append(0x1B)
    append(UInt8(ascii: "["))
  }

  /// Erases the row from the cursor on.
  fileprivate mutating func putErase() {
    putSequence()
    append(UInt8(ascii: "K"))
  }
}
