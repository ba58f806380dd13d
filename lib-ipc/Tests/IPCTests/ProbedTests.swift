// probed's protocol: literal bytes in both directions, each error, each limit.

import Bytes
import CapABI
import IPC
import Testing

private let summary = ScanSummary(
  scan: 2, busCount: 3, bridgeCount: 1, functionCount: 9, deviceCount: 12, platform: 0x3F,
  tableCount: 7)

struct ProbedRequestTests {
  static let table = Wire(0x562, "03000000 00000000")
  static let golden: [Golden<ProbedRequest>] = [
    Golden(.discover, Wire(0x560, "")),
    Golden(.readLastScan, Wire(0x561, "")),
    Golden(.readTable(index: 3), table),
  ]
  static let badFields: [BadField] = [
    BadField(table, reserved: 4), BadField(table, reserved: 7),
  ]

  @Test(arguments: golden)
  func `a request is encoded to these bytes`(golden: Golden<ProbedRequest>) throws {
    #expect(try encode(golden.message).bytes == golden.wire.bytes)
  }

  @Test(arguments: golden)
  func `these bytes are decoded to the request`(golden: Golden<ProbedRequest>) throws {
    let decoded = try ProbedRequest(
      decoding: golden.wire.requestTag, body: golden.wire.bytes.span.rawBytes)
    #expect(decoded == golden.message)
  }

  @Test(arguments: golden)
  func `a decoded request is encoded to the same bytes`(golden: Golden<ProbedRequest>) throws {
    try Codec(request: ProbedRequest.self, golden.wire).expectRoundTrip()
  }

  @Test(arguments: golden)
  func `every other length is refused`(golden: Golden<ProbedRequest>) {
    Codec(request: ProbedRequest.self, golden.wire).expectExactLength()
  }

  @Test(arguments: golden)
  func `another number of capabilities is refused`(golden: Golden<ProbedRequest>) {
    Codec(request: ProbedRequest.self, golden.wire).expectExactCapabilities()
  }

  @Test(arguments: golden)
  func `flags that never arrive are refused`(golden: Golden<ProbedRequest>) {
    Codec(request: ProbedRequest.self, golden.wire).expectFlagsRefused()
  }

  @Test(arguments: golden)
  func `a changed byte is refused or kept`(golden: Golden<ProbedRequest>) {
    Codec(request: ProbedRequest.self, golden.wire).expectCanonical()
  }

  @Test(arguments: golden)
  func `a small buffer is refused`(golden: Golden<ProbedRequest>) throws {
    try Codec(request: ProbedRequest.self, golden.wire).expectRoomNeeded()
  }

  @Test(arguments: golden)
  func `the other way of travelling is refused`(golden: Golden<ProbedRequest>) {
    expectWrongDelivery(ProbedRequest.self, golden.wire)
  }

  @Test func `every other label is an unknown operation`() {
    expectUnknownOperations(ProbedRequest.self)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) {
    expectRefused(ProbedRequest.self, bad)
  }
}

struct ProbedReplyTests {
  static let scan = Wire(0x561, "02000000 0300 0100 09000000 0C000000 3F000000 07000000")
  static let golden: [Golden<ProbedReply>] = [
    Golden(
      .discover(summary),
      Wire(0x560, "02000000 0300 0100 09000000 0C000000 3F000000 07000000")),
    Golden(.readLastScan(summary), scan),
    Golden(
      .readTable(FirmwareTable(signature: 0x5043_4146, length: 244, address: 0x7FFE_1000)),
      Wire(0x562, "46414350 F4000000 0010FE7F00000000")),
  ]
  static let badFields: [BadField] = [
    BadField(scan, at: 0, "00000000")
  ]

  @Test(arguments: golden)
  func `a reply is encoded to these bytes`(golden: Golden<ProbedReply>) throws {
    #expect(try encode(reply: golden.message).bytes == golden.wire.bytes)
  }

  @Test(arguments: golden)
  func `these bytes are decoded to the reply`(golden: Golden<ProbedReply>) throws {
    let decoded = try ProbedReply(
      decoding: golden.wire.replyTag, body: golden.wire.bytes.span.rawBytes,
      to: golden.message.operation)
    #expect(decoded == golden.message)
  }

  @Test(arguments: golden)
  func `a decoded reply is encoded to the same bytes`(golden: Golden<ProbedReply>) throws {
    try Codec(reply: ProbedReply.self, golden.wire).expectRoundTrip()
  }

  @Test(arguments: golden)
  func `every other length is refused`(golden: Golden<ProbedReply>) throws {
    try Codec(reply: ProbedReply.self, golden.wire).expectExactLength()
  }

  @Test(arguments: golden)
  func `another number of capabilities is refused`(golden: Golden<ProbedReply>) throws {
    try Codec(reply: ProbedReply.self, golden.wire).expectExactCapabilities()
  }

  @Test(arguments: golden)
  func `flags that never arrive are refused`(golden: Golden<ProbedReply>) throws {
    try Codec(reply: ProbedReply.self, golden.wire).expectFlagsRefused()
  }

  @Test(arguments: golden)
  func `a changed byte is refused or kept`(golden: Golden<ProbedReply>) throws {
    try Codec(reply: ProbedReply.self, golden.wire).expectCanonical()
  }

  @Test(arguments: golden)
  func `a small buffer is refused`(golden: Golden<ProbedReply>) throws {
    try Codec(reply: ProbedReply.self, golden.wire).expectRoomNeeded()
  }

  @Test(arguments: golden)
  func `a refusal carries only its code`(golden: Golden<ProbedReply>) throws {
    try expectRefusals(ProbedReply.self, golden.wire)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) throws {
    try expectRefused(reply: ProbedReply.self, bad)
  }

  @Test func `no scan is not encoded`() {
    #expect(throws: ProtocolError.invalidField(offset: 0)) {
      try encode(reply: ProbedReply.readLastScan(ScanSummary(scan: 0)))
    }
  }
}
