// Presence bits that READ_PLATFORM_CAPS reports: they say that a device is there, and grant
// nothing.

/// Devices of the platform that the kernel saw.
public struct PlatformCapabilities: FlagSet {
  /// The bit pattern, as it stands in word 0 of the reply.
  public let rawValue: UInt64

  /// Wraps a bit pattern without checking it.
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// First serial port (COM1).
  public static let serialPort = PlatformCapabilities(rawValue: 1 << 0)
  /// Keyboard controller (i8042).
  public static let keyboardController = PlatformCapabilities(rawValue: 1 << 1)
  /// Framebuffer handed over by the firmware.
  public static let framebuffer = PlatformCapabilities(rawValue: 1 << 2)
  /// ACPI tables.
  public static let acpi = PlatformCapabilities(rawValue: 1 << 3)
  /// PCI configuration space.
  public static let pci = PlatformCapabilities(rawValue: 1 << 4)
  /// I/O interrupt controller.
  public static let ioAPIC = PlatformCapabilities(rawValue: 1 << 5)

  /// Every bit there is.
  public static let all = PlatformCapabilities(rawValue: (1 << 6) - 1)
}
