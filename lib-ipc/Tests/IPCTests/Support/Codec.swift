// The checks that every message of every protocol must pass, written once.

import Bytes
import CapABI
import IPC
import Testing

/// Decodes a message and encodes what came out.
struct Codec {
  let wire: Wire
  /// The tag that belongs to the golden body.
  let tag: MessageTag
  let isRequest: Bool
  private let run: (MessageTag, [UInt8], Int) throws(ProtocolError) -> Encoded

  init<Request: ServiceRequest & ~Escapable>(request type: Request.Type, _ wire: Wire) {
    self.wire = wire
    tag = wire.requestTag
    isRequest = true
    run = { (tag, body, room) throws(ProtocolError) in
      try encode(try Request(decoding: tag, body: body.span.rawBytes), room: room)
    }
  }

  init<Reply: ServiceReply & ~Escapable>(reply type: Reply.Type, _ wire: Wire) throws {
    let operation = try #require(Reply.Operation(rawValue: wire.operation))
    self.wire = wire
    tag = wire.replyTag
    isRequest = false
    run = { (tag, body, room) throws(ProtocolError) in
      try encode(
        reply: try Reply(decoding: tag, body: body.span.rawBytes, to: operation), room: room)
    }
  }

  func recode(
    _ tag: MessageTag, _ body: [UInt8], room: Int = 1024
  ) throws(ProtocolError) -> Encoded {
    try run(tag, body, room)
  }

  /// The golden tag with another body length.
  private func tag(length: Int) -> MessageTag {
    MessageTag(
      label: tag.label, length: UInt16(length), capabilityCount: tag.capabilityCount,
      flags: tag.flags)
  }

  /// The golden bytes survive decoding and encoding, and the tag says what they are.
  func expectRoundTrip() throws {
    let encoded = try recode(tag, wire.bytes)
    #expect(encoded.bytes == wire.bytes)
    #expect(
      encoded.tag
        == MessageTag(
          label: tag.label, length: wire.length, capabilityCount: wire.capabilities))
  }

  /// Every shorter body and one that is a byte longer fail; so does a tag that disagrees.
  func expectExactLength() {
    for length in 0..<wire.bytes.count {
      expectFailure(tag(length: length), Array(wire.bytes.prefix(length)))
    }
    expectFailure(tag(length: wire.bytes.count + 1), wire.bytes + [0])
    expectFailure(tag(length: wire.bytes.count + 1), wire.bytes)
    expectFailure(tag, wire.bytes + [0])
  }

  /// One capability more or less fails.
  func expectExactCapabilities() {
    let expected = wire.capabilities
    for found in UInt8(0)...4 where found != expected {
      let wrong = MessageTag(
        label: tag.label, length: wire.length, capabilityCount: found, flags: tag.flags)
      #expect(throws: ProtocolError.wrongCapabilityCount(found: found, expected: expected)) {
        try recode(wrong, wire.bytes)
      }
    }
  }

  /// Flags that the message never arrives with fail.
  func expectFlagsRefused() {
    for flags in [MessageFlags.deadline, .receiveSlots, .doNotWait, .notified, .fromKernel] {
      let wrong = MessageTag(
        label: tag.label, length: wire.length, capabilityCount: wire.capabilities, flags: flags)
      #expect(throws: ProtocolError.unexpectedFlags(flags.rawValue)) {
        try recode(wrong, wire.bytes)
      }
    }
  }

  /// Every change of one byte fails, or decodes to something that has exactly these bytes.
  func expectCanonical() {
    for offset in wire.bytes.indices {
      for change in [UInt8(0x01), 0x80, 0xFF] {
        var body = wire.bytes
        body[offset] ^= change
        guard let encoded = try? recode(tag, body), encoded.bytes != body else { continue }
        Issue.record("byte \(offset) ^ \(change) is read and lost")
      }
    }
  }

  /// Every buffer that is too small fails, and one of exactly the body's size is enough.
  func expectRoomNeeded() throws {
    for room in 0..<wire.bytes.count {
      do throws(ProtocolError) {
        _ = try recode(tag, wire.bytes, room: room)
        Issue.record("\(room) bytes are not enough")
      } catch {
        guard case .bufferTooSmall(_, let available) = error, available == room else {
          Issue.record("\(room) bytes: \(error)")
          continue
        }
      }
    }
    #expect(try recode(tag, wire.bytes, room: wire.bytes.count).bytes == wire.bytes)
  }

  private func expectFailure(_ tag: MessageTag, _ body: [UInt8]) {
    do throws(ProtocolError) {
      _ = try recode(tag, body)
      Issue.record("\(body.count) bytes with tag length \(tag.length) are accepted")
    } catch {
      switch error {
      case .wrongLength(let found, _, _): #expect(found == body.count)
      // Variable text: a length field that disagrees with the body is the culprit.
      case .invalidField where body.count == Int(tag.length): break
      default: Issue.record("\(error)")
      }
    }
  }
}

/// Decodes a body with a bad field and expects its error.
func expectRefused<Request: ServiceRequest & ~Escapable>(
  _ type: Request.Type, _ bad: BadField
) {
  let codec = Codec(request: type, bad.wire)
  #expect(throws: bad.error) { try codec.recode(codec.tag, bad.body) }
}

/// Decodes a reply's body with a bad field and expects its error.
func expectRefused<Reply: ServiceReply & ~Escapable>(
  reply type: Reply.Type, _ bad: BadField
) throws {
  let codec = try Codec(reply: type, bad.wire)
  #expect(throws: bad.error) { try codec.recode(codec.tag, bad.body) }
}

/// What holds for every reply of a protocol, whatever it answers.
func expectRefusals<Reply: ServiceReply & ~Escapable>(_ type: Reply.Type, _ wire: Wire) throws {
  let codec = try Codec(reply: type, wire)
  let refusal = MessageTag(refusing: .noMemory)
  #expect(throws: ProtocolError.refused(.noMemory)) { try codec.recode(refusal, []) }
  let withBody = MessageTag(label: ResultCode.busy.rawValue, length: 1)
  #expect(throws: ProtocolError.wrongLength(found: 1, minimum: 0, maximum: 0)) {
    try codec.recode(withBody, [0])
  }
  let withCapability = MessageTag(label: ResultCode.busy.rawValue, capabilityCount: 1)
  #expect(throws: ProtocolError.wrongCapabilityCount(found: 1, expected: 0)) {
    try codec.recode(withCapability, [])
  }
}

/// Labels that are no operation of the protocol are refused: all up to the last block, and each
/// with one higher bit.
func expectUnknownOperations<Request: ServiceRequest & ~Escapable>(_ type: Request.Type) {
  let codec = Codec(request: type, Wire(0, ""))
  let high = (11...15).flatMap { bit in (0x3F0...0x5FF).map { UInt16($0) | 1 << UInt16(bit) } }
  for label in Array(0...0x7FF) + high where Request.Operation(rawValue: label) == nil {
    do throws(ProtocolError) {
      _ = try codec.recode(MessageTag(label: label), [], room: 0)
      Issue.record("label \(label) is accepted")
    } catch {
      guard error != .unknownOperation(label) else { continue }
      Issue.record("label \(label): \(error)")
    }
  }
}

/// A call that came one-way, or a one-way operation that was called, is refused; an operation that
/// may travel both ways is not.
func expectWrongDelivery<Request: ServiceRequest & ~Escapable>(
  _ type: Request.Type, _ wire: Wire
) {
  let codec = Codec(request: type, wire)
  let other = MessageTag(
    label: wire.operation, length: wire.length, capabilityCount: wire.capabilities,
    flags: wire.oneWay ? .none : .oneWay)
  switch Request.Operation(rawValue: wire.operation)?.shape {
  case .callOrOneWay: #expect(throws: Never.self) { try codec.recode(other, wire.bytes) }
  case .call, .oneWay:
    #expect(throws: ProtocolError.wrongDelivery(wire.operation)) {
      try codec.recode(other, wire.bytes)
    }
  case nil: Issue.record("\(wire.operation) is not an operation")
  }
}
