// QUERY, DROP, COPY, MOVE and REVOKE of own slots.

import CapABI
import IPC
import Sys
import TestKit

func slotSuite(_ report: inout Report) {
  report.begin("slots")
  querySuite(&report)
  dropSuite(&report)
  copySuite(&report)
  moveSuite(&report)
  revokeSuite(&report)
}

private func querySuite(_ report: inout Report) {
  report.check("query tells type and rights") { (w: inout Workshop) throws(Failure) in
    let answer = try w.describe(RootSlot.process.slot)
    try expect(answer.badge, equals: UInt64(CapabilityType.process.rawValue))
    try expect(
      answer.tag.rawValue, equals: UInt64((Rights.read | .write | .manage).rawValue))
  }
  report.check("query tells the family of an endpoint") { (w: inout Workshop) throws(Failure) in
    let answer = try w.describe(RootSlot.log.slot)
    try expect(answer.badge, equals: UInt64(CapabilityType.endpoint.rawValue))
    try expect(answer.tag.rawValue, equals: UInt64(Rights.send.rawValue))
    try expect(answer.words.word2, equals: UInt64(EndpointKind.log.rawValue))
  }
  report.check("query of an empty slot") { (w: inout Workshop) throws(Failure) in
    try expect(try w.isEmpty(w.slot()))
  }
  report.check("query of slot 0") { (w: inout Workshop) throws(Failure) in
    try expect(SystemCall.query(.null).status, .slotOutOfRange)
  }
  report.check("query beyond the CSpace") { (w: inout Workshop) throws(Failure) in
    try expect(
      SystemCall.query(CapSlot(rawValue: w.facts.cspaceSlots)).status, .slotOutOfRange)
    try expect(SystemCall.raw(Syscall.queryLocalCap.rawValue, 1 << 32).status, .slotOutOfRange)
  }
}

private func dropSuite(_ report: inout Report) {
  report.check("drop empties the slot") { (w: inout Workshop) throws(Failure) in
    let slot = try w.endpoint()
    try expect(SystemCall.drop(slot))
    try expect(try w.isEmpty(slot))
  }
  report.check("drop of one copy leaves the others") { (w: inout Workshop) throws(Failure) in
    let first = try w.endpoint()
    let second = try w.copy(first)
    try expect(SystemCall.drop(first))
    _ = try w.describe(second)
  }
  report.check("drop of an empty slot") { (w: inout Workshop) throws(Failure) in
    try expect(SystemCall.drop(w.slot()), .emptySlot)
  }
  report.check("drop of slot 0") { (w: inout Workshop) throws(Failure) in
    try expect(SystemCall.drop(.null), .slotOutOfRange)
  }
  report.check("drop beyond the CSpace") { (w: inout Workshop) throws(Failure) in
    try expect(SystemCall.drop(beyond), .slotOutOfRange)
  }
}

private func copySuite(_ report: inout Report) {
  report.check("copy keeps the rights of the mask") { (w: inout Workshop) throws(Failure) in
    let copy = try w.copy(try w.endpoint(), rights: .send | .grant)
    let found = try w.describe(copy)
    try expect(found.tag.rawValue, equals: UInt64((Rights.send | .grant).rawValue))
  }
  report.check("copy adds no right") { (w: inout Workshop) throws(Failure) in
    let weak = try w.copy(try w.endpoint(), rights: .send)
    let found = try w.describe(try w.copy(weak))
    try expect(found.tag.rawValue, equals: UInt64(Rights.send.rawValue))
  }
  report.check("copy of a badged capability with a badge") { (w: inout Workshop) throws(Failure) in
    let badged = try w.copy(try w.endpoint(), badge: 5)
    let code = SystemCall.copy(badged, to: w.slot(), badge: Badge(rawValue: 6))
    try expect(code, .alreadyBadged)
  }
  report.check("copy with a badge for a type without") { (w: inout Workshop) throws(Failure) in
    let code = SystemCall.copy(try w.frame(), to: w.slot(), badge: Badge(rawValue: 6))
    try expect(code, .invalidArgument)
  }
  report.check("copy with reserved rights") { (w: inout Workshop) throws(Failure) in
    let code = SystemCall.copy(try w.endpoint(), to: w.slot(), rights: Rights(rawValue: 0x80))
    try expect(code, .invalidArgument)
  }
  copySuiteSecond(&report)
}

private func copySuiteSecond(_ report: inout Report) {
  report.check("copy with a mask of more than 32 bits") { (w: inout Workshop) throws(Failure) in
    let source = try w.endpoint()
    let answer = SystemCall.raw(
      Syscall.copyLocalCap.rawValue, UInt64(source.rawValue), UInt64(w.slot().rawValue),
      MessageWords(1 << 32))
    try expect(answer.status, .invalidArgument)
  }
  report.check("copy of an empty slot") { (w: inout Workshop) throws(Failure) in
    try expect(SystemCall.copy(w.slot(), to: w.slot()), .emptySlot)
  }
  report.check("copy into an occupied slot") { (w: inout Workshop) throws(Failure) in
    let first = try w.endpoint()
    try expect(SystemCall.copy(first, to: try w.endpoint()), .occupiedSlot)
  }
  report.check("copy with slots out of range") { (w: inout Workshop) throws(Failure) in
    let first = try w.endpoint()
    try expect(SystemCall.copy(first, to: .null), .slotOutOfRange)
    try expect(SystemCall.copy(first, to: beyond), .slotOutOfRange)
    try expect(SystemCall.copy(.null, to: w.slot()), .slotOutOfRange)
    try expect(SystemCall.copy(beyond, to: w.slot()), .slotOutOfRange)
  }
  copySuiteThird(&report)
}

private func copySuiteThird(_ report: inout Report) {
  report.check("copy of an install grant") { (w: inout Workshop) throws(Failure) in
    let child = try w.stagedChild()
    let grant = w.slot()
    let derive = ControlCall.deriveInstallGrant(
      for: child.process, into: grant, firstSlot: 20, slotCount: 1)
    try expect(derive.perform(on: RootSlot.processControl.slot).code)
    try expect(SystemCall.copy(grant, to: w.slot()), .denied)
  }
}

private func moveSuite(_ report: inout Report) {
  report.check("move empties the source") { (w: inout Workshop) throws(Failure) in
    let source = try w.copy(try w.endpoint(), rights: .send, badge: 9)
    let destination = w.slot()
    try expect(SystemCall.move(source, to: destination))
    try expect(try w.isEmpty(source))
    let found = try w.describe(destination)
    try expect(found.tag.rawValue, equals: UInt64(Rights.send.rawValue))
  }
  report.check("move of an empty slot") { (w: inout Workshop) throws(Failure) in
    try expect(SystemCall.move(w.slot(), to: w.slot()), .emptySlot)
  }
  report.check("move into an occupied slot") { (w: inout Workshop) throws(Failure) in
    let first = try w.endpoint()
    try expect(SystemCall.move(first, to: try w.endpoint()), .occupiedSlot)
  }
  report.check("move with slots out of range") { (w: inout Workshop) throws(Failure) in
    let first = try w.endpoint()
    try expect(SystemCall.move(first, to: .null), .slotOutOfRange)
    try expect(SystemCall.move(beyond, to: w.slot()), .slotOutOfRange)
  }
}

private func revokeSuite(_ report: inout Report) {
  report.check("revoke takes copies of copies") { (w: inout Workshop) throws(Failure) in
    let root = try w.endpoint()
    let child = try w.copy(root)
    let grandchild = try w.copy(child)
    try expect(SystemCall.revoke(root))
    try expect(try w.isEmpty(child))
    try expect(try w.isEmpty(grandchild))
    _ = try w.describe(root)
  }
  report.check("revoke leaves siblings and parents") { (w: inout Workshop) throws(Failure) in
    let root = try w.endpoint()
    let first = try w.copy(root)
    let second = try w.copy(root)
    let below = try w.copy(first)
    try expect(SystemCall.revoke(first))
    try expect(try w.isEmpty(below))
    _ = try w.describe(root)
    _ = try w.describe(first)
    _ = try w.describe(second)
  }
  revokeSuiteSecond(&report)
}

private func revokeSuiteSecond(_ report: inout Report) {
  report.check("revoke follows a moved capability") { (w: inout Workshop) throws(Failure) in
    let root = try w.endpoint()
    let moved = w.slot()
    try expect(SystemCall.move(try w.copy(root), to: moved))
    try expect(SystemCall.revoke(root))
    try expect(try w.isEmpty(moved))
  }
  report.check("revoke of 200 copies") { (w: inout Workshop) throws(Failure) in
    let root = try w.endpoint()
    let first = try w.copy(root)
    for _ in 1..<200 { _ = try w.copy(root) }
    try expect(SystemCall.revoke(root))
    for index in 0..<200 as Range<UInt32> {
      try expect(try w.isEmpty(CapSlot(rawValue: first.rawValue + index)))
    }
  }
  report.check("revoke without MANAGE") { (w: inout Workshop) throws(Failure) in
    try expect(SystemCall.revoke(try w.copy(try w.endpoint(), rights: .send)), .missingRight)
  }
  report.check("revoke of an empty slot") { (w: inout Workshop) throws(Failure) in
    try expect(SystemCall.revoke(w.slot()), .emptySlot)
  }
  report.check("revoke out of range") { (w: inout Workshop) throws(Failure) in
    try expect(SystemCall.revoke(.null), .slotOutOfRange)
    try expect(SystemCall.revoke(beyond), .slotOutOfRange)
  }
}
