// The protocol of drv-serial: literal bytes in both directions, each error, each limit.

import Bytes
import CapABI
import IPC
import Testing

private let write = Wire(0x5A0, "0200 0000 6869")
private let longest = Wire(0x5A0, "FC03 0000" + String(repeating: "61", count: 1020))
private let read = Wire(0x5A1, "0700000000000000")
private let taken = Wire(0x5A0, "0200 0000 0A000000")
private let input = Wire(0x5A1, "0700000000000000 0300 0000 09000000 FF000A")
private let counters = Wire(
  0x5A2,
  """
  0100000000000000 0200000000000000 0300000000000000
  04000000 05000000 06000000 07000000 08000000 09000000 0A000000 03000000
  """)

struct DrvSerialRequestTests {
  static let wires = [write, longest, read, Wire(0x5A2, "")]
  static let badFields = [
    BadField(write, at: 0, "01"), BadField(write, at: 0, "03"), BadField(write, at: 0, "0000"),
    BadField(write, at: 0, "FFFF"), BadField(write, reserved: 2), BadField(write, reserved: 3),
  ]

  @Test(arguments: wires)
  func `a decoded request is encoded to the same bytes`(wire: Wire) throws {
    try Codec(request: DrvSerialRequest.self, wire).expectRoundTrip()
  }

  @Test(arguments: wires)
  func `every other length is refused`(wire: Wire) {
    Codec(request: DrvSerialRequest.self, wire).expectExactLength()
  }

  @Test(arguments: wires)
  func `another number of capabilities is refused`(wire: Wire) {
    Codec(request: DrvSerialRequest.self, wire).expectExactCapabilities()
  }

  @Test(arguments: wires)
  func `flags that never arrive are refused`(wire: Wire) {
    Codec(request: DrvSerialRequest.self, wire).expectFlagsRefused()
  }

  @Test(arguments: wires)
  func `a changed byte is refused or kept`(wire: Wire) {
    Codec(request: DrvSerialRequest.self, wire).expectCanonical()
  }

  @Test(arguments: wires)
  func `a small buffer is refused`(wire: Wire) throws {
    try Codec(request: DrvSerialRequest.self, wire).expectRoomNeeded()
  }

  @Test(arguments: wires)
  func `the other way of travelling is refused`(wire: Wire) {
    expectWrongDelivery(DrvSerialRequest.self, wire)
  }

  @Test func `every other label is an unknown operation`() {
    expectUnknownOperations(DrvSerialRequest.self)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) {
    expectRefused(DrvSerialRequest.self, bad)
  }

  @Test func `WRITE has these bytes`() throws {
    let bytes: [UInt8] = [0x68, 0x69]
    let encoded = try encode(DrvSerialRequest.write(bytes.span.rawBytes))
    #expect(encoded == Encoded(tag: write.requestTag, bytes: write.bytes))
  }

  @Test(arguments: [0, 1021, 70_000])
  func `no bytes and too many are not encoded`(_ count: Int) {
    let bytes = [UInt8](repeating: 0, count: count)
    #expect(throws: ProtocolError.invalidField(offset: 0)) {
      try encode(DrvSerialRequest.write(bytes.span.rawBytes))
    }
  }
}

struct DrvSerialReplyTests {
  static let wires = [taken, input, counters]
  static let badFields = [
    BadField(taken, at: 0, "FD03"), BadField(taken, reserved: 2),
    BadField(input, at: 8, "0000"), BadField(input, at: 8, "0200"), BadField(input, at: 8, "F103"),
    BadField(input, reserved: 10), BadField(counters, at: 52, "04"),
  ]

  @Test(arguments: wires)
  func `a decoded reply is encoded to the same bytes`(wire: Wire) throws {
    try Codec(reply: DrvSerialReply.self, wire).expectRoundTrip()
  }

  @Test(arguments: wires)
  func `every other length is refused`(wire: Wire) throws {
    try Codec(reply: DrvSerialReply.self, wire).expectExactLength()
  }

  @Test(arguments: wires)
  func `another number of capabilities is refused`(wire: Wire) throws {
    try Codec(reply: DrvSerialReply.self, wire).expectExactCapabilities()
  }

  @Test(arguments: wires)
  func `flags that never arrive are refused`(wire: Wire) throws {
    try Codec(reply: DrvSerialReply.self, wire).expectFlagsRefused()
  }

  @Test(arguments: wires)
  func `a changed byte is refused or kept`(wire: Wire) throws {
    try Codec(reply: DrvSerialReply.self, wire).expectCanonical()
  }

  @Test(arguments: wires)
  func `a small buffer is refused`(wire: Wire) throws {
    try Codec(reply: DrvSerialReply.self, wire).expectRoomNeeded()
  }

  @Test(arguments: wires)
  func `a refusal carries only its code`(wire: Wire) throws {
    try expectRefusals(DrvSerialReply.self, wire)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) throws {
    try expectRefused(reply: DrvSerialReply.self, bad)
  }

  @Test func `input has these bytes`() throws {
    let bytes: [UInt8] = [0xFF, 0, 0x0A]
    let encoded = try encode(
      reply: DrvSerialReply.read(
        SerialInput(number: 7, waitingCount: 9, bytes: bytes.span.rawBytes)))
    #expect(encoded == Encoded(tag: input.replyTag, bytes: input.bytes))
  }

  @Test func `counters have these bytes`() throws {
    var port = SerialPortCounters()
    port.receivedCount = 1
    port.sentCount = 2
    port.interruptCount = 3
    port.overrunCount = 4
    port.parityErrorCount = 5
    port.framingErrorCount = 6
    port.breakCount = 7
    port.stopCount = 8
    port.inputCount = 9
    port.outputCount = 10
    port.flags = .peerWaits | .peerStops
    let encoded = try encode(reply: DrvSerialReply.readStats(port))
    #expect(encoded == Encoded(tag: counters.replyTag, bytes: counters.bytes))
  }
}
