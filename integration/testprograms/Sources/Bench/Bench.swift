// The root task of bench images: measures the kernel's operations in steady state between two
// address spaces, under an emulator whose time-stamp counter counts instructions.

import CTestKit
import CapABI
import IPC
import Runtime
import Sys
import TestKit

/// Called by the entry of the runtime.
@c(Program_main)
public func programMain(start: UInt64) {
  guard var report = Report(start: start) else {
    _ = SystemCall.report(.failed)
    while true { _ = SystemCall.yield() }
  }
  let raise = ControlCall.setPriority(of: RootSlot.thread.slot, rootPriority)
  _ = raise.perform(on: RootSlot.threadControl.slot)
  report.begin("bench")
  let pair = measuringPair()
  var line = TextLine("the measuring pair takes ")
  line.append(decimal: pair)
  line.append(", subtracted from every figure")
  report.workshop.log.write(line)
  messageRows(&report, pair)
  signalRows(&report, pair)
  faultRows(&report, pair)
  interruptRows(&report, pair)
  _ = ControlCall.createNotification(into: anchor).perform(on: RootSlot.objects.slot)
  capabilityRows(&report, pair)
  objectRows(&report, pair)
  memoryRow(&report)
  report.finish()
  _ = SystemCall.report(report.failed == 0 ? .ready : .failed)
  while true { _ = SystemCall.yield() }
}

/// The root task's own priority.
let rootPriority: UInt64 = 128
/// Measurements with the warm-up before them.
let rounds = 2 * runs

extension Report {
  /// Measures an operation that the root task does by itself.
  ///
  /// `prepare` and `undo` are not measured.
  mutating func measure(
    _ name: StaticString, _ pair: UInt64, prepare: (inout Workshop) throws(Failure) -> Void,
    undo: (inout Workshop) throws(Failure) -> Void, operation: () -> ResultCode
  ) {
    check(name) { (w: inout Workshop) throws(Failure) in
      var samples = Samples(pair: pair)
      for _ in 0..<rounds {
        try prepare(&w)
        let start = erix_time_stamp()
        let code = operation()
        let end = erix_time_stamp()
        try expect(code)
        samples.take(from: start, to: end)
        try undo(&w)
      }
      samples.write(name, w.log)
    }
  }
}
