// The visible window, and the operations on slots inside it.

import CapABI
import IPC
import Sys
import TestKit

/// An operation of the process family.
private func process(_ call: ControlCall) -> ResultCode {
  call.perform(on: RootSlot.processControl.slot).code
}

/// A staged process without an image.
private func bare(_ w: inout Workshop) throws(Failure) -> CapSlot {
  let slot = w.slot()
  let create = ControlCall.createStagedProcess(
    from: w.pool, into: slot, budgetOrder: 4, slots: 64, windowBase: 1, windowCount: 63)
  try expect(process(create))
  return slot
}

func windowSuite(_ report: inout Report) {
  report.check("a child names only slots of its window") { (w: inout Workshop) throws(Failure) in
    let child = try w.stagedChild()
    try w.give(RootSlot.objects.slot, to: child.process, at: Child.slot(0))
    try expect(process(.setWindow(of: child.process, base: 100, count: 8)))
    try w.start(child)
    let inside = ControlCall.createNotification(into: CapSlot(rawValue: 100))
    try expect(try child.assistant.run(inside, on: Child.slot(0)).code)
    let values: InlineArray<3, UInt32> = [99, 108, 17]
    for index in 0..<3 {
      let slot = values[index]
      let outside = ControlCall.createNotification(into: CapSlot(rawValue: slot))
      try expect(try child.assistant.run(outside, on: Child.slot(0)).code, .slotOutOfRange)
    }
  }
  report.check("a window that is empty or too large") { (w: inout Workshop) throws(Failure) in
    let child = try bare(&w)
    try expect(process(.setWindow(of: child, base: 1, count: 0)), .invalidArgument)
    try expect(process(.setWindow(of: child, base: 1, count: 64)), .invalidArgument)
    try expect(process(.setWindow(of: child, base: .max, count: .max)), .invalidArgument)
  }
  report.check("a window for a running process") { (w: inout Workshop) throws(Failure) in
    let child = try w.child()
    try expect(process(.setWindow(of: child.process, base: 1, count: 8)), .wrongState)
  }
  windowSuiteSecond(&report)
}

private func windowSuiteSecond(_ report: inout Report) {
  report.subjectRefusals(
    "set window", on: .processControl, needs: .manage,
    make: { (w: inout Workshop) throws(Failure) in try bare(&w) },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .setWindow(of: slot, base: 1, count: 8)
    })
}

func windowOperationSuite(_ report: inout Report) {
  report.check("CAP_MOVE, CAP_COPY and CAP_DROP") { (w: inout Workshop) throws(Failure) in
    let first = try w.endpoint()
    let second = w.slot()
    let third = w.slot()
    try expect(process(.capCopy(first, to: second, rights: .send, badge: 3)))
    try expect(process(.capMove(second, to: third)))
    try expect(try w.isEmpty(second))
    try expect(
      try w.describe(third).tag.rawValue, equals: UInt64(Rights.send.rawValue))
    try expect(process(.capDrop(third)))
    try expect(try w.isEmpty(third))
  }
  report.check("CAP_MOVE, CAP_COPY and CAP_DROP of an empty slot") {
    (w: inout Workshop) throws(Failure) in
    try expect(process(.capCopy(w.slot(), to: w.slot())), .emptySlot)
    try expect(process(.capMove(w.slot(), to: w.slot())), .emptySlot)
    try expect(process(.capDrop(w.slot())), .emptySlot)
  }
  report.check("CAP_MOVE, CAP_COPY and CAP_DROP out of range") {
    (w: inout Workshop) throws(Failure) in
    try expect(process(.capCopy(beyond, to: w.slot())), .slotOutOfRange)
    try expect(process(.capMove(.null, to: w.slot())), .slotOutOfRange)
    try expect(process(.capDrop(.null)), .slotOutOfRange)
  }
  windowOperationSuiteSecond(&report)
}

private func windowOperationSuiteSecond(_ report: inout Report) {
  report.check("CAP_COPY with reserved rights or a second badge") {
    (w: inout Workshop) throws(Failure) in
    let badged = try w.copy(try w.endpoint(), badge: 1)
    try expect(process(.capCopy(badged, to: w.slot(), badge: 2)), .alreadyBadged)
    try expect(
      process(.capCopy(badged, to: w.slot(), rights: Rights(rawValue: 1 << 20))), .invalidArgument)
  }
  report.destinationRefusals(
    "CAP_MOVE", on: .processControl,
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in .capMove(try w.endpoint(), to: slot) })
  report.destinationRefusals(
    "CAP_COPY_ATTENUATED", on: .childPopulate,
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in .capCopy(try w.endpoint(), to: slot) })
}
