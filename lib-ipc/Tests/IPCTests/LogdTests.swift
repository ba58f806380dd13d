// logd's protocol: literal bytes in both directions, each error, each limit. Its messages refer to
// their text in place, so they are made inside the tests.

import Bytes
import CapABI
import IPC
import Testing

private let append = Wire(0x510, "02 00 0500 68656C6C6F")
private let longest = Wire(0x510, "00 00 E003" + String(repeating: "61", count: 992))
private let record = Wire(
  0x511, "0700000000000000 00CA9A3B00000000 2100000000000000 03 00 0200 04000000 C3A9")
private let setMirror = Wire(0x513, "02 00000000000000")
private let status = Wire(
  0x512, "0200000000000000 0900000000000000 0300000000000000 00000100 01 000000")

struct LogdRequestTests {
  static let wires = [
    append, Wire(0x510, oneWay: true, "04 00 0500 68656C6C6F"), Wire(0x510, "00 00 0000"),
    Wire(0x511, "0700000000000000"), Wire(0x512, ""), setMirror,
  ]
  static let badFields = [
    BadField(append, at: 0, "05"), BadField(append, reserved: 1), BadField(append, at: 2, "04"),
    BadField(append, at: 2, "06"), BadField(append, at: 2, "FFFF"),
    // Control characters and malformed UTF-8 in the text.
    BadField(append, at: 4, "0A"), BadField(append, at: 8, "1B", reported: 4),
    BadField(append, at: 6, "7F", reported: 4), BadField(append, at: 4, "FF"),
    BadField(append, at: 8, "C3", reported: 4),
    BadField(setMirror, at: 0, "04"), BadField(setMirror, reserved: 1),
    BadField(setMirror, reserved: 7),
  ]

  @Test(arguments: wires)
  func `a decoded request is encoded to the same bytes`(wire: Wire) throws {
    try Codec(request: LogdRequest.self, wire).expectRoundTrip()
  }

  @Test(arguments: wires)
  func `every other length is refused`(wire: Wire) {
    Codec(request: LogdRequest.self, wire).expectExactLength()
  }

  @Test(arguments: wires)
  func `another number of capabilities is refused`(wire: Wire) {
    Codec(request: LogdRequest.self, wire).expectExactCapabilities()
  }

  @Test(arguments: wires)
  func `flags that never arrive are refused`(wire: Wire) {
    Codec(request: LogdRequest.self, wire).expectFlagsRefused()
  }

  @Test(arguments: wires)
  func `a changed byte is refused or kept`(wire: Wire) {
    Codec(request: LogdRequest.self, wire).expectCanonical()
  }

  @Test(arguments: wires)
  func `a small buffer is refused`(wire: Wire) throws {
    try Codec(request: LogdRequest.self, wire).expectRoomNeeded()
  }

  @Test(arguments: wires)
  func `the other way of travelling is refused`(wire: Wire) {
    expectWrongDelivery(LogdRequest.self, wire)
  }

  @Test func `every other label is an unknown operation`() {
    expectUnknownOperations(LogdRequest.self)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) {
    expectRefused(LogdRequest.self, bad)
  }

  @Test func `APPEND has these bytes`() throws {
    let text = Array("hello".utf8)
    guard let line = LogText(text.span.rawBytes) else {
      Issue.record("the text is refused")
      return
    }
    let encoded = try encode(LogdRequest.append(.warning, line))
    #expect(encoded == Encoded(tag: append.requestTag, bytes: append.bytes))
  }

  @Test func `READ has these bytes`() throws {
    #expect(try encode(LogdRequest.read(cursor: 7)).bytes == hex("0700000000000000"))
  }

  @Test func `SET_MIRROR has these bytes`() throws {
    let encoded = try encode(LogdRequest.setMirror(.serial))
    #expect(encoded == Encoded(tag: setMirror.requestTag, bytes: setMirror.bytes))
  }

  @Test func `the fields of APPEND are read`() throws {
    let body = append.bytes
    let request = try LogdRequest(decoding: append.requestTag, body: body.span.rawBytes)
    guard case .append(let severity, let text) = request else {
      Issue.record("another request came out")
      return
    }
    #expect(severity == .warning)
    let expected = Array("hello".utf8)
    let isSame = text.bytes.hasSameBytes(as: expected.span.rawBytes)
    #expect(isSame)
  }

  @Test func `the longest text fits and one byte more does not`() throws {
    try Codec(request: LogdRequest.self, longest).expectRoundTrip()
    let tooLong = longest.bytes + [0x61]
    #expect(throws: ProtocolError.wrongLength(found: 997, minimum: 4, maximum: 996)) {
      try Codec(request: LogdRequest.self, longest).recode(
        MessageTag(label: 0x510, length: 997), tooLong)
    }
  }
}

struct LogdReplyTests {
  static let wires = [
    Wire(0x510, "0700000000000000"), record, status, Wire(0x513, "0700000000000000"),
    Wire(0x512, "0100000000000000 0100000000000000 0000000000000000 00000100 03 000000"),
  ]
  static let badFields = [
    BadField(Wire(0x510, "0700000000000000"), at: 0, "00"),
    BadField(Wire(0x513, "0700000000000000"), at: 0, "00"),
    BadField(record, at: 0, "00"), BadField(record, at: 24, "05"), BadField(record, reserved: 25),
    BadField(record, at: 26, "01"), BadField(record, at: 26, "03"),
    BadField(record, at: 32, "0A"),
    BadField(status, at: 28, "04"), BadField(status, reserved: 29), BadField(status, reserved: 31),
  ]

  @Test(arguments: wires)
  func `a decoded reply is encoded to the same bytes`(wire: Wire) throws {
    try Codec(reply: LogdReply.self, wire).expectRoundTrip()
  }

  @Test(arguments: wires)
  func `every other length is refused`(wire: Wire) throws {
    try Codec(reply: LogdReply.self, wire).expectExactLength()
  }

  @Test(arguments: wires)
  func `another number of capabilities is refused`(wire: Wire) throws {
    try Codec(reply: LogdReply.self, wire).expectExactCapabilities()
  }

  @Test(arguments: wires)
  func `flags that never arrive are refused`(wire: Wire) throws {
    try Codec(reply: LogdReply.self, wire).expectFlagsRefused()
  }

  @Test(arguments: wires)
  func `a changed byte is refused or kept`(wire: Wire) throws {
    try Codec(reply: LogdReply.self, wire).expectCanonical()
  }

  @Test(arguments: wires)
  func `a small buffer is refused`(wire: Wire) throws {
    try Codec(reply: LogdReply.self, wire).expectRoomNeeded()
  }

  @Test(arguments: wires)
  func `a refusal carries only its code`(wire: Wire) throws {
    try expectRefusals(LogdReply.self, wire)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) throws {
    try expectRefused(reply: LogdReply.self, bad)
  }

  @Test func `a record has these bytes`() throws {
    let text = Array("é".utf8)
    guard let line = LogText(text.span.rawBytes) else {
      Issue.record("the text is refused")
      return
    }
    let encoded = try encode(
      reply: LogdReply.read(
        LogRecord(
          number: 7, nanoseconds: 1_000_000_000, source: Badge(rawValue: 0x21), severity: .error,
          lostCount: 4, text: line)))
    #expect(encoded == Encoded(tag: record.replyTag, bytes: record.bytes))
  }

  @Test func `STATUS has these bytes`() throws {
    let encoded = try encode(
      reply: LogdReply.status(
        LogStatus(
          oldestNumber: 2, nextNumber: 9, refusedCount: 3, capacityBytes: 0x1_0000,
          mirror: .kernel)))
    #expect(encoded == Encoded(tag: status.replyTag, bytes: status.bytes))
  }

  @Test func `the fields of a record are read`() throws {
    let body = record.bytes
    let reply = try LogdReply(decoding: record.replyTag, body: body.span.rawBytes, to: .read)
    guard case .read(let found) = reply else {
      Issue.record("another reply came out")
      return
    }
    #expect(found.number == 7)
    #expect(found.source == Badge(rawValue: 0x21))
    #expect(found.severity == .error)
    #expect(found.lostCount == 4)
  }

  @Test func `record 0 is not encoded`() {
    #expect(throws: ProtocolError.invalidField(offset: 0)) {
      try encode(reply: LogdReply.append(number: 0))
    }
  }
}
