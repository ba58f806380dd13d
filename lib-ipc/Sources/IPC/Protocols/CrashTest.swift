// The protocol of crash-test: to end as told
// (docs/reference/protocols/crash-test.md has Rights, Errors and Blocks of each operation).

/// Operations of crash-test.
public enum CrashTestOperation: UInt16, ServiceOperation {
  /// Ends the service as the request says.
  case fault = 0x590

  /// How each operation travels.
  public var shape: OperationShape {
    switch self {
    case .fault: .call(.exactly(8), reply: .empty)
    }
  }
}

/// The face of crash-test, as a range of badges.
public enum CrashTestFaces {
  /// Everybody who was given a way to it.
  public static var client: BadgeRange { .publicFace }
}

/// How crash-test ends.
public enum FaultChoice: UInt8, Sendable {
  /// A failed precondition: the kernel reports an invalid instruction.
  case trap = 1
  /// Calls without end, past the lowest page of the stack: a page fault.
  case stack = 2
  /// A system call that its filter does not have.
  case forbidden = 3
  /// EXIT with code 7.
  case exit = 4
}

/// A request to crash-test.
public enum CrashTestRequest: ServiceRequest, Equatable, Sendable {
  /// The end of the service.
  case fault(FaultChoice)

  /// What is asked for.
  public var operation: CrashTestOperation {
    switch self {
    case .fault: .fault
    }
  }

  /// Reads the fields.
  public init(
    _ operation: CrashTestOperation, from reader: inout BodyReader
  ) throws(ProtocolError) {
    switch operation {
    case .fault:
      self = .fault(try reader.value())
      try reader.reserved(7)
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .fault(let choice):
      try writer.value(choice)
      try writer.reserved(7)
    }
  }
}

/// A successful reply of crash-test.
public enum CrashTestReply: ServiceReply, Equatable, Sendable {
  /// Never sent: the service is gone.
  case fault

  /// What is answered.
  public var operation: CrashTestOperation {
    switch self {
    case .fault: .fault
    }
  }

  /// Reads the fields.
  public init(
    _ operation: CrashTestOperation, from reader: inout BodyReader
  ) throws(ProtocolError) {
    switch operation {
    case .fault: self = .fault
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {}
}
