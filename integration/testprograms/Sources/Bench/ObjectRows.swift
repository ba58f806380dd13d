// Capabilities, mappings, and objects made and taken apart.

import CTestKit
import CapABI
import IPC
import Sys
import TestKit

/// Keeps the page of slots that the rows use, as a program's working slots do.
let anchor = CapSlot(rawValue: 1002)

private func nothing(_: inout Workshop) throws(Failure) {}

func capabilityRows(_ report: inout Report, _ pair: UInt64) {
  let source = CapSlot(rawValue: 1000)
  let destination = CapSlot(rawValue: 1001)
  func make(_ w: inout Workshop) throws(Failure) {
    try expect(
      ControlCall.createEndpoint(into: source).perform(on: RootSlot.childPopulate.slot).code)
  }
  func copied(_ w: inout Workshop) throws(Failure) {
    try make(&w)
    try expect(SystemCall.copy(source, to: destination))
  }
  func clear(_ w: inout Workshop) throws(Failure) {
    _ = SystemCall.drop(source)
    _ = SystemCall.drop(destination)
  }
  report.measure(
    "capability-copy", pair, prepare: make, undo: clear,
    operation: { SystemCall.copy(source, to: destination, rights: .send) })
  report.measure(
    "capability-badge", pair, prepare: make, undo: clear,
    operation: {
      SystemCall.copy(source, to: destination, rights: .send, badge: Badge(rawValue: 7))
    })
  report.measure(
    "capability-move", pair, prepare: make, undo: clear,
    operation: { SystemCall.move(source, to: destination) })
  report.measure(
    "capability-drop", pair, prepare: copied, undo: clear,
    operation: { SystemCall.drop(destination) })
  report.measure(
    "revoke-64", pair,
    prepare: { (w: inout Workshop) throws(Failure) in
      try make(&w)
      for index in 0..<64 as Range<UInt32> {
        try expect(SystemCall.copy(source, to: CapSlot(rawValue: 1100 + index)))
      }
    }, undo: clear, operation: { SystemCall.revoke(source) })
}

func objectRows(_ report: inout Report, _ pair: UInt64) {
  let slot = CapSlot(rawValue: 1000)
  let create = ControlCall.createEndpoint(into: slot)
  func drop(_ w: inout Workshop) throws(Failure) { try expect(SystemCall.drop(slot)) }
  func make(_ w: inout Workshop) throws(Failure) {
    try expect(create.perform(on: RootSlot.childPopulate.slot).code)
  }
  report.measure(
    "endpoint-create", pair, prepare: nothing, undo: drop,
    operation: { create.perform(on: RootSlot.childPopulate.slot).code })
  report.measure(
    "endpoint-delete", pair, prepare: make, undo: nothing, operation: { SystemCall.drop(slot) })
  func makeThread() -> ResultCode {
    let made = ControlCall.createThread(of: RootSlot.process.slot, into: slot)
      .perform(on: RootSlot.objects.slot).code
    let set = ControlCall.setPriority(of: slot, 1).perform(on: RootSlot.threadControl.slot).code
    let started = ControlCall.start(thread: slot, entry: 4096, stack: 4096, argument: 0)
      .perform(on: RootSlot.threadControl.slot).code
    return made == .ok && set == .ok ? started : .internal
  }
  report.measure("thread-create", pair, prepare: nothing, undo: drop, operation: makeThread)
  mappingRows(&report, pair)
  processRows(&report, pair)
}

private func mappingRows(_ report: inout Report, _ pair: UInt64) {
  let slot = CapSlot(rawValue: 1000)
  let neighbour = CapSlot(rawValue: 1001)
  let address: UInt64 = 0xC00_0000_0000
  let space = RootSlot.vspace.slot
  let family = RootSlot.vspaceControl.slot
  let map = ControlCall.map(slot, into: space, at: address, rights: .read | .write)
  let unmap = ControlCall.unmap(address, from: space, into: slot)
  // A neighbour keeps the page tables there: what is measured is the page.
  func settle(_ w: inout Workshop) throws(Failure) {
    guard try w.isEmpty(slot) else { return }
    let frames: InlineArray<2, CapSlot> = [slot, neighbour]
    for index in 0..<2 {
      let frame = frames[index]
      let retype = ControlCall.retype(w.pool, order: 0, into: frame)
      try expect(retype.perform(on: RootSlot.memory.slot).code)
    }
    let keep = ControlCall.map(neighbour, into: space, at: address + 4096, rights: .read)
    try expect(keep.perform(on: family).code)
  }
  report.measure(
    "frame-map", pair, prepare: settle,
    undo: { (w: inout Workshop) throws(Failure) in
      try expect(unmap.perform(on: family).code)
    },
    operation: { map.perform(on: family).code })
  report.measure(
    "frame-unmap", pair,
    prepare: { (w: inout Workshop) throws(Failure) in
      try settle(&w)
      try expect(map.perform(on: family).code)
    }, undo: nothing,
    operation: { unmap.perform(on: family).code })
}

private func processRows(_ report: inout Report, _ pair: UInt64) {
  let process = CapSlot(rawValue: 1000)
  let page = CapSlot(rawValue: 1001)
  let family = RootSlot.processControl.slot
  let pool = report.workshop.pool
  func makeProcess() -> ResultCode {
    let create = ControlCall.createStagedProcess(
      from: pool, into: process, budgetOrder: 4, slots: 64, windowBase: 1, windowCount: 63)
    let made = create.perform(on: family).code
    let map = ControlCall.map(page, into: process, at: 0x40_0000, rights: .read)
    let mapped = map.perform(on: RootSlot.vspaceControl.slot).code
    return made == .ok ? mapped : made
  }
  func frame(_ w: inout Workshop) throws(Failure) {
    let retype = ControlCall.retype(w.pool, order: 0, into: page)
    try expect(retype.perform(on: RootSlot.memory.slot).code)
  }
  func kill(_ w: inout Workshop) throws(Failure) {
    try expect(ControlCall.kill(process: process).perform(on: family).code)
    try expect(SystemCall.drop(process))
  }
  report.measure("process-create", pair, prepare: frame, undo: kill, operation: makeProcess)
  report.measure(
    "process-destroy", pair,
    prepare: { (w: inout Workshop) throws(Failure) in
      try frame(&w)
      try expect(makeProcess())
    },
    undo: { (w: inout Workshop) throws(Failure) in try expect(SystemCall.drop(process)) },
    operation: { ControlCall.kill(process: process).perform(on: family).code })
}

/// The kernel memory of a process that waits: one thread, sixteen pages of image, stack and buffer
/// in the same 2 MiB, one page of slots in use.
///
/// Taken from its budget, so without the frames that it maps, which are paid for elsewhere.
func memoryRow(_ report: inout Report) {
  report.check("process-memory") { (w: inout Workshop) throws(Failure) in
    let process = w.slot()
    let create = ControlCall.createStagedProcess(
      from: w.pool, into: process, budgetOrder: 5, slots: 4096, windowBase: 1, windowCount: 4095)
    try expect(create.perform(on: RootSlot.processControl.slot).code)
    for page in 0..<16 as Range<UInt64> {
      let frame = try w.frame()
      try w.place(frame, in: process, at: 0x40_0000 + page * 4096)
    }
    try w.give(try w.notification(), to: process, at: CapSlot(rawValue: 1), rights: .send)
    let start = ControlCall.start(process: process, entry: 0x40_0000, stack: 0x40_8000, argument: 0)
    try expect(start.perform(on: RootSlot.processControl.slot).code)
    let budget = ControlCall.readBudget(of: process).perform(on: RootSlot.budget.slot)
    try expect(budget.code)
    let used = budget.words.word0 - budget.words.word1
    writeRow("process-memory", [used, used, used], w.log)
  }
}
