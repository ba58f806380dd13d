// The program of memd.

import Bootstrap
import CapABI
import MemdCore
import Service
import Sys

/// Called by the entry of the runtime.
@c(Program_main)
public func programMain(start: UInt64) {
  runService(start, as: .memd) { (start, system) throws(ReadinessCode) in
    try Memd(&start, &system)
  }
}
