// The protocol of crashd: records of processes that did not end by themselves
// (docs/reference/protocols/crashd.md has Rights, Errors and Blocks of each operation). A report
// arrives one-way and is short; crashd then asks procd for the details (READ_CRASH), so that procd
// never waits for a service that it supervises.

public import CapABI

/// Operations of crashd.
public enum CrashdOperation: UInt16, ServiceOperation {
  /// Tells that a process crashed.
  case report = 0x520
  /// Reads one record.
  case read = 0x521
  /// Reads counters.
  case status = 0x522

  /// How each operation travels.
  public var shape: OperationShape {
    switch self {
    case .report: .oneWay(.exactly(24))
    case .read: .call(.exactly(8), reply: .exactly(24 + CrashDetails.size))
    case .status: .call(.empty, reply: .exactly(24))
    }
  }
}

/// Badges of those who may ask crashd, as the boot configuration declares them.
public enum CrashdFaces {
  /// procd, which reports.
  public static var reporter: BadgeRange { .supervisorFace }
  /// Those who read the records.
  public static var reader: BadgeRange { .controlFace }
}

/// A request to crashd.
public enum CrashdRequest: ServiceRequest, Equatable, Sendable {
  /// procd's number of the crash, the process, its role, and when, in monotonic nanoseconds.
  case report(crash: UInt64, process: ProcessID, role: RoleID, cause: EndCause, nanoseconds: UInt64)
  /// The oldest record whose number is at least `cursor`.
  case read(cursor: UInt64)
  /// The counters.
  case status

  /// What is asked for.
  public var operation: CrashdOperation {
    switch self {
    case .report: .report
    case .read: .read
    case .status: .status
    }
  }

  /// Reads the fields.
  public init(_ operation: CrashdOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .report:
      let crash: UInt64 = try reader.integer(in: 1...UInt64.max)
      let process: ProcessID = try reader.value()
      let role: RoleID = try reader.value()
      let cause: EndCause = try reader.value()
      try reader.reserved(1)
      self = .report(
        crash: crash, process: process, role: role, cause: cause,
        nanoseconds: try reader.integer())
    case .read: self = .read(cursor: try reader.integer())
    case .status: self = .status
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .report(let crash, let process, let role, let cause, let nanoseconds):
      try writer.integer(crash, in: 1...UInt64.max)
      try writer.value(process)
      try writer.value(role)
      try writer.value(cause)
      try writer.reserved(1)
      try writer.integer(nanoseconds)
    case .read(let cursor): try writer.integer(cursor)
    case .status: break
    }
  }
}

/// One record of crashd.
public struct CrashRecord: Equatable, Sendable {
  /// Its number; numbers go up by one and begin at 1.
  public var number: UInt64
  /// When it happened, in monotonic nanoseconds.
  public var nanoseconds: UInt64
  /// Records between the cursor and this one that are gone, at most `UInt32.max`.
  public var lostCount: UInt32
  /// What is known.
  public var details: CrashDetails

  /// A record of these parts.
  public init(number: UInt64, nanoseconds: UInt64, lostCount: UInt32, details: CrashDetails) {
    self.number = number
    self.nanoseconds = nanoseconds
    self.lostCount = lostCount
    self.details = details
  }

  init(from reader: inout BodyReader) throws(ProtocolError) {
    number = try reader.integer(in: 1...UInt64.max)
    nanoseconds = try reader.integer()
    lostCount = try reader.integer()
    try reader.reserved(4)
    details = try CrashDetails(from: &reader)
  }

  func write(to writer: inout BodyWriter) throws(ProtocolError) {
    try writer.integer(number, in: 1...UInt64.max)
    try writer.integer(nanoseconds)
    try writer.integer(lostCount)
    try writer.reserved(4)
    try details.write(to: &writer)
  }
}

/// The counters of crashd.
public struct CrashStatus: Equatable, Sendable {
  /// Number of the oldest record that is left; `nextNumber` when there is none.
  public var oldestNumber: UInt64
  /// Number that the next record gets.
  public var nextNumber: UInt64
  /// Reports whose details procd did not have any more.
  public var incompleteCount: UInt64

  /// A status of these figures.
  public init(oldestNumber: UInt64, nextNumber: UInt64, incompleteCount: UInt64) {
    self.oldestNumber = oldestNumber
    self.nextNumber = nextNumber
    self.incompleteCount = incompleteCount
  }
}

/// A successful reply of crashd.
public enum CrashdReply: ServiceReply, Equatable, Sendable {
  /// The record; the next READ asks for its number plus one.
  case read(CrashRecord)
  /// The counters.
  case status(CrashStatus)

  /// What is answered.
  public var operation: CrashdOperation {
    switch self {
    case .read: .read
    case .status: .status
    }
  }

  /// Reads the fields.
  public init(_ operation: CrashdOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .report: throw .wrongDelivery(operation.rawValue)
    case .read: self = .read(try CrashRecord(from: &reader))
    case .status:
      self = .status(
        CrashStatus(
          oldestNumber: try reader.integer(), nextNumber: try reader.integer(),
          incompleteCount: try reader.integer()))
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .read(let record): try record.write(to: &writer)
    case .status(let status):
      try writer.integer(status.oldestNumber)
      try writer.integer(status.nextNumber)
      try writer.integer(status.incompleteCount)
    }
  }
}
