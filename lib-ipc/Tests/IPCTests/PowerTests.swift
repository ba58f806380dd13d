// The protocols of rootd and crash-test: literal bytes, each error.

import Bytes
import CapABI
import IPC
import Testing

struct RootdProtocolTests {
  static let off = Wire(0x3F0, "01 00000000000000")
  static let golden: [Golden<RootdRequest>] = [
    Golden(.shutdown(.off), off),
    Golden(.shutdown(.reboot), Wire(0x3F0, "02 00000000000000")),
  ]
  static let badFields = [
    BadField(off, at: 0, "00"), BadField(off, at: 0, "03"), BadField(off, at: 0, "FF"),
    BadField(off, reserved: 1), BadField(off, reserved: 7),
  ]

  @Test(arguments: golden)
  func `a request has these bytes and no others`(golden: Golden<RootdRequest>) throws {
    #expect(try encode(golden.message).bytes == golden.wire.bytes)
    let decoded = try RootdRequest(
      decoding: golden.wire.requestTag, body: golden.wire.bytes.span.rawBytes)
    #expect(decoded == golden.message)
    let codec = Codec(request: RootdRequest.self, golden.wire)
    try codec.expectRoundTrip()
    codec.expectExactLength()
    codec.expectExactCapabilities()
    codec.expectFlagsRefused()
    codec.expectCanonical()
    try codec.expectRoomNeeded()
    expectWrongDelivery(RootdRequest.self, golden.wire)
  }

  @Test func `every other label is an unknown operation`() {
    expectUnknownOperations(RootdRequest.self)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) {
    expectRefused(RootdRequest.self, bad)
  }

  @Test func `a reply is empty`() throws {
    let wire = Wire(0x3F0, "")
    #expect(try encode(reply: RootdReply.shutdown).bytes == wire.bytes)
    let codec = try Codec(reply: RootdReply.self, wire)
    try codec.expectRoundTrip()
    codec.expectExactLength()
    codec.expectExactCapabilities()
    codec.expectFlagsRefused()
    try expectRefusals(RootdReply.self, wire)
  }
}

struct CrashTestProtocolTests {
  static let trap = Wire(0x590, "01 00000000000000")
  static let golden: [Golden<CrashTestRequest>] = [
    Golden(.fault(.trap), trap),
    Golden(.fault(.stack), Wire(0x590, "02 00000000000000")),
    Golden(.fault(.forbidden), Wire(0x590, "03 00000000000000")),
    Golden(.fault(.exit), Wire(0x590, "04 00000000000000")),
  ]
  static let badFields = [
    BadField(trap, at: 0, "00"), BadField(trap, at: 0, "05"), BadField(trap, at: 0, "FF"),
    BadField(trap, reserved: 1), BadField(trap, reserved: 7),
  ]

  @Test(arguments: golden)
  func `a request has these bytes and no others`(golden: Golden<CrashTestRequest>) throws {
    #expect(try encode(golden.message).bytes == golden.wire.bytes)
    let decoded = try CrashTestRequest(
      decoding: golden.wire.requestTag, body: golden.wire.bytes.span.rawBytes)
    #expect(decoded == golden.message)
    let codec = Codec(request: CrashTestRequest.self, golden.wire)
    try codec.expectRoundTrip()
    codec.expectExactLength()
    codec.expectExactCapabilities()
    codec.expectFlagsRefused()
    codec.expectCanonical()
    try codec.expectRoomNeeded()
    expectWrongDelivery(CrashTestRequest.self, golden.wire)
  }

  @Test func `every other label is an unknown operation`() {
    expectUnknownOperations(CrashTestRequest.self)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) {
    expectRefused(CrashTestRequest.self, bad)
  }

  @Test func `a reply is empty`() throws {
    let wire = Wire(0x590, "")
    #expect(try encode(reply: CrashTestReply.fault).bytes == wire.bytes)
    let codec = try Codec(reply: CrashTestReply.self, wire)
    try codec.expectRoundTrip()
    codec.expectExactLength()
    codec.expectExactCapabilities()
    codec.expectFlagsRefused()
    try expectRefusals(CrashTestReply.self, wire)
  }
}
