// Earlier lines, as the arrow keys go through them.

import ShellCore
import Store
import StoreTesting
import Testing

struct HistoryTests {
  private func text(_ line: LineText) -> String {
    String(decoding: (0..<line.count).map { line[$0] }, as: UTF8.self)
  }

  private func history(_ lines: [String], room: Int = 8) -> History {
    var history = History(in: .allocated(room * MemoryLayout<LineText>.stride))
    for one in lines { history.add(line(one)) }
    return history
  }

  @Test func `earlier lines come one by one and end at the oldest`() {
    var history = history(["ps", "mem"])
    let steps = [
      history.previous(line("dra")), history.previous(line("mem")),
      history.previous(line("ps")),
    ]
    #expect(steps.map(text) == ["mem", "ps", "ps"])
  }

  @Test func `behind the last line is what was being typed`() {
    var history = history(["ps", "mem"])
    _ = history.previous(line("dra"))
    _ = history.previous(line("mem"))
    let steps = [
      history.next(line("ps")), history.next(line("mem")), history.next(line("dra")),
    ]
    #expect(steps.map(text) == ["mem", "dra", "dra"])
  }

  @Test func `blank lines and repetitions are not kept`() {
    var history = history(["ps", "", "   ", "ps", "ps"])
    let steps = [history.previous(line("")), history.previous(line("ps"))]
    #expect(steps.map(text) == ["ps", "ps"])
  }

  @Test func `a line that is entered ends the way through the others`() {
    var history = history(["ps", "mem"])
    _ = history.previous(line(""))
    _ = history.previous(line(""))
    history.add(line("irq"))
    let latest = history.previous(line(""))
    #expect(text(latest) == "irq")
  }

  @Test func `the oldest make room`() {
    var history = history(["a", "b", "c", "d"], room: 2)
    let steps = ["", "d", "c"].map { history.previous(line($0)) }
    #expect(steps.map(text) == ["d", "c", "c"])
  }

  @Test func `without lines there is nothing to go to`() {
    var history = history([])
    let before = history.previous(line("x"))
    let after = history.next(line("x"))
    #expect(text(before) == "x" && text(after) == "x")
  }
}
