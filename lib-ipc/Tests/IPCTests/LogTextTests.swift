// Log text against table 3-7 of the Unicode Standard and against the standard library.

import Bytes
import IPC
import Testing

private func isText(_ bytes: [UInt8]) -> Bool {
  LogText(bytes.span.rawBytes) != nil
}

struct LogTextTests {
  @Test(arguments: ["", "a", "hello, world ~", "größer", "日本語", "🙂", "\u{A0}", "\u{10FFFF}"])
  func `one line of text is accepted`(text: String) {
    #expect(isText(Array(text.utf8)))
  }

  @Test func `control characters are refused`() {
    for value in Array(UInt32(0)...0x1F) + Array(0x7F...0x9F) {
      let text = Unicode.Scalar(value).map { String(Character($0)) } ?? ""
      #expect(!isText(Array(text.utf8)))
    }
  }

  @Test(arguments: [
    "C0AF", "C180", "E080AF", "E09F80", "EDA080", "EDBFBF", "F08080AF", "F08F8080", "F4908080",
    "F5808080", "FF", "80", "BF", "C3", "E38182E3", "E381", "F09F99", "C341", "E34181", "F0419982",
  ])
  func `malformed UTF-8 is refused`(bytes: String) {
    #expect(!isText(hex(bytes)))
  }

  @Test func `pairs of bytes are judged as the standard library judges it`() {
    for first in UInt8.min...UInt8.max {
      // Both sides of every limit in the table.
      for second: UInt8 in [0, 0x20, 0x7E, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0] {
        let expected = String(validating: [first, second], as: UTF8.self).map { text in
          text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        }
        guard isText([first, second]) != (expected ?? false) else { continue }
        Issue.record("\(first) \(second)")
      }
    }
  }

  @Test func `characters outside the controls are accepted`() {
    let limits: [UInt32] = [
      0x7FF, 0x800, 0xFFF, 0x1000, 0xD7FF, 0xE000, 0xFFFF, 0x1_0000, 0x3_FFFF,
    ]
    for value in limits + stride(from: 0xA0, through: 0x10_FFFF, by: 997) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      guard !isText(Array(UTF8.encode(scalar).map(Array.init) ?? [])) else { continue }
      Issue.record("U+\(String(value, radix: 16))")
    }
  }

  @Test func `992 bytes are accepted and 993 are not`() {
    #expect(isText([UInt8](repeating: 0x61, count: 992)))
    #expect(!isText([UInt8](repeating: 0x61, count: 993)))
  }
}
