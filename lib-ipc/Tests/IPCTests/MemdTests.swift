// memd's protocol: literal bytes in both directions, each error, each limit.

import Bytes
import CapABI
import IPC
import Testing

private let owner = Badge(rawValue: 0x0102_0304_0506_0708)
private let handle = MemoryHandle(rawValue: 0x1112_1314_1516_1718)

struct MemdRequestTests {
  static let frame = Wire(0x410, "0807060504030201 09 00000000000000")
  static let budget = Wire(0x412, "0807060504030201 28 00000000000000")
  static let golden: [Golden<MemdRequest>] = [
    Golden(.allocateFrame(owner: owner, order: 9), frame),
    Golden(
      .allocateFrame(owner: .none, order: 0), Wire(0x410, "0000000000000000 00 00000000000000")),
    Golden(.freeFrame(handle), Wire(0x411, "1817161514131211")),
    Golden(.allocateBudget(owner: owner, order: 40), budget),
    Golden(
      .allocateBudget(owner: .none, order: 12), Wire(0x412, "0000000000000000 0C 00000000000000")),
    Golden(.freeBudget(handle), Wire(0x413, "1817161514131211")),
    Golden(.reclaimOwner(owner), Wire(0x414, "0807060504030201")),
    Golden(.queryOwner(owner), Wire(0x415, "0807060504030201")),
    Golden(
      .setQuota(owner: owner, bytes: 0x40_0000), Wire(0x416, "0807060504030201 0000400000000000")),
    Golden(.status, Wire(0x417, "")),
  ]
  static let badFields = [
    BadField(frame, at: 8, "0A"), BadField(frame, at: 8, "FF"), BadField(frame, reserved: 9),
    BadField(frame, reserved: 15), BadField(budget, at: 8, "0B"), BadField(budget, at: 8, "29"),
    BadField(budget, reserved: 9), BadField(budget, reserved: 15),
  ]

  @Test(arguments: golden)
  func `a request is encoded to these bytes`(golden: Golden<MemdRequest>) throws {
    #expect(try encode(golden.message).bytes == golden.wire.bytes)
  }

  @Test(arguments: golden)
  func `these bytes are decoded to the request`(golden: Golden<MemdRequest>) throws {
    let decoded = try MemdRequest(
      decoding: golden.wire.requestTag, body: golden.wire.bytes.span.rawBytes)
    #expect(decoded == golden.message)
  }

  @Test(arguments: golden)
  func `a decoded request is encoded to the same bytes`(golden: Golden<MemdRequest>) throws {
    try Codec(request: MemdRequest.self, golden.wire).expectRoundTrip()
  }

  @Test(arguments: golden)
  func `every other length is refused`(golden: Golden<MemdRequest>) {
    Codec(request: MemdRequest.self, golden.wire).expectExactLength()
  }

  @Test(arguments: golden)
  func `another number of capabilities is refused`(golden: Golden<MemdRequest>) {
    Codec(request: MemdRequest.self, golden.wire).expectExactCapabilities()
  }

  @Test(arguments: golden)
  func `flags that never arrive are refused`(golden: Golden<MemdRequest>) {
    Codec(request: MemdRequest.self, golden.wire).expectFlagsRefused()
  }

  @Test(arguments: golden)
  func `a changed byte is refused or kept`(golden: Golden<MemdRequest>) {
    Codec(request: MemdRequest.self, golden.wire).expectCanonical()
  }

  @Test(arguments: golden)
  func `a small buffer is refused`(golden: Golden<MemdRequest>) throws {
    try Codec(request: MemdRequest.self, golden.wire).expectRoomNeeded()
  }

  @Test(arguments: golden)
  func `the other way of travelling is refused`(golden: Golden<MemdRequest>) {
    expectWrongDelivery(MemdRequest.self, golden.wire)
  }

  @Test func `every other label is an unknown operation`() {
    expectUnknownOperations(MemdRequest.self)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) {
    expectRefused(MemdRequest.self, bad)
  }

  @Test func `an order above the largest frame is not encoded`() {
    #expect(throws: ProtocolError.invalidField(offset: 8)) {
      try encode(MemdRequest.allocateFrame(owner: owner, order: 10))
    }
  }

  @Test(arguments: [11, 41] as [UInt8])
  func `an order outside the range of budgets is not encoded`(order: UInt8) {
    #expect(throws: ProtocolError.invalidField(offset: 8)) {
      try encode(MemdRequest.allocateBudget(owner: owner, order: order))
    }
  }
}

struct MemdReplyTests {
  static let golden: [Golden<MemdReply>] = [
    Golden(.allocateFrame(handle), Wire(0x410, capabilities: 1, "1817161514131211")),
    Golden(.freeFrame, Wire(0x411, "")),
    Golden(.allocateBudget(handle), Wire(0x412, capabilities: 1, "1817161514131211")),
    Golden(.freeBudget, Wire(0x413, "")),
    Golden(.reclaimOwner(bytes: 0x3000), Wire(0x414, "0030000000000000")),
    Golden(
      .queryOwner(
        MemoryAccount(
          quotaBytes: 0x40_0000, usedBytes: 0x3000, frameCount: 3, budgetCount: 1,
          peakBytes: 0x5000)),
      Wire(0x415, "0000400000000000 0030000000000000 03000000 01000000 0050000000000000")),
    Golden(
      .status(
        MemoryStatus(
          totalBytes: 0x40_0000, usedBytes: 0x3000, accountCount: 2, frameCount: 3,
          budgetCount: 1)),
      Wire(0x417, "0000400000000000 0030000000000000 02000000 03000000 01000000 00000000")),
    Golden(.setQuota, Wire(0x416, "")),
  ]

  @Test(arguments: golden)
  func `a reply is encoded to these bytes`(golden: Golden<MemdReply>) throws {
    #expect(try encode(reply: golden.message).bytes == golden.wire.bytes)
  }

  @Test(arguments: golden)
  func `these bytes are decoded to the reply`(golden: Golden<MemdReply>) throws {
    let decoded = try MemdReply(
      decoding: golden.wire.replyTag, body: golden.wire.bytes.span.rawBytes,
      to: golden.message.operation)
    #expect(decoded == golden.message)
  }

  @Test(arguments: golden)
  func `a decoded reply is encoded to the same bytes`(golden: Golden<MemdReply>) throws {
    try Codec(reply: MemdReply.self, golden.wire).expectRoundTrip()
  }

  @Test(arguments: golden)
  func `every other length is refused`(golden: Golden<MemdReply>) throws {
    try Codec(reply: MemdReply.self, golden.wire).expectExactLength()
  }

  @Test(arguments: golden)
  func `another number of capabilities is refused`(golden: Golden<MemdReply>) throws {
    try Codec(reply: MemdReply.self, golden.wire).expectExactCapabilities()
  }

  @Test(arguments: golden)
  func `flags that never arrive are refused`(golden: Golden<MemdReply>) throws {
    try Codec(reply: MemdReply.self, golden.wire).expectFlagsRefused()
  }

  @Test(arguments: golden)
  func `a changed byte is refused or kept`(golden: Golden<MemdReply>) throws {
    try Codec(reply: MemdReply.self, golden.wire).expectCanonical()
  }

  @Test(arguments: golden)
  func `a small buffer is refused`(golden: Golden<MemdReply>) throws {
    try Codec(reply: MemdReply.self, golden.wire).expectRoomNeeded()
  }

  @Test(arguments: golden)
  func `a refusal carries only its code`(golden: Golden<MemdReply>) throws {
    try expectRefusals(MemdReply.self, golden.wire)
  }
}
