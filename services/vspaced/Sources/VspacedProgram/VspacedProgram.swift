// The program of vspaced.

import Bootstrap
import CapABI
import Service
import Sys
import VspacedCore

/// Called by the entry of the runtime.
@c(Program_main)
public func programMain(start: UInt64) {
  runService(start, as: .vspaced) { (start, system) throws(ReadinessCode) in
    try Vspaced(&start, &system)
  }
}
