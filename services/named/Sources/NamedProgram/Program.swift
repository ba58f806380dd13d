// The program of named.

import Bootstrap
import CapABI
import NamedCore
import Service
import Sys

/// Called by the entry of the runtime.
@c(Program_main)
public func programMain(start: UInt64) {
  runService(start, as: .named) { (start, _) throws(ReadinessCode) in
    try Named(&start)
  }
}
