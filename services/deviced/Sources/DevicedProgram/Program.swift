// The program of deviced.

import Bootstrap
import CapABI
import DevicedCore
import Service
import Sys

/// Called by the entry of the runtime.
@c(Program_main)
public func programMain(start: UInt64) {
  runService(start, as: .deviced) { (start, _) throws(ReadinessCode) in
    try Deviced(&start)
  }
}
