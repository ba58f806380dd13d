// Notifications, and the times by which waits end.

import CapABI
import IPC
import Sys
import TestKit

/// A receive that returns at once.
let poll = MessageTag(label: 0, flags: .doNotWait)
private let timed = MessageTag(label: 0, flags: .deadline)

/// Nanoseconds since the kernel started.
func now() -> UInt64 {
  ControlCall.readClock.perform(on: RootSlot.time.slot).words.word1
}

func notificationSuite(_ report: inout Report) {
  report.begin("notification")
  signalSuite(&report)
  waitSuite(&report)
  bindingSuite(&report)
  bindFirstThreadSuite(&report)
  report.begin("deadline")
  deadlineSuite(&report)
}

private func signalSuite(_ report: inout Report) {
  report.check("signals are collected until they are read") {
    (w: inout Workshop) throws(Failure) in
    let notification = try w.notification()
    let first = try w.copy(notification, badge: 1)
    let second = try w.copy(notification, badge: 0x8000_0000_0000_0000)
    try expect(SystemCall.notify(first).status)
    try expect(SystemCall.notify(second).status)
    try expect(SystemCall.notify(first).status)
    let received = SystemCall.receive(notification)
    try expect(received.status)
    try expect(received.words.word0, equals: 0x8000_0000_0000_0001)
    try expect(received.badge, equals: 0)
    try expect(received.tag.flags == .notified)
    try expect(SystemCall.receive(notification, poll).status, .retry)
  }
  report.check("a capability without badge signals nothing") {
    (w: inout Workshop) throws(Failure) in
    let notification = try w.notification()
    try expect(SystemCall.notify(notification).status)
    try expect(SystemCall.receive(notification, poll).status, .retry)
  }
  report.check("signalling without SEND") { (w: inout Workshop) throws(Failure) in
    let weak = try w.copy(try w.notification(), rights: .receive, badge: 1)
    try expect(SystemCall.notify(weak).status, .missingRight)
  }
  signalSuiteSecond(&report)
}

private func signalSuiteSecond(_ report: inout Report) {
  report.check("waiting without RECV") { (w: inout Workshop) throws(Failure) in
    let weak = try w.copy(try w.notification(), rights: .send)
    try expect(SystemCall.receive(weak).status, .missingRight)
  }
  report.check("calling a notification") { (w: inout Workshop) throws(Failure) in
    try expect(SystemCall.call(try w.notification(), MessageTag(label: 1)).status, .wrongType)
  }
  report.check("a new notification has its rights and no badge") {
    (w: inout Workshop) throws(Failure) in
    let found = try w.describe(try w.notification())
    try expect(
      found.tag.rawValue, equals: UInt64((Rights.send | .receive | .manage).rawValue))
  }
  report.destinationRefusals(
    "create notification", on: .objects,
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in .createNotification(into: slot) })
  report.unusedWord(
    "create notification", on: .objects,
    { (w: inout Workshop) throws(Failure) in .createNotification(into: w.slot()) })
}

private func waitSuite(_ report: inout Report) {
  report.check("a signal wakes who waits") { (w: inout Workshop) throws(Failure) in
    let bell = try w.bell()
    let waiter = try w.assistant()
    try waiter.begin(.receive, bell.notification)
    try waiter.stillWaits()
    try expect(SystemCall.notify(bell.ring).status)
    try expect(try waiter.finished().words.word0, equals: 1)
  }
  report.check("one signal wakes one of two") { (w: inout Workshop) throws(Failure) in
    let bell = try w.bell()
    let first = try w.assistant()
    let second = try w.assistant()
    try first.begin(.receive, bell.notification)
    try second.begin(.receive, bell.notification)
    try expect(SystemCall.notify(bell.ring).status)
    try expect(try first.finished().status)
    try second.stillWaits()
  }
  report.check("the death of a notification ends the wait") {
    (w: inout Workshop) throws(Failure) in
    let notification = try w.notification()
    let waiter = try w.assistant()
    try waiter.begin(.receive, notification)
    try expect(SystemCall.drop(notification))
    _ = SystemCall.yield()
    try expect(try waiter.finished().status, .peerDied)
  }
}

/// The first thread of a process, which nobody has a capability to.
private func bindFirstThreadSuite(_ report: inout Report) {
  report.check("a process stands for its first thread in BIND_NOTIFICATION") {
    (w: inout Workshop) throws(Failure) in
    let child = try w.stagedChild()
    let control = RootSlot.threadControl.slot
    let bell = try w.notification()
    var call = ControlCall.bind(notification: bell, toFirstThreadOf: child.process)
    try expect(call.perform(on: control).code)
    try expect(bind(bell, child.assistant.thread), .busy)
    call.words.word1 = 2
    try expect(call.perform(on: control).code, .invalidArgument)
  }
}

/// Binds a notification to a thread or ends the binding.
private func bind(_ notification: CapSlot, _ thread: CapSlot) -> ResultCode {
  ControlCall.bind(notification: notification, to: thread)
    .perform(on: RootSlot.threadControl.slot).code
}

private func bindingSuite(_ report: inout Report) {
  report.check("a bound notification ends a wait for messages") {
    (w: inout Workshop) throws(Failure) in
    let bell = try w.bell()
    let endpoint = try w.endpoint()
    let server = try w.assistant()
    try expect(bind(bell.notification, server.thread))
    try server.begin(.receive, endpoint)
    try server.stillWaits()
    try expect(SystemCall.notify(bell.ring).status)
    let received = try server.finished()
    try expect(received.tag.flags == .notified)
    try expect(received.words.word0, equals: 1)
  }
  report.check("a bound notification comes before messages") {
    (w: inout Workshop) throws(Failure) in
    let bell = try w.bell()
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    try expect(bind(bell.notification, RootSlot.thread.slot))
    try client.begin(.call, endpoint, MessageTag(label: 5))
    try expect(SystemCall.notify(bell.ring).status)
    try expect(SystemCall.receive(endpoint).tag.flags == .notified)
    try expect(SystemCall.receive(endpoint).tag.label == 5)
    try expect(SystemCall.reply(endpoint, MessageTag(label: 0)).status)
    try expect(bind(.null, RootSlot.thread.slot))
  }
  bindingSuiteSecond(&report)
}

private func bindingSuiteSecond(_ report: inout Report) {
  report.check("a notification is bound to one thread") { (w: inout Workshop) throws(Failure) in
    let bell = try w.bell()
    let first = try w.assistant()
    let second = try w.assistant()
    try expect(bind(bell.notification, first.thread))
    try expect(bind(bell.notification, second.thread), .busy)
    try expect(bind(.null, first.thread))
    try expect(bind(bell.notification, second.thread))
  }
  report.subjectRefusals(
    "bind a thread", on: .threadControl, needs: .manage,
    make: { (w: inout Workshop) throws(Failure) in try w.assistant().thread },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .bind(notification: try w.notification(), to: slot)
    })
  report.check("bind something else than a notification") {
    (w: inout Workshop) throws(Failure) in
    try expect(bind(try w.endpoint(), try w.assistant().thread), .wrongType)
    try expect(bind(w.slot(), try w.assistant().thread), .emptySlot)
    let weak = try w.copy(try w.notification(), rights: .send)
    try expect(bind(weak, try w.assistant().thread), .missingRight)
  }
}

/// A tenth of a millisecond, the accuracy of deadlines, and one millisecond.
private let millisecond: UInt64 = 1_000_000

private func deadlineSuite(_ report: inout Report) {
  report.check("a receive ends at its deadline, not before") {
    (w: inout Workshop) throws(Failure) in
    let end = now() + 3 * millisecond
    w.buffer.setDeadline(end)
    try expect(SystemCall.receive(try w.endpoint(), timed).status, .timedOut)
    try expect(now() >= end)
    try expect(now() < end + 20_000 * millisecond)
  }
  report.check("a call that nobody takes ends at its deadline") {
    (w: inout Workshop) throws(Failure) in
    let end = now() + 2 * millisecond
    w.buffer.setDeadline(end)
    try expect(
      SystemCall.call(try w.endpoint(), MessageTag(label: 1, flags: .deadline)).status, .timedOut)
    try expect(now() >= end)
  }
  deadlineSuiteSecond(&report)
}

private func deadlineSuiteSecond(_ report: inout Report) {
  report.check("a call that is not answered ends at its deadline") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let server = try w.assistant()
    let nobody = try w.endpoint()
    try server.begin(.receive, endpoint, then: .call, nobody, MessageTag(label: 2))
    w.buffer.setDeadline(now() + 2 * millisecond)
    try expect(
      SystemCall.call(endpoint, MessageTag(label: 1, flags: .deadline)).status, .timedOut)
    try server.stillWaits()
    try expect(server.mailbox.earlierAnswer.tag.label == 1)
  }
  report.check("a deadline that has passed") { (w: inout Workshop) throws(Failure) in
    w.buffer.setDeadline(0)
    try expect(SystemCall.receive(try w.endpoint(), timed).status, .timedOut)
    let endpoint = try w.ringEndpoint(entries: 1)
    try expect(SystemCall.notify(endpoint, MessageTag(label: 3)).status)
    try expect(SystemCall.receive(endpoint, timed).status)
  }
  report.check("a notification's wait ends at its deadline") {
    (w: inout Workshop) throws(Failure) in
    w.buffer.setDeadline(now() + millisecond)
    try expect(SystemCall.receive(try w.notification(), timed).status, .timedOut)
  }
  deadlineSuiteThird(&report)
}

private func deadlineSuiteThird(_ report: inout Report) {
  report.check("a deadline without a buffer") { (w: inout Workshop) throws(Failure) in
    let helper = try w.assistant()
    let none = ControlCall.setBuffer(of: helper.thread, .null)
    try expect(none.perform(on: RootSlot.threadControl.slot).code)
    try expect(try helper.run(.receive, try w.endpoint(), timed).status, .noBuffer)
  }
  report.check("deadlines end in their order") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let late = try w.assistant()
    let early = try w.assistant()
    let start = now()
    // Far enough not to pass while the machine below the emulator does something else.
    late.buffer.setDeadline(start + 20_000 * millisecond)
    early.buffer.setDeadline(start + 20 * millisecond)
    try late.begin(.receive, endpoint, timed)
    try early.begin(.receive, endpoint, timed)
    w.buffer.setDeadline(start + 30 * millisecond)
    try expect(SystemCall.receive(try w.notification(), timed).status, .timedOut)
    try expect(try early.finished().status, .timedOut)
    try late.stillWaits()
  }
}
