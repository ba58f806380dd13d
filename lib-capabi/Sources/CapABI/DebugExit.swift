// Codes that test images hand to QEMU's isa-debug-exit device. QEMU ends with status
// 2 * code + 1. Packaged images contain no code that writes the port.

/// Why a test machine ended itself.
public enum DebugExit: UInt8, Sendable {
  /// rootd reported ready.
  case rootdReady = 0x10
  /// The bootloader refused to go on.
  case bootloaderFailure = 0x11
  /// The kernel failed, a missing or malformed root task included.
  case kernelFailure = 0x12
  /// rootd failed or reported a status that the kernel does not know.
  case rootdFailure = 0x13
  /// A service that the boot requires did not come up.
  case serviceFailure = 0x14

  /// The I/O port of the device.
  public static let port: UInt16 = 0xF4

  /// The status with which QEMU ends.
  public var emulatorStatus: Int32 { Int32(rawValue) * 2 + 1 }
}

#if !hasFeature(Embedded)
extension DebugExit: CaseIterable {}
#endif
