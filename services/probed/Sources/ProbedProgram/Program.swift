// The program of probed.

import Bootstrap
import CapABI
import ProbedCore
import Service
import Sys

/// Called by the entry of the runtime.
@c(Program_main)
public func programMain(start: UInt64) {
  runService(start, as: .probed) { (start, system) throws(ReadinessCode) in
    try Probed(&start, &system)
  }
}
