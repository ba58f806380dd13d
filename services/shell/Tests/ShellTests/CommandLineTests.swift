// What is said about lines that no command understands, and the commands that need no service.

import CapABI
import IPC
import Service
import ServiceTesting
import ShellCore
import Testing

struct CommandLineTests {
  @Test(
    arguments: [
      ("", ""), ("   ", ""),
      ("serivces", "no command is called 'serivces'; did you mean 'services'?\n"),
      ("xyzzy", "no command is called 'xyzzy'; 'help' lists all\n"),
      ("ps now", "usage: ps\n"), ("kill", "usage: kill SERVICE\n"),
      ("kill a b", "usage: kill SERVICE\n"), ("bench x", "usage: bench [COUNT]\n"),
      ("bench 0", "usage: bench [COUNT]\n"), ("bench 100001", "usage: bench [COUNT]\n"),
      ("log 0", "usage: log [-f | COUNT]\n"), ("log -x", "usage: log [-f | COUNT]\n"),
      ("crash x", "usage: crash [NUMBER]\n"), ("trace 0", "usage: trace [MILLISECONDS]\n"),
      ("trace 10001", "usage: trace [MILLISECONDS]\n"),
      ("fault x", "usage: fault [trap|stack|forbidden|exit]\n"),
      ("caps nobody", "no service is called 'nobody'; 'services' lists all\n"),
      ("kill nobody", "no service is called 'nobody'; 'services' lists all\n"),
      ("log \"x", "there is no second \"\n"), ("ps \\", "there is nothing behind the backslash\n"),
      ("a b c d e f g h i j k l m n o p q", "more than 16 words\n"),
    ])
  func `bad input gets a helpful message`(_ text: String, _ expected: String) throws {
    #expect(try World().run(text) == expected)
  }

  @Test func `help lists every command, and one in detail`() throws {
    let world = try World()
    let all = world.run("help")
    for index in 0..<Command.count {
      let command = try #require(Command(rawValue: UInt8(index)))
      #expect(all.contains("  \(command.name) "))
    }
    #expect(
      world.run("help kill")
        == """
        usage: kill SERVICE
        end a service; it is not started again
        The foundation cannot be ended, nor can what is not running.

        """)
    #expect(world.run("help nosuch").hasPrefix("no command is called 'nosuch'"))
  }

  @Test func `clear clears the screen`() throws {
    #expect(try World().run("clear") == "\u{1B}[2J\u{1B}[H")
  }

  @Test func `protections are those that the kernel reads back`() throws {
    let lines = try World().run("hardening").split(separator: "\n")
    #expect(lines.count == 18)
    #expect(lines[0].hasPrefix("on ") && lines[1].hasPrefix("off") && lines[2].hasPrefix("on "))
  }

  @Test func `a service that does not answer is named with its code`() throws {
    let world = try World()
    world.kernel.answer(ServiceSlot.peer(7)) { _ in
      TestMessage(MessageTag(refusing: .timedOut))
    }
    #expect(world.run("time") == "timed does not answer (TIMED_OUT)\n")
    world.kernel.answer(ServiceSlot.peer(7)) { _ in .refusing(.denied) }
    #expect(world.run("time") == "timed does not allow that (DENIED)\n")
    world.kernel.answer(ServiceSlot.peer(7)) { _ in .refusing(.peerDied) }
    #expect(world.run("time") == "timed ended meanwhile; try again (PEER_DIED)\n")
    world.kernel.answer(ServiceSlot.peer(7)) { _ in .refusing(.noMemory) }
    #expect(world.run("time") == "timed refused (NO_MEMORY)\n")
  }
}
