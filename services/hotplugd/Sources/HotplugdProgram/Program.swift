// The program of hotplugd.

import Bootstrap
import CapABI
import HotplugdCore
import Service
import Sys

/// Called by the entry of the runtime.
@c(Program_main)
public func programMain(start: UInt64) {
  runService(start, as: .hotplugd) { (start, _) throws(ReadinessCode) in
    try Hotplugd(&start)
  }
}
