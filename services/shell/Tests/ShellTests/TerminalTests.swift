// The conversation: prompt, completion, history, and what a console does that goes away.

import CapABI
import IPC
import ServiceTesting
import ShellCore
import Testing

struct TerminalTests {
  @Test func `a line is run when it is entered`() throws {
    let world = try World()
    #expect(world.converse([.line("uptime")]).hasPrefix("up 00:00:05"))
    #expect(world.offered == [""])
  }

  @Test func `Ctrl-C gives a line up and runs nothing`() throws {
    let world = try World()
    #expect(world.converse([.interrupt]) == "")
  }

  @Test func `the end of input says how the system is ended`() throws {
    let world = try World()
    #expect(world.converse([.end]).contains("'shutdown'"))
  }

  @Test(
    arguments: [
      ("upt", "uptime "), ("caps na", "caps named "), ("restart ti", "restart timed "),
      ("help  hard", "help  hardening "), ("log -", "log -f "), ("fault s", "fault stack "),
      ("re", "re"), ("caps x", "caps x"), ("uptime x", "uptime x"), ("ps 'a", "ps 'a"),
      ("shut", "shutdown "), ("caps named na", "caps named na"),
    ])
  func `tab completes what only one word begins with`(
    _ text: String, _ expected: String
  ) throws {
    let world = try World()
    _ = world.converse([.tab(text), .interrupt])
    #expect(world.offered == ["", expected])
  }

  @Test func `tab goes on as far as all candidates agree, and lists them then`() throws {
    let world = try World()
    let output = world.converse([.tab("h"), .tab("t"), .tab("c"), .interrupt])
    #expect(world.offered == ["", "h", "t", "c"])
    #expect(output.contains("hardening       help"))
    #expect(output.contains("time            top             trace"))
    #expect(output.contains("caps            clear           crash"))
  }

  @Test func `tab on an empty line lists every command`() throws {
    let world = try World()
    let output = world.converse([.tab(""), .interrupt])
    #expect(output.contains("authority") && output.contains("uptime"))
  }

  @Test func `a line that is full is not completed`() throws {
    let world = try World()
    let text = "caps" + String(repeating: " ", count: 892) + "name"
    _ = world.converse([.tab(text), .interrupt])
    #expect(world.offered == ["", text])
  }

  @Test func `the arrows go through what was entered`() throws {
    let world = try World()
    _ = world.converse([.line("uptime")])
    _ = world.converse([.line("clear")])
    world.offered = []
    _ = world.converse([.up, .up, .down, .down, .interrupt])
    #expect(world.offered == ["", "clear", "uptime", "clear", ""])
  }

  @Test func `a console that is gone is asked again`() throws {
    let world = try World()
    let output = world.converse([.refused(.peerDied), .refused(.abandoned), .line("uptime")])
    #expect(output.hasPrefix("up "))
    #expect(world.offered == ["", "", ""])
  }

  @Test func `what is longer than a page goes out in several`() throws {
    let world = try World()
    let output = world.run("help")
    #expect(output.utf8.count > 1000)
    #expect(output.hasSuffix("Ctrl-C gives a line up.\n"))
  }
}
