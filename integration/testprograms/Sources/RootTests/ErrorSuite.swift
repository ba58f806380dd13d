// Errors that operations have in common, each provoked where it can be. What a whole run provoked
// is compared with the tables of docs/reference: docs/reference/scenarios.md, "Tests inside the
// guest".

import CapABI
import IPC
import Sys
import TestKit

func errorSuite(_ report: inout Report) {
  report.begin("error")
  unusedSuite(&report)
  deadSuite(&report)
  bufferlessSuite(&report)
  grantSuite(&report)
  answerErrorSuite(&report)
  spentSuite(&report)
  deviceErrorSuite(&report)
}

/// The root's endpoint of a family that accepts an operation.
private func family(of operation: ControlOperation) -> RootSlot? {
  for index in 0..<23 as Range<UInt32> {
    guard let slot = RootSlot(rawValue: 2128 + index * 16), let kind = slot.family,
      kind.accepts(operation)
    else { continue }
    return slot
  }
  return nil
}

/// Whether an operation gives a meaning to word 3 when all others are zero.
private func readsLastWord(_ operation: ControlOperation) -> Bool {
  switch operation {
  case .startProcess, .startThread, .writeProcessMemory, .logString, .writeLegacySerial: true
  default: false
  }
}

private func unusedSuite(_ report: inout Report) {
  report.check("no operation takes an unused word") { (w: inout Workshop) throws(Failure) in
    var tried: UInt64 = 0
    for number in 1..<160 as Range<UInt16> {
      guard let operation = ControlOperation(rawValue: number), !operation.isReserved,
        !readsLastWord(operation), let slot = family(of: operation)
      else { continue }
      let call = ControlCall(operation, MessageWords(0, 0, 0, 1))
      try expect(call.perform(on: slot.slot).code, .invalidArgument, line: UInt(number))
      tried += 1
    }
    try expect(tried > 50)
  }
}

/// Requires that an operation is refused for a process that was killed.
private func refuseDead(
  _ call: ControlCall, on family: RootSlot, line: UInt = #line
) throws(Failure) {
  try expect(call.perform(on: family.slot).code, .wrongState, line: line)
}

private func deadSuite(_ report: inout Report) {
  report.check("a process that was killed is not changed any more") {
    (w: inout Workshop) throws(Failure) in
    let process = try w.child().process
    let kill = ControlCall.kill(process: process)
    try expect(kill.perform(on: RootSlot.processControl.slot).code)
    let map = ControlCall.map(try w.frame(), into: process, at: w.address(), rights: .read)
    try refuseDead(map, on: .vspaceControl)
    try refuseDead(.unmap(w.address(), from: process, into: w.slot()), on: .vspaceControl)
    try refuseDead(.createThread(of: process, into: w.slot()), on: .objects)
    try refuseDead(.setFilter(of: process, 1), on: .threadControl)
    try refuseDead(.bind(notification: try w.bell().ring, to: process), on: .threadControl)
    try refuseDead(.setEndpoint(of: process, .null), on: .processControl)
    try refuseDead(.setPager(of: process, .null), on: .processControl)
    try refuseDead(.setBuffer(of: process, try w.frame()), on: .threadControl)
  }
}

private func bufferlessSuite(_ report: inout Report) {
  report.check("what is longer than the words needs a buffer") {
    (w: inout Workshop) throws(Failure) in
    let helper = try bufferless(&w)
    let acpi = RootSlot.acpi.slot
    let pointer = ControlCall(.getACPIRSDP).perform(on: acpi).words.word0
    // The root table's address is the fourth word (ACPI 6.5, section 5.2.5.3).
    let table = ControlCall.readACPI(pointer, count: 4).perform(on: acpi).words.word3
    try expect(try helper.run(.readACPI(table, count: 5), on: acpi).code, .noBuffer)
    let trace = RootSlot.trace.slot
    try expect(ControlCall.trace(1).perform(on: trace).code)
    _ = SystemCall.yield()
    try expect(ControlCall.trace(0).perform(on: trace).code)
    try expect(try helper.run(.readTrace(from: 0, count: 1), on: trace).code, .noBuffer)
    let kernelLog = RootSlot.kernelLog.slot
    try expect(try helper.run(.readLog(from: 0, count: 100), on: kernelLog).code, .noBuffer)
    let log = RootSlot.log.slot
    try expect(try helper.run(ControlCall(.logString, length: 40), on: log).code, .noBuffer)
    let serial = ControlCall(.writeLegacySerial, length: 40)
    try expect(try helper.run(serial, on: log).code, .noBuffer)
  }
  report.check("a text of no bytes") { (w: inout Workshop) throws(Failure) in
    let log = RootSlot.log.slot
    try expect(ControlCall(.logString, length: 0).perform(on: log).code, .invalidArgument)
    try expect(ControlCall(.writeLegacySerial, length: 0).perform(on: log).code, .invalidArgument)
  }
}

/// An install grant for all slots of a staged child.
func wideGrant(_ w: inout Workshop, _ process: CapSlot, slots: UInt32) throws(Failure) -> CapSlot {
  let slot = w.slot()
  let derive = ControlCall.deriveInstallGrant(
    for: process, into: slot, firstSlot: 1, slotCount: slots - 1)
  try expect(derive.perform(on: RootSlot.processControl.slot).code)
  return slot
}

private func grantSuite(_ report: inout Report) {
  report.check("a grant is never copied") { (w: inout Workshop) throws(Failure) in
    let grant = try wideGrant(&w, try w.stagedChild().process, slots: Child.slots)
    let copy = ControlCall.capCopy(grant, to: w.slot())
    try expect(copy.perform(on: RootSlot.processControl.slot).code, .denied)
  }
  report.check("a grant that lost its right installs nothing") {
    (w: inout Workshop) throws(Failure) in
    let grant = try wideGrant(&w, try w.stagedChild().process, slots: Child.slots)
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    client.buffer.setTransfer(0, TransferEntry(slot: grant, mode: .move, rights: .read))
    try client.begin(.call, endpoint, MessageTag(label: 1, capabilityCount: 1))
    let landing = w.slot()
    w.buffer.setReceiveSlot(landing)
    try expect(SystemCall.receive(endpoint, MessageTag(label: 0, flags: .receiveSlots)).status)
    let install = ControlCall.install(
      try w.notification(), with: landing, at: Child.slot(3), rights: .all)
    try expect(install.perform(on: RootSlot.processControl.slot).code, .missingRight)
    try expect(SystemCall.reply(endpoint, MessageTag(label: 0)).status)
  }
  report.check("write where the mapping's capability lacks WRITE") {
    (w: inout Workshop) throws(Failure) in
    let child = try w.stagedChild()
    let address = w.address()
    let weak = try w.copy(try w.frame(), rights: .read)
    try w.place(weak, in: child.process, at: address, rights: .read)
    let write = ControlCall.write(
      to: child.process, at: address, from: try w.pages(), count: 8)
    try expect(write.perform(on: RootSlot.processControl.slot).code, .denied)
  }
}
