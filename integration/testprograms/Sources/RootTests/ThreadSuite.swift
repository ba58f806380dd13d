// Threads and their control.

import CTestKit
import CapABI
import IPC
import Sys
import TestKit

/// A control operation on a thread.
private func control(_ call: ControlCall) -> ResultCode {
  call.perform(on: RootSlot.threadControl.slot).code
}

/// A thread that was never started.
private func idle(_ w: inout Workshop) throws(Failure) -> CapSlot {
  let slot = w.slot()
  let create = ControlCall.createThread(of: RootSlot.process.slot, into: slot)
  try expect(create.perform(on: RootSlot.objects.slot).code)
  return slot
}

func threadSuite(_ report: inout Report) {
  report.begin("thread")
  makingSuite(&report)
  startingSuite(&report)
  stoppingSuite(&report)
  prioritySuite(&report)
  settingSuite(&report)
  bufferSuite(&report)
}

private func makingSuite(_ report: inout Report) {
  report.check("a new thread has all rights") { (w: inout Workshop) throws(Failure) in
    let found = try w.describe(try idle(&w))
    try expect(found.badge, equals: UInt64(CapabilityType.thread.rawValue))
    try expect(
      found.tag.rawValue, equals: UInt64(CapabilityType.thread.meaningfulRights.rawValue))
  }
  report.subjectRefusals(
    "create thread", on: .objects, needs: .manage,
    make: { (w: inout Workshop) throws(Failure) in RootSlot.process.slot },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .createThread(of: slot, into: w.slot())
    })
  report.destinationRefusals(
    "create thread", on: .objects,
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .createThread(of: RootSlot.process.slot, into: slot)
    })
  report.unusedWord(
    "create thread", on: .objects,
    { (w: inout Workshop) throws(Failure) in
      .createThread(of: RootSlot.process.slot, into: w.slot())
    })
}

private func startingSuite(_ report: inout Report) {
  report.check("a started thread runs with its argument") { (w: inout Workshop) throws(Failure) in
    let helper = try w.assistant()
    try expect(try helper.run(.yield, .null).status)
  }
  report.check("starting a thread that runs") { (w: inout Workshop) throws(Failure) in
    let helper = try w.assistant()
    let start = ControlCall.start(thread: helper.thread, entry: 4096, stack: 4096, argument: 0)
    try expect(control(start), .wrongState)
  }
  report.check("starting at an address that is none") { (w: inout Workshop) throws(Failure) in
    let thread = try idle(&w)
    let limit: UInt64 = 1 << 44
    try expect(
      control(.start(thread: thread, entry: limit, stack: 4096, argument: 0)), .invalidArgument)
    try expect(
      control(.start(thread: thread, entry: 4096, stack: .max, argument: 0)), .invalidArgument)
  }
  report.check("starting a thread of a staged process") { (w: inout Workshop) throws(Failure) in
    let child = try w.stagedChild()
    let start = ControlCall.start(
      thread: child.assistant.thread, entry: 4096, stack: 4096, argument: 0)
    try expect(control(start), .wrongState)
  }
  startingSuiteSecond(&report)
}

private func startingSuiteSecond(_ report: inout Report) {
  report.subjectRefusals(
    "start thread", on: .threadControl, needs: .manage,
    make: { (w: inout Workshop) throws(Failure) in try idle(&w) },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .start(thread: slot, entry: 4096, stack: 4096, argument: 0)
    })
}

private func stoppingSuite(_ report: inout Report) {
  report.check("a stopped thread takes no signal") { (w: inout Workshop) throws(Failure) in
    let helper = try w.assistant()
    try expect(control(.stop(thread: helper.thread)))
    try helper.begin(.yield, .null)
    try helper.stillWaits()
  }
  report.check("stopping a caller withdraws its message") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    try client.begin(.call, endpoint, MessageTag(label: 1))
    try expect(control(.stop(thread: client.thread)))
    try expect(SystemCall.receive(endpoint, poll).status, .retry)
  }
  report.check("stopping a server abandons its caller") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    let server = try w.assistant()
    try server.begin(.receive, endpoint, then: .call, try w.endpoint())
    try client.begin(.call, endpoint, MessageTag(label: 1))
    try expect(control(.stop(thread: server.thread)))
    try expect(try client.finished().status, .abandoned)
  }
  stoppingSuiteSecond(&report)
}

private func stoppingSuiteSecond(_ report: inout Report) {
  report.check("the death of a server ends its caller's wait") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    let server = try w.assistant()
    try server.begin(.receive, endpoint, then: .call, try w.endpoint())
    try client.begin(.call, endpoint, MessageTag(label: 1))
    try expect(SystemCall.drop(server.thread))
    _ = SystemCall.yield()
    try expect(try client.finished().status, .peerDied)
  }
  report.subjectRefusals(
    "stop thread", on: .threadControl, needs: .manage,
    make: { (w: inout Workshop) throws(Failure) in try idle(&w) },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in .stop(thread: slot) })
  report.unusedWord(
    "stop thread", on: .threadControl,
    { (w: inout Workshop) throws(Failure) in .stop(thread: try idle(&w)) })
}

private func prioritySuite(_ report: inout Report) {
  report.check("a less urgent thread waits for its turn") { (w: inout Workshop) throws(Failure) in
    let helper = try w.assistant(priority: 1)
    try helper.begin(.yield, .null)
    try helper.stillWaits()
    try expect(control(.setPriority(of: helper.thread, Assistant.priority)))
    try expect(try helper.finished().status)
  }
  report.check("a priority over 255") { (w: inout Workshop) throws(Failure) in
    try expect(control(.setPriority(of: try idle(&w), 256)), .invalidArgument)
    try expect(control(.setPriority(of: try idle(&w), .max)), .invalidArgument)
  }
  report.subjectRefusals(
    "set priority", on: .threadControl, needs: .manage,
    make: { (w: inout Workshop) throws(Failure) in try idle(&w) },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in .setPriority(of: slot, 5) })
  report.unusedWord(
    "set priority", on: .threadControl,
    { (w: inout Workshop) throws(Failure) in .setPriority(of: try idle(&w), 5) })
}

private func settingSuite(_ report: inout Report) {
  report.check("affinity to the first processor") { (w: inout Workshop) throws(Failure) in
    try expect(control(.setAffinity(of: try idle(&w), 1)))
  }
  report.check("affinity to no processor") { (w: inout Workshop) throws(Failure) in
    try expect(control(.setAffinity(of: try idle(&w), 0)), .invalidArgument)
    try expect(control(.setAffinity(of: try idle(&w), 1 << 63)), .invalidArgument)
  }
  report.subjectRefusals(
    "set affinity", on: .threadControl, needs: .manage,
    make: { (w: inout Workshop) throws(Failure) in try idle(&w) },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in .setAffinity(of: slot, 1) })
  report.check("the FS base is the thread's own") { (w: inout Workshop) throws(Failure) in
    let page = try w.pages()
    Memory.store(0xF5, at: page)
    let helper = try w.assistant()
    try expect(control(.setFSBase(of: helper.thread, page)))
    try helper.begin(.instruction, UInt64(ERIX_TEST_READ_FS.rawValue))
    try expect(try helper.finished().words.word0, equals: 0xF5)
  }
  report.check("an FS base beyond user space") { (w: inout Workshop) throws(Failure) in
    try expect(control(.setFSBase(of: try idle(&w), 1 << 44)), .invalidArgument)
    try expect(control(.setFSBase(of: try idle(&w), 1 << 63)), .invalidArgument)
  }
  report.subjectRefusals(
    "set FS base", on: .threadControl, needs: .manage,
    make: { (w: inout Workshop) throws(Failure) in try idle(&w) },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in .setFSBase(of: slot, 4096) })
}

private func bufferSuite(_ report: inout Report) {
  report.check("a frame of two pages is no buffer") { (w: inout Workshop) throws(Failure) in
    let frame = try w.frame(order: 1)
    try expect(control(.setBuffer(of: try idle(&w), frame)), .invalidArgument)
  }
  report.check("an executable frame is no buffer") { (w: inout Workshop) throws(Failure) in
    let frame = try w.frame()
    _ = try w.map(try w.copy(frame), rights: .read | .execute)
    try expect(control(.setBuffer(of: try idle(&w), frame)), .busy)
  }
  report.check("revoking the frame takes the buffer away") {
    (w: inout Workshop) throws(Failure) in
    let frame = try w.frame()
    let helper = try w.assistant()
    try expect(control(.setBuffer(of: helper.thread, frame)))
    try expect(SystemCall.revoke(frame))
    let answer = try helper.run(.call, try w.endpoint(), MessageTag(label: 1, length: 40))
    try expect(answer.status, .noBuffer)
  }
  report.subjectRefusals(
    "set buffer", on: .threadControl, needs: .manage,
    make: { (w: inout Workshop) throws(Failure) in try idle(&w) },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .setBuffer(of: slot, try w.frame())
    })
  bufferSuiteSecond(&report)
}

private func bufferSuiteSecond(_ report: inout Report) {
  report.check("a buffer that is no writable frame") { (w: inout Workshop) throws(Failure) in
    try expect(control(.setBuffer(of: try idle(&w), try w.endpoint())), .wrongType)
    try expect(control(.setBuffer(of: try idle(&w), w.slot())), .emptySlot)
    let weak = try w.copy(try w.frame(), rights: .read)
    try expect(control(.setBuffer(of: try idle(&w), weak)), .missingRight)
  }
}
