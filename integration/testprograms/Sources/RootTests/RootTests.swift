// The root task of test images: runs every suite and reports the sums.

import CapABI
import Runtime
import Sys
import TestKit

/// Called by the entry of the runtime.
@c(Program_main)
public func programMain(start: UInt64) {
  guard var report = Report(start: start) else {
    Log(RootSlot.log.slot).write("FAIL no workshop")
    _ = SystemCall.report(.failed)
    while true { _ = SystemCall.yield() }
  }
  slotSuite(&report)
  memorySuite(&report)
  endpointSuite(&report)
  transferSuite(&report)
  serverSuite(&report)
  messageRefusalSuite(&report)
  notificationSuite(&report)
  threadSuite(&report)
  processSuite(&report)
  faultSuite(&report)
  familySuite(&report)
  deviceInterruptSuite(&report)
  hardeningSuite(&report)
  errorSuite(&report)
  farewellSuite(&report)
  Notes.write(to: &report.workshop.log)
  report.finish()
  _ = SystemCall.report(report.failed == 0 ? .ready : .failed)
  while true { _ = SystemCall.yield() }
}
