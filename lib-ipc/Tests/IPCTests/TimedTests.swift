// timed's protocol: literal bytes in both directions, each error, each limit.

import Bytes
import CapABI
import IPC
import Testing

struct TimedRequestTests {
  static let wait = Wire(0x532, "00CA9A3B00000000 01000000 00000000")
  static let periodic = Wire(
    0x533, capabilities: 1, "00CA9A3B00000000 40420F0000000000")
  static let cancel = Wire(0x534, "09000000 00000000")
  static let golden: [Golden<TimedRequest>] = [
    Golden(.nowMonotonic, Wire(0x530, "")),
    Golden(.nowWall, Wire(0x531, "")),
    Golden(.waitUntil(nanoseconds: 1_000_000_000, flags: .relative), wait),
    Golden(
      .waitUntil(nanoseconds: .max, flags: .none),
      Wire(0x532, "FFFFFFFFFFFFFFFF 00000000 00000000")),
    Golden(
      .setPeriodic(firstNanoseconds: 1_000_000_000, periodNanoseconds: 1_000_000), periodic),
    Golden(
      .setPeriodic(firstNanoseconds: 0, periodNanoseconds: 86_400_000_000_000),
      Wire(0x533, capabilities: 1, "0000000000000000 00004F91944E0000")),
    Golden(.cancel(TimerID(rawValue: 9)), cancel),
  ]
  static let badFields = [
    BadField(wait, at: 8, "02"), BadField(wait, at: 8, "01000080"), BadField(wait, reserved: 12),
    BadField(wait, reserved: 15), BadField(periodic, at: 8, "3F"),
    BadField(periodic, at: 8, "0000000000000000"), BadField(periodic, at: 8, "FFFFFFFFFFFFFFFF"),
    BadField(cancel, reserved: 4),
  ]

  @Test(arguments: golden)
  func `a request is encoded to these bytes`(golden: Golden<TimedRequest>) throws {
    #expect(try encode(golden.message).bytes == golden.wire.bytes)
  }

  @Test(arguments: golden)
  func `these bytes are decoded to the request`(golden: Golden<TimedRequest>) throws {
    let decoded = try TimedRequest(
      decoding: golden.wire.requestTag, body: golden.wire.bytes.span.rawBytes)
    #expect(decoded == golden.message)
  }

  @Test(arguments: golden)
  func `a decoded request is encoded to the same bytes`(golden: Golden<TimedRequest>) throws {
    try Codec(request: TimedRequest.self, golden.wire).expectRoundTrip()
  }

  @Test(arguments: golden)
  func `every other length is refused`(golden: Golden<TimedRequest>) {
    Codec(request: TimedRequest.self, golden.wire).expectExactLength()
  }

  @Test(arguments: golden)
  func `another number of capabilities is refused`(golden: Golden<TimedRequest>) {
    Codec(request: TimedRequest.self, golden.wire).expectExactCapabilities()
  }

  @Test(arguments: golden)
  func `flags that never arrive are refused`(golden: Golden<TimedRequest>) {
    Codec(request: TimedRequest.self, golden.wire).expectFlagsRefused()
  }

  @Test(arguments: golden)
  func `a changed byte is refused or kept`(golden: Golden<TimedRequest>) {
    Codec(request: TimedRequest.self, golden.wire).expectCanonical()
  }

  @Test(arguments: golden)
  func `a small buffer is refused`(golden: Golden<TimedRequest>) throws {
    try Codec(request: TimedRequest.self, golden.wire).expectRoomNeeded()
  }

  @Test(arguments: golden)
  func `the other way of travelling is refused`(golden: Golden<TimedRequest>) {
    expectWrongDelivery(TimedRequest.self, golden.wire)
  }

  @Test func `every other label is an unknown operation`() {
    expectUnknownOperations(TimedRequest.self)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) {
    expectRefused(TimedRequest.self, bad)
  }

  @Test(arguments: [0, 999_999, 86_400_000_000_001] as [UInt64])
  func `a period outside its range is not encoded`(period: UInt64) {
    #expect(throws: ProtocolError.invalidField(offset: 8)) {
      try encode(TimedRequest.setPeriodic(firstNanoseconds: 0, periodNanoseconds: period))
    }
  }

  @Test func `a reserved flag is not encoded`() {
    #expect(throws: ProtocolError.invalidField(offset: 8)) {
      try encode(TimedRequest.waitUntil(nanoseconds: 0, flags: WaitFlags(rawValue: 2)))
    }
  }
}

struct TimedReplyTests {
  static let wall = Wire(0x531, "80F2D36800000000 FFC99A3B 01 000000")
  static let golden: [Golden<TimedReply>] = [
    Golden(.nowMonotonic(nanoseconds: 0x1234), Wire(0x530, "3412000000000000")),
    Golden(
      .nowWall(WallTime(seconds: 0x68D3_F280, nanoseconds: 999_999_999, source: .firmware)), wall),
    Golden(
      .nowWall(WallTime(seconds: 0, nanoseconds: 0, source: .synthetic)),
      Wire(0x531, "0000000000000000 00000000 00 000000")),
    Golden(.waitUntil(nanoseconds: 0x1234), Wire(0x532, "3412000000000000")),
    Golden(.setPeriodic(TimerID(rawValue: 9)), Wire(0x533, "09000000 00000000")),
    Golden(.cancel, Wire(0x534, "")),
  ]
  static let badFields = [
    BadField(wall, at: 8, "00CA9A3B"), BadField(wall, at: 12, "02"), BadField(wall, reserved: 13),
    BadField(wall, reserved: 15), BadField(Wire(0x533, "09000000 00000000"), reserved: 4),
  ]

  @Test(arguments: golden)
  func `a reply is encoded to these bytes`(golden: Golden<TimedReply>) throws {
    #expect(try encode(reply: golden.message).bytes == golden.wire.bytes)
  }

  @Test(arguments: golden)
  func `these bytes are decoded to the reply`(golden: Golden<TimedReply>) throws {
    let decoded = try TimedReply(
      decoding: golden.wire.replyTag, body: golden.wire.bytes.span.rawBytes,
      to: golden.message.operation)
    #expect(decoded == golden.message)
  }

  @Test(arguments: golden)
  func `a decoded reply is encoded to the same bytes`(golden: Golden<TimedReply>) throws {
    try Codec(reply: TimedReply.self, golden.wire).expectRoundTrip()
  }

  @Test(arguments: golden)
  func `every other length is refused`(golden: Golden<TimedReply>) throws {
    try Codec(reply: TimedReply.self, golden.wire).expectExactLength()
  }

  @Test(arguments: golden)
  func `another number of capabilities is refused`(golden: Golden<TimedReply>) throws {
    try Codec(reply: TimedReply.self, golden.wire).expectExactCapabilities()
  }

  @Test(arguments: golden)
  func `flags that never arrive are refused`(golden: Golden<TimedReply>) throws {
    try Codec(reply: TimedReply.self, golden.wire).expectFlagsRefused()
  }

  @Test(arguments: golden)
  func `a changed byte is refused or kept`(golden: Golden<TimedReply>) throws {
    try Codec(reply: TimedReply.self, golden.wire).expectCanonical()
  }

  @Test(arguments: golden)
  func `a small buffer is refused`(golden: Golden<TimedReply>) throws {
    try Codec(reply: TimedReply.self, golden.wire).expectRoomNeeded()
  }

  @Test(arguments: golden)
  func `a refusal carries only its code`(golden: Golden<TimedReply>) throws {
    try expectRefusals(TimedReply.self, golden.wire)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) throws {
    try expectRefused(reply: TimedReply.self, bad)
  }

  @Test func `a whole second of nanoseconds is not encoded`() {
    let time = WallTime(seconds: 0, nanoseconds: 1_000_000_000, source: .firmware)
    #expect(throws: ProtocolError.invalidField(offset: 8)) {
      try encode(reply: TimedReply.nowWall(time))
    }
  }
}
