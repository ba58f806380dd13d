// The command line itself: help, exit codes, wrong options; once also through the real program.

import Foundation
import Testing

struct CommandLineTests {
  private static let commands = [
    "build", "sign", "validate", "inspect", "verify", "extract", "keygen", "elf2efi",
  ]

  @Test func `help lists every command`() {
    let outcome = Outcome(["--help"])
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    for command in Self.commands { #expect(outcome.output.contains("\n  \(command)")) }
  }

  @Test(arguments: commands) func `every command explains itself`(command: String) {
    let outcome = Outcome([command, "--help"])
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("usage: boot-tool \(command)"))
  }

  @Test func `no command is a usage error`() {
    let outcome = Outcome([])
    #expect(outcome.status == 2)
    #expect(outcome.output == "")
    #expect(outcome.errors.hasPrefix("usage: "))
  }

  @Test func `an unknown command is a usage error`() {
    #expect(
      Outcome(["explode"])
        == Outcome(
          status: 2, errors: "boot-tool: unknown command 'explode'; see boot-tool --help\n"))
  }

  @Test(arguments: [
    (["validate"], "argument IMAGE is missing"),
    (["validate", "a", "b"], "unexpected argument 'b'"),
    (["validate", "a", "--json"], "unknown option '--json'"),
    (["inspect", "a", "--json=yes"], "option --json takes no value"),
    (["inspect", "a", "--json", "--json"], "option --json is given twice"),
    (["sign", "a", "--key"], "option --key needs a value"),
    (["sign", "a"], "option --key is missing"),
    (["sign", "a", "--key", "b", "--key=c"], "option --key is given twice"),
    (["verify", "a", "--key", "b", "--minimum-version", "x"], "is not a number"),
    (["verify", "a", "--key", "b", "--profile", "x"], "'x' is not a profile"),
  ])
  func `a wrong command line is a usage error`(arguments: [String], reason: String) {
    let outcome = Outcome(arguments)
    #expect(outcome.status == 2)
    #expect(outcome.output == "")
    #expect(outcome.errors.contains(reason))
    #expect(outcome.errors.contains("see boot-tool \(arguments[0]) --help"))
  }

  // MARK: The real program

  /// The executable that was built along with this test program.
  private static func program() throws -> URL {
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(fileURLWithPath: tests).deletingLastPathComponent()
      .appendingPathComponent("boot-tool")
  }

  private func spawn(_ arguments: [String]) throws -> Outcome {
    let process = Process()
    let output = Pipe()
    let errors = Pipe()
    process.executableURL = try Self.program()
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
}

extension Outcome {
  /// An outcome to compare with.
  init(status: Int32, output: String = "", errors: String = "") {
    self.status = status
    self.output = output
    self.errors = errors
  }
}
