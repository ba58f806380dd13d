// seriald's protocol: literal bytes in both directions, each error, each limit.

import Bytes
import CapABI
import IPC
import Testing

private let write = Wire(0x580, "0200 0000 6869")
private let longest = Wire(0x580, "FC03 0000" + String(repeating: "61", count: 1020))
private let read = Wire(0x581, "0700000000000000")
// Prompt `> `, text `aé`, the cursor before its last character.
private let readLine = Wire(0x582, "0200 0300 0100 0000 3E20 61C3A9")
private let longestLine = Wire(
  0x582, "4000 8403 8403 0000" + String(repeating: "61", count: 964))
private let input = Wire(0x581, "0700000000000000 0300 0000 09000000 FF000A")
private let line = Wire(0x582, "01 00 0300 0300 0000 61C3A9")
private let key = Wire(0x583, "01 000000 E9000000")
private let status = Wire(
  0x584,
  """
  0100000000000000 0200000000000000 0300000000000000 0400000000000000 0500000000000000
  0600000000000000 07000000 08000000 09000000 01 000000
  0A00000000000000 0000000000000000 0000000000000000
  00000000 00000000 00000000 00000000 00000000 00000000 00000000 01000000
  """)

struct SerialdRequestTests {
  static let wires = [
    write, longest, read, readLine, longestLine, Wire(0x582, "0000000000000000"), Wire(0x583, ""),
    Wire(0x584, ""),
  ]
  static let badFields = [
    BadField(write, at: 0, "01"), BadField(write, at: 0, "03"), BadField(write, at: 0, "0000"),
    BadField(write, reserved: 2),
    BadField(readLine, at: 0, "4100"), BadField(readLine, at: 2, "8503"),
    BadField(readLine, at: 0, "01", reported: 2), BadField(readLine, at: 2, "02"),
    // Inside a character, and behind the text.
    BadField(readLine, at: 4, "02"), BadField(readLine, at: 4, "04"),
    BadField(readLine, reserved: 6), BadField(readLine, reserved: 7),
    BadField(readLine, at: 9, "1B", reported: 8), BadField(readLine, at: 12, "61", reported: 10),
  ]

  @Test(arguments: wires)
  func `a decoded request is encoded to the same bytes`(wire: Wire) throws {
    try Codec(request: SerialdRequest.self, wire).expectRoundTrip()
  }

  @Test(arguments: wires)
  func `every other length is refused`(wire: Wire) {
    Codec(request: SerialdRequest.self, wire).expectExactLength()
  }

  @Test(arguments: wires)
  func `another number of capabilities is refused`(wire: Wire) {
    Codec(request: SerialdRequest.self, wire).expectExactCapabilities()
  }

  @Test(arguments: wires)
  func `flags that never arrive are refused`(wire: Wire) {
    Codec(request: SerialdRequest.self, wire).expectFlagsRefused()
  }

  @Test(arguments: wires)
  func `a changed byte is refused or kept`(wire: Wire) {
    Codec(request: SerialdRequest.self, wire).expectCanonical()
  }

  @Test(arguments: wires)
  func `a small buffer is refused`(wire: Wire) throws {
    try Codec(request: SerialdRequest.self, wire).expectRoomNeeded()
  }

  @Test(arguments: wires)
  func `the other way of travelling is refused`(wire: Wire) {
    expectWrongDelivery(SerialdRequest.self, wire)
  }

  @Test func `every other label is an unknown operation`() {
    expectUnknownOperations(SerialdRequest.self)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) {
    expectRefused(SerialdRequest.self, bad)
  }

  @Test func `READ_LINE has these bytes`() throws {
    let prompt = Array("> ".utf8)
    let text = Array("aé".utf8)
    guard let first = LogText(prompt.span.rawBytes), let second = LogText(text.span.rawBytes) else {
      Issue.record("the text is refused")
      return
    }
    let encoded = try encode(
      SerialdRequest.readLine(LinePrompt(prompt: first, text: second, cursor: 1)))
    #expect(encoded == Encoded(tag: readLine.requestTag, bytes: readLine.bytes))
  }

  @Test(arguments: [0, 1021])
  func `no bytes and too many are not encoded`(_ count: Int) {
    let bytes = [UInt8](repeating: 0, count: count)
    #expect(throws: ProtocolError.invalidField(offset: 0)) {
      try encode(SerialdRequest.write(bytes.span.rawBytes))
    }
  }

  @Test func `a cursor inside a character is not encoded`() throws {
    let text = Array("é".utf8)
    guard let line = LogText(text.span.rawBytes) else {
      Issue.record("the text is refused")
      return
    }
    for cursor in [UInt16(1), 3] {
      #expect(throws: ProtocolError.invalidField(offset: 4)) {
        try encode(SerialdRequest.readLine(LinePrompt(prompt: line, text: line, cursor: cursor)))
      }
    }
  }
}

struct SerialdReplyTests {
  static let wires = [
    Wire(0x580, ""), input, line, key, Wire(0x583, "04 000000 00000000"),
    Wire(0x583, "02 000000 63000000"), status,
  ]
  static let badFields = [
    BadField(input, at: 8, "0000"), BadField(input, at: 8, "0200"), BadField(input, reserved: 10),
    BadField(line, at: 0, "00"), BadField(line, at: 0, "07"), BadField(line, reserved: 1),
    BadField(line, at: 2, "02"), BadField(line, at: 2, "8503"), BadField(line, at: 4, "02"),
    BadField(line, at: 4, "04"), BadField(line, reserved: 6),
    BadField(line, at: 8, "0A", reported: 8),
    BadField(key, at: 0, "00"), BadField(key, at: 0, "14"), BadField(key, reserved: 1),
    // A control character, a surrogate, behind Unicode; Enter has no character, and Ctrl a letter.
    BadField(key, at: 4, "0A"), BadField(key, at: 4, "00D8"), BadField(key, at: 4, "00001100"),
    BadField(key, at: 0, "04", reported: 4), BadField(key, at: 0, "02", reported: 4),
    BadField(status, at: 60, "02"), BadField(status, reserved: 61), BadField(status, at: 116, "04"),
  ]

  @Test(arguments: wires)
  func `a decoded reply is encoded to the same bytes`(wire: Wire) throws {
    try Codec(reply: SerialdReply.self, wire).expectRoundTrip()
  }

  @Test(arguments: wires)
  func `every other length is refused`(wire: Wire) throws {
    try Codec(reply: SerialdReply.self, wire).expectExactLength()
  }

  @Test(arguments: wires)
  func `another number of capabilities is refused`(wire: Wire) throws {
    try Codec(reply: SerialdReply.self, wire).expectExactCapabilities()
  }

  @Test(arguments: wires)
  func `flags that never arrive are refused`(wire: Wire) throws {
    try Codec(reply: SerialdReply.self, wire).expectFlagsRefused()
  }

  @Test(arguments: wires)
  func `a changed byte is refused or kept`(wire: Wire) throws {
    try Codec(reply: SerialdReply.self, wire).expectCanonical()
  }

  @Test(arguments: wires)
  func `a small buffer is refused`(wire: Wire) throws {
    try Codec(reply: SerialdReply.self, wire).expectRoomNeeded()
  }

  @Test(arguments: wires)
  func `a refusal carries only its code`(wire: Wire) throws {
    try expectRefusals(SerialdReply.self, wire)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) throws {
    try expectRefused(reply: SerialdReply.self, bad)
  }

  @Test func `a line has these bytes`() throws {
    let text = Array("aé".utf8)
    guard let edited = LogText(text.span.rawBytes) else {
      Issue.record("the text is refused")
      return
    }
    let encoded = try encode(
      reply: SerialdReply.readLine(LineInput(end: .line, text: edited, cursor: 3)))
    #expect(encoded == Encoded(tag: line.replyTag, bytes: line.bytes))
  }

  @Test func `a key has these bytes`() throws {
    let pressed = try #require(SerialKey(.character, scalar: 0xE9))
    #expect(try encode(reply: SerialdReply.readKey(pressed)).bytes == key.bytes)
    #expect(throws: ProtocolError.invalidField(offset: 4)) {
      try encode(reply: SerialdReply.readKey(SerialKey(.character)))
    }
  }

  @Test func `the counters have these bytes`() throws {
    var found = SerialdStatus()
    found.firstInput = 1
    found.nextInput = 2
    found.outputCount = 3
    found.refusedCount = 4
    found.recordCount = 5
    found.lostRecordCount = 6
    found.waitingCount = 7
    found.waitingWriteCount = 8
    found.providerCount = 9
    found.hasDriver = true
    found.port.receivedCount = 10
    found.port.flags = .peerWaits
    #expect(try encode(reply: SerialdReply.status(found)).bytes == status.bytes)
  }
}
