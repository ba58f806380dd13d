// The root task of the adversary's image: gives children known authority, lets them call the kernel
// a million times with whatever arguments, and then looks whether anything changed that they had no
// authority over. The numbers repeat from run to run: their seed, which is printed, is the size of
// the memory in units of 16 MiB, so that machines with other memory sizes try other calls.

import CapABI
import IPC
import Runtime
import Sys
import TestKit

/// Calls in all, and in the life of one child.
private let calls: UInt64 = 1_000_000
private let callsPerChild: UInt64 = 10_000

/// Called by the entry of the runtime.
@c(Program_main)
public func programMain(start: UInt64) {
  guard var report = Report(start: start) else {
    _ = SystemCall.report(.failed)
    while true { _ = SystemCall.yield() }
  }
  report.begin("adversary")
  let before = fingerprint(report.workshop.facts.cspaceSlots)
  attackSuite(&report)
  report.check("the parent's slots are what they were") { (w: inout Workshop) throws(Failure) in
    try expect(fingerprint(w.facts.cspaceSlots), equals: before)
  }
  report.check("all memory came back") { (w: inout Workshop) throws(Failure) in
    // All but the last two pages, in which the records of the pieces are.
    for order in (1..<UInt64(w.kept.poolOrder)).reversed() {
      let split = ControlCall.split(w.pool, order: order, into: w.slot())
      try expect(split.perform(on: RootSlot.objects.slot).code)
    }
  }
  report.check("the kernel still serves") { (w: inout Workshop) throws(Failure) in
    try expect(try w.child().assistant.run(.yield, .null).status)
    try expect(ControlCall.readClock.perform(on: RootSlot.time.slot).code)
  }
  report.finish()
  _ = SystemCall.report(report.failed == 0 ? .ready : .failed)
  while true { _ = SystemCall.yield() }
}

/// A million calls, with a process beside them that has nothing to do with them.
private func attackSuite(_ report: inout Report) {
  var tally = Tally()
  var state = WatcherState()
  var found = WatcherState()
  report.check("children call the kernel a million times") { (w: inout Workshop) throws(Failure) in
    let seed = w.facts.memoryBytes >> 24
    announce("SEED ", seed, &w)
    let watcher = try Watcher(&w)
    let idle = try IdleBell(&w)
    state = try watcher.state(w)
    let round = w.mark()
    while tally.calls < calls {
      try attack(&w, seed: seed &+ tally.calls, &tally, idle)
      try expect(w.release(to: round))
    }
    found = try watcher.state(w)
    announce("CALLS ", tally.calls, &w)
    announce("SUCCEEDED ", tally.succeeded, &w)
    announce("WAITED ", tally.waits, &w)
    announce("PAIRS ", tally.turn, &w)
  }
  report.check("a process beside them has its memory, its slots and its budget") {
    (_: inout Workshop) throws(Failure) in
    try expect(state.wasRead && found.wasRead)
    try expect(found.memory, equals: state.memory)
    try expect(found.slots, equals: state.slots)
    try expect(found.counters, equals: state.counters)
  }
  report.check("every operation was tried on every slot, and calls succeeded, failed and waited") {
    (_: inout Workshop) throws(Failure) in
    try expect(tally.calls, equals: calls)
    try expect(tally.succeeded > calls / 50 && tally.succeeded < calls / 2)
    try expect(tally.waits > calls / 10_000)
    try expect(tally.turn > pairs)
  }
}

private func announce(_ what: StaticString, _ number: UInt64, _ w: inout Workshop) {
  var line = TextLine(what)
  line.append(decimal: number)
  w.log.write(line)
}

/// What became of the calls.
private struct Tally {
  var calls: UInt64 = 0
  /// Those that came back with OK, from the system call and from the operation.
  var succeeded: UInt64 = 0
  /// Those that did not come back by themselves.
  var waits: UInt64 = 0
  /// How many pairs of an operation and a slot were tried in turn.
  var turn: UInt64 = 0
}

/// A sum over what every slot of the root task holds.
private func fingerprint(_ slots: UInt32) -> UInt64 {
  var sum: UInt64 = 0
  for slot in 1..<slots {
    let found = SystemCall.query(CapSlot(rawValue: slot))
    sum = sum &* 31 &+ found.badge
    sum = sum &* 31 &+ found.tag.rawValue
    sum = sum &* 31 &+ found.words.word2
  }
  return sum
}

/// The families that a child may attack: all but those that write ports or end the machine.
private let families: InlineArray<20, RootSlot> = [
  .time, .irq, .hotplug, .pciConfig, .console, .memory, .vspaceControl, .pager, .log,
  .processControl, .childPopulate, .acpi, .objects, .threadControl, .budget, .frameCopy,
  .deviceFrame, .audit, .trace, .kernelLog,
]

/// Lets one child make its calls.
private func attack(
  _ w: inout Workshop, seed: UInt64, _ tally: inout Tally, _ idle: IdleBell
) throws(Failure) {
  let child = try w.stagedChild()
  var slot = Child.firstFreeSlot
  func give(_ source: CapSlot) throws(Failure) {
    try w.give(source, to: child.process, at: CapSlot(rawValue: slot))
    slot += 1
  }
  for index in 0..<20 { try give(families[index].slot) }
  try give(try w.untyped(order: 8))
  try give(try w.frame())
  try give(try w.endpoint())
  try give(try w.ringEndpoint(entries: 4))
  try give(try w.notification())
  try give(try w.copy(child.process, rights: .read | .write))
  try give(try w.stagedChild().process)
  let shared = try w.frame()
  let copy = try w.copy(shared)
  let page = try w.map(shared)
  try w.place(copy, in: child.process, at: page)
  let orders = Orders(address: page)
  orders.limit = callsPerChild
  orders.turn = tally.turn
  orders.seed = seed &* 0x9E37_79B9_7F4A_7C15
  orders.buffer = child.bufferAddress
  try w.start(child)
  let thread = child.assistant.thread
  let lower = ControlCall.setPriority(of: thread, 32)
  try expect(lower.perform(on: RootSlot.threadControl.slot).code)
  tally.waits += try supervise(&w, thread, orders, child, idle)
  tally.calls += orders.done
  tally.turn = orders.turn
  tally.succeeded += orders.succeeded
}

/// Starts the child's thread, again and again when it waits or has faulted.
///
/// - Returns: How often that was.
private func supervise(
  _ w: inout Workshop, _ thread: CapSlot, _ orders: Orders, _ child: Child, _ idle: IdleBell
) throws(Failure) -> UInt64 {
  let stack = child.assistant.mailbox.address + Workshop.pageSize << 2 - 8
  let control = RootSlot.threadControl.slot
  var starts: UInt64 = 0
  while orders.done < orders.limit {
    try expect(ControlCall.stop(thread: thread).perform(on: control).code)
    let start = ControlCall.start(
      thread: thread, entry: Memory.address(of: assault), stack: stack, argument: orders.address)
    try expect(start.perform(on: control).code)
    starts += 1
    try idle.wait(&w, while: orders)
  }
  return starts - 1
}
