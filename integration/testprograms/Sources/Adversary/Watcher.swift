// What stands beside the attack: a process that must not feel it, and a thread that tells when the
// attackers have nothing more to do.

import CapABI
import IPC
import Runtime
import Sys
import TestKit

/// A process with known contents that nobody who attacks has a capability to.
struct Watcher {
  private let child: Child
  private let number: UInt64

  /// The second page of its mailbox and stack, which neither uses.
  private var page: UInt64 { child.assistant.mailbox.address + Workshop.pageSize }
  private static let words = Workshop.pageSize / 8

  /// Starts the process and fills its page.
  init(_ w: inout Workshop) throws(Failure) {
    child = try w.child()
    number = try Self.youngestProcess()
    for word in 0..<Self.words {
      Memory.store(word &* 0x9E37_79B9_7F4A_7C15, at: page + word * 8)
    }
  }

  /// Numbers of processes rise, so the last one listed is the last one made.
  private static func youngestProcess() throws(Failure) -> UInt64 {
    var number: UInt64 = 0
    while true {
      let found = ControlCall.auditProcess(from: number).perform(on: RootSlot.audit.slot)
      guard found.code == .ok else { break }
      number = found.words.word0 + 1
    }
    try expect(number > 0)
    return number - 1
  }

  /// What there is to see of the process, from outside and from within.
  func state(_ w: borrowing Workshop) throws(Failure) -> WatcherState {
    var state = WatcherState()
    for word in 0..<Self.words { state.memory.add(Memory.load(page + word * 8)) }
    try child.assistant.begin(.load, page + 8)
    state.memory.add(try child.assistant.finished().words.word0)
    let audit = RootSlot.audit.slot
    var slot: UInt64 = 0
    while true {
      let found = ControlCall.auditSlot(of: number, from: slot).perform(on: audit)
      guard found.code == .ok else { break }
      state.slots.add(found.words.word0)
      state.slots.add(found.words.word1)
      state.slots.add(found.words.word2)
      state.slots.add(found.words.word3)
      slot = found.words.word0 & 0xFFFF_FFFF + 1
    }
    // Its faults and the bytes of its budget; time and messages go on.
    let counters = ControlCall.auditCounters(of: number).perform(on: audit)
    try expect(counters.code)
    state.counters.add(counters.words.word2)
    state.counters.add(counters.words.word3)
    state.wasRead = slot > 0
    return state
  }
}

/// Sums over what was seen of a process.
struct WatcherState {
  var memory: UInt64 = 0
  var slots: UInt64 = 0
  var counters: UInt64 = 0
  var wasRead = false
}

extension UInt64 {
  /// Mixes a value into a sum in which its place counts.
  fileprivate mutating func add(_ value: UInt64) { self = self &* 31 &+ value }
}

/// A thread less urgent than every other, which rings when it gets to run.
struct IdleBell {
  private let notification: CapSlot

  /// How long attackers may go on before somebody looks after them, in nanoseconds.
  private static let patience: UInt64 = 2_000_000_000

  /// Starts the thread.
  init(_ w: inout Workshop) throws(Failure) {
    let bell = try w.bell()
    let ringer = try w.assistant(priority: 1)
    try ringer.begin(.function, Memory.address(of: ring), UInt64(bell.ring.rawValue))
    notification = bell.notification
  }

  /// Waits until nobody else wants to run.
  ///
  /// - Throws: `Failure` when the attackers run, and the number of their calls stands still.
  func wait(_ w: inout Workshop, while orders: Orders) throws(Failure) {
    while true {
      let before = orders.done
      let clock = ControlCall.readClock.perform(on: RootSlot.time.slot)
      w.buffer.setDeadline(clock.words.word1 + Self.patience)
      let waited = SystemCall.receive(notification, MessageTag(label: 0, flags: .deadline))
      guard waited.status != .ok else { return }
      try expect(waited.status, .timedOut)
      guard orders.done == before else { continue }
      announce(orders, &w)
      throw Failure(line: #line, found: before, expected: before + 1)
    }
  }
}

/// Writes the call that was made last.
private func announce(_ orders: Orders, _ w: inout Workshop) {
  var line = TextLine("LAST")
  for index in 0..<Orders.argumentCount {
    line.append(" ")
    line.append(hexadecimal: orders.argument(index))
  }
  w.log.write(line)
}

/// What the thread does.
@c(Adversary_ring)
func ring(_ slot: UInt64) {
  let bell = CapSlot(rawValue: UInt32(truncatingIfNeeded: slot))
  while true { _ = SystemCall.notify(bell) }
}
