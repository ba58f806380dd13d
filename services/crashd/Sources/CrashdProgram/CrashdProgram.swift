// The program of crashd.

import Bootstrap
import CapABI
import CrashdCore
import Service
import Sys

/// Called by the entry of the runtime.
@c(Program_main)
public func programMain(start: UInt64) {
  runService(start, as: .crashd) { (start, system) throws(ReadinessCode) in
    try Crashd(&start, &system)
  }
}
