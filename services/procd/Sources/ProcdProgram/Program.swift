// The program of procd.

import Bootstrap
import CapABI
import ProcdCore
import Service
import Sys

/// Called by the entry of the runtime.
@c(Program_main)
public func programMain(start: UInt64) {
  runService(start, as: .procd) { (start, system) throws(ReadinessCode) in
    try Procd(&start, &system)
  }
}
