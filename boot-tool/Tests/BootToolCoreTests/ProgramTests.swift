// The real program as its own process: streams that fail, limits of the system, special files.

import Foundation
import Testing

struct ProgramTests {
  /// The executable that was built along with this test program.
  private static func program() throws -> String {
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(fileURLWithPath: tests).deletingLastPathComponent()
      .appendingPathComponent("boot-tool").path
  }

  private func spawn(_ executable: String, _ arguments: [String]) throws -> Outcome {
    let process = Process()
    let output = Pipe()
    let errors = Pipe()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let texts = [output, errors].map { pipe in
      String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }
    process.waitUntilExit()
    return Outcome(status: process.terminationStatus, output: texts[0], errors: texts[1])
  }

  private func spawn(_ arguments: [String]) throws -> Outcome {
    try spawn(Self.program(), arguments)
  }

  /// Runs a shell script in which `$0` is the program.
  private func script(_ text: String, _ arguments: [String]) throws -> Outcome {
    try spawn("/bin/sh", ["-c", text, Self.program()] + arguments)
  }

  @Test func `the program gives the exit codes and uses both streams`() throws {
    let folder = try TestFolder()
    let image = try folder.buildSigned()
    #expect(try spawn(["--help"]).output == Outcome(["--help"]).output)
    let verify = ["verify", image, "--key", DevelopmentKeys.publicPath]
    #expect(try spawn(verify) == Outcome(verify))
    #expect(try spawn(verify).status == 0)
    let rollback = verify + ["--minimum-version", "100"]
    #expect(try spawn(rollback) == Outcome(rollback))
    #expect(try spawn(rollback).status == 1)
    #expect(try spawn(["verify"]) == Outcome(["verify"]))
    #expect(try spawn(["verify"]).status == 2)
  }

  // MARK: Streams

  @Test(arguments: [
    (">/dev/full", "No space left on device"), (">&-", "Bad file descriptor"),
  ])
  func `an output that takes no text is an error`(output: String, reason: String) throws {
    let folder = try TestFolder()
    let image = try folder.buildSigned()
    #expect(
      try script("exec \"$0\" inspect \"$1\" \(output)", [image])
        == Outcome(
          status: 1, errors: "boot-tool: standard output: cannot write: \(reason)\n"))
  }

  @Test(arguments: [">/dev/full 2>/dev/full", ">&- 2>&-", "2>/dev/full >&-"])
  func `when both streams fail the exit code remains`(streams: String) throws {
    let outcome = try script("exec \"$0\" --help \(streams)", [])
    #expect(outcome == Outcome(status: 1))
  }

  @Test(arguments: ["2>/dev/full", "2>&-"])
  func `a usage error stays one without standard error`(stream: String) throws {
    #expect(try script("exec \"$0\" verify \(stream)", []) == Outcome(status: 2))
  }

  @Test func `a command without text needs no output`() throws {
    let folder = try TestFolder()
    let image = try folder.buildSigned()
    let sign = "exec \"$0\" sign \"$1\" --key \"$2\" >&-"
    #expect(try script(sign, [image, DevelopmentKeys.privatePath]) == Outcome(status: 0))
  }

  // MARK: Limits

  @Test func `a write beyond the limit of file sizes is an error and leaves nothing`() throws {
    let folder = try TestFolder()
    let image = try folder.buildSigned()
    let (names, before) = (try folder.names(), try folder.read("boot.img"))
    let sign = "ulimit -f 1; trap '' XFSZ; exec \"$0\" sign \"$1\" --key \"$2\""
    #expect(
      try script(sign, [image, DevelopmentKeys.privatePath])
        == Outcome(status: 1, errors: "boot-tool: \(image): cannot write: File too large\n"))
    #expect(try folder.names() == names)
    #expect(try folder.read("boot.img") == before)
  }

  @Test func `the signal of the limit ends the program after the temporary file is gone`() throws {
    let folder = try TestFolder()
    let image = try folder.buildSigned()
    let (names, before) = (try folder.names(), try folder.read("boot.img"))
    // Not by exec: the shell turns the signal into a code above 128.
    let sign = "ulimit -c 0; ulimit -f 1; \"$0\" sign \"$1\" --key \"$2\"; exit $?"
    let outcome = try script(sign, [image, DevelopmentKeys.privatePath])
    #expect(outcome.status == 128 + 25)
    #expect(try folder.names() == names)
    #expect(try folder.read("boot.img") == before)
  }

  // MARK: Special files

  @Test func `a pipe is not replaced`() throws {
    let folder = try TestFolder()
    let options = try folder.buildOptions()
    let pipe = folder.file("pipe")
    #expect(try script("mkfifo \"$1\"", [pipe]).status == 0)
    let names = try folder.names()
    #expect(
      Outcome(options + ["-o", pipe])
        == Outcome(
          status: 1, errors: "boot-tool: \(pipe): cannot replace: not a regular file\n"))
    #expect(try script("test -p \"$1\"", [pipe]).status == 0)
    #expect(try folder.names() == names)
  }

  @Test(arguments: ["boot.img", "absent"])
  func `a symbolic link is not replaced`(target: String) throws {
    let folder = try TestFolder()
    let image = try folder.buildSigned()
    let before = try folder.read("boot.img")
    let link = folder.file("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
    let sign = ["sign", image, "--key", DevelopmentKeys.privatePath, "-o", link]
    #expect(
      Outcome(sign)
        == Outcome(
          status: 1, errors: "boot-tool: \(link): cannot replace: not a regular file\n"))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
    #expect(try folder.read("boot.img") == before)
    #expect(try !folder.names().contains("absent"))
  }
}
