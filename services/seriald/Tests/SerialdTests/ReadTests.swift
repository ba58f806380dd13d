// What is typed: lines, keys, bytes; readers that go and come; pastes.

import CapABI
import IPC
import SerialdCore
import ServiceTesting
import StoreTesting
import Testing

struct ReadTests {
  let scene: Scene

  init() throws { scene = try Scene() }

  @Test func `a line is edited and given`() throws {
    try scene.readLine("erix> ")
    #expect(scene.look() == "\rerix> \u{1B}[K")
    scene.type("hel")
    #expect(scene.look() == "hel")
    scene.type("x\u{7F}p\r")
    #expect(scene.look() == "x\u{8} \u{8}p\r\n")
    let found = try scene.line()
    #expect(found.end == .line && found.text == "help" && found.cursor == 4)
  }

  @Test func `what is typed ahead waits for the reader`() throws {
    scene.type("one\rtwo\rthr")
    try scene.readLine()
    #expect(try scene.line().text == "one")
    try scene.readLine()
    #expect(try scene.line().text == "two")
    try scene.readLine()
    scene.type("ee\r")
    #expect(try scene.line().text == "three")
  }

  @Test func `Tab gives the line, and the reader changes it`() throws {
    try scene.readLine("> ")
    scene.type("he\t")
    let found = try scene.line()
    #expect(found.end == .complete && found.text == "he" && found.cursor == 2)
    _ = scene.look()
    try scene.readLine("> ", "help ")
    #expect(scene.look() == "\r> help \u{1B}[K")
    scene.type("x\r")
    #expect(try scene.line().text == "help x")
  }

  @Test func `candidates stand above the line`() throws {
    try scene.readLine("> ")
    scene.type("he\t")
    _ = scene.look()
    try scene.write("help hello\n", as: Scene.shell)
    try scene.readLine("> ", "he")
    #expect(scene.look() == "\r\u{1B}[Khelp hello\r\n\r> he\u{1B}[K")
  }

  @Test func `Ctrl-C, Ctrl-D and the arrows reach the reader`() throws {
    for (text, end) in [
      ("ab\u{3}", LineEnd.interrupt), ("\u{4}", .end), ("\u{1B}[A", .previous), ("\u{E}", .next),
    ] {
      try scene.readLine()
      scene.type(text)
      #expect(try scene.line().end == end)
    }
  }

  @Test func `lines of others take the place of the edited line, which comes back`() throws {
    try scene.readLine("> ")
    scene.type("ab")
    _ = scene.look()
    try scene.write("other\n")
    #expect(scene.look() == "\r\u{1B}[Kother\r\n\r> ab\u{1B}[K")
    scene.around.log("hello")
    scene.around.log("again")
    scene.signal(4)
    #expect(
      scene.look()
        == "\r\u{1B}[K[1.234] timed: hello\r\n[2.468] timed: again\r\n\r> ab\u{1B}[K")
    scene.type("c\r")
    #expect(try scene.line().text == "abc")
  }

  @Test func `a reader that asks takes the place of the one before`() throws {
    try scene.readLine("> ")
    scene.type("ab")
    try scene.readLine("new> ", as: Badge(rawValue: 0x2_0052))
    scene.type("x\r")
    #expect(try scene.line().text == "x")
    #expect(throws: TestFailure.noReply) { _ = try scene.line() }
  }

  @Test func `a paste of 64 KiB arrives line by line, whole`() throws {
    var generator = Seeded(state: 7)
    var lines: [String] = []
    var size = 0
    while size < 64 << 10 {
      let count = Int(generator.next() % 300)
      let letters = ["a", "b", "ä", "€"]
      lines.append((0..<count).map { _ in letters[Int(generator.next() % 4)] }.joined())
      size += lines.last.map { $0.utf8.count + 1 } ?? 0
    }
    scene.type(lines.joined(separator: "\r") + "\r")
    for line in lines {
      try scene.readLine("> ")
      #expect(try scene.line().text == line)
      scene.around.shown = []
    }
    #expect(scene.around.typed.isEmpty)
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func `random typing in random pieces gives the same lines`(_ seed: UInt64) throws {
    var generator = Seeded(state: seed)
    let lines = (0..<40).map { index in
      String(repeating: "ä\(index)", count: Int(generator.next() % 40))
    }
    var rest = Array((lines.joined(separator: "\r") + "\r").utf8)
    var found: [String] = []
    var isReading = false
    var steps = 0
    while found.count < lines.count {
      steps += 1
      try #require(steps < 20_000, "typing stands still")
      if !isReading {
        try scene.readLine("> ")
        isReading = true
      }
      let count = min(rest.count, Int(generator.next() % 50))
      scene.around.room = Int(generator.next() % 400)
      scene.type(Array(rest.prefix(count)))
      rest.removeFirst(count)
      if generator.next() % 16 == 0 { try scene.write("noise\n") }
      guard let line = try? scene.line() else { continue }
      found.append(line.text)
      isReading = false
    }
    #expect(found == lines)
  }

  // MARK: Keys

  @Test func `keys come one by one`() throws {
    scene.type("a\u{1B}[Aé\u{3}")
    var keys: [SerialKey] = []
    for _ in 0..<4 {
      try scene.readKey()
      keys.append(try scene.key())
    }
    #expect(keys.map(\.code) == [.character, .up, .character, .control])
    #expect(keys.map(\.scalar) == [0x61, 0, 0xE9, 0x63])
    try scene.readKey()
    #expect(throws: TestFailure.noReply) { _ = try scene.key() }
    scene.type("\u{1B}")
    #expect(throws: TestFailure.noReply) { _ = try scene.key() }
    scene.type("[B")
    #expect(try scene.key().code == .down)
  }

  @Test func `a key whose reader is gone stays`() throws {
    try scene.readKey()
    // The caller's time was up: its reply cannot be given any more.
    scene.kernel.slots[Scene.readerReply.rawValue] = nil
    scene.type("\u{1B}[Ax")
    try scene.readKey()
    #expect(try scene.key().code == .up)
    try scene.readKey()
    #expect(try scene.key().scalar == 0x78)
  }

  @Test func `a line whose reader is gone does not stop the next`() throws {
    try scene.readLine()
    scene.kernel.slots[Scene.readerReply.rawValue] = nil
    scene.type("lost\r")
    try scene.readLine()
    scene.type("kept\r")
    #expect(try scene.line().text == "kept")
  }

  // MARK: Bytes

  @Test func `input is read as it came, from a cursor`() throws {
    #expect(throws: ResultCode.notFound) { _ = try scene.read(0) }
    scene.type([0x1B, 0xFF, 0x0A])
    #expect(try scene.read(0) == (0, [0x1B, 0xFF, 0x0A]))
    #expect(try scene.read(0) == (0, [0x1B, 0xFF, 0x0A]))
    #expect(try scene.read(1) == (1, [0xFF, 0x0A]))
    #expect(throws: ResultCode.notFound) { _ = try scene.read(3) }
    #expect(throws: ResultCode.invalidArgument) { _ = try scene.read(4) }
    #expect(try scene.status().firstInput == 3)
  }

  @Test func `bytes are not read while a line or a key is waited for`() throws {
    try scene.readKey()
    #expect(throws: ResultCode.busy) { _ = try scene.read(0) }
    try scene.readLine()
    #expect(throws: ResultCode.busy) { _ = try scene.read(0) }
  }

  @Test func `input that nobody takes stays with the driver`() throws {
    let all = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 * 3) }
    scene.type(all)
    #expect(scene.around.typed.count > 15_000)
    var found: [UInt8] = []
    while let (number, bytes) = try? scene.read(UInt64(found.count)) {
      #expect(number == UInt64(found.count))
      found += bytes
    }
    #expect(found == all)
  }
}
