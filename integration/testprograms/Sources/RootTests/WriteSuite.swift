// Writing a staged child's memory, and budgets.

import CapABI
import IPC
import Sys
import TestKit

/// An operation of the process family.
private func process(_ call: ControlCall) -> ResultCode {
  call.perform(on: RootSlot.processControl.slot).code
}

func writeSuite(_ report: inout Report) {
  report.check("write reaches a read-only page of a staged child") {
    (w: inout Workshop) throws(Failure) in
    let child = try w.stagedChild()
    let frame = try w.frame()
    let address = w.address()
    try w.place(frame, in: child.process, at: address, rights: .read)
    let source = try w.pages()
    Memory.store(0x77, at: source + 16)
    try expect(
      process(.write(to: child.process, at: address + 8, from: source + 16, count: 8)))
    try w.start(child)
    try child.assistant.begin(.load, address + 8)
    try expect(try child.assistant.finished().words.word0, equals: 0x77)
  }
  writeSuiteSecond(&report)
}

private func writeSuiteSecond(_ report: inout Report) {
  report.check("write across pages") { (w: inout Workshop) throws(Failure) in
    let child = try w.stagedChild()
    let address = w.address(order: 1)
    try w.place(try w.frame(order: 1), in: child.process, at: address)
    let source = try w.pages(order: 1)
    Memory.store(0x1122_3344_5566_7788, at: source + 4088)
    Memory.store(0x99, at: source + 4096)
    try expect(process(.write(to: child.process, at: address, from: source, count: 8192)))
    try w.start(child)
    try child.assistant.begin(.load, address + 4088)
    try expect(try child.assistant.finished().words.word0, equals: 0x1122_3344_5566_7788)
    try child.assistant.begin(.load, address + 4096)
    try expect(try child.assistant.finished().words.word0, equals: 0x99)
  }
  report.check("write where nothing is mapped") { (w: inout Workshop) throws(Failure) in
    let child = try w.stagedChild()
    let source = try w.pages()
    try expect(
      process(.write(to: child.process, at: w.address(), from: source, count: 8)), .notFound)
  }
  writeSuiteThird(&report)
}

private func writeSuiteThird(_ report: inout Report) {
  report.check("write from memory that cannot be read") { (w: inout Workshop) throws(Failure) in
    let child = try w.stagedChild()
    let address = w.address()
    try w.place(try w.frame(), in: child.process, at: address)
    try expect(
      process(.write(to: child.process, at: address, from: w.address(), count: 8)),
      .invalidArgument)
  }
  writeRefusals(&report)
}

private func writeRefusals(_ report: inout Report) {
  report.check("write with ranges that are none") { (w: inout Workshop) throws(Failure) in
    let child = try w.stagedChild().process
    let source = try w.pages()
    try expect(process(.write(to: child, at: source, from: source, count: 0)), .invalidArgument)
    try expect(
      process(.write(to: child, at: source, from: source, count: .max)), .invalidArgument)
    try expect(process(.write(to: child, at: .max, from: source, count: 8)), .invalidArgument)
    let upper: UInt64 = 0xFFFF_8000_0000_0000
    try expect(process(.write(to: child, at: source, from: upper, count: 8)), .invalidArgument)
  }
  report.check("write to a running process") { (w: inout Workshop) throws(Failure) in
    let child = try w.child().process
    let source = try w.pages()
    try expect(process(.write(to: child, at: source, from: source, count: 8)), .wrongState)
  }
  report.subjectRefusals(
    "write", on: .processControl, needs: .write,
    make: { (w: inout Workshop) throws(Failure) in try w.stagedChild().process },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .write(to: slot, at: 4096, from: try w.pages(), count: 8)
    })
}

func budgetSuite(_ report: inout Report) {
  report.check("a budget tells what it has") { (w: inout Workshop) throws(Failure) in
    let child = try w.stagedChild()
    let read = ControlCall.readBudget(of: child.process).perform(on: RootSlot.budget.slot)
    try expect(read.code)
    try expect(read.words.word0, equals: 4096 << UInt64(Child.budgetOrder))
    try expect(read.words.word1 < read.words.word0)
    try expect(read.words.word2 <= read.words.word1)
  }
  report.check("a top-up adds its pages") { (w: inout Workshop) throws(Failure) in
    let child = try w.stagedChild()
    let topUp = ControlCall.topUp(process: child.process, from: w.pool, order: 3)
    try expect(topUp.perform(on: RootSlot.budget.slot).code)
    let read = ControlCall.readBudget(of: child.process).perform(on: RootSlot.budget.slot)
    try expect(read.words.word0, equals: 4096 << UInt64(Child.budgetOrder) + 4096 << 3)
  }
  report.check("revoking a top-up ends the process") { (w: inout Workshop) throws(Failure) in
    let child = try w.child()
    let untyped = try w.untyped(order: 4)
    let topUp = ControlCall.topUp(process: child.process, from: untyped, order: 3)
    try expect(topUp.perform(on: RootSlot.budget.slot).code)
    try expect(SystemCall.revoke(untyped))
    let read = ControlCall.readBudget(of: child.process).perform(on: RootSlot.budget.slot)
    try expect(read.code, .wrongState)
  }
  budgetSuiteSecond(&report)
}

private func budgetSuiteSecond(_ report: inout Report) {
  report.check("a child pays for what it makes until it cannot") {
    (w: inout Workshop) throws(Failure) in
    let child = try w.stagedChild()
    try w.give(RootSlot.objects.slot, to: child.process, at: Child.slot(0))
    try w.start(child)
    var code = ResultCode.ok
    var made: UInt32 = 1
    while code == .ok, made < 200 {
      let create = ControlCall.createRingEndpoint(into: Child.slot(made), entries: 64)
      code = try child.assistant.run(create, on: Child.slot(0)).code
      made += 1
    }
    try expect(code, .noMemory)
    try expect(try child.assistant.run(.yield, .null).status)
  }
  budgetRefusals(&report)
}

private func budgetRefusals(_ report: inout Report) {
  report.check("a top-up of an order that is too large") { (w: inout Workshop) throws(Failure) in
    let child = try w.stagedChild().process
    let values: InlineArray<3, UInt64> = [21, 256, .max]
    for index in 0..<3 {
      let order = values[index]
      let topUp = ControlCall.topUp(process: child, from: w.pool, order: order)
      try expect(topUp.perform(on: RootSlot.budget.slot).code, .invalidArgument)
    }
  }
  report.check("a top-up from less than that") { (w: inout Workshop) throws(Failure) in
    let child = try w.stagedChild().process
    let topUp = ControlCall.topUp(process: child, from: try w.untyped(order: 2), order: 6)
    try expect(topUp.perform(on: RootSlot.budget.slot).code, .noMemory)
  }
  report.check("the budget of a dead process") { (w: inout Workshop) throws(Failure) in
    let child = try w.stagedChild().process
    try expect(process(.kill(process: child)))
    let read = ControlCall.readBudget(of: child).perform(on: RootSlot.budget.slot)
    try expect(read.code, .wrongState)
    let topUp = ControlCall.topUp(process: child, from: w.pool, order: 2)
    try expect(topUp.perform(on: RootSlot.budget.slot).code, .wrongState)
  }
  report.subjectRefusals(
    "read budget", on: .budget, needs: .read,
    make: { (w: inout Workshop) throws(Failure) in try w.stagedChild().process },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in .readBudget(of: slot) })
  budgetRefusalsSecond(&report)
}

private func budgetRefusalsSecond(_ report: inout Report) {
  report.subjectRefusals(
    "top up", on: .budget, needs: .manage,
    make: { (w: inout Workshop) throws(Failure) in try w.stagedChild().process },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .topUp(process: slot, from: w.pool, order: 2)
    })
  report.subjectRefusals(
    "top up from", on: .budget, needs: .manage,
    make: { (w: inout Workshop) throws(Failure) in try w.untyped(order: 3) },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .topUp(process: try w.stagedChild().process, from: slot, order: 2)
    })
}
