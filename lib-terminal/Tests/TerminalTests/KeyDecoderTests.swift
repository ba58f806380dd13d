// From bytes to keys: each key, each way to break it, every way to cut it, random bytes against the
// standard library.

import IPC
import StoreTesting
import Terminal
import Testing

/// The keys of some bytes.
func keys(_ bytes: [UInt8]) -> [SerialKey] {
  var decoder = KeyDecoder()
  return bytes.compactMap { decoder.take($0) }
}

func keys(_ text: String) -> [SerialKey] { keys(Array(text.utf8)) }

func character(_ text: Unicode.Scalar, _ code: SerialKeyCode = .character) -> SerialKey {
  guard let key = SerialKey(code, scalar: text.value) else {
    preconditionFailure("the test names a wrong key")
  }
  return key
}

struct KeyDecoderTests {
  static let named: [(String, SerialKeyCode)] = [
    ("\t", .tab), ("\u{7F}", .backspace), ("\u{8}", .backspace), ("\n", .enter), ("\r", .enter),
    ("\u{1B}[A", .up), ("\u{1B}[B", .down), ("\u{1B}[C", .right), ("\u{1B}[D", .left),
    ("\u{1B}[H", .home), ("\u{1B}[F", .end), ("\u{1B}OA", .up), ("\u{1B}OB", .down),
    ("\u{1B}OC", .right), ("\u{1B}OD", .left), ("\u{1B}OH", .home), ("\u{1B}OF", .end),
    ("\u{1B}OM", .enter), ("\u{1B}[1~", .home), ("\u{1B}[2~", .insert), ("\u{1B}[3~", .delete),
    ("\u{1B}[4~", .end), ("\u{1B}[5~", .pageUp), ("\u{1B}[6~", .pageDown), ("\u{1B}[7~", .home),
    ("\u{1B}[8~", .end), ("\u{1B}[1;5C", .wordRight), ("\u{1B}[1;5D", .wordLeft),
    ("\u{1B}[1;3C", .wordRight), ("\u{1B}[1;7D", .wordLeft), ("\u{1B}[1;2C", .right),
    ("\u{1B}[3;5~", .delete),
  ]

  @Test func `named keys are known, and the decoder is ready for the next one`() {
    for (text, code) in Self.named {
      #expect(keys(text) == [SerialKey(code)], "\(text.debugDescription)")
      #expect(keys(text + "x") == [SerialKey(code), character("x")], "\(text.debugDescription)")
    }
  }

  @Test func `control characters are letters with Ctrl`() {
    for byte in 1...26 as ClosedRange<UInt8> where ![8, 9, 10, 13].contains(byte) {
      #expect(keys([byte]) == [character(Unicode.Scalar(byte + 0x60), .control)])
    }
    #expect(keys([0, 0x1C, 0x1D, 0x1E, 0x1F]).isEmpty)
  }

  @Test func `carriage return and line feed are one Enter`() {
    let enter = SerialKey(.enter)
    #expect(keys("\r\n") == [enter])
    #expect(keys("\r\n\r\n") == [enter, enter])
    #expect(keys("\n\r") == [enter, enter])
    #expect(keys("\r\r") == [enter, enter])
    #expect(keys("\n\n") == [enter, enter])
    #expect(keys("\rx\n") == [enter, character("x"), enter])
  }

  @Test func `Alt is Escape before the key`() {
    #expect(keys("\u{1B}b") == [character("b", .alt)])
    #expect(keys("\u{1B}\u{7F}") == [character("w", .control)])
    #expect(keys("\u{1B}\u{1B}b") == [SerialKey(.escape), character("b", .alt)])
  }

  @Test func `a control character ends a sequence and counts`() {
    for start in ["\u{1B}", "\u{1B}[", "\u{1B}[1;", "\u{1B}O", "\u{1B}[[", "\u{C3}"] {
      var bytes = Array(start.utf8)
      if start == "\u{C3}" { bytes = [0xC3] }
      #expect(keys(bytes + [0x03]) == [character("c", .control)])
      #expect(keys(bytes + [0x0D]) == [SerialKey(.enter)])
      #expect(keys(bytes + Array("é".utf8)).last == character("é"))
    }
  }

  @Test func `sequences without a meaning give nothing`() {
    for text in [
      "\u{1B}[200~", "\u{1B}[201~", "\u{1B}[Z", "\u{1B}[?25h", "\u{1B}[[A", "\u{1B}[99999999999~",
      "\u{1B}[;;;m", "\u{1B}OP",
    ] {
      #expect(keys(text + "x") == [character("x")], "\(text.debugDescription)")
    }
  }

  @Test func `a sequence without end does not swallow a line`() {
    let found = keys("\u{1B}[" + String(repeating: "1", count: 60))
    #expect(found.count == 60 - 33 && found.allSatisfy { $0 == character("1") })
  }

  @Test func `malformed UTF-8 gives nothing and takes nothing along`() {
    #expect(keys([0xC3, 0x41]) == [character("A")])
    #expect(keys([0xE0, 0x80, 0x80, 0x41]) == [character("A")])
    #expect(keys([0xED, 0xA0, 0x80, 0x41]) == [character("A")])
    #expect(keys([0xF4, 0x90, 0x80, 0x80, 0x41]) == [character("A")])
    #expect(keys([0x80, 0xBF, 0xFF, 0xC0, 0xC1, 0x41]) == [character("A")])
    #expect(keys([0xC2, 0x85, 0x41]) == [character("A")])
    #expect(keys([0xE2, 0x82, 0xC3, 0xA9]) == [character("é")])
  }

  @Test func `every character outside the controls is one key`() {
    for value in stride(from: UInt32(0x20), through: 0x10_FFFF, by: 7) {
      guard let scalar = Unicode.Scalar(value), !(0x7F...0x9F).contains(value) else { continue }
      guard keys(String(Character(scalar))) != [character(scalar)] else { continue }
      Issue.record("U+\(String(value, radix: 16))")
    }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `random bytes give what the standard library reads, and no trap`(_ seed: UInt64) {
    var generator = Seeded(state: seed)
    var bytes: [UInt8] = []
    for _ in 0..<4000 {
      // Without escapes, which the standard library does not know.
      let byte = UInt8(truncatingIfNeeded: generator.next() >> 20)
      if byte != 0x1B { bytes.append(byte) }
    }
    let expected = String(decoding: bytes, as: UTF8.self).unicodeScalars.filter {
      $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0.value != 0xFFFD
    }
    let found = keys(bytes).filter { $0.code == .character && $0.scalar != 0xFFFD }
    #expect(found.map(\.scalar) == expected.map(\.value))
    bytes = bytes.map { generator.next() % 8 == 0 ? 0x1B : $0 % 3 == 0 ? 0x5B : $0 }
    _ = keys(bytes)
  }
}
