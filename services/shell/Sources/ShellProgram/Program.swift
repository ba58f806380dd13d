// The program of the shell.

import Bootstrap
import CapABI
import Service
import ShellCore
import Sys

/// Called by the entry of the runtime.
@c(Program_main)
public func programMain(start: UInt64) {
  runProgram(start, as: .shell) { (start, _, system) in
    do throws(ReadinessCode) {
      var shell = try Shell(&start, system)
      shell.converse()
    } catch {
      return UInt32(error.rawValue)
    }
  }
}
