// What the boot found out about the machine, for the families that tell user space about it. It is
// knowledge, not authority.

package import CapABI
package import KernelMachine

/// A linear framebuffer.
package struct ScreenInfo: Equatable, Sendable {
  /// Physical address of the first pixel.
  package let base: PhysicalAddress
  /// Bytes.
  package let size: UInt64
  /// Pixels in a row.
  package let width: UInt32
  /// Rows.
  package let height: UInt32
  /// Bytes from row to row.
  package let stride: UInt32
  /// 1: blue, green, red, unused; 2: red, green, blue, unused.
  package let format: UInt32

  /// A framebuffer of these parts.
  package init(
    base: PhysicalAddress, size: UInt64, width: UInt32, height: UInt32, stride: UInt32,
    format: UInt32
  ) {
    self.base = base
    self.size = size
    self.width = width
    self.height = height
    self.stride = stride
    self.format = format
  }
}

/// The machine as the boot saw it.
package struct Platform: Sendable {
  /// Presence bits that READ_PLATFORM_CAPS reports.
  package var capabilities = PlatformCapabilities.none
  /// The screen that the firmware left.
  package var screen: ScreenInfo?
  /// Where the console font is, and its size in bytes; the first byte begins a page.
  package var font: PhysicalAddress?
  /// Bytes of the font.
  package var fontBytes: UInt64 = 0
  /// The root pointer of the ACPI tables.
  package var acpiRoot: PhysicalAddress?
  /// Whether the kernel may write the serial port: until user space reports its driver.
  package var ownsSerial = false
  /// Whether the root task's layout was drawn from numbers that nobody can foretell.
  package internal(set) var hasRandomLayout = false

  /// A machine about which nothing is known.
  package init() {}
}
