// Messages between two threads of one process: CALL, RECV, REPLY, REPLY_RECV, NOTIFY on endpoints.

import CapABI
import IPC
import Sys
import TestKit

private let four = MessageWords(1, 2, 3, 4)
private let request = MessageTag(label: 0x77, length: 32)
private let response = MessageTag(label: 0, length: 32)

func endpointSuite(_ report: inout Report) {
  report.begin("endpoint")
  createSuite(&report)
  deliverySuite(&report)
  refusalSuite(&report)
  endingSuite(&report)
  ringSuite(&report)
  report.begin("message")
  longSuite(&report)
  tagSuite(&report)
}

private func createSuite(_ report: inout Report) {
  report.check("a new endpoint has all rights and no family") {
    (w: inout Workshop) throws(Failure) in
    let found = try w.describe(try w.endpoint())
    try expect(found.badge, equals: UInt64(CapabilityType.endpoint.rawValue))
    try expect(
      found.tag.rawValue, equals: UInt64(CapabilityType.endpoint.meaningfulRights.rawValue))
    try expect(found.words.word2, equals: 0)
  }
  report.destinationRefusals(
    "create endpoint", on: .childPopulate,
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in .createEndpoint(into: slot) })
  report.unusedWord(
    "create endpoint", on: .childPopulate,
    { (w: inout Workshop) throws(Failure) in .createEndpoint(into: w.slot()) })
}

private func deliverySuite(_ report: inout Report) {
  report.check("a call reaches a waiting receiver and the reply the caller") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    let badged = try w.copy(endpoint, rights: .send, badge: 0x55)
    try client.begin(.call, badged, request, four)
    try client.stillWaits()
    let received = SystemCall.receive(endpoint)
    try expect(received.status)
    try expect(received.badge, equals: 0x55)
    try expect(received.tag == request && received.words == four)
    try client.stillWaits()
    try expect(SystemCall.reply(endpoint, response, MessageWords(9, 8, 7, 6)).status)
    let answer = try client.finished()
    try expect(answer.code)
    try expect(answer.words == MessageWords(9, 8, 7, 6))
  }
  deliverySuiteSecond(&report)
}

private func deliverySuiteSecond(_ report: inout Report) {
  report.check("a receiver that waits is served by a later call") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let server = try w.assistant()
    try server.begin(.receive, endpoint, then: .reply, endpoint, response)
    try server.stillWaits()
    let client = try w.assistant()
    try client.begin(.call, endpoint, request, four)
    try expect(try server.finished().status)
    try expect(server.mailbox.earlierAnswer.words == four)
    try expect(try client.finished().code)
  }
  report.check("callers are served in the order of their arrival") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let first = try w.assistant()
    let second = try w.assistant()
    try first.begin(.call, endpoint, request, MessageWords(1))
    try second.begin(.call, endpoint, request, MessageWords(2))
    for expected in 1...2 as ClosedRange<UInt64> {
      try expect(SystemCall.receive(endpoint).words.word0, equals: expected)
      try expect(SystemCall.reply(endpoint, response).status)
    }
  }
  deliverySuiteThird(&report)
}

private func deliverySuiteThird(_ report: inout Report) {
  report.check("the more urgent caller is served first") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let usual = try w.assistant()
    let urgent = try w.assistant(priority: 230)
    try usual.begin(.call, endpoint, request, MessageWords(1))
    try urgent.begin(.call, endpoint, request, MessageWords(2))
    try expect(SystemCall.receive(endpoint).words.word0, equals: 2)
    try expect(SystemCall.reply(endpoint, response).status)
    try expect(SystemCall.receive(endpoint).words.word0, equals: 1)
    try expect(SystemCall.reply(endpoint, response).status)
  }
  report.check("REPLY_RECV answers one caller and takes the next") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let first = try w.assistant()
    let second = try w.assistant()
    try first.begin(.call, endpoint, request, MessageWords(1))
    try second.begin(.call, endpoint, request, MessageWords(2))
    try expect(SystemCall.receive(endpoint).words.word0, equals: 1)
    let next = SystemCall.replyReceive(endpoint, response, MessageWords(11))
    try expect(next.status)
    try expect(next.words.word0, equals: 2)
    try expect(try first.finished().words.word0, equals: 11)
    try expect(SystemCall.reply(endpoint, response).status)
  }
}

private func refusalSuite(_ report: inout Report) {
  report.check("call without SEND") { (w: inout Workshop) throws(Failure) in
    let weak = try w.copy(try w.endpoint(), rights: .receive)
    try expect(SystemCall.call(weak, request).status, .missingRight)
    try expect(SystemCall.notify(weak).status, .missingRight)
  }
  report.check("receive without RECV") { (w: inout Workshop) throws(Failure) in
    let weak = try w.copy(try w.endpoint(), rights: .send)
    try expect(SystemCall.receive(weak).status, .missingRight)
    try expect(SystemCall.replyReceive(weak, response).status, .missingRight)
  }
  report.check("messages through an empty slot") { (w: inout Workshop) throws(Failure) in
    let empty = w.slot()
    try expect(SystemCall.call(empty, request).status, .emptySlot)
    try expect(SystemCall.receive(empty).status, .emptySlot)
    try expect(SystemCall.notify(empty).status, .emptySlot)
  }
  report.check("messages through slots out of range") { (w: inout Workshop) throws(Failure) in
    try expect(SystemCall.call(.null, request).status, .slotOutOfRange)
    try expect(SystemCall.call(beyond, request).status, .slotOutOfRange)
    try expect(SystemCall.receive(beyond).status, .slotOutOfRange)
    try expect(SystemCall.notify(beyond).status, .slotOutOfRange)
    try expect(
      SystemCall.raw(Syscall.call.rawValue, 1 << 40, request.rawValue).status, .slotOutOfRange)
  }
  refusalSuiteSecond(&report)
}

private func refusalSuiteSecond(_ report: inout Report) {
  report.check("messages through another type") { (w: inout Workshop) throws(Failure) in
    let frame = try w.frame()
    try expect(SystemCall.call(frame, request).status, .wrongType)
    try expect(SystemCall.receive(frame).status, .wrongType)
    try expect(SystemCall.notify(frame).status, .wrongType)
  }
  report.check("a reply that nobody is owed") { (w: inout Workshop) throws(Failure) in
    try expect(SystemCall.reply(try w.endpoint(), response).status, .wrongState)
  }
  report.check("receive on an endpoint of the kernel") { (w: inout Workshop) throws(Failure) in
    try expect(SystemCall.receive(RootSlot.log.slot).status, .missingRight)
  }
}

private func endingSuite(_ report: inout Report) {
  report.check("receiving again abandons the caller") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    try client.begin(.call, endpoint, request)
    try expect(SystemCall.receive(endpoint).status)
    let again = SystemCall.receive(endpoint, MessageTag(label: 0, flags: .doNotWait))
    try expect(again.status, .retry)
    try expect(try client.finished().status, .abandoned)
  }
  report.check("the death of an endpoint ends its callers' wait") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    try client.begin(.call, endpoint, request)
    try expect(SystemCall.drop(endpoint))
    _ = SystemCall.yield()
    try expect(try client.finished().status, .peerDied)
  }
  endingSuiteSecond(&report)
}

private func endingSuiteSecond(_ report: inout Report) {
  report.check("the death of an endpoint ends its receivers' wait") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let server = try w.assistant()
    try server.begin(.receive, endpoint)
    try expect(SystemCall.drop(endpoint))
    _ = SystemCall.yield()
    try expect(try server.finished().status, .peerDied)
  }
  report.check("a call that does not want to wait") { (w: inout Workshop) throws(Failure) in
    let tag = MessageTag(label: 1, flags: .doNotWait)
    try expect(SystemCall.call(try w.endpoint(), tag).status, .retry)
  }
  report.check("a receive that does not want to wait") { (w: inout Workshop) throws(Failure) in
    let tag = MessageTag(label: 0, flags: .doNotWait)
    try expect(SystemCall.receive(try w.endpoint(), tag).status, .retry)
  }
}

private func ringSuite(_ report: inout Report) {
  report.check("a notice on an endpoint without ring") { (w: inout Workshop) throws(Failure) in
    try expect(SystemCall.notify(try w.endpoint(), request, four).status, .retry)
  }
  report.check("a notice reaches a waiting receiver") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let server = try w.assistant()
    try server.begin(.receive, endpoint)
    try expect(SystemCall.notify(endpoint, request, four).status)
    let received = try server.finished()
    try expect(received.words == four)
    try expect(received.tag.flags == .oneWay)
    try expect(received.tag.label == request.label)
  }
  ringSuiteSecond(&report)
}

private func ringSuiteSecond(_ report: inout Report) {
  report.check("the ring keeps notices in order until it is full") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.ringEndpoint(entries: 4)
    for index in 0..<4 as Range<UInt64> {
      try expect(SystemCall.notify(endpoint, request, MessageWords(index)).status)
    }
    try expect(SystemCall.notify(endpoint, request).status, .retry)
    for index in 0..<4 as Range<UInt64> {
      let received = SystemCall.receive(endpoint)
      try expect(received.words.word0, equals: index)
      try expect(received.tag.flags == .oneWay)
    }
    let empty = SystemCall.receive(endpoint, MessageTag(label: 0, flags: .doNotWait))
    try expect(empty.status, .retry)
  }
  report.check("a notice leaves no reply owed") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.ringEndpoint(entries: 1)
    try expect(SystemCall.notify(endpoint, request).status)
    try expect(SystemCall.receive(endpoint).status)
    try expect(SystemCall.reply(endpoint, response).status, .wrongState)
  }
  report.check("a notice on the ring is short") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.ringEndpoint(entries: 1)
    let tag = MessageTag(label: 1, length: 33)
    try expect(SystemCall.notify(endpoint, tag).status, .retry)
  }
  ringSuiteThird(&report)
}

private func ringSuiteThird(_ report: inout Report) {
  report.check("a ring with too few or too many entries") { (w: inout Workshop) throws(Failure) in
    let values: InlineArray<3, UInt64> = [0, 513, 1 << 40]
    for index in 0..<3 {
      let entries = values[index]
      let create = ControlCall.createRingEndpoint(into: w.slot(), entries: entries)
      try expect(create.perform(on: RootSlot.objects.slot).code, .invalidArgument)
    }
  }
  report.destinationRefusals(
    "create ring endpoint", on: .objects,
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .createRingEndpoint(into: slot, entries: 1)
    })
}

private func longSuite(_ report: inout Report) {
  report.check("1024 bytes travel whole, both ways") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    for index in 4..<128 { client.buffer[payloadWord: index] = UInt64(index) &* 3 }
    try client.begin(.call, endpoint, MessageTag(label: 5, length: 1024), four)
    let received = SystemCall.receive(endpoint)
    try expect(received.words == four)
    try expect(UInt64(received.tag.length), equals: 1024)
    for index in 4..<128 {
      try expect(w.buffer[payloadWord: index], equals: UInt64(index) &* 3)
      w.buffer[payloadWord: index] = UInt64(index) &* 5
    }
    try expect(SystemCall.reply(endpoint, MessageTag(label: 0, length: 1024)).status)
    try expect(try client.finished().code)
    for index in 4..<128 {
      try expect(client.buffer[payloadWord: index], equals: UInt64(index) &* 5)
    }
  }
  longSuiteSecond(&report)
}

private func longSuiteSecond(_ report: inout Report) {
  report.check("only the bytes of the length are copied") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    for index in 0..<64 {
      client.buffer[payload: index] = 0xAA
      w.buffer[payload: index] = 0x11
    }
    try client.begin(.call, endpoint, MessageTag(label: 5, length: 37))
    try expect(SystemCall.receive(endpoint).status)
    try expect(UInt64(w.buffer[payload: 36]), equals: 0xAA)
    // The last word that is copied ends in zeros, not in what the sender had behind its message.
    try expect(UInt64(w.buffer[payload: 37]) != 0xAA)
    try expect(UInt64(w.buffer[payload: 40]), equals: 0x11)
    try expect(UInt64(w.buffer[payload: 31]), equals: 0x11)
    try expect(SystemCall.reply(endpoint, response).status)
  }
  report.check("a long message without a buffer") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    let none = ControlCall.setBuffer(of: client.thread, .null)
    try expect(none.perform(on: RootSlot.threadControl.slot).code)
    let answer = try client.run(.call, endpoint, MessageTag(label: 5, length: 33))
    try expect(answer.status, .noBuffer)
  }
}

private func tagSuite(_ report: inout Report) {
  report.check("a payload of more than 1024 bytes") { (w: inout Workshop) throws(Failure) in
    let tag = MessageTag(label: 1, length: 1025)
    try expect(SystemCall.call(try w.endpoint(), tag).status, .invalidArgument)
  }
  report.check("a tag with reserved bits") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let values: InlineArray<6, UInt64> = [36, 39, 43, 47, 48, 63]
    for index in 0..<6 {
      let bit = values[index]
      let tag = MessageTag(rawValue: 1 << bit)
      try expect(SystemCall.call(endpoint, tag).status, .invalidArgument)
    }
  }
  report.check("a tag with flags of the kernel") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let values: InlineArray<3, UInt8> = [4, 5, 6]
    for index in 0..<3 {
      let flag = values[index]
      let tag = MessageTag(label: 1, flags: MessageFlags(rawValue: 1 << flag))
      try expect(SystemCall.call(endpoint, tag).status, .invalidArgument)
      try expect(SystemCall.notify(endpoint, tag).status, .invalidArgument)
    }
  }
  report.check("more than four capabilities") { (w: inout Workshop) throws(Failure) in
    let tag = MessageTag(label: 1, capabilityCount: 5)
    try expect(SystemCall.call(try w.endpoint(), tag).status, .invalidArgument)
  }
}
