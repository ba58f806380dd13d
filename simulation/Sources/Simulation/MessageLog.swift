// What happened in a boot, message by message: the last part is kept, so that a boot that failed
// can be read.

import CapABI
import IPC
import KernelSimulation

/// One thing that happened.
enum Event {
  /// A program was started.
  case started
  /// A system call was made.
  case call(CallRegisters)
  /// A system call came back.
  case returned(CallRegisters)
  /// A page was not there.
  case fault(UInt64)
  /// A precondition failed.
  case trap
  /// Something was done to the system.
  case disturbed(Disturbance)
}

/// The end of a boot's story.
struct MessageLog {
  private struct Entry {
    var event: Event
    var time: UInt64
    var role: RoleID
    var thread: UInt64
  }

  /// How many events are kept.
  var limit = 400
  private var entries: [Entry] = []
  private var first = 0
  private var text: [UInt8] = []

  /// Adds an event.
  mutating func note(_ event: Event, time: UInt64, _ role: RoleID, _ thread: RunningThread) {
    let entry = Entry(event: event, time: time, role: role, thread: thread.id)
    if entries.count < limit {
      entries.append(entry)
    } else {
      entries[first] = entry
      first = (first + 1) % limit
    }
  }

  /// Adds what the kernel showed.
  mutating func show(_ bytes: [UInt8]) { text += bytes }

  /// The lines of the kernel's log.
  var console: [String] {
    String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// The events, one a line.
  var lines: [String] {
    (0..<entries.count).map { Self.line(entries[(first + $0) % entries.count]) }
  }

  private static func line(_ entry: Entry) -> String {
    let role = entry.role.name.map { "\($0)" } ?? "role \(entry.role.rawValue)"
    let microseconds = entry.time / 1000
    return "\(microseconds) us  \(role)/\(entry.thread)  \(text(of: entry.event))"
  }

  private static func text(of event: Event) -> String {
    switch event {
    case .started: return "started"
    case .fault(let address): return "page fault at 0x\(String(address, radix: 16))"
    case .trap: return "failed a precondition"
    case .disturbed(let what): return "DISTURBED: \(what)"
    case .returned(let registers):
      let tag = MessageTag(rawValue: registers[2])
      return "  -> status \(registers[0]) badge 0x\(String(registers[1], radix: 16)) "
        + "label 0x\(String(tag.label, radix: 16)) words \(words(registers))"
    case .call(let registers):
      let name = Syscall(rawValue: registers[0]).map { "\($0)" } ?? "call \(registers[0])"
      let tag = MessageTag(rawValue: registers[2])
      return "\(name) slot \(registers[1]) label 0x\(String(tag.label, radix: 16)) "
        + "words \(words(registers))"
    }
  }

  private static func words(_ registers: CallRegisters) -> String {
    (3..<7).map { String(registers[$0], radix: 16) }.joined(separator: " ")
  }
}
