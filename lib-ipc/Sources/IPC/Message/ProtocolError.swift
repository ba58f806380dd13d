// Why a message is refused. One closed set for every protocol, so that the runtime of a service
// answers all malformed requests in one place (docs/reference/ipc.md, "Errors of the codecs").

import Bytes
public import CapABI

/// Why a message could not be decoded or encoded.
///
/// Offsets count bytes from the start of the body.
public enum ProtocolError: Error, Equatable, Sendable {
  /// The label is not an operation of this protocol, or not a fault kind.
  case unknownOperation(UInt16)
  /// The tag has flags that this kind of message never arrives with.
  case unexpectedFlags(UInt8)
  /// A one-way operation that was called, a call that came one-way, or a reply to something that
  /// is never answered; the payload is the operation.
  case wrongDelivery(UInt16)
  /// The body's length, in bytes, is not what the operation has.
  case wrongLength(found: Int, minimum: Int, maximum: Int)
  /// The message carries more or fewer capabilities than the operation has.
  case wrongCapabilityCount(found: UInt8, expected: UInt8)
  /// The reserved byte at this offset is not zero.
  case reservedNotZero(offset: Int)
  /// The field at this offset has a value that the operation does not allow.
  case invalidField(offset: Int)
  /// The buffer for an encoded body is too small.
  case bufferTooSmall(needed: Int, available: Int)
  /// The peer answered with this code instead of a result.
  case refused(ResultCode)

  /// The code that tells a sender why its message was refused.
  public var resultCode: ResultCode {
    switch self {
    case .unknownOperation: .unsupported
    case .unexpectedFlags, .wrongDelivery, .wrongLength, .wrongCapabilityCount, .reservedNotZero,
      .invalidField:
      .invalidArgument
    case .bufferTooSmall: .tooLarge
    case .refused(let code): code
    }
  }

  /// The same violation as lib-bytes reports it.
  init(_ error: BytesError) {
    switch error {
    case .truncated(let offset, let needed, let available):
      let minimum = offset.addingReportingOverflow(needed).partialValue
      self = .wrongLength(found: offset + available, minimum: minimum, maximum: minimum)
    case .trailing(let offset, let count):
      self = .wrongLength(found: offset + count, minimum: offset, maximum: offset)
    case .nonzero(let offset): self = .reservedNotZero(offset: offset)
    case .full(let offset, let needed, let available):
      let total = offset.addingReportingOverflow(needed).partialValue
      self = .bufferTooSmall(needed: total, available: offset + available)
    }
  }
}
