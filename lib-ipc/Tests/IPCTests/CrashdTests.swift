// crashd's protocol and the crash details that it shares with procd: literal bytes in both
// directions, each error, each limit.

import Bytes
import CapABI
import IPC
import Testing

private let text = "6E616D65640000000000000000000000"

/// Registers rax = 1, rbx = 2, … fsBase = 17.
func countingRegisters() -> FaultRegisters {
  var registers = FaultRegisters()
  for register in FaultRegister.allCases {
    registers[register] = UInt64(register.rawValue + 1)
  }
  return registers
}

/// The bytes of `countingRegisters()`.
let countingBytes = """
  0100000000000000 0200000000000000 0300000000000000 0400000000000000
  0500000000000000 0600000000000000 0700000000000000 0800000000000000
  0900000000000000 0A00000000000000 0B00000000000000 0C00000000000000
  0D00000000000000 0E00000000000000 0F00000000000000 1000000000000000
  1100000000000000
  """

/// named died of a general-protection fault.
func crashDetails() throws -> CrashDetails {
  CrashDetails(
    process: ProcessID(rawValue: 5), role: .named, cause: .fault, name: try name("named"),
    slot: CapSlot(rawValue: 16),
    fault: FaultReport(
      fault: FaultMessage(
        kind: .protection, address: 0, instructionPointer: 0x40_1000, stackPointer: 0x7000,
        errorCode: 0x10, threadID: 9), registers: countingRegisters()))
}

/// The bytes of `crashDetails()`.
let crashBytes =
  "05000000 1100 02 00" + text + "10000000 0700 0000"
  + "0000000000000000 0010400000000000 0070000000000000 10000000 09000000" + countingBytes

struct CrashdRequestTests {
  static let report = Wire(
    0x520, oneWay: true, "0900000000000000 05000000 1100 02 00 00CA9A3B00000000")
  static let golden: [Golden<CrashdRequest>] = [
    Golden(
      .report(
        crash: 9, process: ProcessID(rawValue: 5), role: .named, cause: .fault,
        nanoseconds: 1_000_000_000), report),
    Golden(.read(cursor: 0x0102), Wire(0x521, "0201000000000000")),
    Golden(.status, Wire(0x522, "")),
  ]
  static let badFields = [
    BadField(report, at: 0, "00"), BadField(report, at: 14, "00"), BadField(report, at: 14, "06"),
    BadField(report, reserved: 15),
  ]

  @Test(arguments: golden)
  func `a request is encoded to these bytes`(golden: Golden<CrashdRequest>) throws {
    #expect(try encode(golden.message).bytes == golden.wire.bytes)
  }

  @Test(arguments: golden)
  func `these bytes are decoded to the request`(golden: Golden<CrashdRequest>) throws {
    let decoded = try CrashdRequest(
      decoding: golden.wire.requestTag, body: golden.wire.bytes.span.rawBytes)
    #expect(decoded == golden.message)
  }

  @Test(arguments: golden)
  func `a decoded request is encoded to the same bytes`(golden: Golden<CrashdRequest>) throws {
    try Codec(request: CrashdRequest.self, golden.wire).expectRoundTrip()
  }

  @Test(arguments: golden)
  func `every other length is refused`(golden: Golden<CrashdRequest>) {
    Codec(request: CrashdRequest.self, golden.wire).expectExactLength()
  }

  @Test(arguments: golden)
  func `another number of capabilities is refused`(golden: Golden<CrashdRequest>) {
    Codec(request: CrashdRequest.self, golden.wire).expectExactCapabilities()
  }

  @Test(arguments: golden)
  func `flags that never arrive are refused`(golden: Golden<CrashdRequest>) {
    Codec(request: CrashdRequest.self, golden.wire).expectFlagsRefused()
  }

  @Test(arguments: golden)
  func `a changed byte is refused or kept`(golden: Golden<CrashdRequest>) {
    Codec(request: CrashdRequest.self, golden.wire).expectCanonical()
  }

  @Test(arguments: golden)
  func `a small buffer is refused`(golden: Golden<CrashdRequest>) throws {
    try Codec(request: CrashdRequest.self, golden.wire).expectRoomNeeded()
  }

  @Test(arguments: golden)
  func `the other way of travelling is refused`(golden: Golden<CrashdRequest>) {
    expectWrongDelivery(CrashdRequest.self, golden.wire)
  }

  @Test func `every other label is an unknown operation`() {
    expectUnknownOperations(CrashdRequest.self)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) {
    expectRefused(CrashdRequest.self, bad)
  }

  @Test func `crash 0 is not encoded`() {
    #expect(throws: ProtocolError.invalidField(offset: 0)) {
      try encode(
        CrashdRequest.report(
          crash: 0, process: .none, role: .none, cause: .killed, nanoseconds: 0))
    }
  }
}

struct CrashdReplyTests {
  static let record = Wire(
    0x521, "0100000000000000 00CA9A3B00000000 02000000 00000000" + crashBytes)
  static let unknown = Wire(
    0x521,
    "0100000000000000 00CA9A3B00000000 00000000 00000000 05000000 1100 03 00" + text
      + String(repeating: "00", count: 176))
  static let golden: [Golden<CrashdReply>] = {
    guard let details = try? crashDetails() else { return [] }
    var killed = details
    killed.cause = .killed
    killed.slot = .null
    killed.fault = nil
    return [
      Golden(
        .read(
          CrashRecord(number: 1, nanoseconds: 1_000_000_000, lostCount: 2, details: details)),
        record),
      Golden(
        .read(CrashRecord(number: 1, nanoseconds: 1_000_000_000, lostCount: 0, details: killed)),
        unknown),
      Golden(
        .status(CrashStatus(oldestNumber: 2, nextNumber: 258, incompleteCount: 1)),
        Wire(0x522, "0200000000000000 0201000000000000 0100000000000000")),
    ]
  }()
  static let badFields = [
    BadField(record, at: 0, "00"), BadField(record, reserved: 20), BadField(record, at: 30, "00"),
    BadField(record, reserved: 31), BadField(record, at: 32, "00"),
    // A slot past the largest CSpace, an unknown kind, a fault of a process that was killed.
    BadField(record, at: 48, "00001000"), BadField(record, at: 52, "0D00"),
    BadField(record, at: 30, "03", reported: 52), BadField(record, reserved: 54),
    // A page fault with reserved bits.
    BadField(
      record, at: 52,
      "0800 0000 0000000000000000 0010400000000000 0070000000000000 08000000", reported: 80),
    // Fault bytes without a fault.
    BadField(unknown, reserved: 54), BadField(unknown, reserved: 56),
    BadField(unknown, reserved: 223), BadField(unknown, at: 52, "0700"),
  ]

  @Test(arguments: golden)
  func `a reply is encoded to these bytes`(golden: Golden<CrashdReply>) throws {
    #expect(try encode(reply: golden.message).bytes == golden.wire.bytes)
  }

  @Test(arguments: golden)
  func `these bytes are decoded to the reply`(golden: Golden<CrashdReply>) throws {
    let decoded = try CrashdReply(
      decoding: golden.wire.replyTag, body: golden.wire.bytes.span.rawBytes,
      to: golden.message.operation)
    #expect(decoded == golden.message)
  }

  @Test(arguments: golden)
  func `a decoded reply is encoded to the same bytes`(golden: Golden<CrashdReply>) throws {
    try Codec(reply: CrashdReply.self, golden.wire).expectRoundTrip()
  }

  @Test(arguments: golden)
  func `every other length is refused`(golden: Golden<CrashdReply>) throws {
    try Codec(reply: CrashdReply.self, golden.wire).expectExactLength()
  }

  @Test(arguments: golden)
  func `another number of capabilities is refused`(golden: Golden<CrashdReply>) throws {
    try Codec(reply: CrashdReply.self, golden.wire).expectExactCapabilities()
  }

  @Test(arguments: golden)
  func `flags that never arrive are refused`(golden: Golden<CrashdReply>) throws {
    try Codec(reply: CrashdReply.self, golden.wire).expectFlagsRefused()
  }

  @Test(arguments: golden)
  func `a changed byte is refused or kept`(golden: Golden<CrashdReply>) throws {
    try Codec(reply: CrashdReply.self, golden.wire).expectCanonical()
  }

  @Test(arguments: golden)
  func `a small buffer is refused`(golden: Golden<CrashdReply>) throws {
    try Codec(reply: CrashdReply.self, golden.wire).expectRoomNeeded()
  }

  @Test(arguments: golden)
  func `a refusal carries only its code`(golden: Golden<CrashdReply>) throws {
    try expectRefusals(CrashdReply.self, golden.wire)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) throws {
    try expectRefused(reply: CrashdReply.self, bad)
  }

  @Test func `the table has every golden row`() { #expect(Self.golden.count == 3) }

  @Test func `a report has no reply`() {
    #expect(throws: ProtocolError.wrongDelivery(0x520)) {
      let body: [UInt8] = []
      _ = try CrashdReply(decoding: MessageTag(label: 0), body: body.span.rawBytes, to: .report)
    }
  }

  @Test func `a fault of a process that was killed is not encoded`() throws {
    var details = try crashDetails()
    details.cause = .killed
    let record = CrashRecord(number: 1, nanoseconds: 0, lostCount: 0, details: details)
    #expect(throws: ProtocolError.invalidField(offset: 52)) {
      try encode(reply: CrashdReply.read(record))
    }
  }
}
