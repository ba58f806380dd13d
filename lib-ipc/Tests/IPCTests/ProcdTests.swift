// procd's protocol: literal bytes in both directions, each error, each limit.

import Bytes
import CapABI
import IPC
import Testing

private let three = ProcessID(rawValue: 3)
private let text = "6D656D64000000000000000000000000"
private let descriptor = TransferDescriptor(
  slot: CapSlot(rawValue: 16), type: .endpoint, kind: .generic, rights: .send | .grant,
  peer: .memd, badge: Badge(rawValue: 0x21))
private func launch() throws -> ServiceLaunch {
  ServiceLaunch(
    role: .timed, name: try name("memd"), moduleIndex: 4, priority: 200, affinity: 0xF,
    budgetBytes: 0x10_0000, slotCount: 4096, syscalls: .all,
    restart: RestartPolicy(
      mode: .onFailure, maximumRestarts: 5, windowSeconds: 60, firstBackOffMilliseconds: 100,
      longestBackOffMilliseconds: 10_000),
    watchdogMilliseconds: 2000)
}

struct ProcdRequestTests {
  static let capability = Wire(
    0x400, capabilities: 1,
    "1200 000000000000 10000000 0800 0000 05000000 0200 0000 2100000000000000")
  static let dependency = Wire(0x401, "1300 1200 00000000")
  static let spawn = Wire(
    0x402,
    """
    1200 C8 01 04000000 0F00000000000000 0000100000000000 00100000 FF1F0000
    05000000 3C000000 64000000 10270000 D0070000 00000000
    """ + text)
  static let exit = Wire(0x403, "FFFFFFFF 00000000")
  static let kill = Wire(0x404, "03000000 00000000")
  static let query = Wire(0x405, "03000000 00000000")
  static let wait = Wire(0x406, "03000000 00000000")
  static let ready = Wire(0x407, oneWay: true, "0200 000000000000")
  static let restart = Wire(0x408, "1200 000000000000")
  static let crash = Wire(0x40A, "0900000000000000")
  static let awaited = Wire(0x40B, "1200 000000000000")
  static let state = Wire(0x40C, oneWay: true, "1200 01 0000000000")
  static let start = Wire(0x40D, "8100 000000000000")
  static let stop = Wire(0x40E, "8100 000000000000")
  static let prepared = Wire(
    0x402,
    """
    1200 C8 01 04000000 0F00000000000000 0000100000000000 00100000 FF1F0000
    05000000 3C000000 64000000 10270000 D0070000 2200 0000
    """ + text)
  static let golden: [Golden<ProcdRequest>] = {
    guard let launch = try? launch() else { return [] }
    var kept = launch
    kept.launcher = .deviced
    return [
      Golden(.addCapability(role: .timed, descriptor), capability),
      Golden(.addDependency(role: .logd, on: .timed), dependency),
      Golden(.spawnService(launch), spawn),
      Golden(.spawnService(kept), prepared),
      Golden(.startService(.drvSerial), start),
      Golden(.stopService(.drvSerial), stop),
      Golden(.exit(code: .max), exit),
      Golden(.kill(three), kill),
      Golden(.query(cursor: three), query),
      Golden(.query(cursor: .none), Wire(0x405, "00000000 00000000")),
      Golden(.wait(three), wait),
      Golden(.ready(code: 2), ready),
      Golden(.restart(.timed), restart),
      Golden(.kickWatchdog, Wire(0x409, oneWay: true, "")),
      Golden(.readCrash(9), crash),
      Golden(.awaitReady(.timed), awaited),
      Golden(.serviceState(.timed, .started), state),
    ]
  }()
  static let badFields = [
    BadField(state, at: 0, "0000"), BadField(state, at: 2, "00"), BadField(state, at: 2, "03"),
    BadField(state, reserved: 3),
    BadField(capability, at: 0, "0000"), BadField(capability, reserved: 2),
    // Slot 0, a slot past the largest CSpace, no type, an unknown type, a family of a non-endpoint,
    // a family that does not exist, no rights, rights that endpoints do not have, a badge on a
    // frame, a frame with a peer, a kernel endpoint with a peer, a badge without a peer.
    BadField(capability, at: 8, "00000000"), BadField(capability, at: 8, "00001000"),
    BadField(capability, at: 12, "0000 0000"), BadField(capability, at: 12, "0D00"),
    BadField(capability, at: 12, "0300 0100", reported: 14), BadField(capability, at: 14, "0F00"),
    BadField(capability, at: 16, "00"), BadField(capability, at: 16, "08"),
    BadField(capability, at: 16, "05000080"),
    BadField(capability, at: 12, "0300 0000 08000000 0000", reported: 24),
    BadField(capability, at: 12, "0300 0000 08000000", reported: 20),
    BadField(capability, at: 14, "0100", reported: 20),
    BadField(capability, at: 20, "0000", reported: 24),
    BadField(capability, reserved: 22),
    BadField(dependency, at: 0, "0000"), BadField(dependency, at: 2, "0000"),
    BadField(dependency, at: 2, "1300"), BadField(dependency, reserved: 4),
    BadField(spawn, at: 0, "0000"), BadField(spawn, at: 3, "03"),
    BadField(spawn, at: 8, "00"), BadField(spawn, at: 16, "FF0F0000"),
    BadField(spawn, at: 2, "00"), BadField(spawn, at: 24, "00000000"),
    BadField(spawn, at: 24, "20000000"), BadField(spawn, at: 24, "41000000"),
    BadField(spawn, at: 24, "01001000"), BadField(spawn, at: 24, "00002000"),
    BadField(spawn, at: 28, "00000000"), BadField(spawn, at: 28, "FF3F0000"),
    BadField(spawn, reserved: 54), BadField(start, at: 0, "0000"), BadField(start, reserved: 2),
    BadField(stop, at: 0, "0000"), BadField(stop, reserved: 7),
    BadField(spawn, at: 56, "00"),
    BadField(exit, reserved: 4), BadField(kill, at: 0, "00"), BadField(kill, reserved: 4),
    BadField(query, reserved: 4), BadField(wait, at: 0, "00"), BadField(wait, reserved: 7),
    BadField(ready, reserved: 2), BadField(restart, at: 0, "0000"), BadField(restart, reserved: 2),
    BadField(crash, at: 0, "00"),
    BadField(awaited, at: 0, "0000"), BadField(awaited, reserved: 2),
  ]

  @Test(arguments: golden)
  func `a request is encoded to these bytes`(golden: Golden<ProcdRequest>) throws {
    #expect(try encode(golden.message).bytes == golden.wire.bytes)
  }

  @Test(arguments: golden)
  func `these bytes are decoded to the request`(golden: Golden<ProcdRequest>) throws {
    let decoded = try ProcdRequest(
      decoding: golden.wire.requestTag, body: golden.wire.bytes.span.rawBytes)
    #expect(decoded == golden.message)
  }

  @Test(arguments: golden)
  func `a decoded request is encoded to the same bytes`(golden: Golden<ProcdRequest>) throws {
    try Codec(request: ProcdRequest.self, golden.wire).expectRoundTrip()
  }

  @Test(arguments: golden)
  func `every other length is refused`(golden: Golden<ProcdRequest>) {
    Codec(request: ProcdRequest.self, golden.wire).expectExactLength()
  }

  @Test(arguments: golden)
  func `another number of capabilities is refused`(golden: Golden<ProcdRequest>) {
    Codec(request: ProcdRequest.self, golden.wire).expectExactCapabilities()
  }

  @Test(arguments: golden)
  func `flags that never arrive are refused`(golden: Golden<ProcdRequest>) {
    Codec(request: ProcdRequest.self, golden.wire).expectFlagsRefused()
  }

  @Test(arguments: golden)
  func `a changed byte is refused or kept`(golden: Golden<ProcdRequest>) {
    Codec(request: ProcdRequest.self, golden.wire).expectCanonical()
  }

  @Test(arguments: golden)
  func `a small buffer is refused`(golden: Golden<ProcdRequest>) throws {
    try Codec(request: ProcdRequest.self, golden.wire).expectRoomNeeded()
  }

  @Test(arguments: golden)
  func `the other way of travelling is refused`(golden: Golden<ProcdRequest>) {
    expectWrongDelivery(ProcdRequest.self, golden.wire)
  }

  @Test func `every other label is an unknown operation`() {
    expectUnknownOperations(ProcdRequest.self)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) {
    expectRefused(ProcdRequest.self, bad)
  }

  @Test func `the table has every golden row`() { #expect(Self.golden.count == 17) }

  @Test func `a service that depends on itself is not encoded`() {
    #expect(throws: ProtocolError.invalidField(offset: 2)) {
      try encode(ProcdRequest.addDependency(role: .logd, on: .logd))
    }
  }

  @Test func `a capability for nobody is not encoded`() {
    #expect(throws: ProtocolError.invalidField(offset: 0)) {
      try encode(ProcdRequest.addCapability(role: .none, descriptor))
    }
  }

  @Test func `a badge on a frame is not encoded`() {
    var wrong = descriptor
    wrong.type = .frame
    wrong.rights = .read
    wrong.peer = .none
    #expect(throws: ProtocolError.invalidField(offset: 24)) {
      try encode(ProcdRequest.addCapability(role: .timed, wrong))
    }
  }

  @Test func `a peer of a frame is not encoded`() {
    var wrong = descriptor
    wrong.type = .frame
    wrong.rights = .read
    #expect(throws: ProtocolError.invalidField(offset: 20)) {
      try encode(ProcdRequest.addCapability(role: .timed, wrong))
    }
  }

  @Test func `a peer of a kernel endpoint is not encoded`() {
    var wrong = descriptor
    wrong.kind = .time
    #expect(throws: ProtocolError.invalidField(offset: 20)) {
      try encode(ProcdRequest.addCapability(role: .timed, wrong))
    }
  }

  @Test func `a badge without a peer is not encoded`() {
    var wrong = descriptor
    wrong.peer = .none
    #expect(throws: ProtocolError.invalidField(offset: 24)) {
      try encode(ProcdRequest.addCapability(role: .timed, wrong))
    }
  }

  @Test func `a capability without rights is not encoded`() {
    var wrong = descriptor
    wrong.rights = .none
    #expect(throws: ProtocolError.invalidField(offset: 16)) {
      try encode(ProcdRequest.addCapability(role: .timed, wrong))
    }
  }

  @Test func `rights that the type does not have are not encoded`() {
    var wrong = descriptor
    wrong.rights = .read
    #expect(throws: ProtocolError.invalidField(offset: 16)) {
      try encode(ProcdRequest.addCapability(role: .timed, wrong))
    }
  }

  @Test(arguments: [0, 1 << 20] as [UInt32])
  func `a slot that holds nothing is not encoded`(slot: UInt32) {
    var wrong = descriptor
    wrong.slot = CapSlot(rawValue: slot)
    #expect(throws: ProtocolError.invalidField(offset: 8)) {
      try encode(ProcdRequest.addCapability(role: .timed, wrong))
    }
  }

  @Test(arguments: [64, 1 << 20] as [UInt32])
  func `a CSpace of the fewest or the most slots is encoded`(slotCount: UInt32) throws {
    var launch = try launch()
    launch.slotCount = slotCount
    #expect(throws: Never.self) { try encode(ProcdRequest.spawnService(launch)) }
  }

  @Test func `a priority of 0 is not encoded`() throws {
    var wrong = try launch()
    wrong.priority = 0
    #expect(throws: ProtocolError.invalidField(offset: 2)) {
      try encode(ProcdRequest.spawnService(wrong))
    }
  }

  @Test func `a service without a system call is not encoded`() throws {
    var wrong = try launch()
    wrong.syscalls = .none
    #expect(throws: ProtocolError.invalidField(offset: 28)) {
      try encode(ProcdRequest.spawnService(wrong))
    }
  }

  @Test(arguments: [0, 32, 63, 65, 4095, (1 << 20) + 1, 1 << 21] as [UInt32])
  func `a CSpace of a wrong size is not encoded`(slotCount: UInt32) throws {
    var wrong = try launch()
    wrong.slotCount = slotCount
    #expect(throws: ProtocolError.invalidField(offset: 24)) {
      try encode(ProcdRequest.spawnService(wrong))
    }
  }

  @Test func `a budget of less than a page is not encoded`() throws {
    var wrong = try launch()
    wrong.budgetBytes = 4095
    #expect(throws: ProtocolError.invalidField(offset: 16)) {
      try encode(ProcdRequest.spawnService(wrong))
    }
  }

  @Test func `a service without a processor is not encoded`() throws {
    var wrong = try launch()
    wrong.affinity = 0
    #expect(throws: ProtocolError.invalidField(offset: 8)) {
      try encode(ProcdRequest.spawnService(wrong))
    }
  }
}
