// Lines of text without a heap.

import Runtime
import Testing

/// The bytes of a line as text.
private func text(_ line: TextLine) -> String {
  String(decoding: (0..<line.count).map { line[$0] }, as: UTF8.self)
}

struct TextLineTests {
  @Test func `text and numbers follow each other`() {
    var line = TextLine("a")
    line.append(decimal: 0)
    line.append(" ")
    line.append(decimal: .max)
    line.append(" ")
    line.append(hexadecimal: 0xAB10)
    line.append(hexadecimal: .max)
    #expect(text(line) == "a0 18446744073709551615 0xab100xffffffffffffffff")
  }

  @Test func `what does not fit is cut off`() {
    var line = TextLine()
    for _ in 0..<300 { line.append("x") }
    #expect(line.count == TextLine.capacity)
    #expect(line[TextLine.capacity - 1] == UInt8(ascii: "x"))
  }

  @Test func `outside a line there is nothing`() {
    let line = TextLine("ab")
    #expect(line[2] == 0)
    #expect(line[-1] == 0)
    #expect(line[1] == UInt8(ascii: "b"))
  }
}
