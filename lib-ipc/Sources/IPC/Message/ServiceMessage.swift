// What every protocol has: operations, requests, replies. A protocol file lists them and gives one
// `init(_:from:)` and one `write(to:)` per direction; the checks before and after stand here once.

import Bytes
public import CapABI

/// The operations of one service; raw values are the labels of its requests.
public protocol ServiceOperation: RawRepresentable, Equatable, Sendable where RawValue == UInt16 {
  /// How the operation travels and what its messages look like.
  var shape: OperationShape { get }
}

/// A request to a service, or its successful reply.
public protocol ServiceMessage: ~Escapable {
  /// The operations of the protocol.
  associatedtype Operation: ServiceOperation
  /// The operation that this message asks for or answers.
  var operation: Operation { get }
  /// Reads the fields of a body whose shape is already checked.
  ///
  /// - Throws: `ProtocolError.reservedNotZero` or `.invalidField` for the first bad field;
  ///   `.wrongDelivery` for the reply to a one-way operation.
  @_lifetime(copy reader)
  init(_ operation: Operation, from reader: inout BodyReader) throws(ProtocolError)
  /// Writes the fields of the body.
  ///
  /// - Throws: `ProtocolError.invalidField` for a value that a decoder would refuse,
  ///   `.bufferTooSmall` when the body does not fit.
  func write(to writer: inout BodyWriter) throws(ProtocolError)
}

/// A request to a service.
public protocol ServiceRequest: ServiceMessage, ~Escapable {}

/// The successful reply of a service.
public protocol ServiceReply: ServiceMessage, ~Escapable {}

extension ServiceRequest where Self: ~Escapable {
  /// Decodes a request as a service received it.
  ///
  /// - Parameters:
  ///   - tag: The tag as received; its only flag may be `oneWay`.
  ///   - body: The payload, exactly as long as the tag says.
  /// - Throws: `ProtocolError.unexpectedFlags`, `.unknownOperation`, `.wrongDelivery`,
  ///   `.wrongLength`, `.wrongCapabilityCount` in this order, then what the fields give.
  @_lifetime(copy body)
  public init(decoding tag: MessageTag, body: RawSpan) throws(ProtocolError) {
    guard MessageFlags.oneWay.contains(tag.flags) else {
      throw .unexpectedFlags(tag.flags.rawValue)
    }
    guard let operation = Operation(rawValue: tag.label) else {
      throw .unknownOperation(tag.label)
    }
    let shape = operation.shape
    guard shape.allows(oneWay: tag.flags == .oneWay) else { throw .wrongDelivery(tag.label) }
    try shape.request.check(tag, body)
    var reader = BodyReader(body)
    self = try Self(operation, from: &reader)
    try reader.expectEnd()
  }

  /// Encodes the request.
  ///
  /// - Parameter buffer: Where the body goes, from its first byte on; 1024 bytes are always enough.
  /// - Returns: The tag to send, without flags. Its capabilities go into the transfer table.
  /// - Throws: `ProtocolError.invalidField` for a value that a decoder would refuse,
  ///   `.bufferTooSmall` when the body does not fit. The buffer's contents are undefined then.
  public func encode(into buffer: inout MutableRawSpan) throws(ProtocolError) -> MessageTag {
    try encode(label: operation.rawValue, shape: operation.shape.request, into: &buffer)
  }
}

extension ServiceReply where Self: ~Escapable {
  /// Decodes the reply to a call.
  ///
  /// - Parameters:
  ///   - tag: The tag as received; no flags.
  ///   - body: The payload, exactly as long as the tag says.
  ///   - operation: What was called.
  /// - Throws: `ProtocolError.refused` when the service answered with another code than OK, which
  ///   has no body and no capabilities; `.unexpectedFlags`, `.wrongDelivery` for a one-way
  ///   operation, `.wrongLength`, `.wrongCapabilityCount`, then what the fields give.
  @_lifetime(copy body)
  public init(
    decoding tag: MessageTag, body: RawSpan, to operation: Operation
  ) throws(ProtocolError) {
    guard tag.flags.isEmpty else { throw .unexpectedFlags(tag.flags.rawValue) }
    guard let shape = operation.shape.reply else { throw .wrongDelivery(operation.rawValue) }
    guard tag.result == .ok else {
      try MessageShape.empty.check(tag, body)
      throw .refused(tag.result)
    }
    try shape.check(tag, body)
    var reader = BodyReader(body)
    self = try Self(operation, from: &reader)
    try reader.expectEnd()
  }

  /// Encodes the reply.
  ///
  /// - Parameter buffer: Where the body goes, from its first byte on; 1024 bytes are always enough.
  /// - Returns: The tag to reply with, label OK. Its capabilities go into the transfer table.
  /// - Throws: `ProtocolError.invalidField` for a value that a decoder would refuse,
  ///   `.bufferTooSmall` when the body does not fit. The buffer's contents are undefined then.
  public func encode(into buffer: inout MutableRawSpan) throws(ProtocolError) -> MessageTag {
    guard let shape = operation.shape.reply else { throw .wrongDelivery(operation.rawValue) }
    return try encode(label: ResultCode.ok.rawValue, shape: shape, into: &buffer)
  }
}

extension MessageTag {
  /// The whole reply of a service that refuses a request: a code and nothing else.
  ///
  /// - Parameter code: Why; OK would be read as a success whose body is missing, so it becomes
  ///   INTERNAL.
  public init(refusing code: ResultCode) {
    self.init(label: (code == .ok ? ResultCode.internal : code).rawValue)
  }
}

extension ServiceMessage where Self: ~Escapable {
  /// Writes the body and makes the tag that describes it.
  fileprivate func encode(
    label: UInt16, shape: MessageShape, into buffer: inout MutableRawSpan
  ) throws(ProtocolError) -> MessageTag {
    var writer = BodyWriter(buffer._mutatingExtracting(...))
    try write(to: &writer)
    let length = writer.offset
    guard let exact = UInt16(exactly: length), exact >= shape.minimumLength,
      exact <= shape.maximumLength
    else {
      throw shape.wrongLength(length)
    }
    return MessageTag(label: label, length: exact, capabilityCount: shape.capabilityCount)
  }
}

extension MessageShape {
  /// Checks length and capabilities of a message against its row.
  func check(_ tag: MessageTag, _ body: RawSpan) throws(ProtocolError) {
    guard body.byteCount == Int(tag.length), tag.length >= minimumLength,
      tag.length <= maximumLength
    else {
      throw wrongLength(body.byteCount)
    }
    guard tag.capabilityCount == capabilityCount else {
      throw .wrongCapabilityCount(found: tag.capabilityCount, expected: capabilityCount)
    }
  }

  fileprivate func wrongLength(_ found: Int) -> ProtocolError {
    .wrongLength(found: found, minimum: Int(minimumLength), maximum: Int(maximumLength))
  }
}
