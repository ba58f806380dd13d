// Faults as messages: pagers, fault endpoints, and how faults are resolved.

import CTestKit
import CapABI
import IPC
import Sys
import TestKit

/// The thread that faults and where its faults arrive.
private struct Scene {
  var child: Child
  var endpoint: CapSlot
}

/// A child whose assistant has a pager or a fault endpoint.
private func scene(
  _ w: inout Workshop, pager: Bool, line: UInt = #line
) throws(Failure) -> Scene {
  let endpoint = try w.endpoint(line: line)
  let child = try w.stagedChild(line: line)
  try w.give(endpoint, to: child.process, at: Child.slot(1), rights: .send, badge: 0xFA, line: line)
  let thread = child.assistant.thread
  let set: ControlCall =
    pager
    ? .setPager(of: thread, Child.slot(1)) : .setEndpoint(of: thread, Child.slot(1))
  try expect(set.perform(on: RootSlot.processControl.slot).code, line: line)
  try w.start(child, line: line)
  return Scene(child: child, endpoint: endpoint)
}

/// Resolves the fault that is owed.
private func resolve(_ call: ControlCall) -> ResultCode {
  call.perform(on: RootSlot.pager.slot).code
}

func faultSuite(_ report: inout Report) {
  report.begin("fault")
  pagerSuite(&report)
  resolveRefusalSuite(&report)
  copyOnWriteSuite(&report)
  kindSuite(&report)
  handlerSuite(&report)
}

private func pagerSuite(_ report: inout Report) {
  report.check("a page fault reaches the pager and is resolved") {
    (w: inout Workshop) throws(Failure) in
    let scene = try scene(&w, pager: true)
    let address = w.address()
    try scene.child.assistant.begin(.load, address + 24)
    let fault = SystemCall.receive(scene.endpoint, poll)
    try expect(fault.status)
    try expect(fault.badge, equals: 0xFA)
    try expect(fault.tag.flags == .fromKernel)
    try expect(UInt64(fault.tag.label), equals: UInt64(FaultKind.page.rawValue))
    try expect(fault.words.word0, equals: address + 24)
    try expect(fault.words.word3 & 0xFFFF_FFFF, equals: UInt64(PageFaultBits.user.rawValue))
    try expect(resolve(.resolveFault(frame: try w.frame(), at: address, rights: .read)))
    try expect(try scene.child.assistant.finished().words.word0, equals: 0)
  }
  report.check("a write fault says so") { (w: inout Workshop) throws(Failure) in
    let scene = try scene(&w, pager: true)
    let address = w.address()
    try scene.child.assistant.begin(.store, address, 5)
    let fault = SystemCall.receive(scene.endpoint, poll)
    let bits = PageFaultBits.user | .write
    try expect(fault.words.word3 & 0xFFFF_FFFF, equals: UInt64(bits.rawValue))
    try expect(
      resolve(.resolveFault(frame: try w.frame(), at: address, rights: .read | .write)))
    _ = try scene.child.assistant.finished()
  }
  pagerSuiteSecond(&report)
}

private func pagerSuiteSecond(_ report: inout Report) {
  report.check("a saved fault is resolved later") { (w: inout Workshop) throws(Failure) in
    let scene = try scene(&w, pager: true)
    let address = w.address()
    try scene.child.assistant.begin(.load, address)
    try expect(SystemCall.receive(scene.endpoint, poll).status)
    let saved = w.slot()
    try expect(SystemCall.saveReply(into: saved))
    try scene.child.assistant.stillWaits()
    try expect(
      resolve(.resolveFault(reply: saved, frame: try w.frame(), at: address, rights: .read)))
    _ = try scene.child.assistant.finished()
    try expect(try w.isEmpty(saved))
  }
  report.check("resuming without a mapping faults again") { (w: inout Workshop) throws(Failure) in
    let scene = try scene(&w, pager: true)
    try scene.child.assistant.begin(.load, w.address())
    try expect(SystemCall.receive(scene.endpoint, poll).status)
    try expect(resolve(.resolveFault()))
    try expect(SystemCall.receive(scene.endpoint, poll).tag.flags == .fromKernel)
  }
}

/// A fault that is owed to this thread.
private func owed(_ w: inout Workshop) throws(Failure) -> UInt64 {
  let scene = try scene(&w, pager: true)
  let address = w.address()
  try scene.child.assistant.begin(.load, address)
  try expect(SystemCall.receive(scene.endpoint, poll).status)
  return address
}

private func resolveRefusalSuite(_ report: inout Report) {
  report.check("resolving when nothing is owed") { (w: inout Workshop) throws(Failure) in
    try expect(resolve(.resolveFault()), .wrongState)
  }
  report.check("resolving a call that is no fault") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    try client.begin(.call, endpoint, MessageTag(label: 1))
    try expect(SystemCall.receive(endpoint).status)
    try expect(resolve(.resolveFault()), .wrongState)
    try expect(SystemCall.reply(endpoint, MessageTag(label: 0)).status)
  }
  report.check("resolving with a frame that is none") { (w: inout Workshop) throws(Failure) in
    let address = try owed(&w)
    try expect(
      resolve(.resolveFault(frame: try w.endpoint(), at: address, rights: .read)), .wrongType)
    try expect(resolve(.resolveFault(frame: w.slot(), at: address, rights: .read)), .emptySlot)
    try expect(resolve(.resolveFault(frame: beyond, at: address, rights: .read)), .slotOutOfRange)
    let weak = try w.copy(try w.frame(), rights: .read)
    try expect(
      resolve(.resolveFault(frame: weak, at: address, rights: .read | .write)), .missingRight)
    try expect(resolve(.resolveFault(frame: try w.frame(), at: address, rights: .read)))
  }
  resolveRefusalSuiteSecond(&report)
}

private func resolveRefusalSuiteSecond(_ report: inout Report) {
  report.check("resolving with an address or rights that MAP_FRAME refuses") {
    (w: inout Workshop) throws(Failure) in
    let address = try owed(&w)
    let frame = try w.frame()
    try expect(resolve(.resolveFault(frame: frame, at: 0, rights: .read)), .invalidArgument)
    try expect(
      resolve(.resolveFault(frame: frame, at: 1 << 44, rights: .read)), .invalidArgument)
    try expect(
      resolve(.resolveFault(frame: frame, at: address, rights: .write)), .invalidArgument)
    try expect(resolve(.resolveFault(frame: frame, at: address, rights: .read)))
  }
  report.check("resolving without a frame takes no other words") {
    (w: inout Workshop) throws(Failure) in
    let address = try owed(&w)
    try expect(resolve(.resolveFault(at: address)), .invalidArgument)
    try expect(resolve(.resolveFault()))
  }
  resolveRefusalSuiteThird(&report)
}

private func resolveRefusalSuiteThird(_ report: inout Report) {
  report.check("resolving by a mapping that conflicts with another") {
    (w: inout Workshop) throws(Failure) in
    let scene = try scene(&w, pager: true)
    let address = w.address()
    try scene.child.assistant.begin(.load, address)
    try expect(SystemCall.receive(scene.endpoint, poll).status)
    let frame = try w.frame()
    let taken = scene.child.bufferAddress
    try expect(resolve(.resolveFault(frame: frame, at: taken, rights: .read)), .exists)
    _ = try w.map(try w.copy(frame))
    try expect(
      resolve(.resolveFault(frame: frame, at: address, rights: .read | .execute)), .busy)
    try expect(resolve(.resolveFault(frame: frame, at: address, rights: .read)))
    _ = try scene.child.assistant.finished()
  }
}

private func copyOnWriteSuite(_ report: inout Report) {
  report.check("copy-on-write gives a copy of its own") { (w: inout Workshop) throws(Failure) in
    let scene = try scene(&w, pager: true)
    let source = try w.frame()
    let original = try w.map(try w.copy(source))
    Memory.store(0xC0, at: original + 8)
    let address = w.address()
    try scene.child.assistant.begin(.store, address, 0xD0)
    try expect(SystemCall.receive(scene.endpoint, poll).status)
    try expect(
      resolve(
        .resolveFault(
          frame: try w.frame(), at: address, rights: .read | .write, source: source)))
    _ = try scene.child.assistant.finished()
    try scene.child.assistant.begin(.load, address + 8)
    try expect(try scene.child.assistant.finished().words.word0, equals: 0xC0)
    try expect(Memory.load(original), equals: 0)
  }
  report.check("copy-on-write from a part of a larger frame") {
    (w: inout Workshop) throws(Failure) in
    let scene = try scene(&w, pager: true)
    let source = try w.frame(order: 1)
    let original = try w.map(try w.copy(source), order: 1)
    Memory.store(0xC1, at: original + 4096)
    Memory.store(0xC2, at: original + 4096 + 8)
    let address = w.address()
    try scene.child.assistant.begin(.load, address)
    try expect(SystemCall.receive(scene.endpoint, poll).status)
    try expect(
      resolve(
        .resolveFault(
          frame: try w.frame(), at: address, rights: .read, source: source, sourcePage: 1,
          byteCount: 8)))
    try expect(try scene.child.assistant.finished().words.word0, equals: 0xC1)
    try scene.child.assistant.begin(.load, address + 8)
    try expect(try scene.child.assistant.finished().words.word0, equals: 0)
  }
  report.check("copy-on-write of more than the source has") {
    (w: inout Workshop) throws(Failure) in
    let address = try owed(&w)
    let call = ControlCall.resolveFault(
      frame: try w.frame(), at: address, rights: .read, source: try w.frame(order: 1),
      sourcePage: 2)
    try expect(resolve(call), .invalidArgument)
  }
  copyOnWriteSuiteSecond(&report)
}

private func copyOnWriteSuiteSecond(_ report: inout Report) {
  report.check("copy-on-write from what cannot be read") { (w: inout Workshop) throws(Failure) in
    let address = try owed(&w)
    let frame = try w.frame()
    let weak = try w.copy(try w.frame(), rights: .write)
    try expect(
      resolve(.resolveFault(frame: frame, at: address, rights: .read, source: weak)),
      .missingRight)
    try expect(
      resolve(.resolveFault(frame: frame, at: address, rights: .read, source: try w.endpoint())),
      .wrongType)
  }
}

/// Executes an instruction in a child and requires a kind of fault.
private func provoke(
  _ w: inout Workshop, _ instruction: erix_test_instruction, _ kind: FaultKind,
  line: UInt = #line
) throws(Failure) {
  let scene = try scene(&w, pager: false, line: line)
  try scene.child.assistant.begin(.instruction, UInt64(instruction.rawValue), line: line)
  let fault = SystemCall.receive(scene.endpoint, poll)
  try expect(fault.status, line: line)
  try expect(fault.tag.flags == .fromKernel, line: line)
  try expect(UInt64(fault.tag.label), equals: UInt64(kind.rawValue), line: line)
  try expect(UInt64(fault.tag.length), equals: UInt64(FaultReport.length), line: line)
}

private func kindSuite(_ report: inout Report) {
  report.check("division by zero") { (w: inout Workshop) throws(Failure) in
    try provoke(&w, ERIX_TEST_DIVIDE, .divide)
  }
  report.check("a breakpoint") { (w: inout Workshop) throws(Failure) in
    try provoke(&w, ERIX_TEST_BREAKPOINT, .breakpoint)
  }
  report.check("an invalid instruction") { (w: inout Workshop) throws(Failure) in
    try provoke(&w, ERIX_TEST_INVALID, .invalidInstruction)
  }
  report.check("an address that is not canonical") { (w: inout Workshop) throws(Failure) in
    try provoke(&w, ERIX_TEST_NONCANONICAL, .protection)
  }
  report.check("the fault's registers are those of the thread") {
    (w: inout Workshop) throws(Failure) in
    let scene = try scene(&w, pager: false)
    try scene.child.assistant.begin(.load, 0x1238)
    let fault = SystemCall.receive(scene.endpoint, poll)
    try expect(UInt64(fault.tag.label), equals: UInt64(FaultKind.page.rawValue))
    try expect(fault.words.word0, equals: 0x1238)
    let image = w.facts.imageBase..<w.facts.imageBase + w.facts.imageSize
    try expect(image.contains(fault.words.word1))
    let stack = scene.child.assistant.mailbox.address
    try expect((stack..<stack + 16384).contains(fault.words.word2))
  }
  kindSuiteSecond(&report)
}

private func kindSuiteSecond(_ report: inout Report) {
  report.check("a forbidden system call is a fault") { (w: inout Workshop) throws(Failure) in
    let scene = try scene(&w, pager: false)
    let all: UInt64 = (1 << 13) - 1
    let withoutYield = all & ~(1 << 8)
    let filter = ControlCall.setFilter(of: scene.child.process, withoutYield)
    try expect(filter.perform(on: RootSlot.threadControl.slot).code)
    try scene.child.assistant.begin(.yield, .null)
    let fault = SystemCall.receive(scene.endpoint, poll)
    try expect(UInt64(fault.tag.label), equals: UInt64(FaultKind.forbiddenSyscall.rawValue))
    try expect(fault.words.word3 & 0xFFFF_FFFF, equals: Syscall.yield.rawValue)
  }
}

private func handlerSuite(_ report: inout Report) {
  report.check("a fault without handler stops the thread and is signalled") {
    (w: inout Workshop) throws(Failure) in
    let bell = try w.bell()
    let child = try w.child()
    let bind = ControlCall.bind(notification: bell.ring, to: child.process)
    try expect(bind.perform(on: RootSlot.threadControl.slot).code)
    try child.assistant.begin(.load, w.address())
    try child.assistant.stillWaits()
    try expect(SystemCall.receive(bell.notification, poll).words.word0, equals: 1)
  }
  handlerSuiteSecond(&report)
}

private func handlerSuiteSecond(_ report: inout Report) {
  report.check("what the pager refuses goes to the fault endpoint") {
    (w: inout Workshop) throws(Failure) in
    let scene = try scene(&w, pager: true)
    let last = try w.endpoint()
    let give = SystemCall.drop(w.slot())
    try expect(give, .emptySlot)
    let thread = scene.child.assistant.thread
    // The same endpoint under both names: first the pager's message, then the report.
    let set = ControlCall.setEndpoint(of: thread, Child.slot(1))
    try expect(set.perform(on: RootSlot.processControl.slot).code)
    try scene.child.assistant.begin(.load, w.address())
    let first = SystemCall.receive(scene.endpoint, poll)
    try expect(UInt64(first.tag.length), equals: UInt64(FaultMessage.length))
    try expect(SystemCall.reply(scene.endpoint, MessageTag(label: 1)).status)
    let second = SystemCall.receive(scene.endpoint, poll)
    try expect(UInt64(second.tag.length), equals: UInt64(FaultReport.length))
    _ = last
  }
  handlerSuiteThird(&report)
}

private func handlerSuiteThird(_ report: inout Report) {
  for isPager in 0..<2 {
    let name: StaticString = isPager == 0 ? "set endpoint" : "set pager"
    report.subjectRefusals(
      name, on: .processControl, needs: .manage,
      make: { (w: inout Workshop) throws(Failure) in try w.assistant().thread },
      { (w: inout Workshop, slot: CapSlot) throws(Failure) in
        isPager == 0 ? .setEndpoint(of: slot, .null) : .setPager(of: slot, .null)
      })
    report.check(name, " that is none") { (w: inout Workshop) throws(Failure) in
      let thread = try w.assistant().thread
      func set(_ slot: CapSlot) -> ResultCode {
        let call: ControlCall =
          isPager == 0 ? .setEndpoint(of: thread, slot) : .setPager(of: thread, slot)
        return call.perform(on: RootSlot.processControl.slot).code
      }
      try expect(set(w.slot()), .emptySlot)
      try expect(set(beyond), .slotOutOfRange)
      try expect(set(try w.notification()), .wrongType)
      try expect(set(try w.copy(try w.endpoint(), rights: .receive)), .missingRight)
    }
  }
}
