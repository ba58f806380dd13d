// named's protocol: literal bytes in both directions, each error, each limit.

import Bytes
import CapABI
import IPC
import Testing

private func tuple(_ protocolID: UInt16 = 0x530) throws -> ServiceTuple {
  ServiceTuple(name: try name("timed"), role: .timed, protocolID: protocolID)
}
private let text = "74696D65640000000000000000000000"

struct NamedRequestTests {
  static let seed = Wire(0x500, text + "1200 3005 01000000")
  static let register = Wire(0x502, capabilities: 1, text + "1200 3005 00000000")
  static let lookup = Wire(0x503, text + "1200 3005 00000000")
  static let unregister = Wire(0x504, text + "1200 3005 00000000")
  static let list = Wire(0x505, "05000000 00000000")
  static let client = Wire(0x506, "2100000000000000" + text + "4500000000000000")
  static let golden: [Golden<NamedRequest>] = {
    guard let tuple = try? tuple(), let timed = try? name("timed") else { return [] }
    return [
      Golden(.seedEntry(tuple, rights: .send), seed),
      Golden(
        .seedEntry(tuple, rights: .send | .grant), Wire(0x500, text + "1200 3005 05000000")),
      Golden(.seal, Wire(0x501, "")),
      Golden(.register(tuple), register),
      Golden(.lookup(tuple), lookup),
      Golden(.unregister(tuple), unregister),
      Golden(.unregister(tuple), Wire(0x504, oneWay: true, text + "1200 3005 00000000")),
      Golden(.list(index: 5), list),
      Golden(
        .seedClient(
          client: Badge(rawValue: 0x21), name: timed, badge: Badge(rawValue: 0x45)), client),
    ]
  }()
  static let badFields = [
    // Names: empty, upper case, a digit first, a byte behind the end, 16 bytes.
    BadField(seed, at: 0, "00"), BadField(seed, at: 0, "54"), BadField(seed, at: 0, "31"),
    BadField(seed, at: 6, "61", reported: 0),
    BadField(seed, at: 0, "6161616161616161616161616161615F"),
    // Role 0, a protocol below 0x400 or inside a block.
    BadField(seed, at: 16, "0000"), BadField(seed, at: 18, "F003"), BadField(seed, at: 18, "31"),
    BadField(seed, at: 18, "FFFF"),
    // Rights without SEND, with RECV, reserved.
    BadField(seed, at: 20, "00"), BadField(seed, at: 20, "04"), BadField(seed, at: 20, "03"),
    BadField(seed, at: 20, "01000080"),
    BadField(register, at: 0, "00"), BadField(register, reserved: 20),
    BadField(lookup, at: 0, "00"), BadField(lookup, reserved: 23),
    BadField(unregister, at: 16, "0000"), BadField(unregister, reserved: 21),
    BadField(list, reserved: 4), BadField(client, at: 0, "00"),
    BadField(client, at: 8, "2D"), BadField(client, at: 24, "00"),
  ]

  @Test(arguments: golden)
  func `a request is encoded to these bytes`(golden: Golden<NamedRequest>) throws {
    #expect(try encode(golden.message).bytes == golden.wire.bytes)
  }

  @Test(arguments: golden)
  func `these bytes are decoded to the request`(golden: Golden<NamedRequest>) throws {
    let decoded = try NamedRequest(
      decoding: golden.wire.requestTag, body: golden.wire.bytes.span.rawBytes)
    #expect(decoded == golden.message)
  }

  @Test(arguments: golden)
  func `a decoded request is encoded to the same bytes`(golden: Golden<NamedRequest>) throws {
    try Codec(request: NamedRequest.self, golden.wire).expectRoundTrip()
  }

  @Test(arguments: golden)
  func `every other length is refused`(golden: Golden<NamedRequest>) {
    Codec(request: NamedRequest.self, golden.wire).expectExactLength()
  }

  @Test(arguments: golden)
  func `another number of capabilities is refused`(golden: Golden<NamedRequest>) {
    Codec(request: NamedRequest.self, golden.wire).expectExactCapabilities()
  }

  @Test(arguments: golden)
  func `flags that never arrive are refused`(golden: Golden<NamedRequest>) {
    Codec(request: NamedRequest.self, golden.wire).expectFlagsRefused()
  }

  @Test(arguments: golden)
  func `a changed byte is refused or kept`(golden: Golden<NamedRequest>) {
    Codec(request: NamedRequest.self, golden.wire).expectCanonical()
  }

  @Test(arguments: golden)
  func `a small buffer is refused`(golden: Golden<NamedRequest>) throws {
    try Codec(request: NamedRequest.self, golden.wire).expectRoomNeeded()
  }

  @Test(arguments: golden)
  func `the other way of travelling is refused`(golden: Golden<NamedRequest>) {
    expectWrongDelivery(NamedRequest.self, golden.wire)
  }

  @Test func `every other label is an unknown operation`() {
    expectUnknownOperations(NamedRequest.self)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) {
    expectRefused(NamedRequest.self, bad)
  }

  @Test func `the table has every golden row`() { #expect(Self.golden.count == 9) }

  @Test(arguments: [Rights.none, .grant, .send | .receive])
  func `rights without SEND or beyond GRANT are not encoded`(rights: Rights) throws {
    let tuple = try tuple()
    #expect(throws: ProtocolError.invalidField(offset: 20)) {
      try encode(NamedRequest.seedEntry(tuple, rights: rights))
    }
  }

  @Test(arguments: [0x3F0, 0x531, 0xFFFF] as [UInt16])
  func `a number that begins no block is not encoded`(protocolID: UInt16) throws {
    let tuple = try tuple(protocolID)
    #expect(throws: ProtocolError.invalidField(offset: 18)) {
      try encode(NamedRequest.lookup(tuple))
    }
  }

  @Test func `an unbadged client is not encoded`() throws {
    let timed = try name("timed")
    #expect(throws: ProtocolError.invalidField(offset: 0)) {
      try encode(NamedRequest.seedClient(client: .none, name: timed, badge: Badge(rawValue: 1)))
    }
  }
}

struct NamedReplyTests {
  static let sealed = Wire(0x501, "09000000 00000000")
  static let found = Wire(0x503, capabilities: 1, "01000000 00000000")
  static let entry = Wire(0x505, text + "1200 3005 01000000 01 00000000000000")
  static let golden: [Golden<NamedReply>] = {
    guard let tuple = try? tuple() else { return [] }
    return [
      Golden(.seedEntry, Wire(0x500, "")),
      Golden(.seal(entryCount: 9), sealed),
      Golden(.register, Wire(0x502, "")),
      Golden(.lookup(rights: .send), found),
      Golden(.unregister, Wire(0x504, "")),
      Golden(.list(RegistryEntry(tuple: tuple, rights: .send, isActive: true)), entry),
      Golden(
        .list(RegistryEntry(tuple: tuple, rights: .send | .grant, isActive: false)),
        Wire(0x505, text + "1200 3005 05000000 00 00000000000000")),
      Golden(.seedClient, Wire(0x506, "")),
    ]
  }()
  static let badFields = [
    BadField(sealed, reserved: 4), BadField(found, at: 0, "00"), BadField(found, at: 0, "08"),
    BadField(found, reserved: 4), BadField(entry, at: 0, "00"), BadField(entry, at: 20, "02"),
    BadField(entry, at: 24, "02"), BadField(entry, reserved: 25), BadField(entry, reserved: 31),
  ]

  @Test(arguments: golden)
  func `a reply is encoded to these bytes`(golden: Golden<NamedReply>) throws {
    #expect(try encode(reply: golden.message).bytes == golden.wire.bytes)
  }

  @Test(arguments: golden)
  func `these bytes are decoded to the reply`(golden: Golden<NamedReply>) throws {
    let decoded = try NamedReply(
      decoding: golden.wire.replyTag, body: golden.wire.bytes.span.rawBytes,
      to: golden.message.operation)
    #expect(decoded == golden.message)
  }

  @Test(arguments: golden)
  func `a decoded reply is encoded to the same bytes`(golden: Golden<NamedReply>) throws {
    try Codec(reply: NamedReply.self, golden.wire).expectRoundTrip()
  }

  @Test(arguments: golden)
  func `every other length is refused`(golden: Golden<NamedReply>) throws {
    try Codec(reply: NamedReply.self, golden.wire).expectExactLength()
  }

  @Test(arguments: golden)
  func `another number of capabilities is refused`(golden: Golden<NamedReply>) throws {
    try Codec(reply: NamedReply.self, golden.wire).expectExactCapabilities()
  }

  @Test(arguments: golden)
  func `flags that never arrive are refused`(golden: Golden<NamedReply>) throws {
    try Codec(reply: NamedReply.self, golden.wire).expectFlagsRefused()
  }

  @Test(arguments: golden)
  func `a changed byte is refused or kept`(golden: Golden<NamedReply>) throws {
    try Codec(reply: NamedReply.self, golden.wire).expectCanonical()
  }

  @Test(arguments: golden)
  func `a small buffer is refused`(golden: Golden<NamedReply>) throws {
    try Codec(reply: NamedReply.self, golden.wire).expectRoomNeeded()
  }

  @Test(arguments: golden)
  func `a refusal carries only its code`(golden: Golden<NamedReply>) throws {
    try expectRefusals(NamedReply.self, golden.wire)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) throws {
    try expectRefused(reply: NamedReply.self, bad)
  }

  @Test func `the table has every golden row`() { #expect(Self.golden.count == 8) }
}
