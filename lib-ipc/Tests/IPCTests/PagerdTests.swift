// pagerd's protocol: literal bytes in both directions, each error, each limit.

import Bytes
import CapABI
import IPC
import Testing

private let owner = Badge(rawValue: 0x21)
private func source(_ number: UInt32) -> PageSourceID {
  guard let source = PageSourceID(rawValue: number) else {
    preconditionFailure("the test names source 0")
  }
  return source
}
private func extent(_ offset: UInt64, _ length: UInt64) -> SourceExtent {
  guard let extent = SourceExtent(source: source(7), offset: offset, length: length) else {
    preconditionFailure("the test names a wrong extent")
  }
  return extent
}
private func region(_ access: PageAccess, _ backing: PageBacking) -> BackedRegion {
  BackedRegion(owner: owner, pages: pages(0x40_0000, 2), access: access, backing: backing)
}

struct PagerdRequestTests {
  static let source0 = Wire(0x430, capabilities: 1, "00020000 00000000")
  static let zero = Wire(
    0x431,
    """
    2100000000000000 0000400000000000 02000000 02 01 0000
    00000000 00000000 0000000000000000 0000000000000000
    """)
  static let image = Wire(
    0x431,
    """
    2100000000000000 0000400000000000 02000000 03 02 0000
    07000000 00000000 0010000000000000 0020000000000000
    """)
  static let copy = Wire(
    0x431,
    """
    2100000000000000 0000400000000000 02000000 02 03 0000
    07000000 00000000 0000000000000000 0100000000000000
    """)
  static let unregister = Wire(0x432, "2100000000000000 0000400000000000 02000000 00000000")
  static let release = Wire(0x435, "07000000 00000000")
  static let golden: [Golden<PagerdRequest>] = [
    Golden(.registerSource(pageCount: 512), source0),
    Golden(.registerRegion(region(.readWrite, .zeroFill)), zero),
    Golden(.registerRegion(region(.readExecute, .image(extent(0x1000, 0x2000)))), image),
    Golden(.registerRegion(region(.readWrite, .copyOnWrite(extent(0, 1)))), copy),
    Golden(.unregisterRegion(owner: owner, pages(0x40_0000, 2)), unregister),
    Golden(.query(owner: owner, address: 1), Wire(0x433, "2100000000000000 0100000000000000")),
    Golden(.releaseOwner(owner), Wire(0x434, "2100000000000000")),
    Golden(.releaseSource(source(7)), release),
  ]
  static let badFields = [
    BadField(source0, at: 0, "00000000"), BadField(source0, at: 0, "01020000"),
    BadField(source0, reserved: 4), BadField(source0, reserved: 7),
    BadField(zero, at: 0, "00"), BadField(zero, at: 8, "0000000000000000"),
    BadField(zero, at: 16, "00000000", reported: 8), BadField(zero, at: 20, "00"),
    BadField(zero, at: 20, "04"), BadField(zero, at: 21, "00"), BadField(zero, at: 21, "04"),
    BadField(zero, reserved: 22), BadField(zero, reserved: 28),
    // Zeros have no source, offset or length.
    BadField(zero, at: 24, "01"), BadField(zero, at: 33, "10", reported: 24),
    BadField(zero, at: 40, "01", reported: 24),
    // An image and a copy have a source, a whole-page offset and a length.
    BadField(image, at: 24, "00"), BadField(image, at: 32, "01", reported: 24),
    BadField(image, at: 40, "0000000000000000", reported: 24),
    BadField(image, at: 32, "00F0FFFFFFFFFFFF", reported: 24),
    // More bytes than pages, a writable image, a copy that cannot be written.
    BadField(image, at: 40, "0120", reported: 24), BadField(image, at: 20, "02"),
    BadField(image, at: 20, "00"), BadField(copy, at: 20, "01"), BadField(copy, at: 20, "03"),
    BadField(unregister, at: 0, "00"), BadField(unregister, at: 8, "01"),
    BadField(unregister, at: 8, "0000000000000000"), BadField(unregister, reserved: 20),
    BadField(release, at: 0, "00"), BadField(release, reserved: 4),
  ]

  @Test(arguments: golden)
  func `a request is encoded to these bytes`(golden: Golden<PagerdRequest>) throws {
    #expect(try encode(golden.message).bytes == golden.wire.bytes)
  }

  @Test(arguments: golden)
  func `these bytes are decoded to the request`(golden: Golden<PagerdRequest>) throws {
    let decoded = try PagerdRequest(
      decoding: golden.wire.requestTag, body: golden.wire.bytes.span.rawBytes)
    #expect(decoded == golden.message)
  }

  @Test(arguments: golden)
  func `a decoded request is encoded to the same bytes`(golden: Golden<PagerdRequest>) throws {
    try Codec(request: PagerdRequest.self, golden.wire).expectRoundTrip()
  }

  @Test(arguments: golden)
  func `every other length is refused`(golden: Golden<PagerdRequest>) {
    Codec(request: PagerdRequest.self, golden.wire).expectExactLength()
  }

  @Test(arguments: golden)
  func `another number of capabilities is refused`(golden: Golden<PagerdRequest>) {
    Codec(request: PagerdRequest.self, golden.wire).expectExactCapabilities()
  }

  @Test(arguments: golden)
  func `flags that never arrive are refused`(golden: Golden<PagerdRequest>) {
    Codec(request: PagerdRequest.self, golden.wire).expectFlagsRefused()
  }

  @Test(arguments: golden)
  func `a changed byte is refused or kept`(golden: Golden<PagerdRequest>) {
    Codec(request: PagerdRequest.self, golden.wire).expectCanonical()
  }

  @Test(arguments: golden)
  func `a small buffer is refused`(golden: Golden<PagerdRequest>) throws {
    try Codec(request: PagerdRequest.self, golden.wire).expectRoomNeeded()
  }

  @Test(arguments: golden)
  func `the other way of travelling is refused`(golden: Golden<PagerdRequest>) {
    expectWrongDelivery(PagerdRequest.self, golden.wire)
  }

  @Test func `every other label is an unknown operation`() {
    expectUnknownOperations(PagerdRequest.self)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) {
    expectRefused(PagerdRequest.self, bad)
  }

  @Test func `a writable image is not encoded`() {
    let request = PagerdRequest.registerRegion(region(.readWrite, .image(extent(0, 1))))
    #expect(throws: ProtocolError.invalidField(offset: 20)) { try encode(request) }
  }

  @Test func `a source with more bytes than pages is not encoded`() {
    let request = PagerdRequest.registerRegion(
      region(.readWrite, .copyOnWrite(extent(0, 0x2001))))
    #expect(throws: ProtocolError.invalidField(offset: 24)) { try encode(request) }
  }

  @Test(arguments: [0, 513] as [UInt32])
  func `a source of no or too many pages is not encoded`(pageCount: UInt32) {
    #expect(throws: ProtocolError.invalidField(offset: 0)) {
      try encode(PagerdRequest.registerSource(pageCount: pageCount))
    }
  }

  @Test func `an extent does not wrap around`() {
    let last = UInt64.max - 4095
    #expect(SourceExtent(source: source(1), offset: last, length: 4095) != nil)
    #expect(SourceExtent(source: source(1), offset: last, length: 4096) == nil)
  }

  @Test func `an extent is neither empty nor unaligned`() {
    #expect(SourceExtent(source: source(1), offset: 0, length: 0) == nil)
    #expect(SourceExtent(source: source(1), offset: 1, length: 1) == nil)
  }
}

struct PagerdReplyTests {
  static let query = Wire(
    0x433,
    """
    2100000000000000 0000400000000000 02000000 02 01 0000
    00000000 00000000 0000000000000000 0000000000000000 02000000 00000000
    """)
  static let golden: [Golden<PagerdReply>] = [
    Golden(.registerSource(source(7)), Wire(0x430, "07000000 00000000")),
    Golden(.registerRegion, Wire(0x431, "")),
    Golden(.unregisterRegion, Wire(0x432, "")),
    Golden(.query(region(.readWrite, .zeroFill), residentPages: 2), query),
    Golden(.releaseOwner(regionCount: 3), Wire(0x434, "03000000 00000000")),
    Golden(.releaseSource, Wire(0x435, "")),
  ]
  static let badFields = [
    BadField(Wire(0x430, "07000000 00000000"), at: 0, "00"),
    BadField(Wire(0x430, "07000000 00000000"), reserved: 4),
    BadField(query, at: 48, "03"), BadField(query, reserved: 52),
    BadField(Wire(0x434, "03000000 00000000"), reserved: 7),
  ]

  @Test(arguments: golden)
  func `a reply is encoded to these bytes`(golden: Golden<PagerdReply>) throws {
    #expect(try encode(reply: golden.message).bytes == golden.wire.bytes)
  }

  @Test(arguments: golden)
  func `these bytes are decoded to the reply`(golden: Golden<PagerdReply>) throws {
    let decoded = try PagerdReply(
      decoding: golden.wire.replyTag, body: golden.wire.bytes.span.rawBytes,
      to: golden.message.operation)
    #expect(decoded == golden.message)
  }

  @Test(arguments: golden)
  func `a decoded reply is encoded to the same bytes`(golden: Golden<PagerdReply>) throws {
    try Codec(reply: PagerdReply.self, golden.wire).expectRoundTrip()
  }

  @Test(arguments: golden)
  func `every other length is refused`(golden: Golden<PagerdReply>) throws {
    try Codec(reply: PagerdReply.self, golden.wire).expectExactLength()
  }

  @Test(arguments: golden)
  func `another number of capabilities is refused`(golden: Golden<PagerdReply>) throws {
    try Codec(reply: PagerdReply.self, golden.wire).expectExactCapabilities()
  }

  @Test(arguments: golden)
  func `flags that never arrive are refused`(golden: Golden<PagerdReply>) throws {
    try Codec(reply: PagerdReply.self, golden.wire).expectFlagsRefused()
  }

  @Test(arguments: golden)
  func `a changed byte is refused or kept`(golden: Golden<PagerdReply>) throws {
    try Codec(reply: PagerdReply.self, golden.wire).expectCanonical()
  }

  @Test(arguments: golden)
  func `a small buffer is refused`(golden: Golden<PagerdReply>) throws {
    try Codec(reply: PagerdReply.self, golden.wire).expectRoomNeeded()
  }

  @Test(arguments: golden)
  func `a refusal carries only its code`(golden: Golden<PagerdReply>) throws {
    try expectRefusals(PagerdReply.self, golden.wire)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) throws {
    try expectRefused(reply: PagerdReply.self, bad)
  }

  @Test func `more resident pages than pages are not encoded`() {
    #expect(throws: ProtocolError.invalidField(offset: 48)) {
      try encode(reply: PagerdReply.query(region(.read, .zeroFill), residentPages: 3))
    }
  }
}
