// Round trips between two processes, and signals.

import CTestKit
import CapABI
import IPC
import Sys
import TestKit

/// The server of the round trips: answers with what it was sent.
@c(Bench_echo)
func echo(_: UInt64) {
  let endpoint = Child.slot(0)
  var received = SystemCall.receive(endpoint)
  while true {
    received = SystemCall.replyReceive(
      endpoint, MessageTag(label: 0, length: received.tag.length), received.words)
  }
}

/// The server of the round trips with a capability, which lands in another slot each time.
@c(Bench_collect)
func collect(_ bufferAddress: UInt64) {
  guard let buffer = Memory.buffer(at: bufferAddress) else { return }
  let endpoint = Child.slot(0)
  let tag = MessageTag(label: 0, flags: .receiveSlots)
  var landing = Child.slot(16)
  buffer.setReceiveSlot(landing)
  _ = SystemCall.receive(endpoint, tag)
  while true {
    landing = CapSlot(rawValue: landing.rawValue + 1)
    buffer.setReceiveSlot(landing)
    _ = SystemCall.replyReceive(endpoint, tag)
  }
}

/// Round trips of one length.
private func roundTrip(
  _ report: inout Report, _ pair: UInt64, _ name: StaticString, _ length: UInt16
) {
  report.check(name) { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let child = try w.stagedChild()
    try w.give(endpoint, to: child.process, at: Child.slot(0))
    try w.start(child)
    try child.assistant.begin(.function, Memory.address(of: echo))
    var samples = Samples(pair: pair)
    let tag = MessageTag(label: 1, length: length)
    let words = MessageWords(1, 2, 3, 4)
    for _ in 0..<rounds {
      let start = erix_time_stamp()
      let answer = SystemCall.call(endpoint, tag, words)
      let end = erix_time_stamp()
      try expect(answer.code)
      try expect(UInt64(answer.tag.length), equals: UInt64(length))
      samples.take(from: start, to: end)
    }
    samples.write(name, w.log)
  }
}

func messageRows(_ report: inout Report, _ pair: UInt64) {
  report.measure(
    "null-syscall", pair, prepare: { _ in }, undo: { _ in },
    operation: { SystemCall.raw(0).status == .unsupported ? .ok : .internal })
  roundTrip(&report, pair, "call-0-words", 0)
  roundTrip(&report, pair, "call-4-words", 32)
  roundTrip(&report, pair, "call-64-bytes", 64)
  roundTrip(&report, pair, "call-1024-bytes", 1024)
  report.check("call-capability") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let child = try w.stagedChild()
    try w.give(endpoint, to: child.process, at: Child.slot(0))
    try w.start(child)
    try child.assistant.begin(.function, Memory.address(of: collect), child.bufferAddress)
    let gift = try w.notification()
    w.buffer.setTransfer(0, TransferEntry(slot: gift, mode: .copy, rights: .send))
    var samples = Samples(pair: pair)
    let tag = MessageTag(label: 1, length: 8, capabilityCount: 1)
    for _ in 0..<rounds {
      let start = erix_time_stamp()
      let answer = SystemCall.call(endpoint, tag, MessageWords(1))
      let end = erix_time_stamp()
      try expect(answer.code)
      samples.take(from: start, to: end)
    }
    samples.write("call-capability", w.log)
  }
}

/// Waits for signals and notes when it runs: at the page whose address it is given.
@c(Bench_stamp)
func stamp(_ page: UInt64) {
  while true {
    _ = SystemCall.receive(Child.slot(0))
    Memory.store(erix_time_stamp(), at: page)
  }
}

/// Notes when it runs and lets the other thread run.
@c(Bench_turn)
func turn(_ page: UInt64) {
  while true {
    Memory.store(erix_time_stamp(), at: page)
    _ = SystemCall.yield()
  }
}

/// A child that runs a function on a page that it shares with the root task.
///
/// An equal of the root task takes turns with it from the first instruction of the function on, so
/// that a function which never waits does not keep the processor.
func stamping(
  _ w: inout Workshop, _ function: @convention(c) (UInt64) -> Void, _ notification: CapSlot,
  isEqual: Bool = false
) throws(Failure) -> UInt64 {
  let shared = try w.frame()
  let copy = try w.copy(shared)
  let page = try w.map(shared)
  let child = try w.stagedChild()
  try w.place(copy, in: child.process, at: page)
  try w.give(notification, to: child.process, at: Child.slot(0))
  try w.start(child)
  if isEqual {
    let equal = ControlCall.setPriority(of: child.assistant.thread, rootPriority)
    try expect(equal.perform(on: RootSlot.threadControl.slot).code)
  }
  try child.assistant.begin(.function, Memory.address(of: function), page)
  return page
}

func signalRows(_ report: inout Report, _ pair: UInt64) {
  report.check("notify-nobody") { (w: inout Workshop) throws(Failure) in
    let bell = try w.bell()
    var samples = Samples(pair: pair)
    for _ in 0..<rounds {
      let start = erix_time_stamp()
      let status = SystemCall.notify(bell.ring).status
      let end = erix_time_stamp()
      try expect(status)
      samples.take(from: start, to: end)
    }
    samples.write("notify-nobody", w.log)
  }
  report.check("notify-waiter") { (w: inout Workshop) throws(Failure) in
    let bell = try w.bell()
    let page = try stamping(&w, stamp, bell.notification)
    var samples = Samples(pair: pair)
    for _ in 0..<rounds {
      let start = erix_time_stamp()
      try expect(SystemCall.notify(bell.ring).status)
      samples.take(from: start, to: Memory.load(page))
    }
    samples.write("notify-waiter", w.log)
  }
  report.check("yield-switch") { (w: inout Workshop) throws(Failure) in
    let bell = try w.bell()
    let page = try stamping(&w, turn, bell.notification, isEqual: true)
    // The function takes its first turn.
    try expect(SystemCall.yield().status)
    var samples = Samples(pair: pair)
    for _ in 0..<rounds {
      let start = erix_time_stamp()
      try expect(SystemCall.yield().status)
      samples.take(from: start, to: Memory.load(page))
    }
    samples.write("yield-switch", w.log)
  }
}
