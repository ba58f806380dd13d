// What each family of kernel endpoints offers, and the operations of the smaller ones.

import CapABI
import IPC
import Sys
import TestKit

func familySuite(_ report: inout Report) {
  report.begin("family")
  surfaceSuite(&report)
  queryCapSuite(&report)
  report.begin("device")
  clockSuite(&report)
  portSuite(&report)
  pciSuite(&report)
  interruptSuite(&report)
  screenSuite(&report)
  acpiSuite(&report)
  powerSuite(&report)
  deviceMemorySuite(&report)
  recordSuite(&report)
}

/// The root slots that hold families, by their order.
private func family(_ index: UInt16) -> RootSlot? {
  RootSlot(rawValue: 2128 + UInt32(index) * 16)
}

private func surfaceSuite(_ report: inout Report) {
  report.check("no family offers another's operation") { (w: inout Workshop) throws(Failure) in
    for index in 0..<23 as Range<UInt16> {
      guard let slot = family(index), let kind = slot.family else { continue }
      for number in 1..<160 as Range<UInt16> {
        guard let operation = ControlOperation(rawValue: number), !operation.isReserved,
          !kind.accepts(operation)
        else { continue }
        let answer = ControlCall(operation).perform(on: slot.slot)
        try expect(answer.code, .unsupported, line: UInt(number) * 100 + UInt(index))
      }
    }
  }
  report.check("no family knows other numbers") { (w: inout Workshop) throws(Failure) in
    for index in 0..<23 as Range<UInt16> {
      guard let slot = family(index) else { continue }
      let values: InlineArray<5, UInt16> = [0, 29, 63, 146, 0xFFFF]
      for index in 0..<5 {
        let number = values[index]
        let answer = SystemCall.call(slot.slot, MessageTag(label: number, length: 32))
        try expect(answer.code, .unsupported)
      }
    }
  }
  surfaceSuiteSecond(&report)
}

private func surfaceSuiteSecond(_ report: inout Report) {
  report.check("reserved operations are denied everywhere") {
    (w: inout Workshop) throws(Failure) in
    for index in 0..<23 as Range<UInt16> {
      guard let slot = family(index) else { continue }
      try expect(ControlCall(.createProcess).perform(on: slot.slot).code, .denied)
      try expect(ControlCall(.capCopy).perform(on: slot.slot).code, .denied)
    }
  }
  report.check("a copy of a family's endpoint has its surface") {
    (w: inout Workshop) throws(Failure) in
    let copy = try w.copy(RootSlot.time.slot)
    try expect(ControlCall.readClock.perform(on: copy).code)
    try expect(ControlCall.createNotification(into: w.slot()).perform(on: copy).code, .unsupported)
  }
  report.check("capabilities for an endpoint of the kernel") {
    (w: inout Workshop) throws(Failure) in
    w.buffer.setTransfer(
      0, TransferEntry(slot: try w.endpoint(), mode: .copy, rights: .send))
    let tag = MessageTag(
      label: ControlOperation.readMonotonicClock.rawValue, length: 32, capabilityCount: 1)
    let answer = SystemCall.call(RootSlot.time.slot, tag)
    try expect(answer.status == .invalidArgument || answer.status == .missingRight)
  }
  surfaceSuiteThird(&report)
}

private func surfaceSuiteThird(_ report: inout Report) {
  report.check("the root endpoint is not handed out") { (w: inout Workshop) throws(Failure) in
    let found = try w.describe(RootSlot.rootEndpoint.slot)
    let kind = found.words.word2
    try expect(found.badge == 0 || kind == UInt64(EndpointKind.testRoot.rawValue))
  }
}

private func queryCapSuite(_ report: inout Report) {
  report.check("every family answers QUERY_CAP") { (w: inout Workshop) throws(Failure) in
    for index in 0..<23 as Range<UInt16> {
      guard let slot = family(index), let kind = slot.family else { continue }
      let answer = ControlCall.queryCap(slot.slot, includingFamily: true).perform(on: slot.slot)
      try expect(answer.code)
      try expect(answer.words.word0, equals: UInt64(CapabilityType.endpoint.rawValue))
      try expect(
        answer.words.word1,
        equals: UInt64(Rights.send.rawValue) | UInt64(kind.rawValue) << 32)
    }
  }
  report.check("QUERY_CAP without its flag tells no family") {
    (w: inout Workshop) throws(Failure) in
    let answer = ControlCall.queryCap(RootSlot.log.slot).perform(on: RootSlot.log.slot)
    try expect(answer.words.word1, equals: UInt64(Rights.send.rawValue))
  }
  report.check("QUERY_CAP tells the pages of memory") { (w: inout Workshop) throws(Failure) in
    let frame = try w.frame(order: 3)
    let answer = ControlCall.queryCap(frame).perform(on: RootSlot.memory.slot)
    try expect(answer.code)
    try expect(answer.words.word0, equals: UInt64(CapabilityType.frame.rawValue))
    try expect(answer.words.word2, equals: 8)
  }
  report.check("QUERY_CAP of an empty slot") { (w: inout Workshop) throws(Failure) in
    let answer = ControlCall.queryCap(w.slot()).perform(on: RootSlot.log.slot)
    try expect(answer.code)
    try expect(answer.words.word0, equals: 0)
  }
  queryCapSuiteSecond(&report)
}

private func queryCapSuiteSecond(_ report: inout Report) {
  report.check("QUERY_CAP with another flag or out of range") {
    (w: inout Workshop) throws(Failure) in
    var call = ControlCall.queryCap(RootSlot.log.slot)
    call.words.word0 |= 2 << 32
    try expect(call.perform(on: RootSlot.log.slot).code, .invalidArgument)
    try expect(
      ControlCall.queryCap(beyond).perform(on: RootSlot.log.slot).code, .slotOutOfRange)
    try expect(ControlCall.queryCap(.null).perform(on: RootSlot.log.slot).code, .slotOutOfRange)
  }
}

private func clockSuite(_ report: inout Report) {
  report.check("the clock never runs backwards and has 1000 ticks a second") {
    (w: inout Workshop) throws(Failure) in
    var last: UInt64 = 0
    for _ in 0..<1000 {
      let answer = ControlCall.readClock.perform(on: RootSlot.time.slot)
      try expect(answer.words.word1 >= last)
      try expect(answer.words.word0, equals: answer.words.word1 / 1_000_000)
      last = answer.words.word1
    }
    try expect(ControlCall.readClock.perform(on: RootSlot.irq.slot).code)
  }
  report.unusedWord(
    "read clock", on: .time, { (w: inout Workshop) throws(Failure) in .readClock })
  report.check("no hot-plug event waits") { (w: inout Workshop) throws(Failure) in
    try expect(ControlCall(.waitHotplugEvent).perform(on: RootSlot.hotplug.slot).code, .retry)
  }
  report.unusedWord(
    "wait hot-plug", on: .hotplug,
    { (w: inout Workshop) throws(Failure) in ControlCall(.waitHotplugEvent) })
}

private func portSuite(_ report: inout Report) {
  report.check("COM1's line status can be read") { (w: inout Workshop) throws(Failure) in
    try expect(ControlCall.readPort(0x3FD).perform(on: RootSlot.com1.slot).code)
  }
  report.check("COM1's scratch register holds what is written") {
    (w: inout Workshop) throws(Failure) in
    try expect(ControlCall.writePort(0x3FF, 0x5A).perform(on: RootSlot.com1.slot).code)
    let read = ControlCall.readPort(0x3FF).perform(on: RootSlot.com1.slot)
    try expect(read.words.word0, equals: 0x5A)
  }
  report.check("ports outside COM1 are denied") { (w: inout Workshop) throws(Failure) in
    let values: InlineArray<6, UInt64> = [0, 0x60, 0x3F7, 0x400, 0xE9, 0xCF8]
    for index in 0..<6 {
      let port = values[index]
      try expect(ControlCall.readPort(port).perform(on: RootSlot.com1.slot).code, .denied)
      try expect(ControlCall.writePort(port, 0).perform(on: RootSlot.com1.slot).code, .denied)
    }
  }
  portSuiteSecond(&report)
}

private func portSuiteSecond(_ report: inout Report) {
  report.check("ports outside the keyboard controller are denied") {
    (w: inout Workshop) throws(Failure) in
    let values: InlineArray<5, UInt64> = [0x5F, 0x61, 0x63, 0x65, 0x3F8]
    for index in 0..<5 {
      let port = values[index]
      try expect(ControlCall.readPort(port).perform(on: RootSlot.i8042.slot).code, .denied)
      try expect(ControlCall.writePort(port, 0).perform(on: RootSlot.i8042.slot).code, .denied)
    }
    try expect(ControlCall.readPort(0x64).perform(on: RootSlot.i8042.slot).code)
  }
  report.check("a port or byte that is none") { (w: inout Workshop) throws(Failure) in
    let family = RootSlot.com1.slot
    try expect(ControlCall.readPort(0x1_03F8).perform(on: family).code, .invalidArgument)
    try expect(ControlCall.writePort(0x3FF, 256).perform(on: family).code, .invalidArgument)
  }
}

private func pciSuite(_ report: inout Report) {
  report.check("platform bits are those of the handoff") { (w: inout Workshop) throws(Failure) in
    let answer = ControlCall(.readPlatformCaps).perform(on: RootSlot.pciConfig.slot)
    try expect(answer.words.word0, equals: w.facts.platform.rawValue)
  }
  report.check("the host bridge has a vendor") { (w: inout Workshop) throws(Failure) in
    let answer = ControlCall.readPCI(0, offset: 0).perform(on: RootSlot.pciConfig.slot)
    try expect(answer.code)
    try expect(answer.words.word0 & 0xFFFF != 0xFFFF)
  }
  report.check("no device reads as ones") { (w: inout Workshop) throws(Failure) in
    let answer = ControlCall.readPCI(0x1E_FE, offset: 0).perform(on: RootSlot.pciConfig.slot)
    try expect(answer.words.word0, equals: 0xFFFF_FFFF)
  }
  report.check("an address or offset that is none") { (w: inout Workshop) throws(Failure) in
    let family = RootSlot.pciConfig.slot
    try expect(ControlCall.readPCI(32 << 8, offset: 0).perform(on: family).code, .invalidArgument)
    try expect(ControlCall.readPCI(8 << 16, offset: 0).perform(on: family).code, .invalidArgument)
    try expect(ControlCall.readPCI(1 << 24, offset: 0).perform(on: family).code, .invalidArgument)
    try expect(ControlCall.readPCI(0, offset: 2).perform(on: family).code, .invalidArgument)
    try expect(ControlCall.readPCI(0, offset: 256).perform(on: family).code, .invalidArgument)
  }
}

private func interruptSuite(_ report: inout Report) {
  report.check("no interrupt waits on a masked line") { (w: inout Workshop) throws(Failure) in
    try expect(ControlCall.configureLine(5, flags: 0).perform(on: RootSlot.irq.slot).code)
    try expect(ControlCall.waitInterrupt.perform(on: RootSlot.irq.slot).code, .retry)
  }
  report.check("acknowledging what did not fire") { (w: inout Workshop) throws(Failure) in
    try expect(ControlCall.acknowledge(line: 5).perform(on: RootSlot.irq.slot).code, .wrongState)
  }
  report.check("a line that does not exist") { (w: inout Workshop) throws(Failure) in
    let family = RootSlot.irq.slot
    try expect(ControlCall.configureLine(4096, flags: 0).perform(on: family).code, .invalidArgument)
    try expect(ControlCall.acknowledge(line: 4096).perform(on: family).code, .invalidArgument)
    try expect(ControlCall.acknowledge(line: .max).perform(on: family).code, .invalidArgument)
  }
  report.check("a line with other flags") { (w: inout Workshop) throws(Failure) in
    try expect(
      ControlCall.configureLine(5, flags: 8).perform(on: RootSlot.irq.slot).code, .invalidArgument)
  }
  interruptSuiteSecond(&report)
}

private func interruptSuiteSecond(_ report: inout Report) {
  let open: UInt32 = 4
  report.check("a line with a notification that is none") { (w: inout Workshop) throws(Failure) in
    func configure(_ slot: CapSlot, _ flags: UInt32) -> ResultCode {
      ControlCall.configureLine(5, flags: flags, notification: slot)
        .perform(on: RootSlot.irq.slot).code
    }
    let bell = try w.bell()
    try expect(configure(try w.endpoint(), open), .wrongType)
    try expect(configure(w.slot(), open), .emptySlot)
    try expect(configure(beyond, open), .slotOutOfRange)
    try expect(configure(bell.notification, open), .invalidArgument)
    try expect(configure(bell.ring, 0), .invalidArgument)
    try expect(configure(try w.copy(bell.notification, rights: .receive), open), .missingRight)
  }
}

private func screenSuite(_ report: inout Report) {
  report.check("the framebuffer is there exactly if the platform has one") {
    (w: inout Workshop) throws(Failure) in
    let answer = ControlCall(.queryFramebuffer).perform(on: RootSlot.console.slot)
    let has = w.facts.platform.contains(.framebuffer)
    try expect(answer.code, has ? .ok : .notFound)
    if has { try expect(answer.words.word2 > 0) }
  }
  report.check("an image without font") { (w: inout Workshop) throws(Failure) in
    try expect(ControlCall(.queryFont).perform(on: RootSlot.console.slot).code, .notFound)
    let map = ControlCall.mapFont(at: w.address())
    try expect(map.perform(on: RootSlot.console.slot).code, .notFound)
  }
  report.check("mapping the framebuffer where it cannot be") {
    (w: inout Workshop) throws(Failure) in
    let has = w.facts.platform.contains(.framebuffer)
    let values: InlineArray<4, UInt64> = [0, 8, 1 << 44, .max]
    for index in 0..<4 {
      let address = values[index]
      let map = ControlCall.mapFramebuffer(at: address)
      let code = map.perform(on: RootSlot.console.slot).code
      try expect(code, has ? .invalidArgument : .notFound)
    }
  }
}

private func acpiSuite(_ report: inout Report) {
  report.check("the root pointer can be read and says so") { (w: inout Workshop) throws(Failure) in
    let pointer = ControlCall(.getACPIRSDP).perform(on: RootSlot.acpi.slot)
    try expect(pointer.code)
    let read = ControlCall.readACPI(pointer.words.word0, count: 1).perform(on: RootSlot.acpi.slot)
    try expect(read.code)
    // "RSD PTR " (ACPI 6.5, section 5.2.5.3).
    try expect(read.words.word0, equals: 0x2052_5450_2044_5352)
  }
  report.check("other memory is denied") { (w: inout Workshop) throws(Failure) in
    let values: InlineArray<4, UInt64> = [0, 4096, 1 << 20, 1 << 51]
    for index in 0..<4 {
      let address = values[index]
      try expect(
        ControlCall.readACPI(address, count: 1).perform(on: RootSlot.acpi.slot).code, .denied)
    }
    let pointer = ControlCall(.getACPIRSDP).perform(on: RootSlot.acpi.slot).words.word0
    try expect(
      ControlCall.readACPI(pointer, count: 128).perform(on: RootSlot.acpi.slot).code, .denied)
  }
  report.check("a number of words that is none") { (w: inout Workshop) throws(Failure) in
    let values: InlineArray<3, UInt64> = [0, 129, .max]
    for index in 0..<3 {
      let count = values[index]
      try expect(
        ControlCall.readACPI(4096, count: count).perform(on: RootSlot.acpi.slot).code,
        .invalidArgument)
    }
  }
}

private func powerSuite(_ report: inout Report) {
  report.unusedWord(
    "power off", on: .power, { (w: inout Workshop) throws(Failure) in ControlCall(.powerOff) })
  report.unusedWord(
    "power reset", on: .power, { (w: inout Workshop) throws(Failure) in ControlCall(.powerReset) })
}

private func deviceMemorySuite(_ report: inout Report) {
  report.check("a device untyped gives device frames only") {
    (w: inout Workshop) throws(Failure) in
    guard w.facts.deviceUntyped != .null else { return }
    let slot = w.slot()
    let retype = ControlCall.retype(
      w.facts.deviceUntyped, order: 0, into: slot, physical: w.facts.deviceBase)
    try expect(retype.perform(on: RootSlot.memory.slot).code)
    let found = try w.describe(slot)
    try expect(found.badge, equals: UInt64(CapabilityType.deviceFrame.rawValue))
    let map = ControlCall.map(
      slot, into: RootSlot.vspace.slot, at: w.address(), rights: .read | .execute)
    try expect(map.perform(on: RootSlot.vspaceControl.slot).code, .invalidArgument)
  }
  report.check("a device frame outside its untyped") { (w: inout Workshop) throws(Failure) in
    guard w.facts.deviceUntyped != .null else { return }
    let end = w.facts.deviceBase + 1 << UInt64(w.facts.deviceBits)
    let values: InlineArray<3, UInt64> = [w.facts.deviceBase + 8, end, w.facts.deviceBase &- 4096]
    for index in 0..<3 {
      let address = values[index]
      let retype = ControlCall.retype(
        w.facts.deviceUntyped, order: 0, into: w.slot(), physical: address)
      try expect(retype.perform(on: RootSlot.memory.slot).code, .invalidArgument)
    }
  }
  deviceMemorySuiteSecond(&report)
}

private func deviceMemorySuiteSecond(_ report: inout Report) {
  report.check("a base address register that is none") { (w: inout Workshop) throws(Failure) in
    let family = RootSlot.deviceFrame.slot
    try expect(
      ControlCall.deriveBAR(into: w.slot(), function: 0, register: 6).perform(on: family).code,
      .invalidArgument)
    try expect(
      ControlCall.deriveBAR(into: w.slot(), function: 32 << 8, register: 0).perform(on: family)
        .code, .invalidArgument)
    try expect(
      ControlCall.deriveBAR(into: w.slot(), function: 0x1E_FE, register: 0).perform(on: family)
        .code, .notFound)
  }
  report.destinationRefusals(
    "derive BAR frame", on: .deviceFrame,
    { (w: inout Workshop, slot: CapSlot) throws(Failure) in
      .deriveBAR(into: slot, function: 0, register: 0)
    })
}
