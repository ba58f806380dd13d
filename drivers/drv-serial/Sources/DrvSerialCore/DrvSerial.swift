// drv-serial: the driver of a 16550 serial port (docs/reference/protocols/drv-serial.md). It moves
// bytes by interrupt in both directions between the port and two rings, loses nothing while the
// peer waits when it is asked to, and knows nothing of what the bytes mean.

public import Bootstrap
public import CapABI
import IPC
public import Service
import Store
public import Sys

/// The driver.
public struct DrvSerial: Server {
  static let interrupts = ServiceSlot.peer(0)
  static let devices = ServiceSlot.peer(1)
  /// The notification of the port's owner.
  static let client = ServiceSlot.peer(2)
  /// The line of COM1 (PC/AT): an edge when the port asks for something.
  static let line: UInt32 = 4
  /// The bit of the driver's notification that means an interrupt.
  static let interruptBit = Badge(rawValue: 1)
  private static let inputBytes = 4096
  private static let outputBytes = 4096

  var uart = UART()
  var input: ByteRing
  var output: ByteRing
  var counters = SerialPortCounters()
  /// The client was told that there is no input, or has not asked yet.
  var isReaderWaiting = true
  /// The client was told that not everything has room.
  var isWriterWaiting = false
  /// The peer asks to wait.
  var isStopped = false

  /// The driver of a port that works.
  ///
  /// - Throws: NO_MEMORY without room for the rings, DEVICE_ABSENT without a port,
  ///   PEER_UNAVAILABLE when irqd or deviced refuse.
  public init<S: System>(_ start: inout Start, _ system: inout S) throws(ReadinessCode) {
    // Later than every byte of a driver before this one.
    input = ByteRing(in: try start.take(Self.inputBytes), from: start.info.startNanoseconds)
    output = ByteRing(in: try start.take(Self.outputBytes))
    guard uart.isPresent(&system) else { throw .deviceAbsent }
    uart.configure(&system)
    do throws(ResultCode) {
      try register(&system)
    } catch {
      throw .peerUnavailable
    }
    readModemStatus(&system)
    // Enables interrupts, and takes what waits already.
    moveBytes(&system)
  }

  /// Tells irqd whom the line signals, and deviced where the port is.
  private mutating func register<S: System>(_ system: inout S) throws(ResultCode) {
    system.send(
      TransferEntry(
        slot: StartupSlot.notification, mode: .copy, rights: .send, badge: Self.interruptBit))
    let _: IrqdReply = try system.ask(
      IrqdRequest.registerHandler(line: Self.line, .none), of: Self.interrupts)
    system.send(TransferEntry(slot: StartupSlot.endpoint, mode: .copy, rights: .send))
    let _: DevicedReply = try system.ask(
      DevicedRequest.registerProvider(.serial), of: Self.devices)
  }

  // MARK: Messages

  /// Answers the client.
  public mutating func answer<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    guard DrvSerialFaces.client.contains(message.badge) else { throw .denied }
    switch try take(message, system.buffer) {
    case .written(let count):
      moveBytes(&system)
      return .now(
        try system.encode(
          reply: DrvSerialReply.write(takenCount: count, room: UInt32(output.room))))
    case .read(let cursor): return .now(try read(cursor, &system))
    case .stats: return .now(try system.encode(reply: DrvSerialReply.readStats(currentCounters)))
    }
  }

  /// What is left to do for a request.
  private enum Work {
    /// To send what was kept.
    case written(UInt16)
    case read(UInt64)
    case stats
  }

  /// Reads a request, and keeps the bytes that it brings: they lie in the buffer.
  ///
  /// Not generic: the compiler crashes on code that lends a buffer and is specialised elsewhere
  /// (Swift 6.3.1).
  @inline(never)
  private mutating func take(
    _ message: Message, _ buffer: MessageBuffer
  ) throws(ResultCode) -> Work {
    let request: DrvSerialRequest
    do throws(ProtocolError) {
      request = try DrvSerialRequest(
        decoding: message.tag, body: buffer.body(message.tag.length))
    } catch {
      throw error.resultCode
    }
    switch request {
    case .write(let bytes):
      let count = output.append(bytes)
      if count < bytes.byteCount { isWriterWaiting = true }
      // At most as many as a body has.
      return .written(UInt16(truncatingIfNeeded: count))
    case .read(let cursor): return .read(cursor)
    case .readStats: return .stats
    }
  }

  /// Writes the reply to READ.
  ///
  /// - Throws: NOT_FOUND without input.
  private mutating func read<S: System>(
    _ cursor: UInt64, _ system: inout S
  ) throws(ResultCode) -> MessageTag {
    // A cursor of another driver is before `first` or behind `next`: it says nothing.
    if cursor <= input.next { input.forget(before: cursor) }
    moveBytes(&system)
    guard !input.isEmpty else {
      isReaderWaiting = true
      throw .notFound
    }
    let bytes = input.run(atMost: Int(SerialInput.counts.upperBound))
    let reply = SerialInput(
      number: input.first, waitingCount: UInt32(input.count - bytes.byteCount), bytes: bytes)
    return try system.encode(reply: DrvSerialReply.read(reply))
  }

  private var currentCounters: SerialPortCounters {
    var counters = counters
    counters.inputCount = UInt32(input.count)
    counters.outputCount = UInt32(output.count)
    var flags = SerialPortFlags.none
    if uart.modemControl & UARTBit.requestToSend == 0 { flags = flags | .peerWaits }
    if isStopped { flags = flags | .peerStops }
    counters.flags = flags
    return counters
  }

  // MARK: Interrupts

  /// Serves the port.
  public mutating func signalled<S: System>(_ bits: UInt64, _ system: inout S) {
    counters.interruptCount += 1
    handleInterrupt(&system)
    // By CALL: when it comes back the line is open.
    let _: IrqdReply? = try? system.ask(
      IrqdRequest.acknowledge(line: Self.line), of: Self.interrupts)
    // An edge while the line was closed was not heard.
    handleInterrupt(&system)
  }
}
