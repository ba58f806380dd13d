// The kernel's lines before user space owns the serial port: docs/reference/boot-chain.md,
// "Markers". Dev and smoke kernels write COM1 and, where it exists, QEMU's debug console; a release
// kernel writes COM1 and only says why it stopped.

import CKernelX86
package import CapABI
package import Handoff

/// The ports behind the early console.
package struct EarlyPorts {
  private static let debugPort: UInt16 = 0xE9
  private static let data: UInt16 = 0x3F8
  private static let lineStatus: UInt16 = 0x3FD
  private static let transmitterEmpty: UInt8 = 1 << 5
  /// Far longer than a byte takes at 9600 baud.
  private static let patience = 1_000_000

  #if ERIX_PROFILE_RELEASE
  /// Whether progress is shown.
  static let isVerbose = false
  #else
  /// Whether progress is shown.
  static let isVerbose = true
  #endif

  private let hasDebugConsole: Bool
  private var hasSerialPort: Bool

  /// Looks for the devices: QEMU's debug console reads as its own port number, an absent serial
  /// port as ones.
  package init() {
    hasDebugConsole = Self.isVerbose && erix_port_read8(Self.debugPort) == 0xE9
    hasSerialPort = erix_port_read8(Self.lineStatus) != 0xFF
  }

  /// Writes the debug console alone from now on.
  package mutating func releaseSerial() { hasSerialPort = false }

  /// Writes one byte to each.
  package func write(_ byte: UInt8) {
    if hasSerialPort, byte == UInt8(ascii: "\n") { writeSerial(UInt8(ascii: "\r")) }
    if hasDebugConsole { erix_port_write8(Self.debugPort, byte) }
    if hasSerialPort { writeSerial(byte) }
  }

  /// Writes one byte; gives up when the port stays busy.
  private func writeSerial(_ byte: UInt8) {
    for _ in 0..<Self.patience where erix_port_read8(Self.lineStatus) & Self.transmitterEmpty != 0 {
      erix_port_write8(Self.data, byte)
      return
    }
  }
}

/// Writes whole lines of ASCII.
package struct EarlyConsole {
  private let ports: EarlyPorts

  /// Looks for the devices.
  package init() { ports = EarlyPorts() }

  /// Shows a step: `ERIX_KERNEL:<step>`.
  package func mark(_ step: StaticString) {
    guard EarlyPorts.isVerbose else { return }
    write("ERIX_KERNEL:")
    write(step)
    endLine()
  }

  /// Shows a number: `ERIX_KERNEL:<name>:<decimal>`.
  package func mark(_ name: StaticString, _ value: UInt64) {
    guard EarlyPorts.isVerbose else { return }
    write("ERIX_KERNEL:")
    write(name)
    write(":")
    write(value, base: 10)
    endLine()
  }

  /// Shows why the kernel stops: `ERIX_KERNEL:FAIL:<reason>`, with `:<detail>` where there is one.
  package func fail(_ reason: StaticString, _ detail: StaticString?) {
    write("ERIX_KERNEL:FAIL:")
    write(reason)
    if let detail {
      write(":")
      write(detail)
    }
    endLine()
  }

  /// Shows an exception: `ERIX_KERNEL:PANIC:<vector>:<instruction>:<address>`, both in hexadecimal.
  package func panic(vector: UInt64, instruction: UInt64, address: UInt64) {
    write("ERIX_KERNEL:PANIC:")
    write(vector, base: 10)
    write(":")
    write(instruction, base: 16)
    write(":")
    write(address, base: 16)
    endLine()
  }

  /// Shows one number of a panic report: `ERIX_KERNEL:PANIC_<name>:<hexadecimal>`.
  package func panicDetail(_ name: StaticString, _ value: UInt64) {
    write("ERIX_KERNEL:PANIC_")
    write(name)
    write(":")
    write(value, base: 16)
    endLine()
  }

  /// Shows which protections are in force: `ERIX_KERNEL:HARDENING:<name>,<name>…`.
  package func showHardening(_ protections: Protections) {
    guard EarlyPorts.isVerbose else { return }
    write("ERIX_KERNEL:HARDENING:")
    var isFirst = true
    for bit in 0..<64 {
      let protection = Protections(rawValue: 1 << UInt64(bit))
      guard protections.contains(protection), let name = protection.name else { continue }
      if !isFirst { write(",") }
      isFirst = false
      write(name)
    }
    endLine()
  }

  #if ERIX_PROFILE_SMOKE
  /// Tries every protection of the kernel's own memory that the processor offers, and shows the
  /// results as test programs do: `PASS kernel/<name>`, and the sums.
  ///
  /// - Parameters:
  ///   - space: The kernel's address space.
  ///   - offered: The protections that must be in force.
  package func tryProtections(_ space: KernelSpace, offered: Protections) {
    let probes = Probes(space)
    var sums: InlineArray<2, UInt64> = [0, 0]
    for bit in 0..<64 {
      let protection = Protections(rawValue: 1 << UInt64(bit))
      guard offered.contains(protection), let name = protection.name,
        let isRefused = probes.isRefused(protection)
      else { continue }
      sums[isRefused ? 0 : 1] += 1
      write(isRefused ? "PASS kernel/" : "FAIL kernel/")
      write(name)
      endLine()
    }
    write(sums[0], base: 10)
    write(" passed, ")
    write(sums[1], base: 10)
    write(" failed")
    endLine()
  }
  #endif

  private func write(_ text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount {
      // SAFETY: every text is a literal, stored as bytes, and the index is below their length.
      ports.write(unsafe text.utf8Start[index])
    }
  }

  private func write(_ value: UInt64, base: UInt64) {
    var divisor: UInt64 = 1
    while value / divisor >= base { divisor *= base }
    while divisor > 0 {
      let digit = UInt8(value / divisor % base)
      ports.write(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      divisor /= base
    }
  }

  private func endLine() { ports.write(UInt8(ascii: "\n")) }
}

/// QEMU's isa-debug-exit device, used by smoke images.
package enum DebugExitDevice {
  /// Ends the emulator with status 2 x code + 1; returns when there is no such device.
  package static func exit(_ code: DebugExit) {
    erix_port_write8(DebugExit.port, code.rawValue)
  }
}

/// Stops for good.
package func halt() -> Never { erix_halt() }
