// hotplugd's protocol: literal bytes in both directions, each error, each limit.

import Bytes
import CapABI
import IPC
import Testing

struct HotplugdRequestTests {
  static let golden: [Golden<HotplugdRequest>] = [
    Golden(.discover, Wire(0x570, "")),
    Golden(.readLastEvent, Wire(0x571, "")),
  ]

  @Test(arguments: golden)
  func `a request is encoded to these bytes`(golden: Golden<HotplugdRequest>) throws {
    #expect(try encode(golden.message).bytes == golden.wire.bytes)
  }

  @Test(arguments: golden)
  func `these bytes are decoded to the request`(golden: Golden<HotplugdRequest>) throws {
    let decoded = try HotplugdRequest(
      decoding: golden.wire.requestTag, body: golden.wire.bytes.span.rawBytes)
    #expect(decoded == golden.message)
  }

  @Test(arguments: golden)
  func `a decoded request is encoded to the same bytes`(golden: Golden<HotplugdRequest>) throws {
    try Codec(request: HotplugdRequest.self, golden.wire).expectRoundTrip()
  }

  @Test(arguments: golden)
  func `every other length is refused`(golden: Golden<HotplugdRequest>) {
    Codec(request: HotplugdRequest.self, golden.wire).expectExactLength()
  }

  @Test(arguments: golden)
  func `another number of capabilities is refused`(golden: Golden<HotplugdRequest>) {
    Codec(request: HotplugdRequest.self, golden.wire).expectExactCapabilities()
  }

  @Test(arguments: golden)
  func `flags that never arrive are refused`(golden: Golden<HotplugdRequest>) {
    Codec(request: HotplugdRequest.self, golden.wire).expectFlagsRefused()
  }

  @Test(arguments: golden)
  func `a changed byte is refused or kept`(golden: Golden<HotplugdRequest>) {
    Codec(request: HotplugdRequest.self, golden.wire).expectCanonical()
  }

  @Test(arguments: golden)
  func `a small buffer is refused`(golden: Golden<HotplugdRequest>) throws {
    try Codec(request: HotplugdRequest.self, golden.wire).expectRoomNeeded()
  }

  @Test(arguments: golden)
  func `the other way of travelling is refused`(golden: Golden<HotplugdRequest>) {
    expectWrongDelivery(HotplugdRequest.self, golden.wire)
  }

  @Test func `every other label is an unknown operation`() {
    expectUnknownOperations(HotplugdRequest.self)
  }
}

struct HotplugdReplyTests {
  static let event = Wire(0x571, "0900000000000000 001F0000 01 000000")
  static let golden: [Golden<HotplugdReply>] = [
    Golden(.discover(eventCount: 4), Wire(0x570, "04000000 00000000")),
    Golden(
      .readLastEvent(
        HotplugEvent(
          number: 9, kind: .inserted,
          location: DeviceLocation(bus: 0, device: 31, function: 0))), event),
  ]
  static let badFields: [BadField] = [
    BadField(event, at: 0, "0000000000000000"), BadField(event, at: 8, "00000010"),
    BadField(event, at: 12, "00"), BadField(event, at: 12, "03"), BadField(event, reserved: 13),
    BadField(event, reserved: 15), BadField(Wire(0x570, "04000000 00000000"), reserved: 4),
  ]

  @Test(arguments: golden)
  func `a reply is encoded to these bytes`(golden: Golden<HotplugdReply>) throws {
    #expect(try encode(reply: golden.message).bytes == golden.wire.bytes)
  }

  @Test(arguments: golden)
  func `these bytes are decoded to the reply`(golden: Golden<HotplugdReply>) throws {
    let decoded = try HotplugdReply(
      decoding: golden.wire.replyTag, body: golden.wire.bytes.span.rawBytes,
      to: golden.message.operation)
    #expect(decoded == golden.message)
  }

  @Test(arguments: golden)
  func `a decoded reply is encoded to the same bytes`(golden: Golden<HotplugdReply>) throws {
    try Codec(reply: HotplugdReply.self, golden.wire).expectRoundTrip()
  }

  @Test(arguments: golden)
  func `every other length is refused`(golden: Golden<HotplugdReply>) throws {
    try Codec(reply: HotplugdReply.self, golden.wire).expectExactLength()
  }

  @Test(arguments: golden)
  func `another number of capabilities is refused`(golden: Golden<HotplugdReply>) throws {
    try Codec(reply: HotplugdReply.self, golden.wire).expectExactCapabilities()
  }

  @Test(arguments: golden)
  func `flags that never arrive are refused`(golden: Golden<HotplugdReply>) throws {
    try Codec(reply: HotplugdReply.self, golden.wire).expectFlagsRefused()
  }

  @Test(arguments: golden)
  func `a changed byte is refused or kept`(golden: Golden<HotplugdReply>) throws {
    try Codec(reply: HotplugdReply.self, golden.wire).expectCanonical()
  }

  @Test(arguments: golden)
  func `a small buffer is refused`(golden: Golden<HotplugdReply>) throws {
    try Codec(reply: HotplugdReply.self, golden.wire).expectRoomNeeded()
  }

  @Test(arguments: golden)
  func `a refusal carries only its code`(golden: Golden<HotplugdReply>) throws {
    try expectRefusals(HotplugdReply.self, golden.wire)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) throws {
    try expectRefused(reply: HotplugdReply.self, bad)
  }

  @Test func `event 0 is not encoded`() {
    let event = HotplugEvent(number: 0, kind: .removed, location: .platform(0))
    #expect(throws: ProtocolError.invalidField(offset: 0)) {
      try encode(reply: HotplugdReply.readLastEvent(event))
    }
  }
}
