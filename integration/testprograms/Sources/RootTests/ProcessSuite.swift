// Processes: staging, grants, start and end, budgets, the visible window.

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

/// An install grant for a staged process.
private func grant(
  _ w: inout Workshop, _ child: CapSlot, first: UInt32 = 10, count: UInt32 = 4
) throws(Failure) -> CapSlot {
  let slot = w.slot()
  try expect(
    process(.deriveInstallGrant(for: child, into: slot, firstSlot: first, slotCount: count)))
  return slot
}

func processSuite(_ report: inout Report) {
  report.begin("process")
  stagingSuite(&report)
  stagingRefusalSuite(&report)
  grantSuite(&report)
  installSuite(&report)
  installRefusalSuite(&report)
  startSuite(&report)
  endSuite(&report)
  windowSuite(&report)
  windowOperationSuite(&report)
  writeSuite(&report)
  report.begin("budget")
  budgetSuite(&report)
}

private func stagingSuite(_ report: inout Report) {
  report.check("a child runs and answers") { (w: inout Workshop) throws(Failure) in
    let child = try w.child()
    try expect(try child.assistant.run(.yield, .null).status)
  }
  report.check("a child has slots of its own") { (w: inout Workshop) throws(Failure) in
    let child = try w.child()
    let found = try child.assistant.run(.queryLocalCap, RootSlot.log.slot)
    try expect(found.status, .slotOutOfRange)
    try expect(try child.assistant.run(.queryLocalCap, Child.slot(0)).badge, equals: 0)
    let wake = try child.assistant.run(.queryLocalCap, Child.wakeSlot)
    try expect(wake.badge, equals: UInt64(CapabilityType.notification.rawValue))
  }
  report.check("a child sees the memory that is shared with it") {
    (w: inout Workshop) throws(Failure) in
    let frame = try w.frame()
    let shared = try w.copy(frame)
    let address = try w.map(frame)
    let child = try w.stagedChild()
    try w.place(shared, in: child.process, at: address, rights: .read)
    try w.start(child)
    Memory.store(0xABCD, at: address)
    try child.assistant.begin(.load, address)
    try expect(try child.assistant.finished().words.word0, equals: 0xABCD)
  }
  stagingSuiteSecond(&report)
}

private func stagingSuiteSecond(_ report: inout Report) {
  report.check("messages travel between processes") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let child = try w.stagedChild()
    try w.give(endpoint, to: child.process, at: Child.slot(0), rights: .send, badge: 77)
    try w.start(child)
    let tag = MessageTag(label: 3, length: 1024)
    child.assistant.buffer[payloadWord: 100] = 0x5A5A
    try child.assistant.begin(.call, Child.slot(0), tag, MessageWords(1, 2, 3, 4))
    let received = SystemCall.receive(endpoint)
    try expect(received.badge, equals: 77)
    try expect(received.words == MessageWords(1, 2, 3, 4))
    try expect(w.buffer[payloadWord: 100], equals: 0x5A5A)
    try expect(SystemCall.reply(endpoint, MessageTag(label: 0), MessageWords(8)).status)
    try expect(try child.assistant.finished().code)
  }
}

private func stagingRefusalSuite(_ report: inout Report) {
  /// Tries a process of this shape.
  func refuse(
    _ w: inout Workshop, order: UInt32 = 4, slots: UInt32 = 64, base: UInt32 = 1,
    count: UInt32 = 8
  ) throws(Failure) {
    let create = ControlCall.createStagedProcess(
      from: w.pool, into: w.slot(), budgetOrder: order, slots: slots, windowBase: base,
      windowCount: count)
    try expect(process(create), .invalidArgument)
  }
  report.check("a process with an impossible budget") { (w: inout Workshop) throws(Failure) in
    try refuse(&w, order: 1)
    try refuse(&w, order: 21)
    try refuse(&w, order: 256)
  }
  report.check("a process with an impossible CSpace") { (w: inout Workshop) throws(Failure) in
    try refuse(&w, slots: 0)
    try refuse(&w, slots: 1 << 20 + 1)
  }
  report.check("a process with an impossible window") { (w: inout Workshop) throws(Failure) in
    try refuse(&w, base: 64, count: 1)
    try refuse(&w, base: 1, count: 64)
    try refuse(&w, base: .max, count: .max)
  }
  stagingRefusalSuiteSecond(&report)
}

private func stagingRefusalSuiteSecond(_ report: inout Report) {
  /// Tries a process of this shape.
  func refuse(
    _ w: inout Workshop, order: UInt32 = 4, slots: UInt32 = 64, base: UInt32 = 1,
    count: UInt32 = 8
  ) throws(Failure) {
    let create = ControlCall.createStagedProcess(
      from: w.pool, into: w.slot(), budgetOrder: order, slots: slots, windowBase: base,
      windowCount: count)
    try expect(process(create), .invalidArgument)
  }
  report.check("a process larger than the memory") { (w: inout Workshop) throws(Failure) in
    let small = try w.untyped(order: 2)
    let create = ControlCall.createStagedProcess(
      from: small, into: w.slot(), budgetOrder: 5, slots: 64, windowBase: 1, windowCount: 8)
    try expect(process(create), .noMemory)
  }
  report.subjectRefusals(
    "create process", on: .processControl, needs: .manage,
    make: { (w: inout Workshop) throws(Failure) in try w.untyped(order: 5) },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .createStagedProcess(
        from: slot, into: w.slot(), budgetOrder: 4, slots: 64, windowBase: 1, windowCount: 8)
    })
  stagingRefusalSuiteThird(&report)
}

private func stagingRefusalSuiteThird(_ report: inout Report) {
  /// Tries a process of this shape.
  func refuse(
    _ w: inout Workshop, order: UInt32 = 4, slots: UInt32 = 64, base: UInt32 = 1,
    count: UInt32 = 8
  ) throws(Failure) {
    let create = ControlCall.createStagedProcess(
      from: w.pool, into: w.slot(), budgetOrder: order, slots: slots, windowBase: base,
      windowCount: count)
    try expect(process(create), .invalidArgument)
  }
  report.destinationRefusals(
    "create process", on: .processControl,
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .createStagedProcess(
        from: w.pool, into: slot, budgetOrder: 4, slots: 64, windowBase: 1, windowCount: 8)
    })
}

private func grantSuite(_ report: inout Report) {
  report.check("a grant for slots that the child does not have") {
    (w: inout Workshop) throws(Failure) in
    let child = try bare(&w)
    let values: InlineArray<3, UInt32> = [0, 64, .max]
    for index in 0..<3 {
      let first = values[index]
      let derive = ControlCall.deriveInstallGrant(
        for: child, into: w.slot(), firstSlot: first, slotCount: 1)
      try expect(process(derive), .invalidArgument)
    }
    let long = ControlCall.deriveInstallGrant(
      for: child, into: w.slot(), firstSlot: 60, slotCount: 5)
    try expect(process(long), .invalidArgument)
    let none = ControlCall.deriveInstallGrant(
      for: child, into: w.slot(), firstSlot: 60, slotCount: 0)
    try expect(process(none), .invalidArgument)
  }
  report.check("a grant for a running process") { (w: inout Workshop) throws(Failure) in
    let child = try w.child()
    let derive = ControlCall.deriveInstallGrant(
      for: child.process, into: w.slot(), firstSlot: 20, slotCount: 1)
    try expect(process(derive), .wrongState)
  }
  grantSuiteSecond(&report)
}

private func grantSuiteSecond(_ report: inout Report) {
  report.subjectRefusals(
    "derive grant", on: .processControl, needs: .manage,
    make: { (w: inout Workshop) throws(Failure) in try bare(&w) },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .deriveInstallGrant(for: slot, into: w.slot(), firstSlot: 10, slotCount: 1)
    })
  report.destinationRefusals(
    "derive grant", on: .processControl,
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .deriveInstallGrant(for: try bare(&w), into: slot, firstSlot: 10, slotCount: 1)
    })
}

private func installSuite(_ report: inout Report) {
  report.check("installed capabilities have the rights named") {
    (w: inout Workshop) throws(Failure) in
    let child = try w.stagedChild()
    let endpoint = try w.endpoint()
    try w.give(endpoint, to: child.process, at: Child.slot(0), rights: .send, badge: 4)
    try w.start(child)
    let found = try child.assistant.run(.queryLocalCap, Child.slot(0))
    try expect(found.tag.rawValue, equals: UInt64(Rights.send.rawValue))
    try expect(SystemCall.revoke(endpoint))
    try expect(try child.assistant.run(.queryLocalCap, Child.slot(0)).badge, equals: 0)
  }
  report.check("a grant dies with its child") { (w: inout Workshop) throws(Failure) in
    let child = try bare(&w)
    let grant = try grant(&w, child)
    try expect(process(.kill(process: child)))
    try expect(try w.isEmpty(grant))
  }
  report.subjectRefusals(
    "install", on: .processControl, needs: .none,
    make: { (w: inout Workshop) throws(Failure) in .null },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .install(try w.endpoint(), with: slot, at: CapSlot(rawValue: 10))
    })
}

/// Tries to install.
private func refuse(
  _ w: inout Workshop, _ source: CapSlot, at slot: UInt32 = 10, rights: Rights = .all,
  badge: UInt64 = 0, _ code: ResultCode, line: UInt = #line
) throws(Failure) {
  let grant = try grant(&w, try bare(&w))
  let install = ControlCall.install(
    source, with: grant, at: CapSlot(rawValue: slot), rights: rights,
    badge: Badge(rawValue: badge))
  try expect(process(install), code, line: line)
}

private func installRefusalSuite(_ report: inout Report) {
  report.check("install outside the grant") { (w: inout Workshop) throws(Failure) in
    let source = try w.endpoint()
    try refuse(&w, source, at: 9, .slotOutOfRange)
    try refuse(&w, source, at: 14, .slotOutOfRange)
  }
  report.check("install of an empty slot") { (w: inout Workshop) throws(Failure) in
    let empty = w.slot()
    try refuse(&w, empty, .emptySlot)
  }
  report.check("install with reserved rights") { (w: inout Workshop) throws(Failure) in
    let source = try w.endpoint()
    try refuse(&w, source, rights: Rights(rawValue: 0x80), .invalidArgument)
  }
  report.check("install of a badge where none can be") { (w: inout Workshop) throws(Failure) in
    let badged = try w.copy(try w.endpoint(), badge: 1)
    let frame = try w.frame()
    try refuse(&w, badged, badge: 2, .alreadyBadged)
    try refuse(&w, frame, badge: 2, .invalidArgument)
  }
  report.check("install of a grant") { (w: inout Workshop) throws(Failure) in
    let other = try grant(&w, try bare(&w))
    try refuse(&w, other, .denied)
  }
  installRefusalSuiteSecond(&report)
}

private func installRefusalSuiteSecond(_ report: inout Report) {
  report.check("install over a capability") { (w: inout Workshop) throws(Failure) in
    let grant = try grant(&w, try bare(&w))
    let install = ControlCall.install(try w.endpoint(), with: grant, at: CapSlot(rawValue: 10))
    try expect(process(install))
    try expect(process(install), .occupiedSlot)
  }
}

private func startSuite(_ report: inout Report) {
  report.check("start while a grant lives") { (w: inout Workshop) throws(Failure) in
    let child = try bare(&w)
    let grant = try grant(&w, child)
    let start = ControlCall.start(process: child, entry: 4096, stack: 4096, argument: 0)
    try expect(process(start), .busy)
    try expect(SystemCall.drop(grant))
    _ = SystemCall.yield()
    try expect(process(start))
  }
  report.check("start of a running process") { (w: inout Workshop) throws(Failure) in
    let child = try w.child()
    let start = ControlCall.start(process: child.process, entry: 4096, stack: 4096, argument: 0)
    try expect(process(start), .wrongState)
  }
  report.check("start at an address that is none") { (w: inout Workshop) throws(Failure) in
    let child = try bare(&w)
    try expect(
      process(.start(process: child, entry: 1 << 44, stack: 4096, argument: 0)), .invalidArgument)
    try expect(
      process(.start(process: child, entry: 4096, stack: 1 << 63, argument: 0)), .invalidArgument)
  }
  report.subjectRefusals(
    "start process", on: .processControl, needs: .manage,
    make: { (w: inout Workshop) throws(Failure) in try bare(&w) },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .start(process: slot, entry: 4096, stack: 4096, argument: 0)
    })
}

private func endSuite(_ report: inout Report) {
  report.check("abort empties the slot") { (w: inout Workshop) throws(Failure) in
    let child = try bare(&w)
    try expect(process(.abort(process: child)))
    try expect(try w.isEmpty(child))
  }
  report.check("abort of a running process") { (w: inout Workshop) throws(Failure) in
    try expect(process(.abort(process: try w.child().process)), .wrongState)
  }
  report.subjectRefusals(
    "abort", on: .processControl, needs: .manage,
    make: { (w: inout Workshop) throws(Failure) in try bare(&w) },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in .abort(process: slot) })
  report.check("kill gives the budget back") { (w: inout Workshop) throws(Failure) in
    let untyped = try w.untyped(order: 6)
    for _ in 0..<3 {
      let slot = w.slot()
      let create = ControlCall.createStagedProcess(
        from: untyped, into: slot, budgetOrder: 5, slots: 64, windowBase: 1, windowCount: 8)
      try expect(process(create))
      try expect(process(.kill(process: slot)))
    }
  }
  endSuiteSecond(&report)
}

private func endSuiteSecond(_ report: inout Report) {
  report.check("kill ends calls to the process") { (w: inout Workshop) throws(Failure) in
    let endpoint = try w.endpoint()
    let child = try w.stagedChild()
    try w.give(endpoint, to: child.process, at: Child.slot(0))
    try w.give(try w.endpoint(), to: child.process, at: Child.slot(1))
    try w.start(child)
    try child.assistant.begin(.receive, Child.slot(0), then: .call, Child.slot(1))
    let client = try w.assistant()
    try client.begin(.call, endpoint, MessageTag(label: 1))
    try expect(process(.kill(process: child.process)))
    try expect(try client.finished().status, .peerDied)
  }
  report.check("kill of a dead process") { (w: inout Workshop) throws(Failure) in
    let child = try w.child()
    try expect(process(.kill(process: child.process)))
    try expect(process(.kill(process: child.process)))
  }
  report.check("death is signalled") { (w: inout Workshop) throws(Failure) in
    let bell = try w.bell()
    let child = try w.child()
    let bind = ControlCall.bind(notification: bell.ring, to: child.process)
    try expect(bind.perform(on: RootSlot.threadControl.slot).code)
    try expect(process(.kill(process: child.process)))
    try expect(SystemCall.receive(bell.notification, poll).words.word0, equals: 1)
  }
  endSuiteThird(&report)
}

private func endSuiteThird(_ report: inout Report) {
  report.subjectRefusals(
    "kill", on: .processControl, needs: .manage,
    make: { (w: inout Workshop) throws(Failure) in try bare(&w) },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in .kill(process: slot) })
}
