// The lines that were typed, the latest last.

package import Store

/// What the arrow keys go through.
package struct History {
  private var lines: Ring<LineText>
  /// Which one is shown; `lines.next` for the line that is being typed.
  private var shown: UInt64 = 1
  /// What was being typed when the first earlier line was asked for.
  private var draft = LineText()

  /// No lines, and room for as many as the memory has.
  package init(in region: Region) { lines = Ring(in: region) }

  /// How many lines fit.
  var capacity: Int { lines.capacity }

  /// Adds a line that was entered, unless it is blank or the same as the last one.
  package mutating func add(_ line: LineText) {
    defer { shown = lines.next }
    guard !line.isBlank else { return }
    if let last = lines[lines.next &- 1], last.isSame(as: line) { return }
    _ = lines.append(line)
  }

  /// The line before the one that is shown; the same when there is none.
  package mutating func previous(_ current: LineText) -> LineText {
    if shown == lines.next { draft = current }
    guard let line = lines[shown &- 1] else { return current }
    shown -= 1
    return line
  }

  /// The line behind the one that is shown, and behind the last one what was being typed.
  package mutating func next(_ current: LineText) -> LineText {
    guard shown < lines.next else { return current }
    shown += 1
    return lines[shown] ?? draft
  }
}
