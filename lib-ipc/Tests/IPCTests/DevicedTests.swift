// deviced's protocol: literal bytes in both directions, each error, each limit.

import Bytes
import CapABI
import IPC
import Testing

private let binding = DriverBinding(
  driver: .drvSerial, owner: .seriald, device: DeviceID(rawValue: 0x101), interface: .serial)
private let card = DeviceReport(
  location: DeviceLocation(bus: 2, device: 31, function: 7), id: DeviceID(rawValue: 0x201),
  vendor: 0x1AF4, product: 0x1042, classCode: 0x0100_0001, interruptLine: 11, interruptPin: 4)

struct DevicedRequestTests {
  static let seed = Wire(0x550, "8100 3100 01010000 0100 000000000000")
  static let capability = Wire(
    0x551, "8100 05 0000000000 08000000 0800 0600 01000000 0000 0000 0000000000000000")
  static let hal = Wire(0x553, "0100 000000000000")
  static let provider = Wire(0x554, capabilities: 1, "0100 000000000000")
  static let resolve = Wire(0x555, "0100 000000000000")
  static let device = Wire(
    0x556, "021F0700 01020000 F41A 4210 01000001 0B 04 0000 00000000")
  static let done = Wire(0x557, "07000000 00000000")
  static let hotplug = Wire(0x558, "021F0700 02 000000")
  static let readDriver = Wire(0x559, "8200 000000000000")
  static let readDevice = Wire(0x55A, "01000080 00000000")
  static let start = Wire(0x55B, "8100 000000000000")
  static let golden: [Golden<DevicedRequest>] = [
    Golden(.seedBinding(binding), seed),
    Golden(
      .seedCapability(
        driver: .drvSerial, register: 5,
        TransferDescriptor(
          slot: CapSlot(rawValue: 8), type: .endpoint, kind: .com1, rights: .send, peer: .none,
          badge: .none)), capability),
    Golden(.seal, Wire(0x552, "")),
    Golden(.registerHAL(.serial), hal),
    Golden(.registerProvider(.serial), provider),
    Golden(.resolveProvider(.serial), resolve),
    Golden(.reportDevice(card), device),
    Golden(
      .reportDevice(DeviceReport(location: .platform(1), id: .none)),
      Wire(0x556, "01000080 00000000 0000 0000 00000000 FF 00 0000 00000000")),
    Golden(.probeDone(deviceCount: 7), done),
    Golden(.reportHotplug(.removed, card.location), hotplug),
    Golden(.readDriver(cursor: RoleID(rawValue: 0x82)), readDriver),
    Golden(.readDriver(cursor: .none), Wire(0x559, "0000 000000000000")),
    Golden(.readDevice(cursor: 0x8000_0001), readDevice),
    Golden(.startDriver(.drvSerial), start),
    Golden(.stopDriver(.drvSerial), Wire(0x55C, "8100 000000000000")),
  ]
  static let badFields: [BadField] = [
    BadField(seed, at: 0, "0000"), BadField(seed, at: 2, "0000"), BadField(seed, at: 4, "00000000"),
    BadField(seed, at: 8, "0000"), BadField(seed, reserved: 10), BadField(seed, reserved: 15),
    BadField(capability, at: 0, "0000"), BadField(capability, at: 2, "06"),
    BadField(capability, reserved: 3), BadField(capability, at: 8, "00000000"),
    BadField(capability, at: 16, "00000000"), BadField(hal, at: 0, "0000"),
    BadField(hal, reserved: 2), BadField(provider, at: 0, "0000"), BadField(provider, reserved: 7),
    BadField(resolve, at: 0, "0000"), BadField(resolve, reserved: 2),
    BadField(device, at: 0, "00200000"), BadField(device, at: 0, "00000800"),
    BadField(device, at: 0, "00010080"), BadField(device, at: 17, "05"),
    BadField(device, reserved: 18), BadField(device, reserved: 23), BadField(done, reserved: 4),
    BadField(hotplug, at: 0, "00000001"), BadField(hotplug, at: 4, "00"),
    BadField(hotplug, at: 4, "03"), BadField(hotplug, reserved: 5),
    BadField(readDriver, reserved: 2), BadField(readDevice, reserved: 4),
    BadField(start, at: 0, "0000"), BadField(start, reserved: 7),
  ]

  @Test(arguments: golden)
  func `a request is encoded to these bytes`(golden: Golden<DevicedRequest>) throws {
    #expect(try encode(golden.message).bytes == golden.wire.bytes)
  }

  @Test(arguments: golden)
  func `these bytes are decoded to the request`(golden: Golden<DevicedRequest>) throws {
    let decoded = try DevicedRequest(
      decoding: golden.wire.requestTag, body: golden.wire.bytes.span.rawBytes)
    #expect(decoded == golden.message)
  }

  @Test(arguments: golden)
  func `a decoded request is encoded to the same bytes`(golden: Golden<DevicedRequest>) throws {
    try Codec(request: DevicedRequest.self, golden.wire).expectRoundTrip()
  }

  @Test(arguments: golden)
  func `every other length is refused`(golden: Golden<DevicedRequest>) {
    Codec(request: DevicedRequest.self, golden.wire).expectExactLength()
  }

  @Test(arguments: golden)
  func `another number of capabilities is refused`(golden: Golden<DevicedRequest>) {
    Codec(request: DevicedRequest.self, golden.wire).expectExactCapabilities()
  }

  @Test(arguments: golden)
  func `flags that never arrive are refused`(golden: Golden<DevicedRequest>) {
    Codec(request: DevicedRequest.self, golden.wire).expectFlagsRefused()
  }

  @Test(arguments: golden)
  func `a changed byte is refused or kept`(golden: Golden<DevicedRequest>) {
    Codec(request: DevicedRequest.self, golden.wire).expectCanonical()
  }

  @Test(arguments: golden)
  func `a small buffer is refused`(golden: Golden<DevicedRequest>) throws {
    try Codec(request: DevicedRequest.self, golden.wire).expectRoomNeeded()
  }

  @Test(arguments: golden)
  func `the other way of travelling is refused`(golden: Golden<DevicedRequest>) {
    expectWrongDelivery(DevicedRequest.self, golden.wire)
  }

  @Test func `every other label is an unknown operation`() {
    expectUnknownOperations(DevicedRequest.self)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) {
    expectRefused(DevicedRequest.self, bad)
  }

  @Test func `what a decoder refuses is not encoded`() {
    #expect(throws: ProtocolError.invalidField(offset: 4)) {
      try encode(
        DevicedRequest.seedBinding(
          DriverBinding(
            driver: .drvSerial, owner: .seriald, device: .none, interface: .serial)))
    }
    #expect(throws: ProtocolError.invalidField(offset: 0)) {
      try encode(DevicedRequest.registerHAL(DeviceInterface(rawValue: 0)))
    }
    var device = card
    device.interruptPin = 5
    #expect(throws: ProtocolError.invalidField(offset: 17)) {
      try encode(DevicedRequest.reportDevice(device))
    }
  }

  @Test func `badges say roles`() {
    #expect(DevicedFaces.client(.probed) == Badge(rawValue: 0x1_0023))
    #expect(DevicedFaces.provider(for: .seriald) == Badge(rawValue: 0x3_0031))
  }

  @Test func `a location says whether it is one of PCI`() {
    #expect(card.location.isPCI && card.location.rawValue == 0x0007_1F02)
    #expect(!DeviceLocation.platform(0).isPCI)
  }
}

struct DevicedReplyTests {
  static let driver = Wire(0x559, "8100 3100 01010000 0100 0F 00 00000080")
  static let device = Wire(
    0x55A, "021F0700 01020000 F41A 4210 01000001 0B 04 0000 8500 0000")
  static let resolve = Wire(0x555, capabilities: 1, "8100 000000000000")
  static let golden: [Golden<DevicedReply>] = [
    Golden(.seedBinding, Wire(0x550, "")),
    Golden(.seedCapability, Wire(0x551, "")),
    Golden(.seal(driverCount: 2), Wire(0x552, "02000000 00000000")),
    Golden(.registerHAL, Wire(0x553, "")),
    Golden(.registerProvider, Wire(0x554, "")),
    Golden(.resolveProvider(driver: .drvSerial), resolve),
    Golden(.reportDevice, Wire(0x556, "")),
    Golden(.probeDone, Wire(0x557, "")),
    Golden(.reportHotplug, Wire(0x558, "")),
    Golden(
      .readDriver(
        DriverRecord(
          binding: binding, flags: .hasDevice | .hasOwner | .isStarted | .isProvider,
          location: .platform(0))), driver),
    Golden(
      .readDriver(DriverRecord(binding: binding, flags: .isHeld, location: nil)),
      Wire(0x559, "8100 3100 01010000 0100 10 00 FFFFFFFF")),
    Golden(.readDevice(card, driver: .drvVirtioBlock), device),
    Golden(.startDriver, Wire(0x55B, "")),
    Golden(.stopDriver, Wire(0x55C, "")),
  ]
  static let badFields: [BadField] = [
    BadField(driver, at: 0, "0000"), BadField(driver, at: 10, "20"), BadField(driver, reserved: 11),
    BadField(driver, at: 12, "FFFFFFFF"), BadField(driver, at: 12, "00000090"),
    BadField(device, at: 0, "FFFFFFFF"), BadField(device, reserved: 22),
    BadField(resolve, at: 0, "0000"), BadField(resolve, reserved: 2),
    BadField(Wire(0x552, "02000000 00000000"), reserved: 7),
  ]

  @Test(arguments: golden)
  func `a reply is encoded to these bytes`(golden: Golden<DevicedReply>) throws {
    #expect(try encode(reply: golden.message).bytes == golden.wire.bytes)
  }

  @Test(arguments: golden)
  func `these bytes are decoded to the reply`(golden: Golden<DevicedReply>) throws {
    let decoded = try DevicedReply(
      decoding: golden.wire.replyTag, body: golden.wire.bytes.span.rawBytes,
      to: golden.message.operation)
    #expect(decoded == golden.message)
  }

  @Test(arguments: golden)
  func `a decoded reply is encoded to the same bytes`(golden: Golden<DevicedReply>) throws {
    try Codec(reply: DevicedReply.self, golden.wire).expectRoundTrip()
  }

  @Test(arguments: golden)
  func `every other length is refused`(golden: Golden<DevicedReply>) throws {
    try Codec(reply: DevicedReply.self, golden.wire).expectExactLength()
  }

  @Test(arguments: golden)
  func `another number of capabilities is refused`(golden: Golden<DevicedReply>) throws {
    try Codec(reply: DevicedReply.self, golden.wire).expectExactCapabilities()
  }

  @Test(arguments: golden)
  func `flags that never arrive are refused`(golden: Golden<DevicedReply>) throws {
    try Codec(reply: DevicedReply.self, golden.wire).expectFlagsRefused()
  }

  @Test(arguments: golden)
  func `a changed byte is refused or kept`(golden: Golden<DevicedReply>) throws {
    try Codec(reply: DevicedReply.self, golden.wire).expectCanonical()
  }

  @Test(arguments: golden)
  func `a small buffer is refused`(golden: Golden<DevicedReply>) throws {
    try Codec(reply: DevicedReply.self, golden.wire).expectRoomNeeded()
  }

  @Test(arguments: golden)
  func `a refusal carries only its code`(golden: Golden<DevicedReply>) throws {
    try expectRefusals(DevicedReply.self, golden.wire)
  }

  @Test(arguments: badFields)
  func `a bad field is refused with its offset`(bad: BadField) throws {
    try expectRefused(reply: DevicedReply.self, bad)
  }

  @Test func `a device without a place is not encoded`() {
    let record = DriverRecord(binding: binding, flags: .hasDevice, location: nil)
    #expect(throws: ProtocolError.invalidField(offset: 12)) {
      try encode(reply: DevicedReply.readDriver(record))
    }
  }
}
