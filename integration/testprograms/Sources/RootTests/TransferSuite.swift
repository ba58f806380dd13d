// Capabilities in messages, and saved replies.

import CapABI
import IPC
import Sys
import TestKit

private let response = MessageTag(label: 0)

/// A request with capabilities.
private func carrying(_ count: UInt8) -> MessageTag {
  MessageTag(label: 9, capabilityCount: count)
}

/// A receive with room for capabilities.
private let ready = MessageTag(label: 0, flags: .receiveSlots)

func transferSuite(_ report: inout Report) {
  report.begin("transfer")
  arrivalSuite(&report)
  senderSuite(&report)
  receiverSuite(&report)
  replySuite(&report)
  report.begin("reply")
  savedSuite(&report)
}

/// Starts a call that carries one capability.
private func send(
  _ client: Assistant, _ endpoint: CapSlot, _ slot: CapSlot, _ mode: TransferMode = .copy,
  rights: Rights = .all, badge: UInt64 = 0
) throws(Failure) {
  client.buffer.setTransfer(
    0, TransferEntry(slot: slot, mode: mode, rights: rights, badge: Badge(rawValue: badge)))
  try client.begin(.call, endpoint, carrying(1))
}

private func arrivalSuite(_ report: inout Report) {
  report.check("a copy arrives with the rights and the badge named") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    let gift = try w.endpoint()
    let landing = w.slot()
    try send(client, endpoint, gift, rights: .send | .grant, badge: 3)
    w.buffer.setReceiveSlot(landing)
    let received = SystemCall.receive(endpoint, ready)
    try expect(received.status)
    try expect(UInt64(received.tag.capabilityCount), equals: 1)
    let found = try w.describe(landing)
    try expect(found.tag.rawValue, equals: UInt64((Rights.send | .grant).rawValue))
    _ = try w.describe(gift)
    try expect(SystemCall.revoke(gift))
    try expect(try w.isEmpty(landing))
    try expect(SystemCall.reply(endpoint, response).status)
  }
  arrivalSuiteSecond(&report)
}

private func arrivalSuiteSecond(_ report: inout Report) {
  report.check("a moved capability leaves its slot") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    let gift = try w.endpoint()
    let landing = w.slot()
    try send(client, endpoint, gift, .move)
    w.buffer.setReceiveSlot(landing)
    try expect(SystemCall.receive(endpoint, ready).status)
    try expect(try w.isEmpty(gift))
    _ = try w.describe(landing)
    try expect(SystemCall.reply(endpoint, response).status)
  }
  arrivalSuiteNarrowed(&report)
  arrivalSuiteThird(&report)
}

/// Moves a capability that was copied before, and lets the receiver revoke what it got.
///
/// - Returns: the slot of the earlier copy.
private func revokeMoved(_ w: inout Workshop, rights: Rights) throws(Failure) -> CapSlot {
  let endpoint = try w.endpoint()
  let client = try w.assistant()
  let gift = try w.endpoint()
  let earlier = try w.copy(gift)
  let landing = w.slot()
  try send(client, endpoint, gift, .move, rights: rights)
  w.buffer.setReceiveSlot(landing)
  try expect(SystemCall.receive(endpoint, ready).status)
  try expect(SystemCall.reply(endpoint, response).status)
  try expect(try w.isEmpty(gift))
  try expect(SystemCall.revoke(landing))
  return earlier
}

private func arrivalSuiteNarrowed(_ report: inout Report) {
  report.check("a move that takes no rights away takes earlier copies along") {
    (w: inout Workshop) throws(Failure) in
    let earlier = try revokeMoved(&w, rights: .all)
    try expect(try w.isEmpty(earlier))
  }
  report.check("a move that takes rights away leaves earlier copies behind") {
    (w: inout Workshop) throws(Failure) in
    let earlier = try revokeMoved(&w, rights: .send | .manage)
    try expect(try !w.isEmpty(earlier))
  }
}

private func arrivalSuiteThird(_ report: inout Report) {
  report.check("four capabilities arrive in order") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    for index in 0..<4 {
      let slot = index % 2 == 0 ? try w.endpoint() : try w.notification()
      client.buffer.setTransfer(index, TransferEntry(slot: slot, mode: .copy, rights: .send))
    }
    try client.begin(.call, endpoint, carrying(4))
    let landing = w.slots(4)
    w.buffer.setReceiveSlots(landing, count: 4)
    try expect(SystemCall.receive(endpoint, ready).status)
    for index in 0..<4 as Range<UInt32> {
      let type: CapabilityType = index % 2 == 0 ? .endpoint : .notification
      let found = try w.describe(CapSlot(rawValue: landing.rawValue + index))
      try expect(found.badge, equals: UInt64(type.rawValue))
    }
    try expect(SystemCall.reply(endpoint, response).status)
  }
}

private func senderSuite(_ report: inout Report) {
  report.check("sending through a capability without GRANT") {
    (w: inout Workshop) throws(Failure) in
    let weak = try w.copy(try w.endpoint(), rights: .send)
    let client = try w.assistant()
    try send(client, weak, try w.endpoint())
    try expect(try client.finished().status, .missingRight)
  }
  report.check("sending an empty slot") { (w: inout Workshop) throws(Failure) in
    let client = try w.assistant()
    try send(client, try w.endpoint(), w.slot())
    try expect(try client.finished().status, .emptySlot)
  }
  report.check("sending a slot out of range") { (w: inout Workshop) throws(Failure) in
    let client = try w.assistant()
    try send(client, try w.endpoint(), beyond)
    try expect(try client.finished().status, .slotOutOfRange)
  }
  report.check("sending with a mode that does not exist") { (w: inout Workshop) throws(Failure) in
    let client = try w.assistant()
    let gift = try w.endpoint()
    client.buffer.setTransfer(0, TransferEntry(slot: gift, mode: .copy, rights: .send))
    client.buffer.setRawWord(
      UInt64(gift.rawValue) | 3 << 32, at: IPCBuffer.transferTableOffset)
    let answer = try client.run(.call, try w.endpoint(), carrying(1))
    try expect(answer.status, .invalidArgument)
  }
  senderSuiteSecond(&report)
}

private func senderSuiteSecond(_ report: inout Report) {
  report.check("sending with reserved rights") { (w: inout Workshop) throws(Failure) in
    let client = try w.assistant()
    try send(client, try w.endpoint(), try w.endpoint(), rights: Rights(rawValue: 0x80))
    try expect(try client.finished().status, .invalidArgument)
  }
  report.check("sending a badge over a badge") { (w: inout Workshop) throws(Failure) in
    let client = try w.assistant()
    let badged = try w.copy(try w.endpoint(), badge: 1)
    try send(client, try w.endpoint(), badged, badge: 2)
    try expect(try client.finished().status, .alreadyBadged)
  }
  report.check("moving with a badge") { (w: inout Workshop) throws(Failure) in
    let client = try w.assistant()
    try send(client, try w.endpoint(), try w.endpoint(), .move, badge: 2)
    try expect(try client.finished().status, .invalidArgument)
  }
}

private func receiverSuite(_ report: inout Report) {
  report.check("a receiver without slots refuses capabilities") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    let gift = try w.endpoint()
    try send(client, endpoint, gift, .move)
    let received = SystemCall.receive(endpoint, MessageTag(label: 0, flags: .doNotWait))
    try expect(received.status, .retry)
    try expect(try client.finished().status, .noReceiveSlots)
    _ = try w.describe(gift)
  }
  report.check("a receive slot that is filled meanwhile") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let server = try w.assistant()
    let landing = w.slot()
    server.buffer.setReceiveSlot(landing)
    try server.begin(.receive, endpoint, ready)
    try expect(SystemCall.copy(endpoint, to: landing))
    let client = try w.assistant()
    try send(client, endpoint, try w.notification())
    try expect(try client.finished().status, .noReceiveSlots)
    try server.stillWaits()
  }
  receiverSuiteSecond(&report)
}

private func receiverSuiteSecond(_ report: inout Report) {
  report.check("receive slots out of range") { (w: inout Workshop) throws(Failure) in
    w.buffer.setReceiveSlot(beyond)
    try expect(SystemCall.receive(try w.endpoint(), ready).status, .slotOutOfRange)
  }
  report.check("more than four receive slots") { (w: inout Workshop) throws(Failure) in
    w.buffer.setReceiveSlots(w.slots(4), count: 5)
    try expect(SystemCall.receive(try w.endpoint(), ready).status, .invalidArgument)
  }
}

private func replySuite(_ report: inout Report) {
  report.check("a reply carries a capability") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    let landing = w.slot()
    client.buffer.setReceiveSlot(landing)
    try client.begin(.call, endpoint, MessageTag(label: 1, flags: .receiveSlots))
    try expect(SystemCall.receive(endpoint).status)
    let gift = try w.notification()
    w.buffer.setTransfer(0, TransferEntry(slot: gift, mode: .move, rights: .all))
    let tag = MessageTag(label: 0, capabilityCount: 1)
    try expect(SystemCall.reply(endpoint, tag).status)
    try expect(UInt64(try client.finished().tag.capabilityCount), equals: 1)
    _ = try w.describe(landing)
  }
  report.check("a reply that cannot deliver stays owed") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    try client.begin(.call, endpoint, MessageTag(label: 1))
    try expect(SystemCall.receive(endpoint).status)
    let gift = try w.notification()
    w.buffer.setTransfer(0, TransferEntry(slot: gift, mode: .move, rights: .all))
    let tag = MessageTag(label: 0, capabilityCount: 1)
    try expect(SystemCall.reply(endpoint, tag).status, .noReceiveSlots)
    try client.stillWaits()
    try expect(SystemCall.reply(endpoint, response).status)
    try expect(try client.finished().code)
  }
}

private func savedSuite(_ report: inout Report) {
  report.check("a saved reply answers later") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    let other = try w.assistant()
    try client.begin(.call, endpoint, MessageTag(label: 1))
    try expect(SystemCall.receive(endpoint).status)
    let saved = w.slot()
    try expect(SystemCall.saveReply(into: saved))
    let found = try w.describe(saved)
    try expect(found.badge, equals: UInt64(CapabilityType.reply.rawValue))
    try expect(found.tag.rawValue, equals: UInt64(Rights.send.rawValue))
    try other.begin(.call, endpoint, MessageTag(label: 2))
    try expect(SystemCall.receive(endpoint).tag.label == 2)
    try client.stillWaits()
    try expect(SystemCall.reply(saved, MessageTag(label: 0, length: 8), MessageWords(5)).status)
    try expect(try client.finished().words.word0, equals: 5)
    try expect(try w.isEmpty(saved))
    try expect(SystemCall.reply(endpoint, response).status)
    try expect(try other.finished().code)
  }
  savedSuiteSecond(&report)
}

private func savedSuiteSecond(_ report: inout Report) {
  report.check("a dropped reply abandons the caller") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    try client.begin(.call, endpoint, MessageTag(label: 1))
    try expect(SystemCall.receive(endpoint).status)
    let saved = w.slot()
    try expect(SystemCall.saveReply(into: saved))
    try expect(SystemCall.drop(saved))
    try expect(try client.finished().status, .abandoned)
  }
  report.check("a reply is never copied and moves") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    try client.begin(.call, endpoint, MessageTag(label: 1))
    try expect(SystemCall.receive(endpoint).status)
    let saved = w.slot()
    let moved = w.slot()
    try expect(SystemCall.saveReply(into: saved))
    try expect(SystemCall.copy(saved, to: moved), .denied)
    try expect(SystemCall.move(saved, to: moved))
    try expect(SystemCall.reply(moved, response).status)
    try expect(try client.finished().code)
  }
  savedSuiteThird(&report)
}

private func savedSuiteThird(_ report: inout Report) {
  report.check("a reply to a dead caller is harmless") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    try client.begin(.call, endpoint, MessageTag(label: 1))
    try expect(SystemCall.receive(endpoint).status)
    let saved = w.slot()
    try expect(SystemCall.saveReply(into: saved))
    try expect(SystemCall.drop(client.thread))
    _ = SystemCall.yield()
    try expect(SystemCall.reply(saved, response).status != .internal)
  }
  report.check("saving when no reply is owed") { (w: inout Workshop) throws(Failure) in
    try expect(SystemCall.saveReply(into: w.slot()), .wrongState)
  }
  report.check("saving into slots that cannot be used") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    try client.begin(.call, endpoint, MessageTag(label: 1))
    try expect(SystemCall.receive(endpoint).status)
    try expect(SystemCall.saveReply(into: endpoint), .occupiedSlot)
    try expect(SystemCall.saveReply(into: .null), .slotOutOfRange)
    try expect(SystemCall.saveReply(into: beyond), .slotOutOfRange)
    try expect(SystemCall.reply(endpoint, response).status)
  }
}
