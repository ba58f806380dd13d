// What procd answers (docs/reference/protocols/procd.md).

/// A successful reply of procd.
public enum ProcdReply: ServiceReply, Equatable, Sendable {
  /// Done.
  case addCapability
  /// Done.
  case addDependency
  /// It runs, and whether it serves is another question; none when it waits for its launcher.
  case spawnService(ProcessID)
  /// Never sent: the caller is gone.
  case exit
  /// Done.
  case kill
  /// The process; the next query asks for its number plus one.
  case query(ProcessRecord)
  /// How it ended; `code` is that of EXIT or of READY, and 0 for every other cause.
  case wait(EndCause, code: UInt32)
  /// Done.
  case restart
  /// What is known.
  case readCrash(CrashDetails)
  /// It serves.
  case awaitReady
  /// It runs; none when it waits for what it needs.
  case startService(ProcessID)
  /// Done.
  case stopService

  /// What is answered.
  public var operation: ProcdOperation {
    switch self {
    case .addCapability: .addCapability
    case .addDependency: .addDependency
    case .spawnService: .spawnService
    case .exit: .exit
    case .kill: .kill
    case .query: .query
    case .wait: .wait
    case .restart: .restart
    case .readCrash: .readCrash
    case .awaitReady: .awaitReady
    case .startService: .startService
    case .stopService: .stopService
    }
  }

  /// Reads the fields.
  public init(_ operation: ProcdOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .addCapability: self = .addCapability
    case .addDependency: self = .addDependency
    case .spawnService:
      self = .spawnService(try reader.value())
      try reader.reserved(4)
    case .exit: self = .exit
    case .kill: self = .kill
    case .query: self = .query(try ProcessRecord(from: &reader))
    case .wait:
      let code: UInt32 = try reader.integer()
      let cause: EndCause = try reader.value()
      try reader.require(cause.hasCode || code == 0, at: 0)
      try reader.reserved(3)
      self = .wait(cause, code: code)
    case .restart: self = .restart
    case .readCrash: self = .readCrash(try CrashDetails(from: &reader))
    case .awaitReady: self = .awaitReady
    case .startService:
      self = .startService(try reader.value())
      try reader.reserved(4)
    case .stopService: self = .stopService
    case .ready, .kickWatchdog, .serviceState: throw .wrongDelivery(operation.rawValue)
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .spawnService(let process), .startService(let process):
      try writer.value(process)
      try writer.reserved(4)
    case .query(let record): try record.write(to: &writer)
    case .wait(let cause, let code):
      try writer.require(cause.hasCode || code == 0, at: writer.offset)
      try writer.integer(code)
      try writer.value(cause)
      try writer.reserved(3)
    case .readCrash(let details): try details.write(to: &writer)
    case .addCapability, .addDependency, .exit, .kill, .restart, .awaitReady, .stopService:
      break
    }
  }
}
