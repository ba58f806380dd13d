// The line that says why there was no boot. It is shown in every profile: whoever stands before the
// machine must be able to read it.

import BootImg
import Bytes
import Handoff

extension BootError {
  /// Shows `ERIX_BOOTLOADER:FAIL:<reason>`, with `:<detail>` where the error names a section or a
  /// family of sections.
  public func show<Machine: Firmware>(on machine: inout Machine) {
    machine.write("ERIX_BOOTLOADER:FAIL:")
    if case .kernel = self { machine.write("KERNEL_") }
    machine.write(reason)
    switch self {
    case .image(.missing(let family)), .image(.duplicate(let family, _)):
      machine.write(":")
      machine.write(family.detail)
    case .hashMismatch(let section):
      machine.write(":")
      for index in 0..<section.length { machine.write(byte: section.bytes[index]) }
    default: break
    }
    machine.write("\n")
  }
}
