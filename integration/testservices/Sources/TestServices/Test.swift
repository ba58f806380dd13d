// What every test program has: checks that are told in the kernel's log, a clock, pauses, and the
// services that its entry in the boot configuration may give it.

import Bootstrap
import CapABI
import IPC
import Runtime
import Service
import Sys

/// A test in the making.
struct Test {
  let info: EnvelopeInfo
  var system: KernelSystem
  private let log: Log
  private(set) var failureCount: UInt32 = 0

  init(_ info: EnvelopeInfo, _ system: KernelSystem) {
    self.info = info
    self.system = system
    log = Log(Slots.log, buffer: system.buffer)
  }

  /// Slots that the scenarios give to programs.
  enum Slots {
    static let log = CapSlot(rawValue: 8)
    static let time = CapSlot(rawValue: 9)
    static let logd = CapSlot(rawValue: 4)
    static let named = CapSlot(rawValue: 5)
    static let timed = CapSlot(rawValue: 6)
    static let procd = CapSlot(rawValue: 16)
    static let crashd = CapSlot(rawValue: 17)
    static let memd = CapSlot(rawValue: 18)
    /// named through its control face.
    static let seeding = CapSlot(rawValue: 19)
    /// vspaced, as a client.
    static let vspaced = CapSlot(rawValue: 21)
    /// Another program.
    static let other = CapSlot(rawValue: 20)
    /// rootd through its power face, and through its public one.
    static let power = CapSlot(rawValue: 21)
    static let rootd = CapSlot(rawValue: 22)
    /// irqd and deviced through the faces that seed and the public ones; probed; hotplugd.
    static let irqdSeeding = CapSlot(rawValue: 23)
    static let irqd = CapSlot(rawValue: 24)
    static let devicedSeeding = CapSlot(rawValue: 25)
    static let deviced = CapSlot(rawValue: 26)
    static let probed = CapSlot(rawValue: 27)
    static let hotplugd = CapSlot(rawValue: 28)
    /// Where capabilities of replies land.
    static let landing = ServiceSlot.replyLanding
  }

  // MARK: Checks

  /// Tells how a check ended.
  mutating func expect(_ isTrue: Bool, _ name: StaticString) {
    var line = TextLine(isTrue ? "PASS " : "FAIL ")
    line.append(info.role)
    line.append(" ")
    line.append(name)
    log.write(line)
    if !isTrue { failureCount += 1 }
  }

  /// Tells a figure.
  func tell(_ name: StaticString, _ value: UInt64) {
    var line = TextLine(name)
    line.append(" ")
    line.append(decimal: value)
    log.write(line)
  }

  /// Tells a figure about a role, by its number.
  func tell(_ role: UInt64, _ name: StaticString, _ value: UInt64) {
    var line = TextLine("role ")
    line.append(decimal: role)
    line.append(" ")
    line.append(name)
    line.append(" ")
    line.append(decimal: value)
    log.write(line)
  }

  /// How a request ends whose reply says nothing that is needed.
  mutating func code<Request: ServiceRequest, Reply: ServiceReply>(
    of request: Request, to peer: CapSlot, _ reply: Reply.Type, landing: CapSlot? = nil
  ) -> ResultCode where Request.Operation == Reply.Operation {
    do throws(ResultCode) {
      _ = try system.ask(request, of: peer, reply, landing: landing, deadline: limit)
      return .ok
    } catch {
      return error
    }
  }

  // MARK: Time

  static var second: UInt64 { 1_000_000_000 }

  /// Monotonic nanoseconds; 0 without a clock, which a check notices.
  var now: UInt64 {
    mutating get { (try? system.control(.readClock, on: Slots.time).word1) ?? 0 }
  }

  /// How long anything may take.
  var limit: UInt64 {
    mutating get { now + 30 * Self.second }
  }

  /// Waits, without needing anybody: nothing arrives at the own endpoint.
  mutating func pause(milliseconds: UInt64) {
    system.buffer.setDeadline(now + milliseconds * 1_000_000)
    _ = system.receive(StartupSlot.endpoint, MessageTag(label: 0, flags: .deadline))
  }

  /// Tries until it works, for half a minute or as long as is said.
  mutating func eventually(
    within seconds: UInt64 = 30, _ attempt: (inout Test) -> Bool
  ) -> Bool {
    let end = now + seconds * Self.second
    while now < end {
      if attempt(&self) { return true }
      pause(milliseconds: 10)
    }
    return false
  }

  /// What procd says about a role; nil for one without a process.
  mutating func process(of role: RoleID) -> ProcessRecord? {
    var cursor = ProcessID.none
    while case .query(let record)? = try? system.ask(
      ProcdRequest.query(cursor: cursor), of: Slots.procd, ProcdReply.self, deadline: limit)
    {
      if record.role == role { return record }
      cursor = ProcessID(rawValue: record.process.rawValue + 1)
    }
    return nil
  }

  /// A service serves: its smallest request is answered.
  mutating func serves(_ role: RoleID) -> Bool {
    switch role {
    case .named:
      code(of: NamedRequest.list(index: 0), to: Slots.named, NamedReply.self) == .ok
    case .timed: code(of: TimedRequest.nowMonotonic, to: Slots.timed, TimedReply.self) == .ok
    case .logd: append() == .ok
    case .crashd: code(of: CrashdRequest.status, to: Slots.crashd, CrashdReply.self) == .ok
    default: false
    }
  }

  /// APPEND of `xxxx` with severity debug.
  mutating func append() -> ResultCode {
    system.buffer.setDeadline(limit)
    let tag = MessageTag(label: LogdOperation.append.rawValue, length: 8, flags: .deadline)
    let answer = system.call(Slots.logd, tag, MessageWords(0x7878_7878_0004_0000))
    return answer.status == .ok ? answer.tag.result : answer.status
  }
}
