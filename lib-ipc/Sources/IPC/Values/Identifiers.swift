// Numbers that services give out and take back: processes, memory, timers. A number says nothing
// about authority; the badge of the caller does.

import CapABI

/// A process as procd knows it.
///
/// procd counts up from 1 and reuses no number during a boot.
public struct ProcessID: RawRepresentable, Equatable, BitwiseCopyable, Sendable {
  /// The number.
  public let rawValue: UInt32

  /// Wraps any number, known or not.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// No process; as a cursor, the begin of the table.
  public static let none = ProcessID(rawValue: 0)
}

/// A frame or a budget that memd gave out.
public struct MemoryHandle: RawRepresentable, Equatable, BitwiseCopyable, Sendable {
  /// The number.
  public let rawValue: UInt64

  /// Wraps any number, known or not.
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }
}

/// The contents of a frame that pagerd copies pages from.
public struct PageSourceID: RawRepresentable, Equatable, BitwiseCopyable, Sendable {
  /// The number; never 0.
  public let rawValue: UInt32

  /// Wraps a number: nil for 0, which stands for "no source" on the wire.
  public init?(rawValue: UInt32) {
    guard rawValue != 0 else { return nil }
    self.rawValue = rawValue
  }
}

/// A timer that timed runs for a client.
public struct TimerID: RawRepresentable, Equatable, Sendable {
  /// The number.
  public let rawValue: UInt32

  /// Wraps any number, known or not.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }
}

extension BodyReader {
  /// Reads the badge that stands for an owner, which is never the unbadged one.
  @_lifetime(self: copy self)
  mutating func owner() throws(ProtocolError) -> Badge {
    Badge(rawValue: try integer(in: 1...UInt64.max))
  }

  /// Reads a role that is somebody's.
  @_lifetime(self: copy self)
  mutating func role() throws(ProtocolError) -> RoleID {
    RoleID(rawValue: try integer(in: 1...UInt16.max))
  }

  /// Reads the number of a process.
  @_lifetime(self: copy self)
  mutating func process() throws(ProtocolError) -> ProcessID {
    ProcessID(rawValue: try integer(in: 1...UInt32.max))
  }
}

extension BodyWriter {
  /// Writes the badge that stands for an owner.
  @_lifetime(self: copy self)
  mutating func owner(_ owner: Badge) throws(ProtocolError) {
    try integer(owner.rawValue, in: 1...UInt64.max)
  }

  /// Writes a role that is somebody's.
  @_lifetime(self: copy self)
  mutating func role(_ role: RoleID) throws(ProtocolError) {
    try integer(role.rawValue, in: 1...UInt16.max)
  }

  /// Writes the number of a process.
  @_lifetime(self: copy self)
  mutating func process(_ process: ProcessID) throws(ProtocolError) {
    try integer(process.rawValue, in: 1...UInt32.max)
  }
}
