// Faults and their handlers in another process.

import CTestKit
import CapABI
import IPC
import Sys
import TestKit

/// Touches a page for each measurement and notes the time before and after.
///
/// The page at `orders` has the address of the first page to touch; two words for each follow.
@c(Bench_touch)
func touch(_ orders: UInt64) {
  var address = Memory.load(orders)
  var place = orders
  while true {
    let start = erix_time_stamp()
    _ = Memory.load(address)
    let end = erix_time_stamp()
    place += 16
    Memory.store(start, at: place)
    Memory.store(end, at: place + 8)
    address += 4096
  }
}

func faultRows(_ report: inout Report, _ pair: UInt64) {
  report.check("fault-round-trip") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let child = try w.stagedChild()
    try w.give(endpoint, to: child.process, at: Child.slot(0), rights: .send)
    let set = ControlCall.setEndpoint(of: child.assistant.thread, Child.slot(0))
    try expect(set.perform(on: RootSlot.processControl.slot).code)
    try w.start(child)
    try child.assistant.begin(.instruction, UInt64(ERIX_TEST_INVALID.rawValue))
    try expect(SystemCall.receive(endpoint).status)
    var samples = Samples(pair: pair)
    // The reply runs the instruction again, which faults again.
    for _ in 0..<rounds {
      let start = erix_time_stamp()
      let status = SystemCall.replyReceive(endpoint, MessageTag(label: 0)).status
      let end = erix_time_stamp()
      try expect(status)
      samples.take(from: start, to: end)
    }
    samples.write("fault-round-trip", w.log)
  }
  pageFaultRow(&report, pair)
}

private func pageFaultRow(_ report: inout Report, _ pair: UInt64) {
  report.check("page-fault") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let child = try w.stagedChild()
    try w.give(endpoint, to: child.process, at: Child.slot(0), rights: .send)
    let set = ControlCall.setPager(of: child.assistant.thread, Child.slot(0))
    try expect(set.perform(on: RootSlot.processControl.slot).code)
    let shared = try w.frame()
    let copy = try w.copy(shared)
    let orders = try w.map(shared)
    try w.place(copy, in: child.process, at: orders)
    let first = w.address(order: 9)
    Memory.store(first, at: orders)
    let frames = w.slots(UInt32(rounds) + 1)
    for index in 0...UInt32(rounds) {
      let retype = ControlCall.retype(
        w.pool, order: 0, into: CapSlot(rawValue: frames.rawValue + index))
      try expect(retype.perform(on: RootSlot.memory.slot).code)
    }
    try w.start(child)
    // Less urgent than its pager, which waits for it.
    let modest = ControlCall.setPriority(of: child.assistant.thread, rootPriority - 1)
    try expect(modest.perform(on: RootSlot.threadControl.slot).code)
    try child.assistant.begin(.function, Memory.address(of: touch), orders)
    var address = first
    var wrong: UInt64 = 0
    for index in 0...UInt32(rounds) {
      // Nothing else stands between the fault and its answer.
      let fault = SystemCall.receive(endpoint)
      let resolve = ControlCall.resolveFault(
        frame: CapSlot(rawValue: frames.rawValue + index), at: fault.words.word0, rights: .read)
      let code = resolve.perform(on: RootSlot.pager.slot).code
      wrong |= fault.words.word0 ^ address | UInt64(code.rawValue)
      address += 4096
    }
    try expect(wrong, equals: 0)
    var samples = Samples(pair: pair)
    // The child is about to note the last.
    for index in 1...UInt64(rounds) {
      let place = orders + index * 16
      samples.take(from: Memory.load(place), to: Memory.load(place + 8))
    }
    samples.write("page-fault", w.log)
  }
}
