// caps and authority: what the kernel says is held, and how it differs from what is declared.

import CapABI
import IPC
import Service
import ServiceTesting
import ShellCore
import Testing

struct AuthorityTests {
  private let declared = "as declared: 5 services with 20 capabilities\n"

  @Test func `what is as declared is said to be`() throws {
    #expect(try World().run("authority") == declared)
  }

  @Test func `the number of an instance in a supervisor's badge is no difference`() throws {
    let world = try World()
    world.processes[3].slots[3]?.badge = 0x7_0005_0011
    #expect(world.run("authority") == declared)
  }

  @Test(
    arguments: [
      (UInt64(1), "rights", "named slot 1: endpoint send receive, declared with other rights"),
      (7, "badge", "named slot 7: endpoint send badge 0x10012, declared with another badge"),
      (7, "target", "named slot 7: endpoint send badge 0x10011, declared to lead elsewhere"),
      (2, "type", "named slot 2: endpoint receive, declared as something else"),
      (9, "new", "named slot 9: kernel: power send, not declared"),
      (2056, "new", "named slot 2056: kernel: power send badge 0x1, not declared"),
      (3, "gone", "named slot 3: nothing, declared endpoint"),
      (7, "gone", "named slot 7: nothing, declared endpoint"),
    ])
  func `each difference is told`(_ slot: UInt64, _ change: String, _ text: String) throws {
    let world = try World()
    switch change {
    case "rights": world.processes[3].slots[slot]?.rights = .send | .receive
    case "badge": world.processes[3].slots[slot]?.badge = 0x1_0012
    case "target": world.processes[3].slots[slot]?.object = 104
    case "type": world.processes[3].slots[slot]?.type = .endpoint
    case "gone": world.processes[3].slots[slot] = nil
    default:
      world.processes[3].slots[slot] = ScriptedProcess.Held(
        family: .power, badge: slot > 2048 ? 1 : 0, object: 900)
    }
    let lines = world.run("authority").split(separator: "\n")
    #expect(lines.first.map { String($0) } == text)
    #expect(lines.last?.hasPrefix("1 differences: ") == true)
  }

  @Test func `a required service that does not run is a difference`() throws {
    let world = try World()
    world.processes.removeLast()
    #expect(world.run("authority").hasPrefix("timed does not run\n1 differences: "))
  }

  @Test func `what services keep for their work is none`() throws {
    let world = try World()
    typealias Held = ScriptedProcess.Held
    // Memory that rootd keeps and that memd gave out; processes and starts that procd keeps;
    // endpoints that registered at named.
    world.processes[0].slots[64] = Held(type: .untyped, rights: .read | .manage, object: 500)
    world.processes[1].slots[2056] = Held(type: .frame, rights: .all, object: 501)
    world.processes[2].slots[2056] = Held(type: .process, rights: .all, object: 13)
    world.processes[2].slots[2057] = Held(rights: .receive, object: 103)
    world.processes[2].slots[2058] = Held(object: 101)
    world.processes[3].slots[2056] = Held(object: 104)
    // Where capabilities of messages arrive.
    world.processes[4].slots[2048] = Held(object: 104)
    #expect(world.run("authority") == "as declared: 5 services with 27 capabilities\n")
  }

  @Test func `caps counts what each service holds`() throws {
    let lines = try World().run("caps").split(separator: "\n").map { $0.split(separator: " ") }
    #expect(lines.first { $0[0] == "named" } == ["named", "4", "4", "0", "0", "0"])
    #expect(lines.first { $0[0] == "rootd" } == ["rootd", "8", "8", "0", "0", "0"])
  }

  @Test func `caps of a service shows slot, type, rights, target and badge`() throws {
    let world = try World()
    for slot in UInt64(64)..<67 {
      world.processes[3].slots[slot] = ScriptedProcess.Held(
        type: .frame, rights: .read, object: 600 + slot)
    }
    let lines = world.run("caps named").split(separator: "\n").map { $0.split(separator: " ") }
    #expect(lines.count == 6)
    #expect(lines[1] == ["1", "endpoint", "receive", "named", "#103"])
    #expect(lines[3] == ["3", "endpoint", "send", "procd", "0x50011", "#102"])
    #expect(lines[5] == ["64-66", "frame", "read", "-", "#664"])
  }

  @Test func `caps of a service that does not run says so`() throws {
    let world = try World()
    world.processes.removeLast()
    #expect(world.run("caps timed") == "it does not run\n")
  }
}
