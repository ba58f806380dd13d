// Golden messages and the way from bytes to a message and back, the same for every protocol.

import Bytes
import CapABI
import IPC
import Testing

/// The literal form of one message.
struct Wire: Sendable, CustomTestStringConvertible {
  /// Number of the operation that it asks for or answers.
  let operation: UInt16
  var capabilities: UInt8 = 0
  /// Whether the request travels by NOTIFY.
  var oneWay = false
  /// The body.
  let bytes: [UInt8]

  /// A message whose body is written in hexadecimal; blanks only separate.
  init(_ operation: UInt16, capabilities: UInt8 = 0, oneWay: Bool = false, _ hexadecimal: String) {
    self.operation = operation
    self.capabilities = capabilities
    self.oneWay = oneWay
    bytes = hex(hexadecimal)
  }

  var testDescription: String { "0x" + String(operation, radix: 16) }

  var length: UInt16 { UInt16(bytes.count) }

  /// The tag of the request as a service receives it.
  var requestTag: MessageTag {
    MessageTag(
      label: operation, length: length, capabilityCount: capabilities,
      flags: oneWay ? .oneWay : .none)
  }

  /// The tag of the reply.
  var replyTag: MessageTag {
    MessageTag(label: ResultCode.ok.rawValue, length: length, capabilityCount: capabilities)
  }
}

/// A message and its literal form.
struct Golden<Message: Sendable>: Sendable, CustomTestStringConvertible {
  let message: Message
  let wire: Wire

  init(_ message: Message, _ wire: Wire) {
    self.message = message
    self.wire = wire
  }

  var testDescription: String { wire.testDescription }
}

/// A field with a value that must be refused.
struct BadField: Sendable, CustomTestStringConvertible {
  let wire: Wire
  /// Where the valid body is changed.
  let offset: Int
  let replacement: [UInt8]
  let error: ProtocolError

  /// The field at `offset` becomes `replacement`; the error names `offset` unless `reported` says
  /// another one.
  init(_ wire: Wire, at offset: Int, _ replacement: String, reported: Int? = nil) {
    self.wire = wire
    self.offset = offset
    self.replacement = hex(replacement)
    error = .invalidField(offset: reported ?? offset)
  }

  /// The reserved byte at `offset` becomes 1.
  init(_ wire: Wire, reserved offset: Int) {
    self.wire = wire
    self.offset = offset
    replacement = [1]
    error = .reservedNotZero(offset: offset)
  }

  var body: [UInt8] {
    var body = wire.bytes
    body.replaceSubrange(offset..<(offset + replacement.count), with: replacement)
    return body
  }

  var testDescription: String { "\(wire.testDescription) at \(offset)" }
}

/// An encoded message.
struct Encoded: Equatable {
  let tag: MessageTag
  let bytes: [UInt8]
}

func hex(_ text: String) -> [UInt8] {
  var bytes: [UInt8] = []
  var high: UInt8?
  for character in text where character != " " && character != "\n" {
    guard let digit = character.hexDigitValue else { continue }
    if let first = high {
      bytes.append(first << 4 | UInt8(digit))
      high = nil
    } else {
      high = UInt8(digit)
    }
  }
  return bytes
}

func name(_ text: String) throws -> ServiceName {
  let bytes = Array(text.utf8)
  let name = ServiceName(bytes.span.rawBytes)
  return try #require(name)
}

func pages(_ base: UInt64, _ count: UInt32) -> UserPages {
  guard let pages = UserPages(base: base, pageCount: count) else {
    preconditionFailure("the test names a wrong range")
  }
  return pages
}

func encode<Request: ServiceRequest & ~Escapable>(
  _ request: borrowing Request, room: Int = 1024
) throws(ProtocolError) -> Encoded {
  var buffer = [UInt8](repeating: 0xAA, count: room)
  var span = buffer.mutableSpan
  var raw = span.mutableRawBytes
  let tag = try request.encode(into: &raw)
  return Encoded(tag: tag, bytes: Array(buffer.prefix(Int(tag.length))))
}

func encode<Reply: ServiceReply & ~Escapable>(
  reply: borrowing Reply, room: Int = 1024
) throws(ProtocolError) -> Encoded {
  var buffer = [UInt8](repeating: 0xAA, count: room)
  var span = buffer.mutableSpan
  var raw = span.mutableRawBytes
  let tag = try reply.encode(into: &raw)
  return Encoded(tag: tag, bytes: Array(buffer.prefix(Int(tag.length))))
}
