// The program of logd.

import Bootstrap
import CapABI
import LogdCore
import Service
import Sys

/// Called by the entry of the runtime.
@c(Program_main)
public func programMain(start: UInt64) {
  runService(start, as: .logd) { (start, system) throws(ReadinessCode) in
    try Logd(&start, &system)
  }
}
