// One row of procd's process table, as QUERY returns it.

public import CapABI

/// Where a process stands in its life.
public enum ProcessState: UInt8, Sendable {
  /// Made, not running yet.
  case staged = 1
  /// Running, READY not reported yet.
  case starting = 2
  /// Running.
  case running = 3
  /// Ended, waiting for WAIT.
  case ended = 4
  /// Ended, and a restart is due.
  case restarting = 5
  /// Ended, and its restart limit is reached.
  case failed = 6
}

/// What SERVICE_STATE tells.
public enum ServiceEvent: UInt8, Sendable {
  /// It was started again and has not reported READY: what it was told before is forgotten.
  case started = 1
  /// It ended and is not started again: its restart limit is reached, or its policy says so.
  case failed = 2
}

/// A process as procd's table shows it.
public struct ProcessRecord: Equatable, Sendable {
  /// Its number.
  public var process: ProcessID
  /// Its role; `RoleID.none` for a program that no configuration names.
  public var role: RoleID
  /// Where it stands.
  public var state: ProcessState
  /// How often its service was started again.
  public var restartCount: UInt32
  /// Code of EXIT or of a READY that was a failure; 0 before the end.
  public var exitCode: UInt32
  /// When it was started, in monotonic nanoseconds.
  public var startNanoseconds: UInt64
  /// Its name.
  public var name: ServiceName

  /// A row of these parts.
  public init(
    process: ProcessID, role: RoleID, state: ProcessState, restartCount: UInt32, exitCode: UInt32,
    startNanoseconds: UInt64, name: ServiceName
  ) {
    self.process = process
    self.role = role
    self.state = state
    self.restartCount = restartCount
    self.exitCode = exitCode
    self.startNanoseconds = startNanoseconds
    self.name = name
  }

  /// Bytes in a message.
  static let size: UInt16 = 40

  init(from reader: inout BodyReader) throws(ProtocolError) {
    process = try reader.process()
    role = try reader.value()
    state = try reader.value()
    try reader.reserved(1)
    restartCount = try reader.integer()
    exitCode = try reader.integer()
    startNanoseconds = try reader.integer()
    name = try reader.name()
  }

  func write(to writer: inout BodyWriter) throws(ProtocolError) {
    try writer.process(process)
    try writer.value(role)
    try writer.value(state)
    try writer.reserved(1)
    try writer.integer(restartCount)
    try writer.integer(exitCode)
    try writer.integer(startNanoseconds)
    try writer.name(name)
  }
}
