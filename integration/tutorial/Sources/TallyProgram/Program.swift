// The program of tally.

import Bootstrap
import CapABI
import Service
import Sys
import TallyCore

/// Called by the entry of the runtime.
@c(Program_main)
public func programMain(start: UInt64) {
  runService(start, as: RoleID(rawValue: 0x1010)) { (start, _) throws(ReadinessCode) in
    try Tally(&start)
  }
}
