// The program of seriald.

import Bootstrap
import CapABI
import SerialdCore
import Service
import Sys

/// Called by the entry of the runtime.
@c(Program_main)
public func programMain(start: UInt64) {
  runService(start, as: .seriald) { (start, system) throws(ReadinessCode) in
    try Seriald(&start, &system)
  }
}
