// The protections of user space against itself and of the kernel against user space, each provoked
// by a child, and system calls that are none. A protection that an image leaves out makes its case
// fail.

import CTestKit
import CapABI
import IPC
import Sys
import TestKit

func hardeningSuite(_ report: inout Report) {
  report.begin("hardening")
  pageSuite(&report)
  instructionSuite(&report)
  isolationSuite(&report)
  report.begin("system call")
  numberSuite(&report)
}

/// What a child does that must end in a fault.
private func provoke(
  _ w: inout Workshop, _ task: Task, _ first: UInt64, _ kind: FaultKind, value: UInt64 = 0,
  prepare: (inout Workshop, Child) throws(Failure) -> Void = { _, _ in }, line: UInt = #line
) throws(Failure) -> Answer {
  let endpoint = try w.endpoint(line: line)
  let child = try w.stagedChild(line: line)
  try w.give(endpoint, to: child.process, at: Child.slot(1), rights: .send, line: line)
  let set = ControlCall.setEndpoint(of: child.assistant.thread, Child.slot(1))
  try expect(set.perform(on: RootSlot.processControl.slot).code, line: line)
  try prepare(&w, child)
  try w.start(child, line: line)
  try child.assistant.begin(task, first, value, line: line)
  let fault = SystemCall.receive(endpoint, poll)
  try expect(fault.status, line: line)
  try expect(UInt64(fault.tag.label), equals: UInt64(kind.rawValue), line: line)
  return fault
}

/// Requires page-fault bits.
private func expect(
  _ fault: Answer, _ bits: PageFaultBits, line: UInt = #line
) throws(Failure) {
  try TestKit.expect(fault.words.word3 & 0xFFFF_FFFF, equals: UInt64(bits.rawValue), line: line)
}

private func pageSuite(_ report: inout Report) {
  report.check("NX: data does not run") { (w: inout Workshop) throws(Failure) in
    let address = w.address()
    let fault = try provoke(
      &w, .execute, address, .page,
      prepare: { w, child throws(Failure) in
        try w.place(try w.frame(), in: child.process, at: address)
      })
    try expect(fault, .user | .present | .fetch)
  }
  report.check("W^X: code is not writable") { (w: inout Workshop) throws(Failure) in
    let fault = try provoke(&w, .store, w.facts.imageBase, .page, value: 1)
    try expect(fault, .user | .present | .write)
  }
  report.check("read-only pages are not writable") { (w: inout Workshop) throws(Failure) in
    let address = w.address()
    let fault = try provoke(
      &w, .store, address, .page, value: 1,
      prepare: { w, child throws(Failure) in
        try w.place(try w.frame(), in: child.process, at: address, rights: .read)
      })
    try expect(fault, .user | .present | .write)
  }
  pageSuiteSecond(&report)
}

private func pageSuiteSecond(_ report: inout Report) {
  report.check("null guard: page 0 is not there") { (w: inout Workshop) throws(Failure) in
    let fault = try provoke(&w, .load, 8, .page)
    try expect(fault, .user)
    try TestKit.expect(fault.words.word0, equals: 8)
  }
  report.check("the kernel's half cannot be read") { (w: inout Workshop) throws(Failure) in
    _ = try provoke(&w, .load, 0xFFFF_FFFF_8000_0000, .page)
  }
  report.check("the kernel's half cannot be run") { (w: inout Workshop) throws(Failure) in
    _ = try provoke(&w, .execute, 0xFFFF_FFFF_8000_0000, .page)
  }
  report.check("the direct map cannot be read") { (w: inout Workshop) throws(Failure) in
    _ = try provoke(&w, .load, 0xFFFF_8000_0000_0000, .page)
  }
}

/// Executes an instruction that must be refused.
private func refuse(
  _ w: inout Workshop, _ instruction: erix_test_instruction, _ kind: FaultKind = .protection,
  line: UInt = #line
) throws(Failure) {
  _ = try provoke(&w, .instruction, UInt64(instruction.rawValue), kind, line: line)
}

private func instructionSuite(_ report: inout Report) {
  report.check("interrupts cannot be disabled") { (w: inout Workshop) throws(Failure) in
    try refuse(&w, ERIX_TEST_CLI)
  }
  report.check("the processor cannot be halted") { (w: inout Workshop) throws(Failure) in
    try refuse(&w, ERIX_TEST_HLT)
  }
  report.check("ports cannot be read") { (w: inout Workshop) throws(Failure) in
    try refuse(&w, ERIX_TEST_PORT_IN)
  }
  report.check("model-specific registers cannot be read") { (w: inout Workshop) throws(Failure) in
    try refuse(&w, ERIX_TEST_READ_MSR)
  }
  report.check("control registers cannot be read") { (w: inout Workshop) throws(Failure) in
    try refuse(&w, ERIX_TEST_READ_CR0)
  }
  report.check("UMIP: descriptor tables are not shown") { (w: inout Workshop) throws(Failure) in
    try refuse(&w, ERIX_TEST_STORE_IDT)
  }
  report.check("FSGSBASE is off") { (w: inout Workshop) throws(Failure) in
    try refuse(&w, ERIX_TEST_READ_FS_BASE, .invalidInstruction)
  }
}

private func isolationSuite(_ report: inout Report) {
  report.check("FPU: registers are a thread's own") { (w: inout Workshop) throws(Failure) in
    let first = try w.child().assistant
    let second = try w.child().assistant
    try first.begin(.instruction, UInt64(ERIX_TEST_FPU_LEAVE.rawValue), 0x1111_2222)
    _ = try first.finished()
    try second.begin(.instruction, UInt64(ERIX_TEST_FPU_READ.rawValue))
    try TestKit.expect(try second.finished().words.word0, equals: 0)
    try second.begin(.instruction, UInt64(ERIX_TEST_FPU_LEAVE.rawValue), 0x3333_4444)
    _ = try second.finished()
    try first.begin(.instruction, UInt64(ERIX_TEST_FPU_READ.rawValue))
    try TestKit.expect(try first.finished().words.word0, equals: 0x1111_2222)
    try second.begin(.instruction, UInt64(ERIX_TEST_FPU_READ.rawValue))
    try TestKit.expect(try second.finished().words.word0, equals: 0x3333_4444)
  }
  report.check("separate tables: a child does not see root's pages") {
    (w: inout Workshop) throws(Failure) in
    let address = try w.pages()
    Memory.store(1, at: address)
    _ = try provoke(&w, .load, address, .page)
  }
  isolationSuiteSecond(&report)
}

private func isolationSuiteSecond(_ report: inout Report) {
  report.check("SMAP and SMEP: the kernel refuses a kernel address as a source") {
    (w: inout Workshop) throws(Failure) in
    let child = try w.stagedChild()
    let target = w.address()
    try w.place(try w.frame(), in: child.process, at: target)
    let write = ControlCall.write(
      to: child.process, at: target, from: 0xFFFF_FFFF_8000_0000, count: 64)
    try TestKit.expect(write.perform(on: RootSlot.processControl.slot).code, .invalidArgument)
  }
  report.check("ASLR: the image is not where it was linked") {
    (w: inout Workshop) throws(Failure) in
    // Where a layout that is not drawn has it: the first region, behind its first 2 MiB.
    let fixed: UInt64 = 1 << 30 + 2 << 20
    try TestKit.expect(w.facts.imageBase != 0x1000 && w.facts.imageBase != 0)
    try TestKit.expect(w.facts.imageBase != fixed)
    try TestKit.expect(w.facts.hasSeed)
  }
  report.check("the protections in force can be read") { (w: inout Workshop) throws(Failure) in
    let answer = ControlCall(.auditHardening).perform(on: RootSlot.audit.slot)
    try TestKit.expect(answer.code)
    let bits = answer.words.word0
    // NX, W^X, null guard, separate tables, system-call filter, copy-on-write, clearing of memory:
    // no image can leave them out.
    let always: UInt64 = 1 << 0 | 1 << 5 | 1 << 6 | 1 << 9 | 1 << 15 | 1 << 16 | 1 << 17
    try TestKit.expect(bits & always, equals: always)
    try TestKit.expect(bits & w.facts.leaveOut, equals: 0)
  }
}

private func numberSuite(_ report: inout Report) {
  report.check("numbers that are no system call") { (w: inout Workshop) throws(Failure) in
    let values: InlineArray<6, UInt64> = [0, 0x3F, 0x4D, 0x80, 1 << 32 | 0x48, .max]
    for index in 0..<6 {
      let number = values[index]
      try TestKit.expect(SystemCall.raw(number).status, .unsupported)
    }
  }
  report.check("registers that a call does not return are kept") {
    (w: inout Workshop) throws(Failure) in
    let answer = SystemCall.raw(
      Syscall.dropLocalCap.rawValue, 0, 7, MessageWords(1, 2, 3, 4))
    try TestKit.expect(answer.status, .slotOutOfRange)
    try TestKit.expect(answer.words == MessageWords(1, 2, 3, 4))
    try TestKit.expect(answer.tag.rawValue, equals: 7)
  }
  report.check("yield gives OK") { (w: inout Workshop) throws(Failure) in
    try TestKit.expect(SystemCall.yield().status)
  }
  report.check("an unknown stage") { (w: inout Workshop) throws(Failure) in
    try TestKit.expect(
      SystemCall.raw(Syscall.rootdReport.rawValue, 0, 0xFFFF).status, .invalidArgument)
    try TestKit.expect(SystemCall.raw(Syscall.rootdReport.rawValue, 2).status, .invalidArgument)
  }
  numberSuiteSecond(&report)
}

private func numberSuiteSecond(_ report: inout Report) {
  report.check("only the root task reports") { (w: inout Workshop) throws(Failure) in
    let child = try w.child()
    let answer = try child.assistant.run(.rootdReport, .null, MessageTag(rawValue: 1))
    try TestKit.expect(answer.status, .denied)
  }
  report.check("a filter with bits above 12") { (w: inout Workshop) throws(Failure) in
    let child = try w.stagedChild()
    let filter = ControlCall.setFilter(of: child.process, 1 << 13)
    try TestKit.expect(filter.perform(on: RootSlot.threadControl.slot).code, .invalidArgument)
  }
  report.subjectRefusals(
    "set filter", on: .threadControl, needs: .manage,
    make: { (w: inout Workshop) throws(Failure) in try w.stagedChild().process },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in .setFilter(of: slot, 1) })
}
