// The program of irqd.

import Bootstrap
import CapABI
import IrqdCore
import Service
import Sys

/// Called by the entry of the runtime.
@c(Program_main)
public func programMain(start: UInt64) {
  runService(start, as: .irqd) { (start, system) throws(ReadinessCode) in
    try Irqd(&start, &system)
  }
}
