// The program of all tests that run as processes of a booted system. What it does follows from its
// number in the boot configuration (docs/testing.md, "Programs under rootd").

import Bootstrap
import CapABI
import IPC
import Service
import Sys

/// Called by the entry of the runtime.
@c(Program_main)
public func programMain(start: UInt64) {
  runProgram(start) { (start, envelope, system) in
    var test = Test(start.info, system)
    return test.run(envelope)
  }
}

extension Test {
  /// Does what the role says.
  ///
  /// - Returns: The code to end with: 0 when every check passed.
  mutating func run(_ envelope: borrowing StartEnvelope) -> UInt32 {
    switch info.role.rawValue {
    case 0x1001: useMemory()
    case 0x1002:
      tell("instance", UInt64(info.instance))
      return 7
    case 0x1003: hangOnce()
    case 0x1004: hang()
    case 0x1005: guardSecret()
    case 0x1006: lookForSecret()
    case 0x1007: exhaustMemory()
    case 0x1010...0x1015: fault(info.role.rawValue)
    case 0x1016: keepOwnValue()
    case 0x1017: keepOtherValue()
    case 0x1018: flood()
    case 0x1020: useNames()
    case 0x1021: useTime()
    case 0x1022: measureUnderFlood()
    case 0x1023: checkAccount()
    case 0x1024: checkCrashes()
    case 0x1025: restartEach()
    case 0x1026: restartEach(times: 50)
    case 0x1027: shutDown(.off)
    case 0x1028: shutDown(.reboot)
    case 0x1029: takeMemoryFromTimed()
    case 0x1019: useDevices()
    case 0x1030...0x1033: restartOne(info.role.rawValue & 3, times: 1000)
    case 0x1100...0x11FF: checkSlots(envelope)
    default: expect(false, "role")
    }
    return failureCount
  }
}
