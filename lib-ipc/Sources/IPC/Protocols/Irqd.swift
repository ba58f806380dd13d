// The protocol of irqd: interrupt lines and who handles them
// (docs/reference/protocols/irqd.md has Rights, Errors and Blocks of each operation).

public import CapABI

/// Operations of irqd.
public enum IrqdOperation: UInt16, ServiceOperation {
  /// Announces a handler that may register for a line.
  case seedHandler = 0x540
  /// Ends seeding.
  case seal = 0x541
  /// Registers the handler of a line.
  case registerHandler = 0x542
  /// Opens a line again after an event.
  case acknowledge = 0x543
  /// Closes or opens a line.
  case setMask = 0x544
  /// Reads the lines one by one.
  case readLine = 0x545

  /// How each operation travels.
  public var shape: OperationShape {
    switch self {
    case .seedHandler: .call(.exactly(16), reply: .empty)
    case .seal: .call(.empty, reply: .exactly(8))
    case .registerHandler: .call(.exactly(8, capabilities: 1), reply: .empty)
    case .acknowledge: .callOrOneWay(.exactly(8), reply: .empty)
    case .setMask: .call(.exactly(8), reply: .empty)
    case .readLine: .call(.exactly(8), reply: .exactly(32))
    }
  }
}

/// The faces of irqd, as ranges of badges.
public enum IrqdFaces {
  /// rootd, which seeds and seals.
  public static var seeding: BadgeRange { .controlFace }
  /// Drivers: the badge is the first of the face plus the driver's role.
  public static var handler: BadgeRange { .publicFace }
  /// Tools, which look at lines.
  public static var tools: BadgeRange { .providerFace }

  /// The badge of the driver of a role.
  public static func handler(_ role: RoleID) -> Badge {
    Badge(rawValue: handler.first + UInt64(role.rawValue))
  }
}

/// How a line signals.
public struct LineFlags: FlagSet {
  /// The bits.
  public let rawValue: UInt8

  /// Wraps any bits.
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// Level-triggered; else edge-triggered.
  public static let level = LineFlags(rawValue: 1 << 0)
  /// Active low; else high.
  public static let activeLow = LineFlags(rawValue: 1 << 1)

  /// Every flag.
  public static var all: LineFlags { level | activeLow }
}

/// Where a line stands.
public enum LineState: UInt8, BitwiseCopyable, Sendable {
  /// Seeded, and nobody registered.
  case unused = 1
  /// Its next event is delivered.
  case open = 2
  /// An event was delivered and not acknowledged.
  case delivered = 3
  /// Its handler closed it.
  case masked = 4
  /// It had too many events and pauses.
  case paused = 5
}

/// A line as a reader sees it.
public struct LineRecord: Equatable, Sendable {
  /// Which input of the interrupt controllers.
  public var line: UInt32
  /// How it signals.
  public var flags: LineFlags
  /// Where it stands.
  public var state: LineState
  /// Who was seeded for it.
  public var client: Badge
  /// Events that were delivered.
  public var eventCount: UInt64
  /// How often it had too many.
  public var stormCount: UInt32

  /// A record of these parts.
  public init(
    line: UInt32, flags: LineFlags, state: LineState, client: Badge, eventCount: UInt64,
    stormCount: UInt32
  ) {
    self.line = line
    self.flags = flags
    self.state = state
    self.client = client
    self.eventCount = eventCount
    self.stormCount = stormCount
  }

  init(from reader: inout BodyReader) throws(ProtocolError) {
    line = try reader.integer()
    flags = try reader.flags()
    state = try reader.value()
    try reader.reserved(2)
    client = try reader.owner()
    eventCount = try reader.integer()
    stormCount = try reader.integer()
    try reader.reserved(4)
  }

  func write(to writer: inout BodyWriter) throws(ProtocolError) {
    try writer.integer(line)
    try writer.flags(flags)
    try writer.value(state)
    try writer.reserved(2)
    try writer.owner(client)
    try writer.integer(eventCount)
    try writer.integer(stormCount)
    try writer.reserved(4)
  }
}

/// A request to irqd.
public enum IrqdRequest: ServiceRequest, Equatable, Sendable {
  /// Callers with badge `client` may handle the line.
  case seedHandler(client: Badge, line: UInt32, LineFlags)
  /// No more handlers.
  case seal
  /// Carries a notification with SEND and a badge, which is signalled at each event.
  case registerHandler(line: UInt32, LineFlags)
  /// The event of the line is dealt with.
  case acknowledge(line: UInt32)
  /// Whether the line is closed.
  case setMask(line: UInt32, isMasked: Bool)
  /// The line with the lowest number that is at least `cursor`.
  case readLine(cursor: UInt32)

  /// What is asked for.
  public var operation: IrqdOperation {
    switch self {
    case .seedHandler: .seedHandler
    case .seal: .seal
    case .registerHandler: .registerHandler
    case .acknowledge: .acknowledge
    case .setMask: .setMask
    case .readLine: .readLine
    }
  }

  /// Reads the fields.
  public init(_ operation: IrqdOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .seedHandler:
      self = .seedHandler(
        client: try reader.owner(), line: try reader.integer(), try reader.flags())
      try reader.reserved(3)
    case .seal: self = .seal
    case .registerHandler:
      self = .registerHandler(line: try reader.integer(), try reader.flags())
      try reader.reserved(3)
    case .acknowledge:
      self = .acknowledge(line: try reader.integer())
      try reader.reserved(4)
    case .setMask:
      let line: UInt32 = try reader.integer()
      let masked: UInt8 = try reader.integer(in: 0...1)
      self = .setMask(line: line, isMasked: masked == 1)
      try reader.reserved(3)
    case .readLine:
      self = .readLine(cursor: try reader.integer())
      try reader.reserved(4)
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .seedHandler(let client, let line, let flags):
      try writer.owner(client)
      try writer.integer(line)
      try writer.flags(flags)
      try writer.reserved(3)
    case .registerHandler(let line, let flags):
      try writer.integer(line)
      try writer.flags(flags)
      try writer.reserved(3)
    case .acknowledge(let line), .readLine(let line):
      try writer.integer(line)
      try writer.reserved(4)
    case .setMask(let line, let isMasked):
      try writer.integer(line)
      try writer.integer(UInt8(isMasked ? 1 : 0))
      try writer.reserved(3)
    case .seal: break
    }
  }
}

/// A successful reply of irqd.
public enum IrqdReply: ServiceReply, Equatable, Sendable {
  /// Done.
  case seedHandler
  /// How many handlers were seeded.
  case seal(handlerCount: UInt32)
  /// Done; the line is open.
  case registerHandler
  /// Done.
  case acknowledge
  /// Done.
  case setMask
  /// The line.
  case readLine(LineRecord)

  /// What is answered.
  public var operation: IrqdOperation {
    switch self {
    case .seedHandler: .seedHandler
    case .seal: .seal
    case .registerHandler: .registerHandler
    case .acknowledge: .acknowledge
    case .setMask: .setMask
    case .readLine: .readLine
    }
  }

  /// Reads the fields.
  public init(_ operation: IrqdOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .seedHandler: self = .seedHandler
    case .seal:
      self = .seal(handlerCount: try reader.integer())
      try reader.reserved(4)
    case .registerHandler: self = .registerHandler
    case .acknowledge: self = .acknowledge
    case .setMask: self = .setMask
    case .readLine: self = .readLine(try LineRecord(from: &reader))
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .seal(let handlerCount):
      try writer.integer(handlerCount)
      try writer.reserved(4)
    case .readLine(let record): try record.write(to: &writer)
    case .seedHandler, .registerHandler, .acknowledge, .setMask: break
    }
  }
}
