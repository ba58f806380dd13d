// TABLE
// The commands: how each is called, what it does, what may stand behind it. Tab completion and help
// read this table too.

package import Runtime

/// What may stand at a place of a command, for completion.
public enum ArgumentKind: Sendable {
  /// Nothing that could be completed.
  case none
  /// A service of the boot configuration.
  case service
  /// A command.
  case command
  /// `-f`.
  case follow
  /// A way for crash-test to end.
  case fault
}

/// A command of the shell.
public enum Command: UInt8, Sendable {
  case authority, bench, caps, clear, crash, devices, fault, hardening, help, irq, kill, log, mem
  case ps, reboot, restart, services, shutdown, time, top, trace, uptime, wait

  /// How many there are; raw values count from 0 in the order of names.
  public static let count = 23

  /// The command with exactly this name.
  package init?(_ name: TextLine) {
    for index in 0..<Self.count {
      guard let command = Command(rawValue: UInt8(index)) else { continue }
      if name.isSame(as: TextLine(command.name)) {
        self = command
        return
      }
    }
    return nil
  }

  /// What it is called.
  public var name: StaticString {
    switch self {
    case .authority: "authority"
    case .bench: "bench"
    case .caps: "caps"
    case .clear: "clear"
    case .crash: "crash"
    case .devices: "devices"
    case .fault: "fault"
    case .hardening: "hardening"
    case .help: "help"
    case .irq: "irq"
    case .kill: "kill"
    default: laterName
    }
  }

  private var laterName: StaticString {
    switch self {
    case .log: "log"
    case .mem: "mem"
    case .ps: "ps"
    case .reboot: "reboot"
    case .restart: "restart"
    case .services: "services"
    case .shutdown: "shutdown"
    case .time: "time"
    case .top: "top"
    case .trace: "trace"
    case .uptime: "uptime"
    case .wait: "wait"
    default: "?"
    }
  }

  /// What stands behind the name; empty for nothing.
  public var arguments: StaticString {
    switch self {
    case .bench: "[COUNT]"
    case .caps: "[SERVICE]"
    case .crash: "[NUMBER]"
    case .fault: "[trap|stack|forbidden|exit]"
    case .help: "[COMMAND]"
    case .kill, .restart: "SERVICE"
    case .log: "[-f | COUNT]"
    case .trace: "[MILLISECONDS]"
    case .wait: "SECONDS"
    default: ""
    }
  }

  /// The most words behind the name.
  var maximumArguments: Int { arguments.utf8CodeUnitCount == 0 ? 0 : 1 }

  /// The fewest words behind the name.
  var minimumArguments: Int { self == .kill || self == .restart || self == .wait ? 1 : 0 }

  /// What completion offers behind the name.
  var argumentKind: ArgumentKind {
    switch self {
    case .caps, .kill, .restart: .service
    case .help: .command
    case .log: .follow
    case .fault: .fault
    default: .none
    }
  }

  /// Whether it changes what runs, so that the log shall tell of it.
  var isRecorded: Bool {
    switch self {
    case .fault, .kill, .reboot, .restart, .shutdown: true
    default: false
    }
  }

  /// What it does, in a few words.
  public var summary: StaticString {
    switch self {
    case .authority: "compare who holds what with what is declared"
    case .bench: "measure round trips"
    case .caps: "capabilities: how many each service holds, or all of one"
    case .clear: "clear the screen"
    case .crash: "crashes: all that are known, or one with registers"
    case .devices: "devices and their drivers"
    case .fault: "have crash-test crash, and watch it come back"
    case .hardening: "protections in force, read back from the processor"
    case .help: "this list, or one command in detail"
    case .irq: "interrupt lines and their events"
    case .kill: "end a service; it is not started again"
    default: laterSummary
    }
  }

  private var laterSummary: StaticString {
    switch self {
    case .log: "the last lines of the log, or follow it"
    case .mem: "memory: all of it, and what each service holds"
    case .ps: "processes as the kernel sees them"
    case .reboot: "end all services and start the machine again"
    case .restart: "end a service and start it again"
    case .services: "services: state, restarts, memory, messages"
    case .shutdown: "end all services and switch the machine off"
    case .time: "date and time"
    case .top: "processor and messages per service, every second"
    case .trace: "record kernel events and print them for trace.py"
    case .uptime: "how long the system has been running"
    case .wait: "let some time pass"
    default: ""
    }
  }

  /// A second sentence for `help COMMAND`.
  var details: StaticString {
    switch self {
    case .authority:
      "Reads every slot of every process from the kernel. No difference: 'as declared'."
    case .bench: "COUNT is how often each is measured, 1 to 100000; 1000 when it is left out."
    case .caps: "Slot, type, rights, whom it leads to, badge, number of the object."
    case .crash: "NUMBER stands in the first column of the list."
    case .fault: "trap when it is left out; 'crash' shows afterwards what was recorded."
    case .kill: "The foundation cannot be ended, nor can what is not running."
    case .log: "20 lines when COUNT is left out. Following ends with q or Ctrl-C."
    case .restart: "What depends on the service is started again with it."
    case .top: "Ends with q or Ctrl-C."
    case .wait: "SECONDS is 1 to 31536000, a year. Ends with q or Ctrl-C, too."
    case .trace:
      "100 milliseconds when it is left out, 10000 at most. integration/debug/trace.py reads it."
    default: ""
    }
  }
}
