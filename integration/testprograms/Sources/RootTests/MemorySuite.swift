// Untyped memory, frames and mappings.

import CapABI
import IPC
import Sys
import TestKit

func memorySuite(_ report: inout Report) {
  report.begin("untyped")
  retypeSuite(&report)
  splitSuite(&report)
  report.begin("frame")
  mapSuite(&report)
  mapRefusalSuite(&report)
  unmapSuite(&report)
  copyFrameSuite(&report)
}

private func retypeSuite(_ report: inout Report) {
  report.check("retype makes a frame with all its rights") { (w: inout Workshop) throws(Failure) in
    let found = try w.describe(try w.frame())
    try expect(found.badge, equals: UInt64(CapabilityType.frame.rawValue))
    let rights = Rights.read | .write | .execute | .manage
    try expect(found.tag.rawValue, equals: UInt64(rights.rawValue))
  }
  report.check("a new frame is all zero") { (w: inout Workshop) throws(Failure) in
    let address = try w.pages(order: 1)
    for word in 0..<1024 as Range<UInt64> {
      try expect(Memory.load(address + word * 8), equals: 0)
    }
  }
  report.check("a frame's memory comes back clean") { (w: inout Workshop) throws(Failure) in
    for _ in 0..<4 {
      let address = try w.pages(order: 2)
      for word in 0..<2048 as Range<UInt64> {
        try expect(Memory.load(address + word * 8), equals: 0)
        Memory.store(.max, at: address + word * 8)
      }
      try expect(SystemCall.revoke(w.pool))
    }
  }
  retypeSuiteSecond(&report)
}

private func retypeSuiteSecond(_ report: inout Report) {
  report.check("revoking untyped memory takes its frames") { (w: inout Workshop) throws(Failure) in
    let untyped = try w.untyped(order: 4)
    let frame = w.slot()
    let retype = ControlCall.retype(untyped, order: 0, into: frame)
    try expect(retype.perform(on: RootSlot.memory.slot).code)
    try expect(SystemCall.revoke(untyped))
    try expect(try w.isEmpty(frame))
  }
  retypeRefusalSuite(&report)
}

private func retypeRefusalSuite(_ report: inout Report) {
  report.check("retype until the memory is used up") { (w: inout Workshop) throws(Failure) in
    let untyped = try w.untyped(order: 2)
    var made: UInt64 = 0
    var code = ResultCode.ok
    while code == .ok, made < 8 {
      let retype = ControlCall.retype(untyped, order: 0, into: w.slot())
      code = retype.perform(on: RootSlot.memory.slot).code
      made += 1
    }
    try expect(code, .noMemory)
    try expect(made >= 4 && made <= 5)
  }
  report.check("retype of an order that is too large") { (w: inout Workshop) throws(Failure) in
    let values: InlineArray<3, UInt64> = [19, 64, .max]
    for index in 0..<3 {
      let order = values[index]
      let retype = ControlCall.retype(w.pool, order: order, into: w.slot())
      try expect(retype.perform(on: RootSlot.memory.slot).code, .invalidArgument)
    }
  }
  report.check("retype of RAM with a physical address") { (w: inout Workshop) throws(Failure) in
    let retype = ControlCall.retype(w.pool, order: 0, into: w.slot(), physical: 4096)
    try expect(retype.perform(on: RootSlot.memory.slot).code, .invalidArgument)
  }
  retypeRefusalSuiteSecond(&report)
}

private func retypeRefusalSuiteSecond(_ report: inout Report) {
  report.subjectRefusals(
    "retype", on: .memory, needs: .manage,
    make: { (w: inout Workshop) throws(Failure) in try w.untyped(order: 2) },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .retype(slot, order: 0, into: w.slot())
    })
  report.destinationRefusals(
    "retype", on: .memory,
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in .retype(w.pool, order: 0, into: slot) })
}

private func splitSuite(_ report: inout Report) {
  report.check("split gives untyped memory") { (w: inout Workshop) throws(Failure) in
    let found = try w.describe(try w.untyped(order: 3))
    try expect(found.badge, equals: UInt64(CapabilityType.untyped.rawValue))
  }
  report.check("split of an order that is too large") { (w: inout Workshop) throws(Failure) in
    let values: InlineArray<3, UInt64> = [21, 256, .max]
    for index in 0..<3 {
      let order = values[index]
      let split = ControlCall.split(w.pool, order: order, into: w.slot())
      try expect(split.perform(on: RootSlot.objects.slot).code, .invalidArgument)
    }
  }
  report.check("split of more than there is") { (w: inout Workshop) throws(Failure) in
    let small = try w.untyped(order: 2)
    let split = ControlCall.split(small, order: 6, into: w.slot())
    try expect(split.perform(on: RootSlot.objects.slot).code, .noMemory)
  }
  report.subjectRefusals(
    "split", on: .objects, needs: .manage,
    make: { (w: inout Workshop) throws(Failure) in try w.untyped(order: 3) },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .split(slot, order: 0, into: w.slot())
    })
  report.destinationRefusals(
    "split", on: .objects,
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in .split(w.pool, order: 2, into: slot) })
  splitSuiteSecond(&report)
}

private func splitSuiteSecond(_ report: inout Report) {
  report.unusedWord(
    "split", on: .objects,
    { (w: inout Workshop) throws(Failure) in .split(w.pool, order: 2, into: w.slot()) })
}

private func mapSuite(_ report: inout Report) {
  report.check("a mapped frame holds what is written") { (w: inout Workshop) throws(Failure) in
    let address = try w.pages()
    Memory.store(0x1234, at: address + 8)
    try expect(Memory.load(address + 8), equals: 0x1234)
  }
  report.check("a frame is the same memory at two addresses") {
    (w: inout Workshop) throws(Failure) in
    let frame = try w.frame()
    let copy = try w.copy(frame)
    let first = try w.map(frame)
    let second = try w.map(copy, rights: .read)
    Memory.store(77, at: first)
    try expect(Memory.load(second), equals: 77)
  }
  report.check("mapping empties the slot") { (w: inout Workshop) throws(Failure) in
    let frame = try w.frame()
    _ = try w.map(frame)
    try expect(try w.isEmpty(frame))
  }
  report.check("a frame of 512 pages is mapped") { (w: inout Workshop) throws(Failure) in
    let address = try w.pages(order: 9)
    let last = address + 0x1F_FFF8
    Memory.store(9, at: last)
    try expect(Memory.load(last), equals: 9)
    try expect(Memory.load(address), equals: 0)
  }
  mapSuiteSecond(&report)
}

private func mapSuiteSecond(_ report: inout Report) {
  report.check("a readable and executable page runs") { (w: inout Workshop) throws(Failure) in
    let frame = try w.frame()
    let copy = try w.copy(frame)
    let writable = try w.map(frame)
    Memory.store(0xC3, at: writable)
    let slot = w.slot()
    let unmap = ControlCall.unmap(writable, from: RootSlot.vspace.slot, into: slot)
    try expect(unmap.perform(on: RootSlot.vspaceControl.slot).code)
    Memory.execute(try w.map(copy, rights: .read | .execute))
  }
  rightsSuite(&report)
}

private func rightsSuite(_ report: inout Report) {
  report.check("a page may not be writable here and executable there") {
    (w: inout Workshop) throws(Failure) in
    let frame = try w.frame()
    let copy = try w.copy(frame)
    _ = try w.map(frame)
    let map = ControlCall.map(
      copy, into: RootSlot.vspace.slot, at: w.address(), rights: .read | .execute)
    try expect(map.perform(on: RootSlot.vspaceControl.slot).code, .busy)
  }
  report.check("an executable page gets no writable mapping") {
    (w: inout Workshop) throws(Failure) in
    let frame = try w.frame()
    let copy = try w.copy(frame)
    _ = try w.map(frame, rights: .read | .execute)
    let map = ControlCall.map(
      copy, into: RootSlot.vspace.slot, at: w.address(), rights: .read | .write)
    try expect(map.perform(on: RootSlot.vspaceControl.slot).code, .busy)
  }
  report.check("revoking a mapped frame unmaps it") { (w: inout Workshop) throws(Failure) in
    let frame = try w.frame()
    let address = try w.map(try w.copy(frame))
    try expect(SystemCall.revoke(frame))
    let unmap = ControlCall.unmap(address, from: RootSlot.vspace.slot, into: w.slot())
    try expect(unmap.perform(on: RootSlot.vspaceControl.slot).code, .notFound)
  }
}

/// Tries a mapping that is refused.
private func refuse(
  _ w: inout Workshop, at address: UInt64, order: UInt64 = 0, rights: Rights, _ code: ResultCode,
  line: UInt = #line
) throws(Failure) {
  let frame = try w.frame(order: order, line: line)
  let map = ControlCall.map(frame, into: RootSlot.vspace.slot, at: address, rights: rights)
  try expect(map.perform(on: RootSlot.vspaceControl.slot).code, code, line: line)
  _ = try w.describe(frame, line: line)
}

private func mapRefusalSuite(_ report: inout Report) {
  report.check("mapping writable and executable") { (w: inout Workshop) throws(Failure) in
    let address = w.address()
    try refuse(&w, at: address, rights: .read | .write | .execute, .invalidArgument)
  }
  report.check("mapping without READ") { (w: inout Workshop) throws(Failure) in
    let address = w.address()
    try refuse(&w, at: address, rights: .none, .invalidArgument)
    try refuse(&w, at: address, rights: .write, .invalidArgument)
  }
  report.check("mapping with reserved rights") { (w: inout Workshop) throws(Failure) in
    let address = w.address()
    try refuse(&w, at: address, rights: Rights(rawValue: 0x88), .invalidArgument)
  }
  report.check("mapping with more rights than held") { (w: inout Workshop) throws(Failure) in
    let weak = try w.copy(try w.frame(), rights: .read)
    let map = ControlCall.map(
      weak, into: RootSlot.vspace.slot, at: w.address(), rights: .read | .write)
    try expect(map.perform(on: RootSlot.vspaceControl.slot).code, .missingRight)
  }
  report.check("mapping at page 0") { (w: inout Workshop) throws(Failure) in
    try refuse(&w, at: 0, rights: .read, .invalidArgument)
  }
  report.check("mapping at an address inside a page") { (w: inout Workshop) throws(Failure) in
    let address = w.address()
    try refuse(&w, at: address + 8, rights: .read, .invalidArgument)
  }
  mapRefusalSuiteSecond(&report)
}

private func mapRefusalSuiteSecond(_ report: inout Report) {
  report.check("mapping a large frame unaligned") { (w: inout Workshop) throws(Failure) in
    let address = w.address(order: 2)
    try refuse(&w, at: address + 4096, order: 1, rights: .read, .invalidArgument)
  }
  report.check("mapping beyond user space") { (w: inout Workshop) throws(Failure) in
    let limit: UInt64 = 1 << 44
    try refuse(&w, at: limit, rights: .read, .invalidArgument)
    try refuse(&w, at: limit - 4096, rights: .read, .invalidArgument)
    try refuse(&w, at: 0xFFFF_8000_0000_0000, rights: .read, .invalidArgument)
    try refuse(&w, at: 0x0000_8000_0000_0000, rights: .read, .invalidArgument)
  }
  report.check("mapping where something is mapped") { (w: inout Workshop) throws(Failure) in
    let address = try w.pages()
    try refuse(&w, at: address, rights: .read, .exists)
  }
  report.subjectRefusals(
    "map", on: .vspaceControl, needs: .none, make: { (w: inout Workshop) throws(Failure) in .null },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .map(slot, into: RootSlot.vspace.slot, at: w.address(), rights: .read)
    })
  report.subjectRefusals(
    "map into a space", on: .vspaceControl, needs: .manage,
    make: { (w: inout Workshop) throws(Failure) in RootSlot.vspace.slot },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .map(try w.frame(), into: slot, at: w.address(), rights: .read)
    })
}

private func unmapSuite(_ report: inout Report) {
  report.check("unmapping gives the capability back") { (w: inout Workshop) throws(Failure) in
    let address = try w.pages()
    Memory.store(5, at: address)
    let slot = w.slot()
    let unmap = ControlCall.unmap(address, from: RootSlot.vspace.slot, into: slot)
    try expect(unmap.perform(on: RootSlot.vspaceControl.slot).code)
    let found = try w.describe(slot)
    try expect(found.badge, equals: UInt64(CapabilityType.frame.rawValue))
    try expect(Memory.load(try w.map(slot)), equals: 5)
  }
  report.check("unmapping where nothing is mapped") { (w: inout Workshop) throws(Failure) in
    let unmap = ControlCall.unmap(w.address(), from: RootSlot.vspace.slot, into: w.slot())
    try expect(unmap.perform(on: RootSlot.vspaceControl.slot).code, .notFound)
  }
  report.check("unmapping an address inside a mapping") { (w: inout Workshop) throws(Failure) in
    let address = try w.pages(order: 1)
    let unmap = ControlCall.unmap(address + 4096, from: RootSlot.vspace.slot, into: w.slot())
    try expect(unmap.perform(on: RootSlot.vspaceControl.slot).code, .notFound)
  }
  unmapSuiteSecond(&report)
}

private func unmapSuiteSecond(_ report: inout Report) {
  report.check("unmapping an address that cannot be one") { (w: inout Workshop) throws(Failure) in
    let values: InlineArray<3, UInt64> = [8, 1 << 44, .max]
    for index in 0..<3 {
      let address = values[index]
      let unmap = ControlCall.unmap(address, from: RootSlot.vspace.slot, into: w.slot())
      try expect(unmap.perform(on: RootSlot.vspaceControl.slot).code, .notFound)
    }
  }
  report.subjectRefusals(
    "unmap", on: .vspaceControl, needs: .manage,
    make: { (w: inout Workshop) throws(Failure) in RootSlot.vspace.slot },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .unmap(try w.pages(), from: slot, into: w.slot())
    })
  report.destinationRefusals(
    "unmap", on: .vspaceControl,
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .unmap(try w.pages(), from: RootSlot.vspace.slot, into: slot)
    })
}

private func copyFrameSuite(_ report: inout Report) {
  report.check("copy of a frame's contents") { (w: inout Workshop) throws(Failure) in
    let source = try w.frame()
    let destination = try w.frame()
    let address = try w.map(try w.copy(source))
    Memory.store(42, at: address + 4088)
    let copy = ControlCall.copyFrame(source, to: destination)
    try expect(copy.perform(on: RootSlot.frameCopy.slot).code)
    try expect(Memory.load(try w.map(destination) + 4088), equals: 42)
  }
  report.check("copy to a frame that is mapped executable") {
    (w: inout Workshop) throws(Failure) in
    let destination = try w.frame()
    _ = try w.map(try w.copy(destination), rights: .read | .execute)
    let copy = ControlCall.copyFrame(try w.frame(), to: destination)
    try expect(copy.perform(on: RootSlot.frameCopy.slot).code, .busy)
  }
  report.check("copy between frames of different sizes") { (w: inout Workshop) throws(Failure) in
    let copy = ControlCall.copyFrame(try w.frame(), to: try w.frame(order: 1))
    try expect(copy.perform(on: RootSlot.frameCopy.slot).code, .invalidArgument)
  }
  report.subjectRefusals(
    "copy from a frame", on: .frameCopy, needs: .read,
    make: { (w: inout Workshop) throws(Failure) in try w.frame() },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in .copyFrame(slot, to: try w.frame()) })
  report.subjectRefusals(
    "copy to a frame", on: .frameCopy, needs: .write,
    make: { (w: inout Workshop) throws(Failure) in try w.frame() },
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in .copyFrame(try w.frame(), to: slot) })
}
