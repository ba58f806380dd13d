// Processes and objects by the kernel's own numbers. The audit family knows neither names nor
// roles: whoever receives from the endpoint that rootd made for a service is that service.

import Bootstrap
import CapABI
import Handoff
import IPC
import Runtime
import Sys

/// Which number is whose, by the place of the service in the boot configuration.
struct Census {
  private var endpoints = [64 of UInt64](repeating: 0)
  private var notifications = [64 of UInt64](repeating: 0)
  // A process that is not there has the number .max.
  private var processes = [64 of UInt64](repeating: .max)
  /// The root task's number.
  let root: UInt64

  init(root: UInt64) { self.root = root }

  /// The running process of a service.
  func process(_ index: Int) -> UInt64? {
    processes[index] == .max ? nil : processes[index]
  }

  mutating func enter(endpoint: UInt64, notification: UInt64, at index: Int) {
    endpoints[index] = endpoint
    notifications[index] = notification
  }

  mutating func enter(process: UInt64, at index: Int) { processes[index] = process }

  /// The service whose endpoint or notification, or whose process, has a number.
  func owner(of object: UInt64, isProcess: Bool) -> Int? {
    for index in 0..<64 {
      if isProcess {
        if processes[index] == object { return index }
      } else if object != 0, endpoints[index] == object || notifications[index] == object {
        return index
      }
    }
    return nil
  }
}

/// A process as AUDIT_PROCESSES says.
struct AuditedProcess {
  let number: UInt64
  let state: UInt32
  let slotCount: UInt64
  let threadCount: UInt64
  var isRunning: Bool { state == 1 }

  /// The state in a word.
  var word: StaticString {
    switch state {
    case 0: "staged"
    case 1: "running"
    case 2: "dying"
    default: "dead"
    }
  }
}

/// What a process has used.
struct AuditedCounters {
  var nanoseconds: UInt64 = 0
  var messages: UInt64 = 0
  var faults: UInt64 = 0
  var kernelBytes: UInt64 = 0
}

extension Shell {
  /// Where rootd keeps the endpoint and the notification of a service, by its place
  /// (the boot configuration declares the same slots).
  private static var firstEndpoint: UInt64 { 2560 }
  private static var firstNotification: UInt64 { 2624 }
  private static var ownEndpoint: UInt64 { 6 }
  private static var ownNotification: UInt64 { 7 }

  /// An audit; nil when there is no more.
  mutating func audit(_ call: ControlCall) throws(ShellError) -> MessageWords? {
    do throws(ResultCode) {
      return try system.control(call, on: Peer.audit)
    } catch {
      guard error == .notFound else { throw .refused("the kernel", error) }
      return nil
    }
  }

  /// The process with the lowest number from one on.
  mutating func process(from number: UInt64) throws(ShellError) -> AuditedProcess? {
    guard let words = try audit(.auditProcess(from: number)) else { return nil }
    return AuditedProcess(
      number: words.word0, state: UInt32(truncatingIfNeeded: words.word1),
      slotCount: words.word2, threadCount: words.word3)
  }

  /// The capability in the first occupied slot from one on.
  mutating func capability(
    of process: UInt64, from slot: UInt64
  ) throws(ShellError) -> HeldCapability? {
    guard let words = try audit(.auditSlot(of: process, from: slot)) else { return nil }
    return HeldCapability(
      words.word0, words.word1, badge: Badge(rawValue: words.word2), object: words.word3)
  }

  /// What a process has used; nil for one that is gone.
  mutating func counters(of process: UInt64?) -> AuditedCounters? {
    guard let process, let words = try? system.control(.auditCounters(of: process), on: Peer.audit)
    else { return nil }
    return AuditedCounters(
      nanoseconds: words.word0, messages: words.word1, faults: words.word2,
      kernelBytes: words.word3)
  }

  /// Finds out which process is which service.
  ///
  /// - Throws: What the kernel refuses.
  mutating func takeCensus(_ config: borrowing BootConfig) throws(ShellError) -> Census {
    // The root task is the first process that there was.
    guard let root = try process(from: 0)?.number else { throw .said("there are no processes") }
    var census = Census(root: root)
    for index in 0..<Self.count(config) {
      let isRoot = config.services[index]?.role == .rootd
      let place = UInt64(index)
      let endpoint = isRoot ? Self.ownEndpoint : Self.firstEndpoint + place
      let notification = isRoot ? Self.ownNotification : Self.firstNotification + place
      census.enter(
        endpoint: try object(in: endpoint, of: root),
        notification: try object(in: notification, of: root), at: index)
    }
    var next: UInt64 = 0
    while let process = try process(from: next) {
      next = process.number &+ 1
      guard process.isRunning, let index = try service(of: process.number, census, config) else {
        continue
      }
      census.enter(process: process.number, at: index)
    }
    return census
  }

  /// The number of the object behind a slot; 0 for none.
  private mutating func object(
    in slot: UInt64, of process: UInt64
  ) throws(ShellError) -> UInt64 {
    guard let found = try capability(of: process, from: slot), found.slot == slot else {
      return 0
    }
    return found.object
  }

  /// Which service a process is.
  private mutating func service(
    of process: UInt64, _ census: Census, _ config: borrowing BootConfig
  ) throws(ShellError) -> Int? {
    if process == census.root { return Self.index(of: .rootd, config) }
    let first = UInt64(StartupSlot.endpoint.rawValue)
    guard let found = try capability(of: process, from: first), found.slot == first,
      found.type == .endpoint, found.rights.contains(.receive)
    else { return nil }
    return census.owner(of: found.object, isProcess: false)
  }

  // MARK: ps

  /// `ps`.
  mutating func showProcesses() throws(ShellError) {
    let file = configuration
    guard let config = file.bootConfig else { throw .said("there is no boot configuration") }
    let census = try takeCensus(config)
    say("PROCESS  NAME              STATE    THREADS   CPU s    MESSAGES   FAULTS  KERNEL MEMORY")
    var next: UInt64 = 0
    while let process = try process(from: next) {
      next = process.number &+ 1
      let counters = counters(of: process.number) ?? AuditedCounters()
      var line = TextLine()
      line.right(process.number, endingAt: 7)
      line.pad(to: 9)
      let owner = census.owner(of: process.number, isProcess: true)
      if let owner, let role = config.services[owner]?.role {
        line.append(role)
      } else {
        line.append("-")
      }
      line.pad(to: 27)
      line.append(process.word)
      line.right(process.threadCount, endingAt: 43)
      line.right(.seconds(counters.nanoseconds), endingAt: 51)
      line.right(counters.messages, endingAt: 63)
      line.right(counters.faults, endingAt: 72)
      line.right(.size(counters.kernelBytes), endingAt: 87)
      say(line)
    }
  }
}
