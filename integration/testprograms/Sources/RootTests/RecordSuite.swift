// What the kernel tells of itself: audit, trace, log.

import CapABI
import IPC
import Sys
import TestKit

func recordSuite(_ report: inout Report) {
  report.begin("audit")
  auditSuite(&report)
  traceSuite(&report)
  report.begin("log")
  logSuite(&report)
}

private func auditSuite(_ report: inout Report) {
  report.check("processes are listed in order") { (w: inout Workshop) throws(Failure) in
    _ = try w.stagedChild()
    var next: UInt64 = 0
    var count: UInt64 = 0
    while true {
      let answer = ControlCall.auditProcess(from: next).perform(on: RootSlot.audit.slot)
      if answer.code == .notFound { break }
      try expect(answer.code)
      try expect(answer.words.word0 >= next)
      next = answer.words.word0 + 1
      count += 1
    }
    try expect(count >= 2)
  }
  report.check("slots of the first process are listed") { (w: inout Workshop) throws(Failure) in
    let root = ControlCall.auditProcess(from: 0).perform(on: RootSlot.audit.slot).words.word0
    let answer = ControlCall.auditSlot(of: root, from: 2).perform(on: RootSlot.audit.slot)
    try expect(answer.code)
    let rights = UInt64((Rights.read | .write | .manage).rawValue)
    try expect(
      answer.words.word0, equals: 2 | UInt64(CapabilityType.cspace.rawValue) << 32)
    try expect(answer.words.word1, equals: rights)
  }
  auditSuiteSecond(&report)
}

private func auditSuiteSecond(_ report: inout Report) {
  report.check("counters grow") { (w: inout Workshop) throws(Failure) in
    let root = ControlCall.auditProcess(from: 0).perform(on: RootSlot.audit.slot).words.word0
    let before = ControlCall.auditCounters(of: root).perform(on: RootSlot.audit.slot)
    let endpoint = try w.endpoint()
    let client = try w.assistant()
    try client.begin(.call, endpoint, MessageTag(label: 1))
    try expect(SystemCall.receive(endpoint).status)
    try expect(SystemCall.reply(endpoint, MessageTag(label: 0)).status)
    let after = ControlCall.auditCounters(of: root).perform(on: RootSlot.audit.slot)
    try expect(after.words.word1 > before.words.word1)
    try expect(after.words.word0 >= before.words.word0)
    try expect(after.words.word3 > 0)
  }
  report.check("a process that does not exist") { (w: inout Workshop) throws(Failure) in
    let family = RootSlot.audit.slot
    try expect(ControlCall.auditProcess(from: .max).perform(on: family).code, .notFound)
    try expect(ControlCall.auditSlot(of: .max, from: 0).perform(on: family).code, .notFound)
    try expect(ControlCall.auditCounters(of: .max).perform(on: family).code, .notFound)
  }
  auditSuiteThird(&report)
}

private func auditSuiteThird(_ report: inout Report) {
  report.check("slots beyond a CSpace") { (w: inout Workshop) throws(Failure) in
    let root = ControlCall.auditProcess(from: 0).perform(on: RootSlot.audit.slot).words.word0
    try expect(
      ControlCall.auditSlot(of: root, from: 1 << 33).perform(on: RootSlot.audit.slot).code,
      .invalidArgument)
    try expect(
      ControlCall.auditSlot(of: root, from: UInt64(w.facts.cspaceSlots))
        .perform(on: RootSlot.audit.slot).code, .notFound)
  }
}

private func traceSuite(_ report: inout Report) {
  report.check("the trace records what its mask says") { (w: inout Workshop) throws(Failure) in
    let family = RootSlot.trace.slot
    let systemCalls: UInt64 = 2
    try expect(ControlCall.trace(systemCalls).perform(on: family).code)
    _ = SystemCall.yield()
    let stopped = ControlCall.trace(0).perform(on: family)
    try expect(stopped.code)
    try expect(stopped.words.word0, equals: systemCalls)
    // The oldest events may be those of others: the last but one is the yield, before the call that
    // stopped the trace.
    let end = endOfTrace(family)
    try expect(end >= 2)
    let event = ControlCall.readTrace(from: end - 2, count: 1).perform(on: family)
    try expect(event.code)
    try expect(event.words.word0, equals: end - 2)
    try expect(event.words.word2 & 0xFFFF_FFFF, equals: 1)
    try expect(w.buffer[payloadWord: 4], equals: Syscall.yield.rawValue)
  }
  report.check("a trace mask with other bits") { (w: inout Workshop) throws(Failure) in
    try expect(ControlCall.trace(16).perform(on: RootSlot.trace.slot).code, .invalidArgument)
  }
  traceSuiteSecond(&report)
}

private func traceSuiteSecond(_ report: inout Report) {
  report.check("events that have no number yet, or none") { (w: inout Workshop) throws(Failure) in
    let family = RootSlot.trace.slot
    let codes: InlineArray<3, ResultCode> = [
      ControlCall.readTrace(from: .max, count: 1).perform(on: family).code,
      ControlCall.readTrace(from: 0, count: 0).perform(on: family).code,
      ControlCall.readTrace(from: 0, count: 32).perform(on: family).code,
    ]
    for index in 0..<3 { try expect(codes[index], .invalidArgument) }
  }
  report.unusedWord(
    "read trace", on: .trace,
    { (w: inout Workshop) throws(Failure) in .readTrace(from: 0, count: 1) })
}

/// The number that the next event will have.
private func endOfTrace(_ family: CapSlot) -> UInt64 {
  var number: UInt64 = 0
  while true {
    let read = ControlCall.readTrace(from: number, count: 31).perform(on: family)
    guard read.code == .ok, read.tag.length > 8 else { return read.words.word0 }
    number = read.words.word0 + UInt64(read.tag.length - 8) / 32
  }
}

private func logSuite(_ report: inout Report) {
  report.check("a line can be read back from the log") { (w: inout Workshop) throws(Failure) in
    var cursor: UInt64 = 0
    var last = MessageWords()
    while true {
      let read = ControlCall.readLog(from: cursor, count: 24).perform(on: RootSlot.kernelLog.slot)
      try expect(read.code)
      guard read.tag.length > 8 else { break }
      last = read.words
      cursor = read.words.word0 + UInt64(read.tag.length) - 8
    }
    try expect(cursor > 0 && last.word1 != 0)
    let tag = MessageTag(label: ControlOperation.logString.rawValue, length: 3)
    try expect(SystemCall.call(RootSlot.log.slot, tag, MessageWords(0x4F4B4F)).code)
    let read = ControlCall.readLog(from: cursor, count: 24).perform(on: RootSlot.kernelLog.slot)
    try expect(read.words.word1, equals: 0x0A4F_4B4F)
  }
  report.check("a line without bytes") { (w: inout Workshop) throws(Failure) in
    let tag = MessageTag(label: ControlOperation.logString.rawValue)
    try expect(SystemCall.call(RootSlot.log.slot, tag).code, .invalidArgument)
  }
  report.check("a cursor behind the end, or no bytes") { (w: inout Workshop) throws(Failure) in
    let family = RootSlot.kernelLog.slot
    try expect(ControlCall.readLog(from: .max, count: 8).perform(on: family).code, .invalidArgument)
    try expect(ControlCall.readLog(from: 0, count: 0).perform(on: family).code, .invalidArgument)
    try expect(ControlCall.readLog(from: 0, count: 1017).perform(on: family).code, .invalidArgument)
  }
}
