// Output that needs no firmware: the first serial port (16550, programmed by the firmware) and two
// devices of the emulator, its debug console and its debug exit.

import CUEFI

/// QEMU's debug console at port 0xE9.
public enum DebugConsole {
  private static let port: UInt16 = 0xE9

  /// Whether it is there: the device, and only it, reads as its own port number.
  public static var isPresent: Bool { erix_port_read8(port) == 0xE9 }

  /// Writes one byte.
  public static func write(_ byte: UInt8) {
    erix_port_write8(port, byte)
  }
}

/// The first serial port.
public enum SerialPort {
  private static let data: UInt16 = 0x3F8
  private static let lineStatus: UInt16 = 0x3FD
  private static let transmitterEmpty: UInt8 = 1 << 5
  /// Far longer than a byte takes at 9600 baud.
  private static let patience = 1_000_000

  /// Whether it is there: an absent port reads as ones.
  public static var isPresent: Bool { erix_port_read8(lineStatus) != 0xFF }

  /// Writes one byte; gives up when the port stays busy.
  public static func write(_ byte: UInt8) {
    for _ in 0..<patience where erix_port_read8(lineStatus) & transmitterEmpty != 0 {
      erix_port_write8(data, byte)
      return
    }
  }
}

/// QEMU's isa-debug-exit device, used by smoke images.
public enum EmulatorExit {
  /// Ends the emulator with status 2 x code + 1; returns when there is no such device.
  public static func exit(code: UInt8, port: UInt16) {
    erix_port_write8(port, code)
  }
}
