// The protocol of logd: appending to the log and reading it
// (docs/reference/protocols/logd.md has Rights, Errors and Blocks of each operation). There is no
// operation that removes a record: only age does.

public import CapABI

/// Operations of logd.
public enum LogdOperation: UInt16, ServiceOperation {
  /// Adds a record.
  case append = 0x510
  /// Reads one record.
  case read = 0x511
  /// Reads counters.
  case status = 0x512
  /// Says where records are copied to.
  case setMirror = 0x513

  /// How each operation travels.
  public var shape: OperationShape {
    let longest = UInt16(truncatingIfNeeded: LogText.maximumLength)
    return switch self {
    case .append: .callOrOneWay(.between(4, 4 + longest), reply: .exactly(8))
    case .read: .call(.exactly(8), reply: .between(32, 32 + longest))
    case .status: .call(.empty, reply: .exactly(32))
    case .setMirror: .call(.exactly(8), reply: .exactly(8))
    }
  }
}

/// Badges of those who may ask logd, as the boot configuration declares them.
public enum LogdFaces {
  /// Processes, which append.
  public static var source: BadgeRange { .publicFace }
  /// Those who read the log.
  public static var reader: BadgeRange { .controlFace }
}

/// How much a record matters.
public enum LogSeverity: UInt8, BitwiseCopyable, Sendable {
  /// For who debugs the sender.
  case debug = 0
  /// Normal progress.
  case info = 1
  /// Unexpected and handled.
  case warning = 2
  /// Something asked for was not done.
  case error = 3
  /// The sender cannot go on.
  case critical = 4
}

/// A request to logd.
public enum LogdRequest: ServiceRequest, ~Escapable {
  /// The source is the badge of the caller, never a claim in the message.
  case append(LogSeverity, LogText)
  /// The oldest record whose number is at least `cursor`.
  case read(cursor: UInt64)
  /// The counters.
  case status
  /// Records are copied there from now on; only for the console that shows them.
  case setMirror(LogMirror)

  /// What is asked for.
  public var operation: LogdOperation {
    switch self {
    case .append: .append
    case .read: .read
    case .status: .status
    case .setMirror: .setMirror
    }
  }

  /// Reads the fields.
  @_lifetime(copy reader)
  public init(_ operation: LogdOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .append:
      let severity: LogSeverity = try reader.value()
      try reader.reserved(1)
      let length: UInt16 = try reader.integer()
      self = .append(severity, try reader.text(length, lengthAt: 2))
    case .read: self = .read(cursor: try reader.integer())
    case .status: self = .status
    case .setMirror:
      self = .setMirror(try reader.value())
      try reader.reserved(7)
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .append(let severity, let text):
      try writer.value(severity)
      try writer.reserved(1)
      try writer.integer(text.length)
      try writer.bytes(text.bytes)
    case .read(let cursor): try writer.integer(cursor)
    case .setMirror(let mirror):
      try writer.value(mirror)
      try writer.reserved(7)
    case .status: break
    }
  }
}

/// One record of the log.
public struct LogRecord: ~Escapable {
  /// Its number; numbers go up by one and begin at 1.
  public var number: UInt64
  /// When it arrived, in monotonic nanoseconds.
  public var nanoseconds: UInt64
  /// The badge that it arrived with.
  public var source: Badge
  /// How much it matters.
  public var severity: LogSeverity
  /// Records between the cursor and this one that are gone, at most `UInt32.max`.
  public var lostCount: UInt32
  /// The line.
  public var text: LogText

  /// A record of these parts.
  @_lifetime(copy text)
  public init(
    number: UInt64, nanoseconds: UInt64, source: Badge, severity: LogSeverity, lostCount: UInt32,
    text: LogText
  ) {
    self.number = number
    self.nanoseconds = nanoseconds
    self.source = source
    self.severity = severity
    self.lostCount = lostCount
    self.text = text
  }

  @_lifetime(copy reader)
  init(from reader: inout BodyReader) throws(ProtocolError) {
    number = try reader.integer(in: 1...UInt64.max)
    nanoseconds = try reader.integer()
    source = try reader.value()
    severity = try reader.value()
    try reader.reserved(1)
    let length: UInt16 = try reader.integer()
    lostCount = try reader.integer()
    text = try reader.text(length, lengthAt: 26)
  }

  func write(to writer: inout BodyWriter) throws(ProtocolError) {
    try writer.integer(number, in: 1...UInt64.max)
    try writer.integer(nanoseconds)
    try writer.value(source)
    try writer.value(severity)
    try writer.reserved(1)
    try writer.integer(text.length)
    try writer.integer(lostCount)
    try writer.bytes(text.bytes)
  }
}

/// Where logd copies records to as they arrive.
public enum LogMirror: UInt8, Sendable {
  /// Nowhere.
  case off = 0
  /// The kernel's log, while no console is up.
  case kernel = 1
  /// seriald.
  case serial = 2
  /// seriald and fbcond.
  case serialAndFramebuffer = 3
}

/// The counters of logd.
public struct LogStatus: Equatable, Sendable {
  /// Number of the oldest record that is left; `nextNumber` when there is none.
  public var oldestNumber: UInt64
  /// Number that the next record gets.
  public var nextNumber: UInt64
  /// Requests that were refused as malformed.
  public var refusedCount: UInt64
  /// Room for records, in bytes.
  public var capacityBytes: UInt32
  /// Where records are copied to.
  public var mirror: LogMirror

  /// A status of these figures.
  public init(
    oldestNumber: UInt64, nextNumber: UInt64, refusedCount: UInt64, capacityBytes: UInt32,
    mirror: LogMirror
  ) {
    self.oldestNumber = oldestNumber
    self.nextNumber = nextNumber
    self.refusedCount = refusedCount
    self.capacityBytes = capacityBytes
    self.mirror = mirror
  }
}

/// A successful reply of logd.
public enum LogdReply: ServiceReply, ~Escapable {
  /// The record's number.
  case append(number: UInt64)
  /// The record; the next READ asks for its number plus one.
  case read(LogRecord)
  /// The counters.
  case status(LogStatus)
  /// The first record that no mirror has shown.
  case setMirror(number: UInt64)

  /// What is answered.
  public var operation: LogdOperation {
    switch self {
    case .append: .append
    case .read: .read
    case .status: .status
    case .setMirror: .setMirror
    }
  }

  /// Reads the fields.
  @_lifetime(copy reader)
  public init(_ operation: LogdOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .append: self = .append(number: try reader.integer(in: 1...UInt64.max))
    case .read: self = .read(try LogRecord(from: &reader))
    case .status:
      self = .status(
        LogStatus(
          oldestNumber: try reader.integer(), nextNumber: try reader.integer(),
          refusedCount: try reader.integer(), capacityBytes: try reader.integer(),
          mirror: try reader.value()))
      try reader.reserved(3)
    case .setMirror: self = .setMirror(number: try reader.integer(in: 1...UInt64.max))
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .append(let number), .setMirror(let number):
      try writer.integer(number, in: 1...UInt64.max)
    case .read(let record): try record.write(to: &writer)
    case .status(let status):
      try writer.integer(status.oldestNumber)
      try writer.integer(status.nextNumber)
      try writer.integer(status.refusedCount)
      try writer.integer(status.capacityBytes)
      try writer.value(status.mirror)
      try writer.reserved(3)
    }
  }
}
