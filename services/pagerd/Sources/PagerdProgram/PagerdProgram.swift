// The program of pagerd.

import Bootstrap
import CapABI
import PagerdCore
import Service
import Sys

/// Called by the entry of the runtime.
@c(Program_main)
public func programMain(start: UInt64) {
  runService(start, as: .pagerd) { (start, system) throws(ReadinessCode) in
    try Pagerd(&start, &system)
  }
}
