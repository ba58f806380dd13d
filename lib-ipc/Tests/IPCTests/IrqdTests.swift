// irqd's protocol: literal bytes in both directions, each error, each limit.

import Bytes
import CapABI
import IPC
import Testing

struct IrqdRequestTests {
  static let seed = Wire(0x540, "8100010000000000 04000000 03 000000")
  static let register = Wire(0x542, capabilities: 1, "04000000 00 000000")
  static let acknowledge = Wire(0x543, "04000000 00000000")
  static let mask = Wire(0x544, "04000000 01 000000")
  static let read = Wire(0x545, "05000000 00000000")
  static let golden: [Golden<IrqdRequest>] = [
    Golden(
      .seedHandler(client: Badge(rawValue: 0x1_0081), line: 4, .level | .activeLow), seed),
    Golden(.seal, Wire(0x541, "")),
    Golden(.registerHandler(line: 4, .none), register),
    Golden(.acknowledge(line: 4), acknowledge),
    Golden(.acknowledge(line: .max), Wire(0x543, oneWay: true, "FFFFFFFF 00000000")),
    Golden(.setMask(line: 4, isMasked: true), mask),
    Golden(.setMask(line: 0, isMasked: false), Wire(0x544, "00000000 00 000000")),
    Golden(.readLine(cursor: 5), read),
  ]
  static let badFields: [BadField] = [
    BadField(seed, at: 0, "0000000000000000"), BadField(seed, at: 12, "04"),
    BadField(seed, reserved: 13), BadField(seed, reserved: 15), BadField(register, at: 4, "80"),
    BadField(register, reserved: 5), BadField(acknowledge, reserved: 4),
    BadField(mask, at: 4, "02"), BadField(mask, reserved: 7), BadField(read, reserved: 7),
  ]

  @Test(arguments: golden)
  func `a request is encoded to these bytes`(golden: Golden<IrqdRequest>) throws {
    #expect(try encode(golden.message).bytes == golden.wire.bytes)
  }

  @Test(arguments: golden)
  func `these bytes are decoded to the request`(golden: Golden<IrqdRequest>) throws {
    let decoded = try IrqdRequest(
      decoding: golden.wire.requestTag, body: golden.wire.bytes.span.rawBytes)
    #expect(decoded == golden.message)
  }

  @Test(arguments: golden)
  func `a decoded request is encoded to the same bytes`(golden: Golden<IrqdRequest>) throws {
    try Codec(request: IrqdRequest.self, golden.wire).expectRoundTrip()
  }

  @Test(arguments: golden)
  func `every other length is refused`(golden: Golden<IrqdRequest>) {
    Codec(request: IrqdRequest.self, golden.wire).expectExactLength()
  }

  @Test(arguments: golden)
  func `another number of capabilities is refused`(golden: Golden<IrqdRequest>) {
    Codec(request: IrqdRequest.self, golden.wire).expectExactCapabilities()
  }

  @Test(arguments: golden)
  func `flags that never arrive are refused`(golden: Golden<IrqdRequest>) {
    Codec(request: IrqdRequest.self, golden.wire).expectFlagsRefused()
  }

  @Test(arguments: golden)
  func `a changed byte is refused or kept`(golden: Golden<IrqdRequest>) {
    Codec(request: IrqdRequest.self, golden.wire).expectCanonical()
  }

  @Test(arguments: golden)
  func `a small buffer is refused`(golden: Golden<IrqdRequest>) throws {
    try Codec(request: IrqdRequest.self, golden.wire).expectRoomNeeded()
  }

  @Test(arguments: golden)
  func `the other way of travelling is refused`(golden: Golden<IrqdRequest>) {
    expectWrongDelivery(IrqdRequest.self, golden.wire)
  }

  @Test func `every other label is an unknown operation`() {
    expectUnknownOperations(IrqdRequest.self)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) {
    expectRefused(IrqdRequest.self, bad)
  }

  @Test func `what a decoder refuses is not encoded`() {
    #expect(throws: ProtocolError.invalidField(offset: 0)) {
      try encode(IrqdRequest.seedHandler(client: .none, line: 4, .none))
    }
    #expect(throws: ProtocolError.invalidField(offset: 4)) {
      try encode(IrqdRequest.registerHandler(line: 4, LineFlags(rawValue: 4)))
    }
  }

  @Test func `the badge of a handler says its role`() {
    let badge = IrqdFaces.handler(.drvSerial)
    #expect(badge == Badge(rawValue: 0x1_0081))
    #expect(IrqdFaces.handler.contains(badge))
    #expect(!IrqdFaces.seeding.contains(badge) && !IrqdFaces.tools.contains(badge))
  }
}

struct IrqdReplyTests {
  static let line = Wire(
    0x545, "04000000 01 05 0000 8100010000000000 0700000000000000 02000000 00000000")
  static let golden: [Golden<IrqdReply>] = [
    Golden(.seedHandler, Wire(0x540, "")),
    Golden(.seal(handlerCount: 3), Wire(0x541, "03000000 00000000")),
    Golden(.registerHandler, Wire(0x542, "")),
    Golden(.acknowledge, Wire(0x543, "")),
    Golden(.setMask, Wire(0x544, "")),
    Golden(
      .readLine(
        LineRecord(
          line: 4, flags: .level, state: .paused, client: Badge(rawValue: 0x1_0081),
          eventCount: 7, stormCount: 2)), line),
  ]
  static let badFields: [BadField] = [
    BadField(line, at: 4, "04"), BadField(line, at: 5, "00"), BadField(line, at: 5, "06"),
    BadField(line, reserved: 6), BadField(line, at: 8, "0000000000000000"),
    BadField(line, reserved: 28), BadField(Wire(0x541, "03000000 00000000"), reserved: 4),
  ]

  @Test(arguments: golden)
  func `a reply is encoded to these bytes`(golden: Golden<IrqdReply>) throws {
    #expect(try encode(reply: golden.message).bytes == golden.wire.bytes)
  }

  @Test(arguments: golden)
  func `these bytes are decoded to the reply`(golden: Golden<IrqdReply>) throws {
    let decoded = try IrqdReply(
      decoding: golden.wire.replyTag, body: golden.wire.bytes.span.rawBytes,
      to: golden.message.operation)
    #expect(decoded == golden.message)
  }

  @Test(arguments: golden)
  func `a decoded reply is encoded to the same bytes`(golden: Golden<IrqdReply>) throws {
    try Codec(reply: IrqdReply.self, golden.wire).expectRoundTrip()
  }

  @Test(arguments: golden)
  func `every other length is refused`(golden: Golden<IrqdReply>) throws {
    try Codec(reply: IrqdReply.self, golden.wire).expectExactLength()
  }

  @Test(arguments: golden)
  func `another number of capabilities is refused`(golden: Golden<IrqdReply>) throws {
    try Codec(reply: IrqdReply.self, golden.wire).expectExactCapabilities()
  }

  @Test(arguments: golden)
  func `flags that never arrive are refused`(golden: Golden<IrqdReply>) throws {
    try Codec(reply: IrqdReply.self, golden.wire).expectFlagsRefused()
  }

  @Test(arguments: golden)
  func `a changed byte is refused or kept`(golden: Golden<IrqdReply>) throws {
    try Codec(reply: IrqdReply.self, golden.wire).expectCanonical()
  }

  @Test(arguments: golden)
  func `a small buffer is refused`(golden: Golden<IrqdReply>) throws {
    try Codec(reply: IrqdReply.self, golden.wire).expectRoomNeeded()
  }

  @Test(arguments: golden)
  func `a refusal carries only its code`(golden: Golden<IrqdReply>) throws {
    try expectRefusals(IrqdReply.self, golden.wire)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) throws {
    try expectRefused(reply: IrqdReply.self, bad)
  }
}
