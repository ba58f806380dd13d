// The port's side of drv-serial: moves bytes between the port and the rings, asks the peer to wait,
// and keeps the wanted interrupts in step with what there is to do.

import CapABI
import IPC
import Service
import Store
import Sys

extension DrvSerial {
  /// Bytes of input from which on the peer is asked to wait, and down to which it waits.
  ///
  /// A peer that is told at 3072 has sent what its own buffers hold by the time that 1024 more
  /// are there.
  static let highWater = 3072
  static let lowWater = 1024
  /// Bytes of waiting output below which a client that was told "no room" is signalled.
  private static let outputLow = 2048
  /// Looks at the port for one interrupt or request; what is left raises the next interrupt.
  private static let looksAtOnce = 512

  /// Does what the port asks for, until it asks for nothing more.
  mutating func handleInterrupt<S: System>(_ system: inout S) {
    for _ in 0..<Self.looksAtOnce {
      let cause = uart.read(.interruptID, &system)
      guard cause & UARTBit.nothingPending == 0 else { return }
      // Reading the modem status takes its interrupt back; the others go with their cause.
      if cause & 0x0E == 0 { readModemStatus(&system) }
      moveBytes(&system)
    }
  }

  /// Looks at the lines from the peer.
  ///
  /// A peer that is there says with CTS whether it takes bytes. When DSR says that nobody is, there
  /// is nobody to wait for: a console without a cable must not stop those who write to it.
  mutating func readModemStatus<S: System>(_ system: inout S) {
    let status = uart.read(.modemStatus, &system)
    isStopped =
      status & UARTBit.dataSetReady != 0 && status & UARTBit.clearToSend == 0
  }

  /// Moves input and output as far as the port and the rings have bytes and room.
  mutating func moveBytes<S: System>(_ system: inout S) {
    for _ in 0..<Self.looksAtOnce * 16 {
      // Without room the byte stays in the port: the peer waits, and nothing is lost.
      let status = uart.read(.lineStatus, &system)
      countErrors(status)
      var isIdle = true
      if status & UARTBit.dataReady != 0, input.room > 0 {
        keep(uart.read(.data, &system), status)
        isIdle = false
      }
      if status & UARTBit.roomForOutput != 0, !output.isEmpty, !isStopped {
        sendSome(&system)
        isIdle = false
      }
      guard !isIdle else { break }
    }
    settle(&system)
  }

  /// Keeps a received byte; one that came with an error is none of the peer's.
  private mutating func keep(_ byte: UInt8, _ status: UInt8) {
    let bad = UARTBit.parity | UARTBit.framing | UARTBit.breakSignal
    guard status & bad == 0 else { return }
    input.append(byte)
    counters.receivedCount += 1
  }

  private mutating func countErrors(_ status: UInt8) {
    if status & UARTBit.overrun != 0 { counters.overrunCount &+= 1 }
    if status & UARTBit.parity != 0 { counters.parityErrorCount &+= 1 }
    if status & UARTBit.breakSignal != 0 {
      counters.breakCount &+= 1
    } else if status & UARTBit.framing != 0 {
      counters.framingErrorCount &+= 1
    }
  }

  /// Fills the port's own buffer, which is empty.
  private mutating func sendSome<S: System>(_ system: inout S) {
    for _ in 0..<UART.depth {
      guard let byte = output[output.first] else { return }
      uart.write(.data, byte, &system)
      output.forget(before: output.first &+ 1)
      counters.sentCount += 1
    }
  }

  /// Tells peer, port and client what has changed.
  private mutating func settle<S: System>(_ system: inout S) {
    let isAsking = uart.modemControl & UARTBit.requestToSend != 0
    if isAsking, input.count >= Self.highWater {
      uart.askForInput(false, &system)
      counters.stopCount &+= 1
    } else if !isAsking, input.count <= Self.lowWater {
      uart.askForInput(true, &system)
    }
    // An interrupt for input that nobody takes, or room that nothing fills, would never end.
    var wanted = UARTBit.error | UARTBit.modem
    if input.room > 0 { wanted |= UARTBit.input }
    if !output.isEmpty, !isStopped { wanted |= UARTBit.output }
    if wanted != uart.enabled { uart.enable(wanted, &system) }
    let hasNews =
      (isReaderWaiting && !input.isEmpty)
      || (isWriterWaiting && output.count <= Self.outputLow)
    guard hasNews else { return }
    if !input.isEmpty { isReaderWaiting = false }
    if output.count <= Self.outputLow { isWriterWaiting = false }
    _ = system.notify(Self.client)
  }
}
