// What the kernel tells a fault endpoint about a fault that no pager resolved
// (docs/reference/ipc.md, "Fault messages"): the fault and all registers.

import Bytes
public import CapABI

/// A thread's fault with its registers.
public struct FaultReport: Equatable, BitwiseCopyable, Sendable {
  /// What happened.
  public var fault: FaultMessage
  /// The registers that the fault itself does not have.
  public var registers: FaultRegisters

  /// A report of these parts.
  public init(fault: FaultMessage, registers: FaultRegisters) {
    self.fault = fault
    self.registers = registers
  }

  /// Bytes of the body.
  public static let length: UInt16 = 168

  /// Decodes the kernel's message to a fault endpoint.
  ///
  /// - Parameters:
  ///   - tag: The tag as received; its flags are exactly `fromKernel`.
  ///   - body: The payload, exactly as long as the tag says.
  /// - Throws: `ProtocolError.unexpectedFlags`; `.unknownOperation` for an unknown kind;
  ///   `.wrongLength`; `.wrongCapabilityCount`; `.invalidField` for reserved page-fault bits.
  public init(decoding tag: MessageTag, body: RawSpan) throws(ProtocolError) {
    let kind = try tag.faultKind()
    try MessageShape.exactly(Self.length).check(tag, body)
    var reader = BodyReader(body)
    try self.init(kind, from: &reader)
  }

  /// Encodes the kernel's message to a fault endpoint.
  ///
  /// - Returns: The tag, with the flag `fromKernel`.
  /// - Throws: `ProtocolError.invalidField` for reserved page-fault bits, `.bufferTooSmall`.
  @_lifetime(buffer: copy buffer)
  public func encode(into buffer: inout MutableRawSpan) throws(ProtocolError) -> MessageTag {
    var writer = BodyWriter(buffer._mutatingExtracting(...))
    try write(to: &writer)
    return MessageTag(label: fault.kind.rawValue, length: Self.length, flags: .fromKernel)
  }

  init(_ kind: FaultKind, from reader: inout BodyReader) throws(ProtocolError) {
    fault = try FaultMessage(kind, from: &reader)
    registers = try FaultRegisters(from: &reader)
  }

  func write(to writer: inout BodyWriter) throws(ProtocolError) {
    try fault.write(to: &writer)
    try registers.write(to: &writer)
  }
}
