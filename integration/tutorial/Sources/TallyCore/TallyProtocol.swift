// The protocol of tally: what may be asked, and what the messages look like. One row per operation
// says how it travels; decoding and encoding are the two functions below.

public import IPC

/// Operations of tally.
public enum TallyOperation: UInt16, ServiceOperation {
  /// Adds to the caller's count.
  case add = 0x7E0
  /// Sets all counts to zero.
  case reset = 0x7E1

  /// How each operation travels.
  public var shape: OperationShape {
    switch self {
    case .add: .call(.exactly(8), reply: .exactly(8))
    case .reset: .call(.empty, reply: .empty)
    }
  }
}

/// A request to tally.
public enum TallyRequest: ServiceRequest, Equatable, Sendable {
  /// How much to add.
  case add(UInt64)
  /// Forget everything.
  case reset

  /// What is asked for.
  public var operation: TallyOperation {
    switch self {
    case .add: .add
    case .reset: .reset
    }
  }

  /// Reads the fields.
  public init(_ operation: TallyOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .add: self = .add(try reader.integer())
    case .reset: self = .reset
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    if case .add(let amount) = self { try writer.integer(amount) }
  }
}

/// A successful reply of tally.
public enum TallyReply: ServiceReply, Equatable, Sendable {
  /// The caller's count after the addition.
  case add(total: UInt64)
  /// Done.
  case reset

  /// What is answered.
  public var operation: TallyOperation {
    switch self {
    case .add: .add
    case .reset: .reset
    }
  }

  /// Reads the fields.
  public init(_ operation: TallyOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .add: self = .add(total: try reader.integer())
    case .reset: self = .reset
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    if case .add(let total) = self { try writer.integer(total) }
  }
}
