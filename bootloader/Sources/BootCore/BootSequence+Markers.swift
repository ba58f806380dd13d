// What the loader shows: docs/reference/boot-chain.md, "Markers". Whole lines of ASCII, so that a
// harness can compare them.

import Handoff

extension BootSequence {
  /// Shows a step, unless the loader is quiet.
  mutating func mark(_ step: StaticString) {
    guard isVerbose else { return }
    machine.write("ERIX_BOOTLOADER:")
    machine.write(step)
    machine.write("\n")
  }

  /// Stamps the end of a phase and shows it.
  mutating func end(_ phase: PhaseStamp.Phase) {
    let ticks = machine.timeStamp
    let firmwareTicks = machine.firmwareTicks
    stamps.end(phase, at: ticks)
    mark(phase.markerName)
    showStamp(phase.markerName, at: ticks, inFirmware: firmwareTicks)
  }

  /// Shows a stamp: the counter, and how much of it had been spent inside the firmware by then.
  mutating func showStamp(_ name: StaticString, at ticks: UInt64, inFirmware firmwareTicks: UInt64)
  {
    guard isVerbose else { return }
    machine.write("ERIX_BOOTLOADER:STAMP:")
    machine.write(name)
    machine.write(":")
    machine.write(decimal: ticks)
    machine.write(":")
    machine.write(decimal: firmwareTicks)
    machine.write("\n")
  }
}

extension Firmware {
  /// Shows a number in decimal digits.
  mutating func write(decimal value: UInt64) {
    var divisor: UInt64 = 1
    while value / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      write(byte: UInt8(ascii: "0") + UInt8(value / divisor % 10))
      divisor /= 10
    }
  }
}
