// Faults and their handlers in another process.

import CTestKit
import CapABI
import IPC
import Sys
import TestKit

/// Touches a page for each measurement and notes the time before and after.
///
/// The page at `orders` has the address of the first page to touch, then two words for the times.
@c(Bench_touch)
func touch(_ orders: UInt64) {
  var address = Memory.load(orders)
  while true {
    let start = erix_time_stamp()
    _ = Memory.load(address)
    let end = erix_time_stamp()
    Memory.store(start, at: orders + 8)
    Memory.store(end, at: orders + 16)
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
    try child.assistant.begin(.function, Memory.address(of: touch), orders)
    var samples = Samples(pair: pair)
    for index in 0...UInt32(rounds) {
      let fault = SystemCall.receive(endpoint)
      try expect(fault.words.word0, equals: first + UInt64(index) * 4096)
      // What the page before took; the child noted it on its way to this fault.
      if index > 0 {
        samples.take(from: Memory.load(orders + 8), to: Memory.load(orders + 16))
      }
      let resolve = ControlCall.resolveFault(
        frame: CapSlot(rawValue: frames.rawValue + index), at: fault.words.word0, rights: .read)
      try expect(resolve.perform(on: RootSlot.pager.slot).code)
    }
    samples.write("page-fault", w.log)
  }
}
