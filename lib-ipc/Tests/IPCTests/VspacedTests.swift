// vspaced's protocol: literal bytes in both directions, each error, each limit.

import Bytes
import CapABI
import IPC
import Testing

private let owner = Badge(rawValue: 0x21)
private let other = Badge(rawValue: 0x22)
private let anywhere = pages(0, 4)
private let placed = pages(0x40_0000, 2)

struct VspacedRequestTests {
  static let map = Wire(0x420, "0000000000000000 04000000 02 03 0000 0000000000000000")
  static let unmap = Wire(
    0x421, "0000400000000000 02000000 00000000 2200000000000000")
  static let mapFrame = Wire(
    0x422, capabilities: 1, "0000400000000000 02000000 03 01 0000 2200000000000000")
  static let mapShared = Wire(
    0x423, capabilities: 1, "0000400000000000 02000000 01 05 0000 0000000000000000")
  static let reserve = Wire(
    0x424, "0000400000000000 02000000 00 07 0000 2200000000000000")
  static let attach = Wire(0x426, capabilities: 1, "2100000000000000 EFCDAB8967452301")
  static let detach = Wire(0x427, "2100000000000000")
  static let golden: [Golden<VspacedRequest>] = [
    Golden(
      .map(owner: .none, UserRegion(pages: anywhere, access: .readWrite, regionClass: .heap)), map),
    Golden(.unmap(owner: other, placed), unmap),
    Golden(
      .mapFrame(
        owner: other, UserRegion(pages: placed, access: .readExecute, regionClass: .image)),
      mapFrame),
    Golden(
      .mapShared(owner: .none, UserRegion(pages: placed, access: .read, regionClass: .shared)),
      mapShared),
    Golden(
      .reserve(
        owner: other, UserRegion(pages: placed, access: .none, regionClass: .guardPages)), reserve),
    Golden(
      .query(owner: other, address: 0x40_0123),
      Wire(0x425, "2301400000000000 2200000000000000")),
    Golden(.attachSpace(owner: owner, placementSeed: 0x0123_4567_89AB_CDEF), attach),
    Golden(.detachSpace(owner: owner), detach),
  ]
  static let badFields = [
    // Unaligned, past the end, empty, wrapping.
    BadField(map, at: 0, "01"), BadField(map, at: 0, "00F0FFFFFF7F0000"),
    BadField(map, at: 8, "00000000", reported: 0),
    BadField(map, at: 0, "00F0FFFFFFFFFFFF"),
    // Access and class that do not fit the operation.
    BadField(map, at: 12, "00"), BadField(map, at: 12, "04"), BadField(map, at: 13, "00"),
    BadField(map, at: 13, "05"), BadField(map, at: 13, "06"), BadField(map, at: 13, "07"),
    BadField(map, at: 13, "08"), BadField(map, reserved: 14), BadField(map, reserved: 15),
    BadField(unmap, at: 0, "0000000000000000"), BadField(unmap, reserved: 12),
    BadField(mapFrame, at: 12, "00"), BadField(mapFrame, at: 13, "05"),
    BadField(mapFrame, at: 13, "07"), BadField(mapShared, at: 12, "00"),
    BadField(mapShared, at: 12, "03"), BadField(mapShared, at: 13, "04"),
    BadField(reserve, at: 12, "01"), BadField(reserve, at: 13, "04"),
    BadField(attach, at: 0, "00"), BadField(detach, at: 0, "00"),
  ]

  @Test(arguments: golden)
  func `a request is encoded to these bytes`(golden: Golden<VspacedRequest>) throws {
    #expect(try encode(golden.message).bytes == golden.wire.bytes)
  }

  @Test(arguments: golden)
  func `these bytes are decoded to the request`(golden: Golden<VspacedRequest>) throws {
    let decoded = try VspacedRequest(
      decoding: golden.wire.requestTag, body: golden.wire.bytes.span.rawBytes)
    #expect(decoded == golden.message)
  }

  @Test(arguments: golden)
  func `a decoded request is encoded to the same bytes`(golden: Golden<VspacedRequest>) throws {
    try Codec(request: VspacedRequest.self, golden.wire).expectRoundTrip()
  }

  @Test(arguments: golden)
  func `every other length is refused`(golden: Golden<VspacedRequest>) {
    Codec(request: VspacedRequest.self, golden.wire).expectExactLength()
  }

  @Test(arguments: golden)
  func `another number of capabilities is refused`(golden: Golden<VspacedRequest>) {
    Codec(request: VspacedRequest.self, golden.wire).expectExactCapabilities()
  }

  @Test(arguments: golden)
  func `flags that never arrive are refused`(golden: Golden<VspacedRequest>) {
    Codec(request: VspacedRequest.self, golden.wire).expectFlagsRefused()
  }

  @Test(arguments: golden)
  func `a changed byte is refused or kept`(golden: Golden<VspacedRequest>) {
    Codec(request: VspacedRequest.self, golden.wire).expectCanonical()
  }

  @Test(arguments: golden)
  func `a small buffer is refused`(golden: Golden<VspacedRequest>) throws {
    try Codec(request: VspacedRequest.self, golden.wire).expectRoomNeeded()
  }

  @Test(arguments: golden)
  func `the other way of travelling is refused`(golden: Golden<VspacedRequest>) {
    expectWrongDelivery(VspacedRequest.self, golden.wire)
  }

  @Test func `every other label is an unknown operation`() {
    expectUnknownOperations(VspacedRequest.self)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) {
    expectRefused(VspacedRequest.self, bad)
  }

  @Test func `fresh memory without access is not encoded`() {
    let region = UserRegion(pages: anywhere, access: .none, regionClass: .heap)
    #expect(throws: ProtocolError.invalidField(offset: 12)) {
      try encode(VspacedRequest.map(owner: .none, region))
    }
  }

  @Test func `an executable shared mapping is not encoded`() {
    let region = UserRegion(pages: placed, access: .readExecute, regionClass: .shared)
    #expect(throws: ProtocolError.invalidField(offset: 12)) {
      try encode(VspacedRequest.mapShared(owner: .none, region))
    }
  }

  @Test func `unmapping anywhere is not encoded`() {
    #expect(throws: ProtocolError.invalidField(offset: 0)) {
      try encode(VspacedRequest.unmap(owner: .none, anywhere))
    }
  }

  @Test func `a device frame can be mapped`() throws {
    let region = UserRegion(pages: placed, access: .readWrite, regionClass: .device)
    let encoded = try encode(VspacedRequest.mapFrame(owner: .none, region))
    #expect(encoded.bytes == hex("0000400000000000 02000000 02 06 0000 0000000000000000"))
  }

  @Test func `an address space without an owner is not encoded`() {
    #expect(throws: ProtocolError.invalidField(offset: 0)) {
      try encode(VspacedRequest.detachSpace(owner: .none))
    }
  }
}

struct VspacedReplyTests {
  static let query = Wire(0x425, "0000400000000000 02000000 01 01 0000")
  static let mapped = Wire(0x420, "00F0FFFFFF7F0000")
  static let golden: [Golden<VspacedReply>] = [
    Golden(.map(base: 0xFFF_FFFF_E000), Wire(0x420, "00E0FFFFFF0F0000")),
    Golden(.unmap, Wire(0x421, "")),
    Golden(.mapFrame(base: 0x1000), Wire(0x422, "0010000000000000")),
    Golden(.mapShared(base: 0x1000), Wire(0x423, "0010000000000000")),
    Golden(.reserve(base: 0x1000), Wire(0x424, "0010000000000000")),
    Golden(.query(UserRegion(pages: placed, access: .read, regionClass: .image)), query),
    Golden(.attachSpace, Wire(0x426, "")),
    Golden(.detachSpace, Wire(0x427, "")),
  ]
  static let badFields = [
    BadField(Wire(0x420, "0010000000000000"), at: 0, "00F0FFFFFF7F0000"),
    BadField(Wire(0x422, "0010000000000000"), at: 0, "0000000000000000"),
    BadField(Wire(0x423, "0010000000000000"), at: 0, "01"),
    BadField(query, at: 0, "0000000000000000"), BadField(query, reserved: 14),
  ]

  @Test(arguments: golden)
  func `a reply is encoded to these bytes`(golden: Golden<VspacedReply>) throws {
    #expect(try encode(reply: golden.message).bytes == golden.wire.bytes)
  }

  @Test(arguments: golden)
  func `these bytes are decoded to the reply`(golden: Golden<VspacedReply>) throws {
    let decoded = try VspacedReply(
      decoding: golden.wire.replyTag, body: golden.wire.bytes.span.rawBytes,
      to: golden.message.operation)
    #expect(decoded == golden.message)
  }

  @Test(arguments: golden)
  func `a decoded reply is encoded to the same bytes`(golden: Golden<VspacedReply>) throws {
    try Codec(reply: VspacedReply.self, golden.wire).expectRoundTrip()
  }

  @Test(arguments: golden)
  func `every other length is refused`(golden: Golden<VspacedReply>) throws {
    try Codec(reply: VspacedReply.self, golden.wire).expectExactLength()
  }

  @Test(arguments: golden)
  func `another number of capabilities is refused`(golden: Golden<VspacedReply>) throws {
    try Codec(reply: VspacedReply.self, golden.wire).expectExactCapabilities()
  }

  @Test(arguments: golden)
  func `flags that never arrive are refused`(golden: Golden<VspacedReply>) throws {
    try Codec(reply: VspacedReply.self, golden.wire).expectFlagsRefused()
  }

  @Test(arguments: golden)
  func `a changed byte is refused or kept`(golden: Golden<VspacedReply>) throws {
    try Codec(reply: VspacedReply.self, golden.wire).expectCanonical()
  }

  @Test(arguments: golden)
  func `a small buffer is refused`(golden: Golden<VspacedReply>) throws {
    try Codec(reply: VspacedReply.self, golden.wire).expectRoomNeeded()
  }

  @Test(arguments: golden)
  func `a refusal carries only its code`(golden: Golden<VspacedReply>) throws {
    try expectRefusals(VspacedReply.self, golden.wire)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) throws {
    try expectRefused(reply: VspacedReply.self, bad)
  }

  @Test func `page 0 is never a result`() {
    #expect(throws: ProtocolError.invalidField(offset: 0)) {
      try encode(reply: VspacedReply.map(base: 0))
    }
  }
}
