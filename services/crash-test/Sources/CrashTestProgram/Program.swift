// The program of crash-test, and the ways in which it ends.

import Bootstrap
import CapABI
import CrashTestCore
import IPC
import Service
import Sys

/// Called by the entry of the runtime.
@c(Program_main)
public func programMain(start: UInt64) {
  runService(start, as: .crashTest) { (_, _) throws(ReadinessCode) in CrashTest(RealEnding()) }
}

/// Ends the process indeed.
private struct RealEnding: Ending {
  mutating func end(_ choice: FaultChoice) {
    switch choice {
    case .trap: preconditionFailure("crash-test was told to")
    case .stack: depth = Self.descend(depth, to: .max)
    // The kernel has this call for the root task only, and no filter of a service has it.
    case .forbidden: _ = SystemCall.report(.ready)
    case .exit:
      let tag = MessageTag(label: ProcdOperation.exit.rawValue, length: 8)
      _ = SystemCall.call(StartupSlot.supervisor, tag, MessageWords(7))
    }
  }

  private var depth: UInt64 = 0

  /// Calls itself until the stack ends; what it returns makes each call wait for the next one.
  @inline(never)
  private static func descend(_ depth: UInt64, to limit: UInt64) -> UInt64 {
    guard depth < limit else { return depth }
    return descend(depth + 1, to: limit) / 3 ^ depth
  }
}
