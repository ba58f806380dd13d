// System calls on own slots.

import CapABI
import Sys
import TestKit

func slotSuite(_ report: inout Report) {
  report.begin("slots")
  report.check("dropping slot 0 is out of range") { (w: inout Workshop) throws(Failure) in
    try expect(SystemCall.drop(.null), .slotOutOfRange)
  }
}
