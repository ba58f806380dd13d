// The mirror: from the kernel's log to the console, and on when the console starts again.

import CapABI
import Handoff
import IPC
import LogdCore
import ServiceTesting
import Testing

struct MirrorTests {
  let scene: Scene

  init() throws { scene = try Scene(profile: .dev) }

  @Test func `a smoke image keeps the kernel's log as well`() throws {
    let smoke = try Scene()
    try smoke.setMirror(.serial)
    try smoke.append("one")
    #expect(smoke.lines == ["ERIX_LOG:0x10011:1: one"] && smoke.signalCount == 1)
    #expect(try smoke.all().map(\.text) == ["one"])
  }

  @Test func `the console gets what comes after it took over`() throws {
    try scene.append("one")
    scene.kernelLog += Array("ERIX_KERNEL:X\n".utf8)
    let first = try scene.setMirror(.serial)
    #expect(first == 3)
    #expect(try scene.status().mirror == .serial)
    let shown = scene.lines.count
    try scene.append("two")
    #expect(scene.lines.count == shown)
    #expect(try scene.read(3, as: Scene.console).text == "two")
  }

  @Test func `new records signal the console, and reading does not`() throws {
    try scene.append("one")
    #expect(scene.signalCount == 0)
    try scene.setMirror(.serial)
    try scene.append("two")
    scene.tell("three")
    #expect(scene.signalCount == 2)
    _ = try scene.all()
    #expect(scene.signalCount == 2)
    scene.kernelLog += Array("ERIX_KERNEL:X\n".utf8)
    _ = try scene.status()
    #expect(scene.signalCount == 3)
  }

  @Test func `a console that starts again goes on behind what was shown`() throws {
    try scene.setMirror(.serial)
    for text in ["one", "two", "three"] { try scene.append(text) }
    _ = try scene.read(1, as: Scene.console)
    _ = try scene.read(3, as: Scene.reader)
    #expect(try scene.setMirror(.serial) == 2)
    _ = try scene.read(3, as: Scene.console)
    _ = try scene.read(1, as: Scene.console)
    #expect(try scene.setMirror(.serial) == 4)
  }

  @Test func `a mirror goes back to the kernel's log`() throws {
    try scene.setMirror(.serial)
    try scene.append("one")
    #expect(try scene.setMirror(.kernel) == 1)
    try scene.append("two")
    #expect(scene.lines == ["ERIX_LOG:0x10011:1: two"])
    #expect(try scene.setMirror(.off) == 3)
    try scene.append("three")
    #expect(scene.lines.count == 1 && scene.signalCount == 1)
    #expect(try scene.setMirror(.serial) == 3)
  }

  @Test func `nobody has seen the records of a release`() throws {
    let quiet = try Scene(profile: .release)
    try quiet.append("one")
    #expect(try quiet.setMirror(.serial) == 1)
    #expect(throws: ResultCode.unsupported) { try quiet.setMirror(.kernel) }
  }

  @Test func `only the console says where the mirror is`() throws {
    #expect(throws: ResultCode.denied) { try scene.setMirror(.serial, as: Scene.reader) }
    #expect(throws: ResultCode.denied) { try scene.setMirror(.serial, as: Scene.source) }
    #expect(throws: ResultCode.denied) {
      try scene.setMirror(.off, as: Badge(rawValue: 0x1_0031))
    }
    #expect(try scene.status().mirror == .kernel)
  }

  @Test func `a framebuffer cannot show the log yet`() throws {
    #expect(throws: ResultCode.unsupported) { try scene.setMirror(.serialAndFramebuffer) }
    #expect(try scene.status().mirror == .kernel)
  }
}
