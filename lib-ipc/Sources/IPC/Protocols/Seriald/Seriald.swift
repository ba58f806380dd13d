// The protocol of seriald: the serial console (docs/reference/protocols/seriald.md has Rights,
// Errors and Blocks of each operation).

/// Operations of seriald.
public enum SerialdOperation: UInt16, ServiceOperation {
  /// Writes text.
  case write = 0x580
  /// Reads input as it came.
  case read = 0x581
  /// Lets a person edit a line.
  case readLine = 0x582
  /// Waits for one key.
  case readKey = 0x583
  /// Reads counters.
  case status = 0x584

  /// How each operation travels.
  public var shape: OperationShape {
    switch self {
    case .write: .call(.between(5, 1024), reply: .empty)
    case .read: .call(.exactly(8), reply: .between(17, 1024))
    case .readLine: .call(.between(8, 972), reply: .between(8, 908))
    case .readKey: .call(.empty, reply: .exactly(8))
    case .status: .call(.empty, reply: .exactly(120))
    }
  }
}

/// Badges of those who may ask seriald, as the boot configuration declares them.
public enum SerialdFaces {
  /// Those who only write.
  public static var writer: BadgeRange { .publicFace }
  /// Those who also read what a person types; the one that read last is in the foreground.
  public static var reader: BadgeRange { .controlFace }
}

/// A request to seriald.
public enum SerialdRequest: ServiceRequest, ~Escapable {
  /// Bytes of text, 1 to 1020; answered when they stand in the output queue.
  case write(RawSpan)
  /// Input from a byte on, 0 for the oldest; what comes before it is not wanted again.
  case read(cursor: UInt64)
  /// A line to be edited; answered when the person ends it.
  case readLine(LinePrompt)
  /// Answered with the next key.
  case readKey
  /// The counters.
  case status

  /// How many bytes one WRITE can have.
  public static let writeCounts: ClosedRange<UInt16> = 1...1020

  /// What is asked for.
  public var operation: SerialdOperation {
    switch self {
    case .write: .write
    case .read: .read
    case .readLine: .readLine
    case .readKey: .readKey
    case .status: .status
    }
  }

  /// Reads the fields.
  @_lifetime(copy reader)
  public init(_ operation: SerialdOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .write:
      let count = try reader.integer(in: Self.writeCounts)
      try reader.reserved(2)
      self = .write(try reader.rest(count, countAt: 0))
    case .read: self = .read(cursor: try reader.integer())
    case .readLine: self = .readLine(try LinePrompt(from: &reader))
    case .readKey: self = .readKey
    case .status: self = .status
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
    case .readLine(let line): try line.write(to: &writer)
    case .readKey, .status: break
    }
  }
}

/// The counters of seriald.
public struct SerialdStatus: Equatable, Sendable {
  /// Number of the first byte of input that nobody took yet.
  public var firstInput: UInt64 = 0
  /// Number that the next byte of input gets.
  public var nextInput: UInt64 = 0
  /// Bytes given to the driver.
  public var outputCount: UInt64 = 0
  /// Requests that were refused as malformed.
  public var refusedCount: UInt64 = 0
  /// Records of the log that were shown.
  public var recordCount: UInt64 = 0
  /// Records of the log that were gone before they could be shown.
  public var lostRecordCount: UInt64 = 0
  /// Bytes that wait for the driver.
  public var waitingCount: UInt32 = 0
  /// WRITE requests that wait for room.
  public var waitingWriteCount: UInt32 = 0
  /// How often deviced gave a provider.
  public var providerCount: UInt32 = 0
  /// Whether the driver answers; its counters are zero if not.
  public var hasDriver = false
  /// What the driver counts.
  public var port = SerialPortCounters()

  /// All zero.
  public init() {}

  init(from reader: inout BodyReader) throws(ProtocolError) {
    firstInput = try reader.integer()
    nextInput = try reader.integer()
    outputCount = try reader.integer()
    refusedCount = try reader.integer()
    recordCount = try reader.integer()
    lostRecordCount = try reader.integer()
    waitingCount = try reader.integer()
    waitingWriteCount = try reader.integer()
    providerCount = try reader.integer()
    hasDriver = try reader.integer(in: 0...UInt8(1)) == 1
    try reader.reserved(3)
    port = try SerialPortCounters(from: &reader)
  }

  func write(to writer: inout BodyWriter) throws(ProtocolError) {
    try writer.integer(firstInput)
    try writer.integer(nextInput)
    try writer.integer(outputCount)
    try writer.integer(refusedCount)
    try writer.integer(recordCount)
    try writer.integer(lostRecordCount)
    try writer.integer(waitingCount)
    try writer.integer(waitingWriteCount)
    try writer.integer(providerCount)
    try writer.integer(hasDriver ? UInt8(1) : 0)
    try writer.reserved(3)
    try port.write(to: &writer)
  }
}

/// A successful reply of seriald.
public enum SerialdReply: ServiceReply, ~Escapable {
  /// The text stands in the output queue.
  case write
  /// The input.
  case read(SerialInput)
  /// The line.
  case readLine(LineInput)
  /// The key.
  case readKey(SerialKey)
  /// The counters.
  case status(SerialdStatus)

  /// What is answered.
  public var operation: SerialdOperation {
    switch self {
    case .write: .write
    case .read: .read
    case .readLine: .readLine
    case .readKey: .readKey
    case .status: .status
    }
  }

  /// Reads the fields.
  @_lifetime(copy reader)
  public init(_ operation: SerialdOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .write: self = .write
    case .read: self = .read(try SerialInput(from: &reader))
    case .readLine: self = .readLine(try LineInput(from: &reader))
    case .readKey: self = .readKey(try SerialKey(from: &reader))
    case .status: self = .status(try SerialdStatus(from: &reader))
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .write: break
    case .read(let input): try input.write(to: &writer)
    case .readLine(let line): try line.write(to: &writer)
    case .readKey(let key): try key.write(to: &writer)
    case .status(let status): try status.write(to: &writer)
    }
  }
}
