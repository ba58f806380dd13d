// The kernel's log: lines from programs and markers, read behind a cursor.

import CapABI
import KernelCore
import Testing

struct LogTests {
  private func booted() throws -> World {
    let world = try World()
    let isPrepared = world.state.prepare(Platform())
    #expect(isPrepared)
    return world
  }

  /// Eight characters as a word.
  private func word(_ text: String) -> UInt64 {
    text.utf8.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  @Test func `a line is logged, shown and ended`() throws {
    let devices = SimulatedDevices()
    try SimulatedMachine.$devices.withValue(devices) {
      let world = try booted()
      try world.call(.logString, through: .log, word("hello"), length: 5)
      try world.call(.logString, through: .console, word("done\n"), length: 5)
      #expect(world.logText == "hello\ndone\n")
      #expect(String(decoding: devices.emitted, as: UTF8.self) == "hello\ndone\n")
    }
  }

  @Test func `characters that steer a terminal are replaced`() throws {
    let world = try booted()
    try world.call(.logString, word("a\u{1B}[\u{7F}\t\r"), length: 6)
    #expect(world.logText == "a?[?\t?\n")
  }

  @Test func `a line needs text, and more than 32 bytes a buffer`() throws {
    let world = try booted()
    #expect(throws: SyscallError.invalidArgument) { try world.call(.logString, length: 0) }
    #expect(throws: SyscallError.noBuffer) { try world.call(.logString, length: 33) }
    #expect(throws: SyscallError.tooLarge) { try world.call(.logString, length: 1025) }
    #expect(world.logText == "")
  }

  @Test func `the log is read behind a cursor`() throws {
    let world = try booted()
    try world.call(.logString, word("one"), length: 3)
    let first = try world.call(.readKernelLog, through: .kernelLog, 0, 24)
    #expect(first.word0 == 0 && first.length == 12)
    #expect(first.word1 == word("one\n"))
    let rest = try world.call(.readKernelLog, 4, 24)
    #expect(rest.word0 == 4 && rest.length == 8)
    #expect(throws: SyscallError.invalidArgument) { try world.call(.readKernelLog, 5, 24) }
    #expect(throws: SyscallError.invalidArgument) { try world.call(.readKernelLog, 0, 0) }
    #expect(throws: SyscallError.invalidArgument) { try world.call(.readKernelLog, 0, 1017) }
  }

  @Test func `a reader that was too slow learns where the log begins`() throws {
    let world = try booted()
    let lines = KernelLog.capacity / 8 + 3
    for _ in 0..<lines { try world.call(.logString, word("1234567"), length: 7) }
    #expect(world.state.log.start == 24)
    let reply = try world.call(.readKernelLog, 0, 8)
    #expect(reply.word0 == 24 && reply.word1 == word("1234567\n"))
  }

  @Test func `the serial port is written while the kernel owns it`() throws {
    let devices = SimulatedDevices()
    devices.ports[0x3FD] = 0x20
    try SimulatedMachine.$devices.withValue(devices) {
      let world = try booted()
      #expect(throws: SyscallError.denied) {
        try world.call(.writeLegacySerial, through: .log, word("abc"), length: 3)
      }
      world.state.platform.ownsSerial = true
      #expect(try world.call(.writeLegacySerial, word("abc"), length: 3).word0 == 3)
      #expect(devices.writes.map(\.value) == [0x61, 0x62, 0x63])
      #expect(try world.call(.writeLegacySerial, length: 32).word0 == 16)
      devices.ports[0x3FD] = 0
      #expect(throws: SyscallError.retry) { try world.call(.writeLegacySerial, length: 1) }
      #expect(throws: SyscallError.invalidArgument) {
        try world.call(.writeLegacySerial, length: 0)
      }
    }
  }

  @Test func `a log without memory forgets`() throws {
    let world = try World()
    try world.call(.logString, word("x"), length: 1)
    #expect(world.logText == "")
  }
}
