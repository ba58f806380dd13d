// The protocol of rootd for those who run the system: the end of it
// (docs/reference/protocols/rootd.md has Rights, Errors and Blocks of each operation).

/// Operations of rootd.
public enum RootdOperation: UInt16, ServiceOperation {
  /// Ends all services, then the machine.
  case shutdown = 0x3F0

  /// How each operation travels.
  public var shape: OperationShape {
    switch self {
    case .shutdown: .call(.exactly(8), reply: .empty)
    }
  }
}

/// The face of rootd, as a range of badges.
public enum RootdFaces {
  /// Those that may end the system.
  public static var power: BadgeRange { .controlFace }
}

/// How the system ends.
public enum ShutdownKind: UInt8, Sendable {
  /// The machine is switched off.
  case off = 1
  /// The machine starts again.
  case reboot = 2
}

/// A request to rootd.
public enum RootdRequest: ServiceRequest, Equatable, Sendable {
  /// The end of the system.
  case shutdown(ShutdownKind)

  /// What is asked for.
  public var operation: RootdOperation {
    switch self {
    case .shutdown: .shutdown
    }
  }

  /// Reads the fields.
  public init(_ operation: RootdOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .shutdown:
      self = .shutdown(try reader.value())
      try reader.reserved(7)
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .shutdown(let kind):
      try writer.value(kind)
      try writer.reserved(7)
    }
  }
}

/// A successful reply of rootd.
public enum RootdReply: ServiceReply, Equatable, Sendable {
  /// Never sent: the caller is gone before the machine is.
  case shutdown

  /// What is answered.
  public var operation: RootdOperation {
    switch self {
    case .shutdown: .shutdown
    }
  }

  /// Reads the fields.
  public init(_ operation: RootdOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .shutdown: self = .shutdown
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {}
}
