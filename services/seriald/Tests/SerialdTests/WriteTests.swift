// What goes to the screen: lines of several writers, the foreground, the log, a full driver.

import Bootstrap
import CapABI
import Handoff
import IPC
import SerialdCore
import Service
import ServiceTesting
import Testing

struct WriteTests {
  let scene: Scene

  init() throws { scene = try Scene() }

  @Test func `a line goes out when it is whole`() throws {
    try scene.write("hel")
    #expect(scene.look() == "")
    try scene.write("lo\nnext")
    #expect(scene.look() == "hello\r\n")
    try scene.write("\n\n")
    #expect(scene.look() == "next\r\n\r\n")
  }

  @Test func `writers do not meet inside a line`() throws {
    try scene.write("one ")
    try scene.write("two ", as: Scene.other)
    try scene.write("first\n")
    try scene.write("second\n", as: Scene.other)
    #expect(scene.look() == "one first\r\ntwo second\r\n")
  }

  @Test func `a line without end goes out in parts, and no byte is lost`() throws {
    for _ in 0..<3 { try scene.write([UInt8](repeating: 0x61, count: 1000)) }
    try scene.write("\n")
    let shown = scene.look()
    #expect(shown.filter { $0 == "a" }.count == 3000)
    #expect(shown.split(separator: "\r\n").map(\.count).max() == 1020)
  }

  @Test func `others cannot steer the screen`() throws {
    try scene.write([0x41, 0x1B, 0x5B, 0x4A, 0x0D, 0x09, 0x07, 0xC2, 0x9B, 0xFF, 0xC3, 0x42, 0x0A])
    #expect(scene.look() == "A?[J???????B\r\n")
    try scene.write("äö€😀\n")
    #expect(scene.look() == "äö€😀\r\n")
  }

  @Test func `the foreground writes at once and as it likes`() throws {
    try scene.readKey()
    try scene.write("part", as: Scene.shell)
    #expect(scene.look() == "part")
    try scene.write("\u{1B}[2J\n", as: Scene.shell)
    #expect(scene.look() == "\u{1B}[2J\r\n")
  }

  @Test func `another's line begins on a line of its own`() throws {
    try scene.readKey()
    try scene.write("part", as: Scene.shell)
    try scene.write("other\n")
    #expect(scene.look() == "part\r\nother\r\n")
  }

  @Test func `a reader in the background writes like others`() throws {
    try scene.readKey()
    try scene.readKey(as: Badge(rawValue: 0x2_0052))
    try scene.write("\u{1B}x", as: Scene.shell)
    #expect(scene.look() == "")
  }

  @Test func `records of the log are shown with time and name`() throws {
    scene.around.log("hello", from: 0x1_0012)
    scene.around.log("detail", .debug)
    scene.around.log("ERIX_KERNEL:X", from: 0)
    scene.around.log("wrong", .error, from: 0x1_1000)
    scene.signal(4)
    let shown = scene.look().split(separator: "\r\n")
    #expect(
      shown == [
        "[1.234] timed: hello", "[3.702] kernel: ERIX_KERNEL:X", "[4.936] program-1000: wrong",
      ])
    #expect(try scene.status().recordCount == 3)
  }

  @Test func `a release image shows what somebody should look at only`() throws {
    let scene = try Scene(profile: .release)
    scene.around.log("hello")
    scene.around.log("look", .warning)
    scene.signal(4)
    #expect(scene.look() == "[2.468] timed: look\r\n")
  }

  @Test func `records that are gone are told`() throws {
    for _ in 0..<5 { scene.around.log("x") }
    scene.around.firstRecord = 5
    scene.signal(4)
    #expect(scene.look() == "[log: 4 records lost]\r\n[6.170] timed: x\r\n")
    #expect(try scene.status().lostRecordCount == 4)
  }

  @Test func `the log goes on where the mirror was`() throws {
    let around = Surroundings()
    for index in 0..<5 { around.log("record \(index)") }
    around.mirrorNumber = 5
    let scene = try Scene(around)
    #expect(scene.look() == "[6.170] timed: record 4\r\n")
    #expect(around.mirrorCount == 1)
  }

  // MARK: Without room

  @Test func `who writes more than the driver takes waits, and nothing is lost`() throws {
    scene.around.room = 100
    var written = ""
    var answered = 0
    for index in 0..<40 {
      let line = "\(index) " + String(repeating: "x", count: 900)
      written += line + "\r\n"
      if try scene.write(line + "\n") { answered += 1 }
    }
    #expect(answered > 10 && answered < 20)
    #expect(try Int(scene.status().waitingWriteCount) == 40 - answered)
    // Records wait, too.
    scene.around.log("late")
    scene.signal(4)
    var shown = ""
    for _ in 0..<40 {
      scene.around.room = 3000
      scene.signal(1)
      shown += scene.look()
    }
    #expect(shown.hasPrefix(written.dropFirst(100)) || shown.contains(written.dropFirst(200)))
    #expect(shown.hasSuffix("late\r\n"))
    #expect(try scene.status().waitingWriteCount == 0)
    let late = scene.kernel.replies.filter { $0.slot.rawValue >= ServiceSlot.firstFree + 2 }
    #expect(late.count == 40 - answered && late.allSatisfy { $0.message.tag.result == .ok })
  }

  @Test func `too many that wait are refused`() throws {
    let small = try Scene(heap: 64 << 10)
    small.around.room = 0
    #expect(throws: ResultCode.limitReached) {
      for _ in 0..<200 { try small.write([UInt8](repeating: 0x0A, count: 1000)) }
    }
  }

  @Test func `too many writers are refused`() throws {
    let small = try Scene(heap: 64 << 10)
    #expect(throws: ResultCode.limitReached) {
      for index in 0..<200 as Range<UInt64> {
        try small.write("begin", as: Badge(rawValue: 0x1_0100 + index))
      }
    }
    // Who had begun can end, and makes room.
    try small.write("\n", as: Badge(rawValue: 0x1_0100))
    try small.write("begin", as: Badge(rawValue: 0x1_0900))
  }

  // MARK: Refusals

  @Test(arguments: [0, 0x3_0031, 0x5_0022] as [UInt64])
  func `other faces may do nothing`(_ badge: UInt64) {
    let badge = Badge(rawValue: badge)
    #expect(throws: ResultCode.denied) { try scene.write("a", as: badge) }
    #expect(throws: ResultCode.denied) { _ = try scene.status(as: badge) }
  }

  @Test func `writers read nothing`() throws {
    #expect(throws: ResultCode.denied) { _ = try scene.read(0, as: Scene.writer) }
    #expect(throws: ResultCode.denied) { try scene.readLine(as: Scene.writer) }
    #expect(throws: ResultCode.denied) { try scene.readKey(as: Scene.writer) }
    #expect(try scene.status(as: Scene.writer).hasDriver)
  }

  @Test func `malformed requests are counted`() throws {
    #expect(throws: ResultCode.invalidArgument) { try scene.write([]) }
    #expect(try scene.status().refusedCount == 1)
  }

  @Test func `a heap or a CSpace without room is too small`() {
    #expect(throws: ReadinessCode.noMemory) { _ = try Scene(heap: 16 << 10) }
    #expect(throws: ReadinessCode.noMemory) { _ = try Scene(heap: 22 << 10) }
    #expect(throws: ReadinessCode.noMemory) { _ = try Scene(cspaceSlots: 64) }
  }
}
