// The program of rootd.

import CapABI
import RootdCore
import Runtime
import Sys

/// Called by the entry of the runtime.
@c(Program_main)
public func programMain(start: UInt64) {
  do {
    // SAFETY: `start` is what the entry was called with, once.
    let root = unsafe try RootStart(unsafeStart: start)
    boot(root)
  } catch {
    _ = SystemCall.report(.failed)
  }
  while true { _ = SystemCall.yield() }
}

private func boot(_ start: RootStart) {
  do throws(BootFailure) {
    var rootd = try Rootd(start, KernelSystem(buffer: start.buffer))
    try rootd.boot(start)
    try rootd.watch(start)
  } catch {
    Log(CapSlot(rawValue: RootSlot.log.rawValue), buffer: start.buffer).write(error.line)
    _ = SystemCall.report(error.status)
  }
}
