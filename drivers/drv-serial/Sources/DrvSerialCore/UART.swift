// The registers of a 16550A serial port (National Semiconductor PC16550D datasheet, section 8),
// each access a call of the kernel's restricted endpoint.

import CapABI
import IPC
import Service
import Sys

/// Registers by their offset from the port's base.
enum UARTRegister: UInt64 {
  /// Received byte when read, byte to send when written; low divisor byte with DLAB.
  case data = 0
  /// Interrupt enable; high divisor byte with DLAB.
  case interruptEnable = 1
  /// Interrupt identification when read, FIFO control when written.
  case interruptID = 2
  /// Format of characters, and DLAB.
  case lineControl = 3
  /// Lines to the peer.
  case modemControl = 4
  /// What arrived, what can be sent, errors; reading clears the errors.
  case lineStatus = 5
  /// Lines from the peer; reading clears the changes.
  case modemStatus = 6
  /// Any byte.
  case scratch = 7
}

/// Bits of the registers.
enum UARTBit {
  /// Interrupt enable: input, room for output, error, change of a modem line.
  static let input: UInt8 = 0x01
  static let output: UInt8 = 0x02
  static let error: UInt8 = 0x04
  static let modem: UInt8 = 0x08

  /// Interrupt identification: none is pending; both FIFO bits.
  static let nothingPending: UInt8 = 0x01
  static let fifoOn: UInt8 = 0xC0

  /// FIFO control: on, both emptied, an interrupt at 8 bytes of input.
  static let enableFIFO: UInt8 = 0x01
  static let emptyFIFOs: UInt8 = 0x06
  static let triggerAt8: UInt8 = 0x80

  /// Line control: 8 data bits, no parity, one stop bit; the divisor's bytes are accessible.
  static let eightN1: UInt8 = 0x03
  static let divisorAccess: UInt8 = 0x80

  /// Modem control: ready, please send, interrupts reach the interrupt controller.
  static let terminalReady: UInt8 = 0x01
  static let requestToSend: UInt8 = 0x02
  static let interruptLine: UInt8 = 0x08

  /// Line status.
  static let dataReady: UInt8 = 0x01
  static let overrun: UInt8 = 0x02
  static let parity: UInt8 = 0x04
  static let framing: UInt8 = 0x08
  static let breakSignal: UInt8 = 0x10
  static let roomForOutput: UInt8 = 0x20

  /// Modem status: the peer says that it takes bytes; that it is there.
  static let clearToSend: UInt8 = 0x10
  static let dataSetReady: UInt8 = 0x20
}

/// The port COM1.
struct UART {
  private static let base: UInt64 = 0x3F8
  /// Bytes that the port's own output buffer holds.
  static let depth = 16
  private static let ports = ServiceSlot.control(0)

  /// What was last written to the interrupt enable register.
  private(set) var enabled: UInt8 = 0
  /// What was last written to the modem control register.
  private(set) var modemControl: UInt8 = 0

  /// Reads a register; all ones, as a bus without a port gives, when the kernel refuses.
  func read<S: System>(_ register: UARTRegister, _ system: inout S) -> UInt8 {
    let answer = try? system.control(.readPort(Self.base + register.rawValue), on: Self.ports)
    return UInt8(truncatingIfNeeded: answer?.word0 ?? 0xFF)
  }

  /// Writes a register.
  func write<S: System>(_ register: UARTRegister, _ value: UInt8, _ system: inout S) {
    let call = ControlCall.writePort(Self.base + register.rawValue, UInt64(value))
    _ = try? system.control(call, on: Self.ports)
  }

  /// Whether there is a port: one that keeps what is written into its scratch register.
  func isPresent<S: System>(_ system: inout S) -> Bool {
    var pattern: UInt8 = 0x5A
    for _ in 0..<2 {
      write(.scratch, pattern, &system)
      guard read(.scratch, &system) == pattern else { return false }
      pattern = ~pattern
    }
    return true
  }

  /// 115200 baud, 8N1, FIFOs, no interrupts yet.
  ///
  /// Input that waits in the FIFO stays there: whoever drove the port before may have died while
  /// somebody was typing.
  mutating func configure<S: System>(_ system: inout S) {
    enable(0, &system)
    write(.lineControl, UARTBit.divisorAccess, &system)
    write(.data, 1, &system)
    write(.interruptEnable, 0, &system)
    write(.lineControl, UARTBit.eightN1, &system)
    let isOn = read(.interruptID, &system) & UARTBit.fifoOn == UARTBit.fifoOn
    let fifo = UARTBit.enableFIFO | UARTBit.triggerAt8
    write(.interruptID, isOn ? fifo : fifo | UARTBit.emptyFIFOs, &system)
    askForInput(true, &system)
  }

  /// Says which interrupts are wanted.
  mutating func enable<S: System>(_ bits: UInt8, _ system: inout S) {
    enabled = bits
    write(.interruptEnable, bits, &system)
  }

  /// Lets the peer send, or asks it to wait.
  mutating func askForInput<S: System>(_ isWanted: Bool, _ system: inout S) {
    let request = isWanted ? UARTBit.requestToSend : 0
    modemControl = UARTBit.terminalReady | UARTBit.interruptLine | request
    write(.modemControl, modemControl, &system)
  }
}
