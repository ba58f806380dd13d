// The program of timed.

import Bootstrap
import CapABI
import Service
import Sys
import TimedCore

/// Called by the entry of the runtime.
@c(Program_main)
public func programMain(start: UInt64) {
  runService(start, as: .timed) { (start, _) throws(ReadinessCode) in
    try Timed(&start)
  }
}
