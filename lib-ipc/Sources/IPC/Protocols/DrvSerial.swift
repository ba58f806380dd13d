// The protocol of drv-serial, the provider of a serial port
// (docs/reference/protocols/drv-serial.md has Rights, Errors and Blocks of each operation). Nothing
// here waits: the driver signals its client when there is input or room.

public import CapABI

/// Operations of a provider of a serial port.
public enum DrvSerialOperation: UInt16, ServiceOperation {
  /// Gives bytes to be sent.
  case write = 0x5A0
  /// Takes received bytes.
  case read = 0x5A1
  /// Reads the counters of the port.
  case readStats = 0x5A2

  /// How each operation travels.
  public var shape: OperationShape {
    switch self {
    case .write: .call(.between(5, 1024), reply: .exactly(8))
    case .read: .call(.exactly(8), reply: .between(17, 1024))
    case .readStats: .call(.empty, reply: .exactly(56))
    }
  }
}

/// The face of a provider of a serial port, as a range of badges.
public enum DrvSerialFaces {
  /// Those to whom deviced gave the provider.
  public static var client: BadgeRange { .providerFace }
}

/// A request to a provider of a serial port.
public enum DrvSerialRequest: ServiceRequest, ~Escapable {
  /// Bytes to be sent, 1 to 1020.
  case write(RawSpan)
  /// Input from a byte on; what comes before it is not wanted again.
  case read(cursor: UInt64)
  /// The counters.
  case readStats

  /// How many bytes one WRITE can have.
  public static let writeCounts: ClosedRange<UInt16> = 1...1020

  /// What is asked for.
  public var operation: DrvSerialOperation {
    switch self {
    case .write: .write
    case .read: .read
    case .readStats: .readStats
    }
  }

  /// Reads the fields.
  @_lifetime(copy reader)
  public init(
    _ operation: DrvSerialOperation, from reader: inout BodyReader
  ) throws(ProtocolError) {
    switch operation {
    case .write:
      let count = try reader.integer(in: Self.writeCounts)
      try reader.reserved(2)
      self = .write(try reader.rest(count, countAt: 0))
    case .read: self = .read(cursor: try reader.integer())
    case .readStats: self = .readStats
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .write(let bytes):
      try writer.integer(UInt16(clamping: bytes.byteCount), in: Self.writeCounts)
      try writer.reserved(2)
      try writer.bytes(bytes)
    case .read(let cursor): try writer.integer(cursor)
    case .readStats: break
    }
  }
}

/// Input of a serial port: some bytes that follow one another.
public struct SerialInput: ~Escapable {
  /// The number of the first byte.
  public var number: UInt64
  /// How many bytes wait behind these.
  public var waitingCount: UInt32
  /// The bytes, 1 to 1008.
  public var bytes: RawSpan

  /// How many bytes one reply can have.
  public static let counts: ClosedRange<UInt16> = 1...1008

  /// Input of these parts.
  @_lifetime(copy bytes)
  public init(number: UInt64, waitingCount: UInt32, bytes: RawSpan) {
    self.number = number
    self.waitingCount = waitingCount
    self.bytes = bytes
  }

  @_lifetime(copy reader)
  init(from reader: inout BodyReader) throws(ProtocolError) {
    number = try reader.integer()
    let count = try reader.integer(in: Self.counts)
    try reader.reserved(2)
    waitingCount = try reader.integer()
    bytes = try reader.rest(count, countAt: 8)
  }

  func write(to writer: inout BodyWriter) throws(ProtocolError) {
    try writer.integer(number)
    try writer.integer(UInt16(clamping: bytes.byteCount), in: Self.counts)
    try writer.reserved(2)
    try writer.integer(waitingCount)
    try writer.bytes(bytes)
  }
}

/// What a port is told and tells about waiting.
public struct SerialPortFlags: FlagSet {
  /// The bit pattern.
  public let rawValue: UInt32

  /// Wraps a bit pattern without checking it; outside values go through `init(validating:)`.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// The peer is asked to wait: the input ring is nearly full.
  public static let peerWaits = SerialPortFlags(rawValue: 1 << 0)
  /// The peer asks to wait.
  public static let peerStops = SerialPortFlags(rawValue: 1 << 1)

  /// Every flag there is.
  public static let all = peerWaits | peerStops
}

/// The counters of a serial port, since its driver started.
public struct SerialPortCounters: Equatable, Sendable {
  /// Bytes received.
  public var receivedCount: UInt64 = 0
  /// Bytes given to the port.
  public var sentCount: UInt64 = 0
  /// Interrupts.
  public var interruptCount: UInt64 = 0
  /// Times that the port had to drop a byte, because nobody took those before it.
  public var overrunCount: UInt32 = 0
  /// Bytes with wrong parity.
  public var parityErrorCount: UInt32 = 0
  /// Bytes without a stop bit.
  public var framingErrorCount: UInt32 = 0
  /// Breaks.
  public var breakCount: UInt32 = 0
  /// Times that the peer was asked to wait.
  public var stopCount: UInt32 = 0
  /// Bytes of input that wait for the client.
  public var inputCount: UInt32 = 0
  /// Bytes of output that wait for the port.
  public var outputCount: UInt32 = 0
  /// Who waits for whom.
  public var flags = SerialPortFlags.none

  /// All zero.
  public init() {}

  init(from reader: inout BodyReader) throws(ProtocolError) {
    receivedCount = try reader.integer()
    sentCount = try reader.integer()
    interruptCount = try reader.integer()
    overrunCount = try reader.integer()
    parityErrorCount = try reader.integer()
    framingErrorCount = try reader.integer()
    breakCount = try reader.integer()
    stopCount = try reader.integer()
    inputCount = try reader.integer()
    outputCount = try reader.integer()
    flags = try reader.flags()
  }

  func write(to writer: inout BodyWriter) throws(ProtocolError) {
    try writer.integer(receivedCount)
    try writer.integer(sentCount)
    try writer.integer(interruptCount)
    try writer.integer(overrunCount)
    try writer.integer(parityErrorCount)
    try writer.integer(framingErrorCount)
    try writer.integer(breakCount)
    try writer.integer(stopCount)
    try writer.integer(inputCount)
    try writer.integer(outputCount)
    try writer.flags(flags)
  }
}

/// A successful reply of a provider of a serial port.
public enum DrvSerialReply: ServiceReply, ~Escapable {
  /// How many bytes were taken, from the first on, and how many more have room.
  case write(takenCount: UInt16, room: UInt32)
  /// The input.
  case read(SerialInput)
  /// The counters.
  case readStats(SerialPortCounters)

  /// What is answered.
  public var operation: DrvSerialOperation {
    switch self {
    case .write: .write
    case .read: .read
    case .readStats: .readStats
    }
  }

  /// Reads the fields.
  @_lifetime(copy reader)
  public init(
    _ operation: DrvSerialOperation, from reader: inout BodyReader
  ) throws(ProtocolError) {
    switch operation {
    case .write:
      let taken = try reader.integer(in: 0...DrvSerialRequest.writeCounts.upperBound)
      try reader.reserved(2)
      self = .write(takenCount: taken, room: try reader.integer())
    case .read: self = .read(try SerialInput(from: &reader))
    case .readStats: self = .readStats(try SerialPortCounters(from: &reader))
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .write(let taken, let room):
      try writer.integer(taken, in: 0...DrvSerialRequest.writeCounts.upperBound)
      try writer.reserved(2)
      try writer.integer(room)
    case .read(let input): try input.write(to: &writer)
    case .readStats(let counters): try counters.write(to: &writer)
    }
  }
}

extension BodyReader {
  /// Takes the bytes at the end of a body, which must be exactly `count`.
  @_lifetime(copy self)
  mutating func rest(_ count: UInt16, countAt offset: Int) throws(ProtocolError) -> RawSpan {
    try require(Int(count) == remaining, at: offset)
    return try take(Int(count))
  }
}
