// What procd answers: literal bytes in both directions, each error, each limit.

import Bytes
import CapABI
import IPC
import Testing

private let three = ProcessID(rawValue: 3)
private let text = "6D656D64000000000000000000000000"

struct ProcdReplyTests {
  static let spawned = Wire(0x402, "03000000 00000000")
  static let started = Wire(0x40D, "03000000 00000000")
  static let record = Wire(
    0x405, "03000000 0200 03 00 02000000 00000000 00CA9A3B00000000" + text)
  static let ended = Wire(0x406, "07000000 01 000000")
  static let crash = Wire(0x40A, crashBytes)
  static let golden: [Golden<ProcdReply>] = {
    guard let memd = try? name("memd"), let details = try? crashDetails() else { return [] }
    return [
      Golden(.addCapability, Wire(0x400, "")),
      Golden(.addDependency, Wire(0x401, "")),
      Golden(.spawnService(three), spawned),
      Golden(.spawnService(.none), Wire(0x402, "00000000 00000000")),
      Golden(.startService(three), started),
      Golden(.startService(.none), Wire(0x40D, "00000000 00000000")),
      Golden(.stopService, Wire(0x40E, "")),
      Golden(.exit, Wire(0x403, "")),
      Golden(.kill, Wire(0x404, "")),
      Golden(
        .query(
          ProcessRecord(
            process: three, role: .memd, state: .running, restartCount: 2, exitCode: 0,
            startNanoseconds: 1_000_000_000, name: memd)), record),
      Golden(.wait(.exit, code: 7), ended),
      Golden(.wait(.watchdog, code: 0), Wire(0x406, "00000000 04 000000")),
      Golden(.wait(.notReady, code: 6), Wire(0x406, "06000000 05 000000")),
      Golden(.restart, Wire(0x408, "")),
      Golden(.readCrash(details), crash),
      Golden(.awaitReady, Wire(0x40B, "")),
    ]
  }()
  static let badFields = [
    BadField(spawned, reserved: 4), BadField(started, reserved: 7),
    BadField(record, at: 0, "00"), BadField(record, at: 6, "00"), BadField(record, at: 6, "07"),
    BadField(record, reserved: 7), BadField(record, at: 24, "00"),
    BadField(ended, at: 4, "00"), BadField(ended, at: 4, "06"),
    BadField(ended, at: 4, "02", reported: 0), BadField(ended, reserved: 5),
    BadField(crash, at: 6, "06"),
  ]

  @Test(arguments: golden)
  func `a reply is encoded to these bytes`(golden: Golden<ProcdReply>) throws {
    #expect(try encode(reply: golden.message).bytes == golden.wire.bytes)
  }

  @Test(arguments: golden)
  func `these bytes are decoded to the reply`(golden: Golden<ProcdReply>) throws {
    let decoded = try ProcdReply(
      decoding: golden.wire.replyTag, body: golden.wire.bytes.span.rawBytes,
      to: golden.message.operation)
    #expect(decoded == golden.message)
  }

  @Test(arguments: golden)
  func `a decoded reply is encoded to the same bytes`(golden: Golden<ProcdReply>) throws {
    try Codec(reply: ProcdReply.self, golden.wire).expectRoundTrip()
  }

  @Test(arguments: golden)
  func `every other length is refused`(golden: Golden<ProcdReply>) throws {
    try Codec(reply: ProcdReply.self, golden.wire).expectExactLength()
  }

  @Test(arguments: golden)
  func `another number of capabilities is refused`(golden: Golden<ProcdReply>) throws {
    try Codec(reply: ProcdReply.self, golden.wire).expectExactCapabilities()
  }

  @Test(arguments: golden)
  func `flags that never arrive are refused`(golden: Golden<ProcdReply>) throws {
    try Codec(reply: ProcdReply.self, golden.wire).expectFlagsRefused()
  }

  @Test(arguments: golden)
  func `a changed byte is refused or kept`(golden: Golden<ProcdReply>) throws {
    try Codec(reply: ProcdReply.self, golden.wire).expectCanonical()
  }

  @Test(arguments: golden)
  func `a small buffer is refused`(golden: Golden<ProcdReply>) throws {
    try Codec(reply: ProcdReply.self, golden.wire).expectRoomNeeded()
  }

  @Test(arguments: golden)
  func `a refusal carries only its code`(golden: Golden<ProcdReply>) throws {
    try expectRefusals(ProcdReply.self, golden.wire)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) throws {
    try expectRefused(reply: ProcdReply.self, bad)
  }

  @Test func `the table has every golden row`() { #expect(Self.golden.count == 16) }

  @Test(arguments: [ProcdOperation.ready, .kickWatchdog, .serviceState])
  func `a one-way operation has no reply`(operation: ProcdOperation) {
    #expect(throws: ProtocolError.wrongDelivery(operation.rawValue)) {
      let body: [UInt8] = []
      _ = try ProcdReply(
        decoding: MessageTag(label: 0), body: body.span.rawBytes, to: operation)
    }
  }

  @Test func `an exit code without an exit is not encoded`() {
    #expect(throws: ProtocolError.invalidField(offset: 0)) {
      try encode(reply: ProcdReply.wait(.killed, code: 1))
    }
  }
}

struct ProcdFaceTests {
  @Test func `the badge of a process is the declared one and its number`() {
    let badge = ProcdFaces.badge(Badge(rawValue: 0x5_0011), of: three)
    #expect(badge.rawValue == 0x3_0005_0011)
    #expect(ProcdFaces.process(badge) == three)
  }

  @Test(arguments: [0, 0x5_0011, 0x3_0004_FFFF, 0x3_0006_0000, 0x3_0000_0000] as [UInt64])
  func `badges without a number or of other faces belong to no process`(badge: UInt64) {
    #expect(ProcdFaces.process(Badge(rawValue: badge)) == nil)
  }

  @Test func `codes go with what a process said itself`() {
    let causes: [EndCause] = [.exit, .fault, .killed, .watchdog, .notReady]
    #expect(causes.map(\.hasCode) == [true, false, false, false, true])
  }
}
