// The command line itself: help, exit codes, wrong options.

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
    (["inspect", "a", "b"], "unexpected argument 'b'"),
    (["inspect", "a", "b", "c", "--authority"], "unexpected argument 'c'"),
    (["inspect", "a", "--authority", "--json"], "give one of them"),
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
}

extension Outcome {
  /// An outcome to compare with.
  init(status: Int32, output: String = "", errors: String = "") {
    self.status = status
    self.output = output
    self.errors = errors
  }
}
