// REPLY, REPLY_RECV and NOTIFY with what cannot be sent or received; what is owed stays owed.

import CapABI
import IPC
import Sys
import TestKit

private let response = MessageTag(label: 0)
private let carrying = MessageTag(label: 0, capabilityCount: 1)
private let longResponse = MessageTag(label: 0, length: 40)

func answerErrorSuite(_ report: inout Report) {
  for isReceiving in 0..<2 {
    report.check("what cannot go with ", isReceiving == 0 ? "REPLY" : "REPLY_RECV") {
      (w: inout Workshop) throws(Failure) in
      try refuseTransfers(&w, isReceiving: isReceiving == 1)
    }
  }
  noticeSuite(&report)
  answerSuite(&report)
  waitSuite(&report)
}

/// A caller that is owed an answer by this thread.
private func owe(
  _ w: inout Workshop, hasBuffer: Bool = true
) throws(Failure) -> (endpoint: CapSlot, client: Assistant) {
  let endpoint = try w.endpoint()
  let client = hasBuffer ? try w.assistant() : try bufferless(&w)
  try client.begin(.call, endpoint, MessageTag(label: 1))
  try expect(SystemCall.receive(endpoint).status)
  return (endpoint, client)
}

/// Answers with one capability.
private func answer(
  _ w: inout Workshop, _ endpoint: CapSlot, _ entry: TransferEntry, isReceiving: Bool
) -> ResultCode {
  w.buffer.setTransfer(0, entry)
  return isReceiving
    ? SystemCall.replyReceive(endpoint, carrying).status
    : SystemCall.reply(endpoint, carrying).status
}

private func refuseTransfers(_ w: inout Workshop, isReceiving: Bool) throws(Failure) {
  let grant = try wideGrant(&w, try w.stagedChild().process, slots: Child.slots)
  let badged = try w.copy(try w.endpoint(), badge: 1)
  let gift = try w.notification()
  let empty = w.slot()
  let (endpoint, client) = try owe(&w)
  func refuse(
    _ w: inout Workshop, _ slot: CapSlot, rights: UInt32 = 0x7F, badge: UInt64 = 0,
    _ code: ResultCode, line: UInt = #line
  ) throws(Failure) {
    let entry = TransferEntry(
      slot: slot, mode: .copy, rights: Rights(rawValue: rights), badge: Badge(rawValue: badge))
    let found = answer(&w, endpoint, entry, isReceiving: isReceiving)
    try expect(found, code, line: line)
    try client.stillWaits(line: line)
  }
  try refuse(&w, grant, .denied)
  try refuse(&w, badged, badge: 2, .alreadyBadged)
  try refuse(&w, empty, .emptySlot)
  try refuse(&w, beyond, .slotOutOfRange)
  try refuse(&w, gift, rights: 0x80, .invalidArgument)
  try refuse(&w, gift, .noReceiveSlots)
  try expect(SystemCall.reply(endpoint, response).status)
  try expect(try client.finished().status)
}

private func noticeSuite(_ report: inout Report) {
  report.check("what cannot go with NOTIFY") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let grant = try wideGrant(&w, try w.stagedChild().process, slots: Child.slots)
    w.buffer.setTransfer(0, TransferEntry(slot: grant, mode: .copy, rights: .all))
    try expect(SystemCall.notify(endpoint, carrying).status, .denied)
    let badged = try w.copy(endpoint, badge: 1)
    w.buffer.setTransfer(
      0, TransferEntry(slot: badged, mode: .copy, rights: .all, badge: Badge(rawValue: 2)))
    try expect(SystemCall.notify(endpoint, carrying).status, .alreadyBadged)
    let server = try w.assistant()
    try server.begin(.receive, endpoint)
    w.buffer.setTransfer(
      0, TransferEntry(slot: try w.notification(), mode: .copy, rights: .all))
    try expect(SystemCall.notify(endpoint, carrying).status, .noReceiveSlots)
    try server.stillWaits()
  }
}

private func answerSuite(_ report: inout Report) {
  report.check("REPLY_RECV through what is no endpoint") { (w: inout Workshop) throws(Failure) in
    let (endpoint, client) = try owe(&w)
    try expect(SystemCall.replyReceive(try w.frame(), response).status, .wrongType)
    try client.stillWaits()
    try expect(SystemCall.reply(endpoint, response).status)
  }
  report.check("REPLY_RECV of a long answer to a caller without a buffer") {
    (w: inout Workshop) throws(Failure) in
    let (endpoint, client) = try owe(&w, hasBuffer: false)
    try expect(SystemCall.replyReceive(endpoint, longResponse).status, .tooLarge)
    try client.stillWaits()
    try expect(SystemCall.reply(endpoint, response).status)
  }
  report.check("REPLY_RECV of a long answer without a buffer") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let server = try bufferless(&w)
    try server.begin(.receive, endpoint, then: .replyReceive, endpoint, longResponse)
    let client = try w.assistant()
    try client.begin(.call, endpoint, MessageTag(label: 1))
    try expect(try server.finished().status, .noBuffer)
  }
}

private func waitSuite(_ report: inout Report) {
  report.check("REPLY_RECV answers although nothing comes") { (w: inout Workshop) throws(Failure) in
    let (endpoint, client) = try owe(&w)
    let poll = MessageTag(label: 0, flags: .doNotWait)
    try expect(SystemCall.replyReceive(endpoint, poll).status, .retry)
    try expect(try client.finished().status)
  }
  report.check("REPLY_RECV answers and waits until its deadline") {
    (w: inout Workshop) throws(Failure) in
    let (endpoint, client) = try owe(&w)
    w.buffer.setDeadline(now() + 1_000_000)
    let timed = MessageTag(label: 0, flags: .deadline)
    try expect(SystemCall.replyReceive(endpoint, timed).status, .timedOut)
    try expect(try client.finished().status)
  }
  report.check("REPLY_RECV at an endpoint that is destroyed") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let server = try w.assistant()
    try server.begin(.receive, endpoint, then: .replyReceive, endpoint)
    let client = try w.assistant()
    try client.begin(.call, endpoint, MessageTag(label: 1))
    try expect(try client.finished().status)
    try expect(SystemCall.drop(endpoint))
    try expect(try server.finished().status, .peerDied)
  }
}
