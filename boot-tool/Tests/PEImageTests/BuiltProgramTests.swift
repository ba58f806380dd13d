// Firmware applications from real programs: built with clang and ld.lld as docs/reference/elf.md
// says, converted, and compared with the executable in memory.

import Foundation
import Testing

@Suite(.enabled(if: HostTool.canBuild, "needs clang and ld.lld"))
struct BuiltProgramTests {
  @Test(arguments: ["-O0", "-O1", "-O2", "-Os"])
  func `a converted program loads like the executable`(optimisation: String) throws {
    try expectSameMemory(try build([optimisation], ["-z", "separate-loadable-segments"]))
  }

  @Test(arguments: [["-z", "norelro"], ["-z", "noseparate-code"], ["-z", "now"]])
  func `other ways to link convert as well`(options: [String]) throws {
    try expectSameMemory(try build(["-O1"], options))
  }

  private static let source = """
    static const char one[] = "one", two[] = "two";
    const char *volatile table[300] = {one, two, [299] = one};
    const char *const constants[] = {two, one}; char zeros[9000];
    int _start(void) { zeros[8999] = table[1][0]; return constants[zeros[0]][1]; }
    """

  /// The bytes of the program.
  private func build(_ compile: [String], _ link: [String]) throws -> [UInt8] {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("pe-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Self.source.write(
      to: folder.appendingPathComponent("program.c"), atomically: true, encoding: .utf8)
    try HostTool.run(
      "clang",
      ["-target", "x86_64-unknown-none-elf", "-ffreestanding", "-fpie"] + compile
        + ["-c", "program.c", "-o", "program.o"], in: folder)
    try HostTool.run(
      "ld.lld",
      ["-pie", "--no-dynamic-linker", "-z", "max-page-size=4096", "--image-base=0x1000"] + link
        + ["-o", "program", "program.o"], in: folder)
    return [UInt8](try Data(contentsOf: folder.appendingPathComponent("program")))
  }
}
