// Devices that refuse: registers that are no frame, a place that is taken, a port that was given
// up.

import CapABI
import Sys
import TestKit

func deviceErrorSuite(_ report: inout Report) {
  report.check("every base address register is made a frame or refused") {
    (w: inout Workshop) throws(Failure) in
    let slot = w.slot()
    for place in 0..<192 as Range<UInt64> {
      let derive = ControlCall.deriveBAR(
        into: slot, function: (place / 6) << 8, register: place % 6)
      switch derive.perform(on: RootSlot.deviceFrame.slot).code {
      case .ok: try expect(SystemCall.drop(slot))
      case .notFound, .denied, .tooLarge: break
      case let code: throw Failure(line: #line, found: UInt64(code.rawValue), expected: 0)
      }
    }
  }
  report.check("the framebuffer where something is mapped") { (w: inout Workshop) throws(Failure) in
    guard w.facts.platform.contains(.framebuffer) else { return }
    let address = try w.pages(order: 9)
    let map = ControlCall.mapFramebuffer(at: address)
    try expect(map.perform(on: RootSlot.console.slot).code, .exists)
  }
}

/// What cannot be undone: the last cases of all.
func farewellSuite(_ report: inout Report) {
  report.begin("farewell")
  report.check("the serial port that the kernel gave up") { (w: inout Workshop) throws(Failure) in
    let write = ControlCall(.writeLegacySerial, length: 1)
    try expect(write.perform(on: RootSlot.log.slot).code)
    try expect(SystemCall.report(.serialReady))
    try expect(write.perform(on: RootSlot.log.slot).code, .denied)
  }
}
