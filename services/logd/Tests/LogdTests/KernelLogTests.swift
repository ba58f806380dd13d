// The kernel's log: its lines become records, records become lines, and none goes around twice.

import CapABI
import Handoff
import IPC
import LogdCore
import ServiceTesting
import Testing

struct KernelLogTests {
  let scene: Scene

  init() throws { scene = try Scene() }

  /// The kernel logs.
  private func kernel(_ text: String) { scene.kernelLog += Array(text.utf8) }

  @Test func `the kernel's lines are records without a source`() throws {
    kernel("ERIX_KERNEL:ONE\n\nERIX_KERNEL:TWO\n")
    let found = try scene.all()
    #expect(found.map(\.text) == ["ERIX_KERNEL:ONE", "ERIX_KERNEL:TWO"])
    #expect(found.map(\.source) == [0, 0] && found.map(\.severity) == [.info, .info])
    #expect(found.map(\.time) == [1001, 1001])
  }

  @Test func `a line is read when it is whole`() throws {
    kernel("ERIX_KER")
    #expect(try scene.all().isEmpty)
    kernel("NEL:ONE\nx")
    #expect(try scene.all().map(\.text) == ["ERIX_KERNEL:ONE"])
  }

  @Test func `what is not plain text becomes question marks`() throws {
    scene.kernelLog = [0x41, 0x09, 0x1B, 0xC3, 0xA4, 0x7F, 0x42, 0x0A]
    #expect(try scene.all().map(\.text) == ["A?????B"])
  }

  @Test func `a long line is cut`() throws {
    kernel(String(repeating: "a", count: 992) + String(repeating: "b", count: 30) + "\nnext\n")
    #expect(try scene.all().map(\.text.count) == [992, 30, 4])
  }

  @Test func `much is read in messages`() throws {
    for index in 0..<300 { kernel("ERIX_KERNEL:LINE:\(index)\n") }
    let found = try scene.all()
    #expect(found.count == 300)
    #expect(found.last?.text == "ERIX_KERNEL:LINE:299")
  }

  @Test func `what the kernel's ring lost is noted`() throws {
    scene.kernelStart = 500
    kernel("left\n")
    let found = try scene.all()
    #expect(found.map(\.text) == ["kernel log: bytes lost: 500", "left"])
    #expect(found.map(\.severity) == [.warning, .info])
  }

  @Test func `a record is shown with source and severity, and not read back`() throws {
    try scene.append("first", .error)
    kernel("ERIX_KERNEL:X\n")
    try scene.append("zwei ä", .info)
    #expect(
      scene.lines == [
        "ERIX_LOG:0x10011:3: first", "ERIX_KERNEL:X", "ERIX_LOG:0x10011:1: zwei ä",
      ])
    #expect(try scene.all().map(\.text) == ["first", "zwei ä", "ERIX_KERNEL:X"])
  }

  @Test func `the longest record is shown cut, as one line`() throws {
    try scene.append(String(repeating: "x", count: LogText.maximumLength))
    #expect(scene.lines.map(\.utf8.count) == [LogText.maximumLength])
    #expect(try scene.all().count == 1)
  }

  @Test func `a release shows nothing and reads all the same`() throws {
    let quiet = try Scene(profile: .release)
    quiet.kernelLog = Array("ERIX_KERNEL:X\n".utf8)
    try quiet.append("first")
    #expect(quiet.lines == ["ERIX_KERNEL:X"])
    #expect(try quiet.all().map(\.text) == ["first", "ERIX_KERNEL:X"])
    #expect(try quiet.status().mirror == .off)
  }

  @Test func `a kernel that does not answer stops nothing`() throws {
    for index in 0..<3 as Range<UInt32> {
      scene.kernel.answer(CapSlot(rawValue: StartupSlot.firstControl + index)) { _ in
        .refusing(.noBuffer)
      }
    }
    #expect(try scene.append("first") == 1)
    #expect(try scene.all().map(\.time) == [0])
  }
}
