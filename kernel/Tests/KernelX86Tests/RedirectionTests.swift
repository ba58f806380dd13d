// Bits of the I/O interrupt controllers' entries, and the meaning of exceptions.

import IPC
import KernelX86
import Testing

struct RedirectionTests {
  @Test func `a new line is masked and goes where it should`() {
    let entry = Redirection(vector: 0x31, destination: 3, levelTriggered: true, activeLow: true)
    #expect(entry.rawValue == 0x0300_0000_0001_A031)
    #expect(entry.isMasked)
  }

  @Test func `an edge that is active high has neither bit`() {
    let entry = Redirection(vector: 0x30, destination: 0, levelTriggered: false, activeLow: false)
    #expect(entry.rawValue == 0x1_0030)
  }

  @Test func `the mask changes alone`() {
    var entry = Redirection(rawValue: 0x0300_0000_0001_A031)
    entry.isMasked = false
    #expect(entry.rawValue == 0x0300_0000_0000_A031)
    entry.isMasked = true
    #expect(entry.rawValue == 0x0300_0000_0001_A031)
  }

  @Test func `exceptions have the kinds that fault messages name`() {
    let kinds: [UInt32: FaultKind] = [
      0: .divide, 1: .debug, 3: .breakpoint, 6: .invalidInstruction, 11: .segment, 12: .segment,
      13: .protection, 14: .page, 16: .x87, 17: .alignment, 19: .simd, 21: .protection,
    ]
    for (vector, kind) in kinds { #expect(ExceptionVector.kind(of: vector) == kind) }
  }
}
