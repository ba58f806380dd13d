// A device's interrupt from the line to a waiting thread, and registers of a PCI device in memory.

import CapABI
import IPC
import Sys
import TestKit

private let serialLine: UInt32 = 4
private let open: UInt32 = 4

/// A byte into a register of COM1.
private func serial(_ register: UInt64, _ value: UInt64) -> ResultCode {
  ControlCall.writePort(0x3F8 + register, value).perform(on: RootSlot.com1.slot).code
}

func deviceInterruptSuite(_ report: inout Report) {
  report.begin("interrupt")
  report.check("a device's interrupt reaches its notification once") {
    (w: inout Workshop) throws(Failure) in
    let family = RootSlot.irq.slot
    let bell = try w.bell()
    let configure = ControlCall.configureLine(serialLine, flags: open, notification: bell.ring)
    try expect(configure.perform(on: family).code)
    // Interrupts of the port leave the chip, and one comes as soon as its transmitter is empty.
    try expect(serial(4, 0x0B))
    try expect(serial(1, 2))
    w.buffer.setDeadline(now() + 20_000_000_000)
    let signal = SystemCall.receive(bell.notification, MessageTag(label: 0, flags: .deadline))
    try expect(serial(1, 0))
    try expect(signal.status)
    try expect(signal.words.word0, equals: 1)
    let wait = ControlCall.waitInterrupt.perform(on: family)
    try expect(wait.code)
    try expect(wait.words.word0, equals: UInt64(serialLine))
    try expect(ControlCall.waitInterrupt.perform(on: family).code, .retry)
    try expect(ControlCall.acknowledge(line: UInt64(serialLine)).perform(on: family).code)
    try expect(
      ControlCall.acknowledge(line: UInt64(serialLine)).perform(on: family).code, .wrongState)
    try expect(ControlCall.configureLine(serialLine, flags: 0).perform(on: family).code)
  }
  barSuite(&report)
}

/// The first function on bus 0 with a vendor, from a device number on; nil without one.
private func function(from device: UInt64, vendor: UInt64) -> UInt64? {
  for number in device..<32 {
    let read = ControlCall.readPCI(number << 8, offset: 0).perform(on: RootSlot.pciConfig.slot)
    if read.words.word0 & 0xFFFF == vendor { return number << 8 }
  }
  return nil
}

private func barSuite(_ report: inout Report) {
  report.check("a device frame of a base address register is mapped and read") {
    (w: inout Workshop) throws(Failure) in
    let virtio: UInt64 = 0x1AF4
    guard let function = function(from: 0, vendor: virtio) else {
      throw Failure(line: 1, found: 0, expected: 1)
    }
    var made = ResultCode.notFound
    let slot = w.slot()
    var order: UInt64 = 0
    for register in 0..<6 as Range<UInt64> where made != .ok {
      let derive = ControlCall.deriveBAR(into: slot, function: function, register: register)
        .perform(on: RootSlot.deviceFrame.slot)
      made = derive.code
      order = derive.words.word0
    }
    try expect(made)
    let found = try w.describe(slot)
    try expect(found.badge, equals: UInt64(CapabilityType.deviceFrame.rawValue))
    let address = try w.map(slot, order: order)
    _ = Memory.load(address)
    // What lies below the device capability does not go with the case's memory.
    let unmap = ControlCall.unmap(address, from: RootSlot.vspace.slot, into: slot)
    try expect(unmap.perform(on: RootSlot.vspaceControl.slot).code)
  }
  barSuiteSecond(&report)
}

private func barSuiteSecond(_ report: inout Report) {
  report.check("a device frame is never executable") { (w: inout Workshop) throws(Failure) in
    guard let function = function(from: 0, vendor: 0x1AF4) else { return }
    let slot = w.slot()
    for register in 0..<6 as Range<UInt64> {
      _ = ControlCall.deriveBAR(into: slot, function: function, register: register)
        .perform(on: RootSlot.deviceFrame.slot)
    }
    let map = ControlCall.map(
      slot, into: RootSlot.vspace.slot, at: w.address(order: 4), rights: .read | .execute)
    try expect(map.perform(on: RootSlot.vspaceControl.slot).code, .invalidArgument)
  }
}
