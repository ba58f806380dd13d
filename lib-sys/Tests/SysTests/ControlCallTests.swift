// Control operations put their arguments into the words that docs/reference/control/ names.

import CSys
import CapABI
import IPC
import Sys
import Testing

private let one = CapSlot(rawValue: 1)
private let two = CapSlot(rawValue: 2)
private let pair: UInt64 = 0x2_0000_0001

/// Requires operation and words.
private func check(
  _ call: ControlCall, _ operation: ControlOperation, _ words: UInt64...,
  location: SourceLocation = #_sourceLocation
) {
  let padded = words + [UInt64](repeating: 0, count: 4 - words.count)
  #expect(call.operation == operation.rawValue, sourceLocation: location)
  #expect(
    call.words == MessageWords(padded[0], padded[1], padded[2], padded[3]),
    sourceLocation: location)
}

struct ControlCallTests {
  @Test func `memory operations`() {
    check(
      .retype(one, order: 3, into: two, physical: 0x1000), .retypeUntypedToFrame, pair, 3, 0x1000)
    check(.map(one, into: two, at: 0x5000, rights: .read), .mapFrame, pair, 0x5000, 8)
    check(.unmap(0x5000, from: one, into: two), .unmapFrame, pair, 0x5000)
    check(
      .resolveFault(reply: one, frame: two, at: 0x5000, rights: .read, source: two), .resolveFault,
      pair, 0x5000, 8, 2)
    check(.copyFrame(one, to: two), .copyFrame, pair)
    check(.split(one, order: 4, into: two), .splitUntyped, pair, 4)
  }

  @Test func `process operations`() {
    check(
      .createStagedProcess(
        from: one, into: two, budgetOrder: 6, slots: 64, windowBase: 8, windowCount: 16),
      .createStagedProcess, pair, 64 << 32 | 6, 16 << 32 | 8)
    check(
      .deriveInstallGrant(for: one, into: two, firstSlot: 3, slotCount: 4), .deriveInstallGrant,
      pair, 4 << 32 | 3)
    check(
      .install(two, with: one, at: CapSlot(rawValue: 3), rights: .send, badge: Badge(rawValue: 9)),
      .installWithGrant, pair, 1 << 32 | 3, 9)
    check(.start(process: one, entry: 5, stack: 6, argument: 7), .startProcess, 1, 5, 6, 7)
    check(.abort(process: one), .abortStagedProcess, 1)
    check(.kill(process: one), .killProcess, 1)
    check(.setWindow(of: one, base: 2, count: 3), .setCSpaceWindow, 1, 3 << 32 | 2)
    check(.topUp(process: one, from: two, order: 5), .topUpBudget, pair, 5)
    check(.readBudget(of: one), .readBudget, 1)
  }

  @Test func `object and thread operations`() {
    check(.createEndpoint(into: one), .createEndpoint, 1)
    check(.createRingEndpoint(into: one, entries: 8), .createRingEndpoint, 1, 8)
    check(.createNotification(into: one), .createNotification, 1)
    check(.createThread(of: one, into: two), .createThread, pair)
    check(.start(thread: one, entry: 5, stack: 6, argument: 7), .startThread, 1, 5, 6, 7)
    check(.stop(thread: one), .stopThread, 1)
    check(.setPriority(of: one, 9), .setThreadPriority, 1, 9)
    check(.setAffinity(of: one, 1), .setThreadAffinity, 1, 1)
    check(.setFilter(of: one, 3), .setSyscallFilter, 1, 3)
    check(.setFSBase(of: one, 0x1000), .setThreadFSBase, 1, 0x1000)
    check(.bind(notification: two, to: one), .bindNotification, pair)
    check(.bind(notification: two, toFirstThreadOf: one), .bindNotification, pair, 1)
    check(.setBuffer(of: one, two), .setThreadBuffer, pair)
    check(.setEndpoint(of: one, two), .setThreadEndpoint, pair)
    check(.setEndpoint(of: one, two, role: 1), .setThreadEndpoint, pair, 1)
    check(.setPager(of: one, two), .setThreadPager, pair)
  }

  @Test func `operations on own slots and on a child's memory`() {
    check(.capMove(one, to: two), .capMove, pair)
    check(.capDrop(one), .capDrop, 1)
    check(.capCopy(one, to: two, rights: .send, badge: 4), .capCopyAttenuated, pair, 1, 4)
    check(.queryCap(one), .queryCap, 1)
    check(.queryCap(one, includingFamily: true), .queryCap, 1 | 1 << 32)
    check(.write(to: one, at: 2, from: 3, count: 4), .writeProcessMemory, 1, 2, 3, 4)
  }

  @Test func `clock, interrupts and devices`() {
    check(.readClock, .readMonotonicClock)
    check(
      .configureLine(4, flags: 5, notification: two), .configureInterruptLine, 5 << 32 | 4, 2)
    check(.waitInterrupt, .waitInterrupt)
    check(.acknowledge(line: 4), .acknowledgeInterrupt, 4)
    check(.readPCI(3, offset: 4), .readPCIConfigDWord, 3, 4)
    check(.readPort(3), .ioPortRead8, 3)
    check(.writePort(3, 4), .ioPortWrite8, 3, 4)
    check(.mapFramebuffer(at: 5), .mapFramebuffer, 5)
    check(.mapFont(at: 5), .mapFont, 5)
    check(.readACPI(5, count: 6), .readACPIQWords, 5, 6)
    check(.deriveBAR(into: one, function: 2, register: 3), .deriveBARFrame, 1, 3 << 32 | 2)
  }

  @Test func `what the kernel tells of itself`() {
    check(.auditProcess(from: 3), .auditProcesses, 3)
    check(.auditSlot(of: 3, from: 4), .auditSlots, 3, 4)
    check(.auditCounters(of: 3), .auditCounters, 3)
    check(.auditHardening, .auditHardening)
    check(.powerOff, .powerOff)
    check(.powerReset, .powerReset)
    check(.trace(3), .traceControl, 3)
    check(.readTrace(from: 3, count: 4), .traceRead, 3, 4)
    check(.readLog(from: 3, count: 4), .readKernelLog, 3, 4)
  }

  @Test func `performing calls the endpoint with operation and length`() {
    _ = ControlCall.abort(process: one).perform(on: two)
    let sent = erix_host_last_call()
    #expect(sent.rax == 0x40)
    #expect(sent.rdi == 2)
    #expect(sent.rsi == MessageTag(label: 40, length: 32).rawValue)
    #expect(sent.rdx == 1)
  }
}
