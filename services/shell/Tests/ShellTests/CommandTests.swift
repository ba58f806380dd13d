// The table of commands, and what is said about a name that is none.

import Runtime
import ShellCore
import Testing

struct CommandTests {
  private var all: [Command] {
    (0..<Command.count).compactMap { Command(rawValue: UInt8($0)) }
  }

  @Test func `commands stand in the order of their names, each with a summary`() {
    let names = all.map { "\($0.name)" }
    #expect(names.count == Command.count)
    #expect(names == names.sorted())
    #expect(Set(names).count == names.count)
    #expect(all.allSatisfy { "\($0.summary)".count > 10 })
  }

  @Test func `a name finds its command and no other does`() {
    for command in all { #expect(Command(TextLine(command.name)) == command) }
    for other in ["", "p", "pss", "PS", "help "] as [StaticString] {
      #expect(Command(TextLine(other)) == nil)
    }
  }

  @Test(
    arguments: [
      ("serivces", Command.services), ("hlep", .help), ("shutdwon", .shutdown), ("tpo", .top),
      ("memm", .mem), ("lgo", .log), ("xyzzy", nil), ("", nil), ("zz", nil),
      ("averyverylongwordindeed", nil),
    ] as [(StaticString, Command?)])
  func `a mistyped name is near to one`(_ name: StaticString, _ expected: Command?) {
    #expect(Command.nearest(to: TextLine(name)) == expected)
  }
}
