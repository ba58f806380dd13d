// Threads that serve an endpoint, and what more urgent callers lend them.

import CapABI
import IPC
import Sys
import TestKit

/// Makes a thread the server of an endpoint, or no server.
private func serve(_ thread: CapSlot, _ endpoint: CapSlot, role: UInt64 = 1) -> ResultCode {
  ControlCall.setEndpoint(of: thread, endpoint, role: role)
    .perform(on: RootSlot.processControl.slot).code
}

func serverSuite(_ report: inout Report) {
  report.begin("server")
  bindingSuite(&report)
  inheritanceSuite(&report)
  savedReplySuite(&report)
}

private func bindingSuite(_ report: inout Report) {
  report.check("an endpoint has one server") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let first = try w.assistant().thread
    let second = try w.assistant().thread
    try expect(serve(first, endpoint))
    try expect(serve(second, endpoint), .busy)
    try expect(serve(first, .null))
    try expect(serve(second, endpoint))
  }
  report.check("serving without RECV") { (w: inout Workshop) throws(Failure) in
    let weak = try w.copy(try w.endpoint(), rights: .send)
    try expect(serve(try w.assistant().thread, weak), .missingRight)
  }
  report.check("an endpoint in another role") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    try expect(serve(try w.assistant().thread, endpoint, role: 2), .invalidArgument)
  }
}

private func inheritanceSuite(_ report: inout Report) {
  report.check("a caller lends its priority to who owes it a reply") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let server = try w.assistant(priority: 1)
    let client = try w.assistant(priority: 240)
    // At its own priority it does not even get to its receive.
    try server.begin(.receive, endpoint, then: .reply, endpoint)
    try server.stillWaits()
    let raise = ControlCall.setPriority(of: server.thread, 230)
    try expect(raise.perform(on: RootSlot.threadControl.slot).code)
    let lower = ControlCall.setPriority(of: server.thread, 1)
    try expect(lower.perform(on: RootSlot.threadControl.slot).code)
    // Now it waits there, and what the caller lends lets it answer.
    try client.begin(.call, endpoint, MessageTag(label: 1))
    try expect(try client.finished().code)
    // The donation ended with the reply: it does not get to say that it is done.
    try expect(!server.mailbox.isDone)
    try expect(raise.perform(on: RootSlot.threadControl.slot).code)
    try expect(try server.finished().status)
  }
}

private func savedReplySuite(_ report: inout Report) {
  report.check("REPLY_RECV through a saved reply receives where the thread serves") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let server = try w.assistant()
    let client = try w.assistant()
    let other = try w.assistant()
    let saved = w.slot()
    try expect(serve(server.thread, endpoint))
    try server.begin(.receive, endpoint, then: .saveReply, saved)
    try client.begin(.call, endpoint, MessageTag(label: 1))
    try expect(try server.finished().status)
    try other.begin(.call, endpoint, MessageTag(label: 2, length: 8), MessageWords(22))
    let next = try server.run(.replyReceive, saved, MessageTag(label: 0))
    try expect(next.words.word0, equals: 22)
    try expect(try client.finished().code)
  }
  savedReplySuiteSecond(&report)
}

private func savedReplySuiteSecond(_ report: inout Report) {
  report.check("REPLY_RECV through a saved reply of a thread that serves nothing") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let server = try w.assistant()
    let client = try w.assistant()
    let saved = w.slot()
    try server.begin(.receive, endpoint, then: .saveReply, saved)
    try client.begin(.call, endpoint, MessageTag(label: 1))
    try expect(try server.finished().status)
    try expect(
      try server.run(.replyReceive, saved, MessageTag(label: 0)).status, .wrongState)
    try expect(try server.run(.reply, saved, MessageTag(label: 0)).status)
    try expect(try client.finished().code)
  }
}
