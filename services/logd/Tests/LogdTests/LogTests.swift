// Appending and reading: what is kept, for how long, and who may.

import Bootstrap
import CapABI
import Handoff
import IPC
import LogdCore
import Service
import ServiceTesting
import StoreTesting
import Testing

struct LogTests {
  let scene: Scene

  init() throws { scene = try Scene() }

  @Test func `a record has the badge and the time of its arrival`() throws {
    #expect(try scene.append("hello", .warning) == 1)
    #expect(try scene.append("", .debug, as: Badge(rawValue: 0x1_0012)) == 2)
    #expect(
      try scene.all() == [
        Kept(
          number: 1, time: 1001, source: 0x1_0011, severity: .warning, lost: 0, text: "hello"),
        Kept(number: 2, time: 1002, source: 0x1_0012, severity: .debug, lost: 0, text: ""),
      ])
  }

  @Test func `a record that nobody waits for is kept too`() throws {
    scene.tell("short")
    #expect(scene.kernel.replies.isEmpty)
    #expect(try scene.all().map(\.text) == ["short"])
  }

  @Test func `the longest text is kept whole`() throws {
    let text = String(repeating: "x", count: LogText.maximumLength)
    try scene.append(text)
    #expect(try scene.read(1).text == text)
  }

  @Test func `the end is not found`() throws {
    #expect(throws: ResultCode.notFound) { try scene.read(0) }
    try scene.append("a")
    #expect(try scene.read(1).number == 1)
    #expect(throws: ResultCode.notFound) { try scene.read(2) }
    #expect(throws: ResultCode.notFound) { try scene.read(.max) }
  }

  @Test(arguments: [0, 0x3_0011, 0x5_0011] as [UInt64])
  func `other faces may do nothing`(_ badge: UInt64) {
    #expect(throws: ResultCode.denied) { try scene.append("a", as: Badge(rawValue: badge)) }
    #expect(throws: ResultCode.denied) { try scene.read(0, as: Badge(rawValue: badge)) }
  }

  @Test func `who logs does not read, and who reads does not log`() {
    #expect(throws: ResultCode.denied) { try scene.read(0, as: Scene.source) }
    #expect(throws: ResultCode.denied) { _ = try scene.send(.status, as: Scene.source) }
    #expect(throws: ResultCode.denied) { try scene.append("a", as: Scene.reader) }
  }

  @Test func `the boot configuration declares the same faces`() throws {
    let logd = try DeclaredService(.logd)
    #expect(logd.face("public") == LogdFaces.source)
    #expect(logd.face("control") == LogdFaces.reader)
    let badges = try DeclaredService(.crashd).badges(at: .logd)
    #expect(!badges.isEmpty && badges.allSatisfy { LogdFaces.source.contains($0) })
  }

  @Test func `malformed requests are counted`() throws {
    #expect(throws: ResultCode.invalidArgument) {
      _ = try scene.send(.append, [0, 0, 2, 0, 0x0A, 0x41], as: Scene.source)
    }
    #expect(throws: ResultCode.invalidArgument) {
      _ = try scene.send(.read, [1], as: Scene.reader)
    }
    let status = try scene.status()
    #expect(status.refusedCount == 2)
    #expect(status.oldestNumber == 1 && status.nextNumber == 1)
    #expect(status.mirror == .kernel && status.capacityBytes > 60_000)
  }

  @Test func `a heap without room for the longest text is too small`() throws {
    #expect(throws: ReadinessCode.noMemory) { try Scene(heap: 1024) }
    let small = try Scene(heap: 2048)
    try small.append(String(repeating: "x", count: LogText.maximumLength))
    #expect(try small.all().count == 1)
  }

  @Test func `age removes records, and a reader learns how many`() throws {
    let small = try Scene(heap: 4096)
    for _ in 0..<100 { try small.append(String(repeating: "y", count: 100)) }
    let status = try small.status()
    #expect(status.nextNumber == 101 && status.oldestNumber > 60)
    let first = try small.read(0)
    #expect(first.number == status.oldestNumber)
    #expect(first.lost == UInt32(status.oldestNumber - 1))
    #expect(try small.read(50).lost == UInt32(status.oldestNumber - 50))
    #expect(try small.read(100).lost == 0)
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `what is left are the latest records, unchanged`(_ seed: UInt64) throws {
    var generator = Seeded(state: seed)
    let small = try Scene(heap: 4096 + Int(seed) * 48, profile: .release)
    var texts: [String] = []
    for step in 0..<600 {
      let long = generator.next() % 8 == 0
      let count = Int(generator.next() % (long ? 992 : 40))
      let letter = Character(UnicodeScalar(UInt8(97 + step % 26)))
      texts.append(String(repeating: letter, count: count))
      try small.append(texts[step])
      guard step % 50 == 0 else { continue }
      let found = try small.all()
      #expect(found.map(\.text) == Array(texts.suffix(found.count)))
      #expect(found.last?.number == UInt64(texts.count))
      // Neither ring is left half empty.
      let bytes = found.reduce(0) { $0 + $1.text.utf8.count }
      #expect(step == 0 || bytes > 500 || found.count > 30)
    }
  }
}
