// Budgets that cannot pay: every operation that takes memory, by or for a process that has none.

import CapABI
import IPC
import Sys
import TestKit

/// A slot of a child in a page that was never used.
private let far = CapSlot(rawValue: 250)
/// An address whose tables nobody has.
private let farAddress: UInt64 = 0x2_0000_0000

/// What a spent child has, in slots from `Child.slot(0)` on.
private enum Means: UInt32 {
  case objects, endpoint, childPopulate, processControl, vspaceControl, console, deviceFrame
  case process
  case first

  var slot: CapSlot { Child.slot(rawValue) }
}

/// A child that has spent its whole budget.
private func spent(_ w: inout Workshop, _ endpoint: CapSlot) throws(Failure) -> Child {
  let child = try w.stagedChild()
  let process = child.process
  try w.give(RootSlot.objects.slot, to: process, at: Means.objects.slot)
  try w.give(endpoint, to: process, at: Means.endpoint.slot)
  try w.give(RootSlot.childPopulate.slot, to: process, at: Means.childPopulate.slot)
  try w.give(RootSlot.processControl.slot, to: process, at: Means.processControl.slot)
  try w.give(RootSlot.vspaceControl.slot, to: process, at: Means.vspaceControl.slot)
  try w.give(RootSlot.console.slot, to: process, at: Means.console.slot)
  try w.give(RootSlot.deviceFrame.slot, to: process, at: Means.deviceFrame.slot)
  try w.give(process, to: process, at: Means.process.slot)
  let pager = ControlCall.setPager(of: child.assistant.thread, Means.endpoint.slot)
  try expect(pager.perform(on: RootSlot.processControl.slot).code)
  try w.start(child)
  var next = Means.first.rawValue
  let sizes: InlineArray<3, UInt64> = [512, 32, 1]
  for index in 0..<3 {
    var code = ResultCode.ok
    while code == .ok {
      let create = ControlCall.createRingEndpoint(into: Child.slot(next), entries: sizes[index])
      code = try child.assistant.run(create, on: Means.objects.slot).code
      next += code == .ok ? 1 : 0
    }
    try expect(code, .noMemory)
  }
  return child
}

func spentSuite(_ report: inout Report) {
  ownSuite(&report)
  messageSuite(&report)
  stagedSuite(&report)
}

/// Requires that a child cannot pay for an operation.
private func refuse(
  _ child: Child, _ call: ControlCall, on family: Means, line: UInt = #line
) throws(Failure) {
  try expect(try child.assistant.run(call, on: family.slot, line: line).code, .noMemory, line: line)
}

private func ownSuite(_ report: inout Report) {
  report.check("a process without memory makes, moves, copies and unmaps nothing") {
    (w: inout Workshop) throws(Failure) in
    let child = try spent(&w, try w.endpoint())
    let source = Means.endpoint.slot
    try refuse(child, .createEndpoint(into: far), on: .childPopulate)
    try refuse(child, .capMove(source, to: far), on: .processControl)
    try refuse(child, .capCopy(source, to: far), on: .processControl)
    let unmap = ControlCall.unmap(child.bufferAddress, from: Means.process.slot, into: far)
    try refuse(child, unmap, on: .vspaceControl)
  }
  report.check("a process without memory maps no device") { (w: inout Workshop) throws(Failure) in
    let child = try spent(&w, try w.endpoint())
    if w.facts.platform.contains(.framebuffer) {
      try refuse(child, .mapFramebuffer(at: farAddress), on: .console)
    }
    let slot = w.slot()
    for place in 0..<192 as Range<UInt64> {
      let (device, register) = (place / 6, place % 6)
      let code = ControlCall.deriveBAR(into: slot, function: device << 8, register: register)
        .perform(on: RootSlot.deviceFrame.slot).code
      guard code == .ok else { continue }
      try expect(SystemCall.drop(slot))
      let derive = ControlCall.deriveBAR(into: far, function: device << 8, register: register)
      try refuse(child, derive, on: .deviceFrame)
      return
    }
    throw Failure(line: #line, found: 0, expected: 1)
  }
}

private func messageSuite(_ report: inout Report) {
  report.check("a process without memory has no slots to receive into") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let child = try spent(&w, endpoint)
    let assistant = child.assistant
    let slot = Means.endpoint.slot
    assistant.buffer.setReceiveSlot(far)
    let landing = MessageTag(label: 1, flags: .receiveSlots)
    try expect(try assistant.run(.call, slot, landing).status, .noMemory)
    try assistant.begin(.receive, slot, then: .saveReply, far)
    let first = try w.assistant()
    try first.begin(.call, endpoint, MessageTag(label: 1))
    try expect(try assistant.finished().status, .noMemory)
    let second = try w.assistant()
    try assistant.begin(
      .receive, slot, then: .replyReceive, slot, MessageTag(label: 0, flags: .receiveSlots))
    try second.begin(.call, endpoint, MessageTag(label: 1))
    try expect(try assistant.finished().status, .noMemory)
  }
  report.check("a fault of a process without memory is not resolved by a mapping") {
    (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let child = try spent(&w, endpoint)
    try child.assistant.begin(.load, farAddress)
    try expect(SystemCall.receive(endpoint, poll).status)
    let resolve = ControlCall.resolveFault(frame: try w.frame(), at: farAddress, rights: .read)
    try expect(resolve.perform(on: RootSlot.pager.slot).code, .noMemory)
  }
}

/// A staged process with a small budget.
private func small(_ w: inout Workshop, slots: UInt32) throws(Failure) -> CapSlot {
  let slot = w.slot()
  let create = ControlCall.createStagedProcess(
    from: w.pool, into: slot, budgetOrder: 4, slots: slots, windowBase: 1, windowCount: slots - 1)
  try expect(create.perform(on: RootSlot.processControl.slot).code)
  return slot
}

private func stagedSuite(_ report: inout Report) {
  report.check("threads, grants and buffers that a child cannot pay for") {
    (w: inout Workshop) throws(Failure) in
    let process = try small(&w, slots: 64)
    var thread = CapSlot.null
    var code = ResultCode.ok
    while code == .ok {
      let slot = w.slot()
      code =
        ControlCall.createThread(of: process, into: slot).perform(on: RootSlot.objects.slot).code
      if code == .ok { thread = slot }
    }
    try expect(code, .noMemory)
    code = .ok
    while code == .ok {
      let derive = ControlCall.deriveInstallGrant(
        for: process, into: w.slot(), firstSlot: 1, slotCount: 1)
      code = derive.perform(on: RootSlot.processControl.slot).code
    }
    try expect(code, .noMemory)
    let buffer = ControlCall.setBuffer(of: thread, try w.frame())
    try expect(buffer.perform(on: RootSlot.threadControl.slot).code, .noMemory)
  }
  report.check("slots that a child cannot pay for") { (w: inout Workshop) throws(Failure) in
    let slots: UInt32 = 1 << 16
    let process = try small(&w, slots: slots)
    let grant = try wideGrant(&w, process, slots: slots)
    let source = try w.endpoint()
    var code = ResultCode.ok
    var slot: UInt32 = 1
    while code == .ok, slot < slots {
      let install = ControlCall.install(source, with: grant, at: CapSlot(rawValue: slot))
      code = install.perform(on: RootSlot.processControl.slot).code
      slot += 512
    }
    try expect(code, .noMemory)
  }
}
