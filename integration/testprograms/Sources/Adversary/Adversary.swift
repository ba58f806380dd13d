// The root task of the adversary's image: gives a child known authority, lets it call the kernel a
// million times with whatever arguments, and then looks whether anything changed that the child had
// no authority over.

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
  var total: UInt64 = 0
  report.check("children call the kernel a million times") { (w: inout Workshop) throws(Failure) in
    let sentinel = try w.pages()
    Memory.store(0x5E47_1E1, at: sentinel)
    let round = w.mark()
    while total < calls {
      try attack(&w, seed: total + 1)
      total += callsPerChild
      try expect(w.release(to: round))
    }
    try expect(Memory.load(sentinel), equals: 0x5E47_1E1)
  }
  report.check("the parent's slots are what they were") { (w: inout Workshop) throws(Failure) in
    try expect(fingerprint(w.facts.cspaceSlots), equals: before)
  }
  report.check("all memory came back") { (w: inout Workshop) throws(Failure) in
    let whole = w.slot()
    let order = UInt64(w.kept.poolOrder)
    let split = ControlCall.split(w.pool, order: order, into: whole)
    try expect(split.perform(on: RootSlot.objects.slot).code)
  }
  report.check("the kernel still serves") { (w: inout Workshop) throws(Failure) in
    try expect(try w.child().assistant.run(.yield, .null).status)
    try expect(ControlCall.readClock.perform(on: RootSlot.time.slot).code)
  }
  report.finish()
  _ = SystemCall.report(report.failed == 0 ? .ready : .failed)
  while true { _ = SystemCall.yield() }
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
private func attack(_ w: inout Workshop, seed: UInt64) throws(Failure) {
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
  orders.seed = seed &* 0x9E37_79B9_7F4A_7C15
  orders.buffer = child.bufferAddress
  try w.start(child)
  let thread = child.assistant.thread
  let lower = ControlCall.setPriority(of: thread, 32)
  try expect(lower.perform(on: RootSlot.threadControl.slot).code)
  try supervise(&w, thread, orders, child)
}

/// Starts the child's thread, again and again when it waits or has faulted.
private func supervise(
  _ w: inout Workshop, _ thread: CapSlot, _ orders: Orders, _ child: Child
) throws(Failure) {
  let stack = child.assistant.mailbox.address + Workshop.pageSize << 2 - 8
  let nothing = try w.notification()
  var last = UInt64.max
  while orders.done < orders.limit {
    if orders.done == last || last == .max {
      try expect(ControlCall.stop(thread: thread).perform(on: RootSlot.threadControl.slot).code)
      let start = ControlCall.start(
        thread: thread, entry: Memory.address(of: assault), stack: stack,
        argument: orders.address)
      try expect(start.perform(on: RootSlot.threadControl.slot).code)
    }
    last = orders.done
    let clock = ControlCall.readClock.perform(on: RootSlot.time.slot)
    w.buffer.setDeadline(clock.words.word1 + 2_000_000)
    let waited = SystemCall.receive(nothing, MessageTag(label: 0, flags: .deadline))
    try expect(waited.status, .timedOut)
  }
}
