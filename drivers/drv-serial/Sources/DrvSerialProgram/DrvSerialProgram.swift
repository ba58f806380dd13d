// The program of drv-serial.

import Bootstrap
import CapABI
import DrvSerialCore
import Service
import Sys

/// Called by the entry of the runtime.
@c(Program_main)
public func programMain(start: UInt64) {
  runService(start, as: .drvSerial) { (start, system) throws(ReadinessCode) in
    try DrvSerial(&start, &system)
  }
}
