// An interrupt of a device: from the instruction that it interrupts until its handler runs, in
// another process. The device is COM1, which returns what it sends to itself and says so when
// nothing has followed for a while: 16550 datasheet, loopback and receive timeout.

import CTestKit
import CapABI
import IPC
import Sys
import TestKit

private let serialLine: UInt32 = 4
/// CONFIGURE_INTERRUPT_LINE: open the line.
private let open: UInt32 = 4
/// Far more readings of the clock than the device waits.
private let patience = 10_000_000

/// Registers of COM1.
private enum Serial {
  static let data: UInt64 = 0
  static let interrupts: UInt64 = 1
  static let queue: UInt64 = 2
  static let line: UInt64 = 3
  static let modem: UInt64 = 4

  /// Writes a register.
  static func write(_ register: UInt64, _ value: UInt64) throws(Failure) {
    let write = ControlCall.writePort(0x3F8 + register, value)
    try expect(write.perform(on: RootSlot.com1.slot).code)
  }

  /// Loopback at 115200 baud, with a queue that is never as full as it is announced.
  static func begin() throws(Failure) {
    try write(line, 0x83)
    try write(data, 1)
    try write(interrupts, 0)
    try write(line, 0x03)
    try write(queue, 0xC7)
    try write(modem, 0x1B)
    try write(interrupts, 1)
  }

  /// What the kernel's log finds.
  static func end() throws(Failure) {
    try write(interrupts, 0)
    try write(queue, 0x06)
    try write(modem, 0x0B)
  }
}

/// Reads the clock until a handler has noted its own.
///
/// - Returns: The last time before the handler's; nil when none ran.
private func lastTime(before page: UInt64, _ old: UInt64) -> UInt64? {
  var last = erix_time_stamp()
  for _ in 0..<patience {
    let now = erix_time_stamp()
    let noted = Memory.load(page)
    if noted != old { return now < noted ? now : last }
    last = now
  }
  return nil
}

func interruptRows(_ report: inout Report, _ pair: UInt64) {
  report.check("interrupt") { (w: inout Workshop) throws(Failure) in
    let family = RootSlot.irq.slot
    let bell = try w.bell()
    let page = try stamping(&w, stamp, bell.notification)
    let configure = ControlCall.configureLine(serialLine, flags: open, notification: bell.ring)
    try expect(configure.perform(on: family).code)
    try Serial.begin()
    var samples = Samples(pair: pair)
    for _ in 0..<rounds {
      let old = Memory.load(page)
      try Serial.write(Serial.data, 0x55)
      guard let start = lastTime(before: page, old) else {
        throw Failure(line: #line, found: 0, expected: 1)
      }
      samples.take(from: start, to: Memory.load(page))
      let read = ControlCall.readPort(0x3F8 + Serial.data)
      try expect(read.perform(on: RootSlot.com1.slot).code)
      try expect(ControlCall.waitInterrupt.perform(on: family).code)
      try expect(ControlCall.acknowledge(line: UInt64(serialLine)).perform(on: family).code)
    }
    try Serial.end()
    try expect(ControlCall.configureLine(serialLine, flags: 0).perform(on: family).code)
    samples.write("interrupt", w.log)
  }
}
