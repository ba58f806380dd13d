// Messages that cannot be sent, delivered or answered as they are, and slots that cannot be paid.

import CapABI
import IPC
import Sys
import TestKit

private let request = MessageTag(label: 1)
private let response = MessageTag(label: 0)
private let long = MessageTag(label: 1, length: 40)

/// An assistant without an IPC buffer.
func bufferless(_ w: inout Workshop) throws(Failure) -> Assistant {
  let helper = try w.assistant()
  let none = ControlCall.setBuffer(of: helper.thread, .null)
  try expect(none.perform(on: RootSlot.threadControl.slot).code)
  return helper
}

func messageRefusalSuite(_ report: inout Report) {
  report.begin("refusal")
  sizeSuite(&report)
  replyRefusalSuite(&report)
  noticeRefusalSuite(&report)
  tableSuite(&report)
  slotListSuite(&report)
  poorSuite(&report)
}

private func sizeSuite(_ report: inout Report) {
  report.check("a long call to a receiver without a buffer") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let server = try bufferless(&w)
    try server.begin(.receive, endpoint)
    try expect(SystemCall.call(endpoint, long).status, .tooLarge)
    try server.stillWaits()
  }
  report.check("a long reply to a caller without a buffer") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try bufferless(&w)
    try client.begin(.call, endpoint, request)
    try expect(SystemCall.receive(endpoint).status)
    try expect(SystemCall.reply(endpoint, MessageTag(label: 0, length: 40)).status, .tooLarge)
    try client.stillWaits()
    try expect(SystemCall.reply(endpoint, response).status)
  }
  report.check("a long notice to a receiver without a buffer") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let server = try bufferless(&w)
    try server.begin(.receive, endpoint)
    try expect(SystemCall.notify(endpoint, long).status, .tooLarge)
  }
}

private func replyRefusalSuite(_ report: inout Report) {
  report.check("a reply with flags or a length that is none") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    try client.begin(.call, endpoint, request)
    try expect(SystemCall.receive(endpoint).status)
    try expect(
      SystemCall.reply(endpoint, MessageTag(label: 0, flags: .deadline)).status, .invalidArgument)
    try expect(
      SystemCall.reply(endpoint, MessageTag(label: 0, length: 1025)).status, .invalidArgument)
    try expect(SystemCall.reply(endpoint, response).status)
  }
  replyRefusalSuiteSecond(&report)
}

private func replyRefusalSuiteSecond(_ report: inout Report) {
  report.check("a reply through what is no endpoint of a debt") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    try client.begin(.call, endpoint, request)
    try expect(SystemCall.receive(endpoint).status)
    try expect(SystemCall.reply(w.slot(), response).status, .emptySlot)
    try expect(SystemCall.reply(beyond, response).status, .slotOutOfRange)
    try expect(SystemCall.reply(try w.frame(), response).status, .wrongType)
    let weak = try w.copy(endpoint, rights: .send)
    try expect(SystemCall.reply(weak, response).status, .missingRight)
    try expect(SystemCall.reply(try w.endpoint(), response).status, .wrongState)
    try client.stillWaits()
    try expect(SystemCall.reply(endpoint, response).status)
  }
  report.check("a long reply without a buffer") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let server = try bufferless(&w)
    let client = try w.assistant()
    let tag = MessageTag(label: 0, length: 40)
    try server.begin(.receive, endpoint, then: .reply, endpoint, tag)
    try client.begin(.call, endpoint, request)
    try expect(try server.finished().status, .noBuffer)
  }
  replyRefusalSuiteThird(&report)
}

private func replyRefusalSuiteThird(_ report: inout Report) {
  report.check("REPLY_RECV when nothing is owed") { (w: inout Workshop) throws(Failure) in
    try expect(SystemCall.replyReceive(try w.endpoint(), response).status, .wrongState)
  }
}

private func noticeRefusalSuite(_ report: inout Report) {
  report.check("a notice with flags") { (w: inout Workshop) throws(Failure) in
    let tag = MessageTag(label: 1, flags: .doNotWait)
    try expect(SystemCall.notify(try w.endpoint(), tag).status, .invalidArgument)
  }
  report.check("a notice to an endpoint of the kernel") { (w: inout Workshop) throws(Failure) in
    try expect(SystemCall.notify(RootSlot.time.slot, request).status, .unsupported)
  }
  report.check("a notice with a capability is never queued") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.ringEndpoint(entries: 4)
    w.buffer.setTransfer(
      0, TransferEntry(slot: try w.notification(), mode: .copy, rights: .send))
    let tag = MessageTag(label: 1, capabilityCount: 1)
    try expect(SystemCall.notify(endpoint, tag).status, .retry)
  }
  report.check("a long notice without a buffer") { (w: inout Workshop) throws(Failure) in
    let helper = try bufferless(&w)
    try expect(try helper.run(.notify, try w.endpoint(), long).status, .noBuffer)
  }
  report.check("a receive with a label or a length") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    try expect(SystemCall.receive(endpoint, request).status, .invalidArgument)
    try expect(
      SystemCall.receive(endpoint, MessageTag(label: 0, length: 8)).status, .invalidArgument)
  }
  noticeRefusalSuiteSecond(&report)
}

private func noticeRefusalSuiteSecond(_ report: inout Report) {
  report.check("flags for an endpoint of the kernel") { (w: inout Workshop) throws(Failure) in
    let tag = MessageTag(
      label: ControlOperation.readMonotonicClock.rawValue, length: 32, flags: .doNotWait)
    try expect(SystemCall.call(RootSlot.time.slot, tag).status, .invalidArgument)
  }
}

/// Calls with a transfer table of two entries and requires a refusal.
private func refuse(
  _ w: inout Workshop, _ first: TransferEntry, _ second: TransferEntry?, _ code: ResultCode,
  line: UInt = #line
) throws(Failure) {
  let client = try w.assistant(line: line)
  client.buffer.setTransfer(0, first)
  if let second { client.buffer.setTransfer(1, second) }
  let tag = MessageTag(label: 1, capabilityCount: second == nil ? 1 : 2)
  let answer = try client.run(.call, try w.endpoint(line: line), tag, line: line)
  try expect(answer.status, code, line: line)
}

private func tableSuite(_ report: inout Report) {
  report.check("a copy of what is never copied") { (w: inout Workshop) throws(Failure) in
    let child = try w.stagedChild()
    let grant = w.slot()
    let derive = ControlCall.deriveInstallGrant(
      for: child.process, into: grant, firstSlot: 20, slotCount: 1)
    try expect(derive.perform(on: RootSlot.processControl.slot).code)
    try refuse(
      &w, TransferEntry(slot: grant, mode: .copy, rights: .all), nil, .denied)
  }
  report.check("a badge on a type without badges") { (w: inout Workshop) throws(Failure) in
    let frame = try w.frame()
    try refuse(
      &w, TransferEntry(slot: frame, mode: .copy, rights: .all, badge: Badge(rawValue: 1)), nil,
      .invalidArgument)
  }
  report.check("one slot moved and sent again") { (w: inout Workshop) throws(Failure) in
    let gift = try w.endpoint()
    let move = TransferEntry(slot: gift, mode: .move, rights: .all)
    let copy = TransferEntry(slot: gift, mode: .copy, rights: .all)
    try refuse(&w, move, copy, .invalidArgument)
    try refuse(&w, copy, move, .invalidArgument)
    try refuse(&w, move, move, .invalidArgument)
  }
  tableSuiteSecond(&report)
}

private func tableSuiteSecond(_ report: inout Report) {
  report.check("reserved bytes of an entry") { (w: inout Workshop) throws(Failure) in
    let gift = try w.endpoint()
    let client = try w.assistant()
    client.buffer.setTransfer(0, TransferEntry(slot: gift, mode: .copy, rights: .send))
    client.buffer.setRawWord(1 | 1 << 32, at: IPCBuffer.transferTableOffset + 8)
    let tag = MessageTag(label: 1, capabilityCount: 1)
    try expect(try client.run(.call, try w.endpoint(), tag).status, .invalidArgument)
  }
}

private func slotListSuite(_ report: inout Report) {
  report.check("one receive slot named twice") { (w: inout Workshop) throws(Failure) in
    let slot = w.slot()
    w.buffer.setReceiveSlots(slot, count: 2)
    let pair = UInt64(slot.rawValue)
    w.buffer.setRawWord(pair | pair << 32, at: IPCBuffer.receiveSlotsOffset)
    let tag = MessageTag(label: 0, flags: .receiveSlots)
    try expect(SystemCall.receive(try w.endpoint(), tag).status, .invalidArgument)
  }
  report.check("receive slots without a buffer") { (w: inout Workshop) throws(Failure) in
    let helper = try bufferless(&w)
    let tag = MessageTag(label: 0, flags: .receiveSlots)
    try expect(try helper.run(.receive, try w.endpoint(), tag).status, .noBuffer)
  }
  report.check("receive slots of a call that are out of range") {
    (w: inout Workshop) throws(Failure) in
    w.buffer.setReceiveSlot(beyond)
    let tag = MessageTag(label: 1, flags: .receiveSlots)
    try expect(SystemCall.call(try w.endpoint(), tag).status, .slotOutOfRange)
  }
}

/// A slot of a child in a page that was never used.
private let far = CapSlot(rawValue: 250)

/// A child that has spent its whole budget, and holds an endpoint in `Child.slot(1)`.
private func poor(_ w: inout Workshop) throws(Failure) -> Assistant {
  let child = try w.stagedChild()
  try w.give(RootSlot.objects.slot, to: child.process, at: Child.slot(0))
  try w.give(try w.endpoint(), to: child.process, at: Child.slot(1))
  try w.start(child)
  var next: UInt32 = 2
  let sizes: InlineArray<3, UInt64> = [512, 32, 1]
  for index in 0..<3 {
    var code = ResultCode.ok
    while code == .ok {
      let create = ControlCall.createRingEndpoint(into: Child.slot(next), entries: sizes[index])
      code = try child.assistant.run(create, on: Child.slot(0)).code
      next += code == .ok ? 1 : 0
    }
    try expect(code, .noMemory)
  }
  return child.assistant
}

private func poorSuite(_ report: inout Report) {
  report.check("slots that cannot be paid") { (w: inout Workshop) throws(Failure) in
    let assistant = try poor(&w)
    let source = UInt64(far.rawValue)
    let copy = try assistant.run(
      .copyLocalCap, Child.slot(1), MessageTag(rawValue: source), MessageWords(1))
    try expect(copy.status, .noMemory)
    let move = try assistant.run(.moveLocalCap, Child.slot(1), MessageTag(rawValue: source))
    try expect(move.status, .noMemory)
    assistant.buffer.setReceiveSlot(far)
    let tag = MessageTag(label: 0, flags: .receiveSlots)
    try expect(try assistant.run(.receive, Child.slot(1), tag).status, .noMemory)
    try expect(try assistant.run(.queryLocalCap, Child.slot(1)).status)
  }
  report.check("objects that cannot be paid") { (w: inout Workshop) throws(Failure) in
    let assistant = try poor(&w)
    let create = ControlCall.createNotification(into: far)
    try expect(try assistant.run(create, on: Child.slot(0)).code, .noMemory)
  }
  poorSuiteSecond(&report)
}

private func poorSuiteSecond(_ report: inout Report) {
  report.check("a mapping that cannot be paid") { (w: inout Workshop) throws(Failure) in
    let child = try w.stagedChild()
    var code = ResultCode.ok
    var made: UInt64 = 0
    while code == .ok, made < 256 {
      // Each in another gigabyte: every one needs tables of its own.
      let map = ControlCall.map(
        try w.frame(), into: child.process, at: 0x1_0000_0000 + made << 30, rights: .read)
      code = map.perform(on: RootSlot.vspaceControl.slot).code
      made += 1
    }
    try expect(code, .noMemory)
  }
}
