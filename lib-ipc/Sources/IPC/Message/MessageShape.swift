// What can be said about a message before its fields are looked at: length, capabilities, and the
// way it travels. Every operation has one row of these; decoders, encoders and the runtime of a
// service use the same row.

/// Length and capabilities of one kind of message.
public struct MessageShape: Equatable, Sendable {
  /// Shortest body, in bytes.
  public let minimumLength: UInt16
  /// Longest body, in bytes; at most 1024.
  public let maximumLength: UInt16
  /// Capabilities that the message carries: exactly this many.
  public let capabilityCount: UInt8

  /// A body of exactly `length` bytes.
  public static func exactly(_ length: UInt16, capabilities: UInt8 = 0) -> MessageShape {
    MessageShape(minimumLength: length, maximumLength: length, capabilityCount: capabilities)
  }

  /// A body that ends with variable text.
  public static func between(_ minimum: UInt16, _ maximum: UInt16) -> MessageShape {
    MessageShape(minimumLength: minimum, maximumLength: maximum, capabilityCount: 0)
  }

  /// No body and no capabilities.
  public static let empty = exactly(0)
}

/// How an operation travels and what its messages look like.
public enum OperationShape: Equatable, Sendable {
  /// CALL: a reply is owed.
  case call(MessageShape, reply: MessageShape)
  /// NOTIFY: the request waits on the endpoint's ring, is at most 32 bytes and is never answered.
  case oneWay(MessageShape)
  /// CALL, or NOTIFY while the body has at most 32 bytes.
  case callOrOneWay(MessageShape, reply: MessageShape)

  /// The request.
  public var request: MessageShape {
    switch self {
    case .call(let request, _), .oneWay(let request), .callOrOneWay(let request, _): request
    }
  }

  /// The successful reply; nil when there is never one.
  public var reply: MessageShape? {
    switch self {
    case .call(_, let reply), .callOrOneWay(_, let reply): reply
    case .oneWay: nil
    }
  }

  /// Whether a request may arrive this way.
  func allows(oneWay: Bool) -> Bool {
    switch self {
    case .call: !oneWay
    case .oneWay: oneWay
    case .callOrOneWay: true
    }
  }
}
