// The kernel's fault messages: literal bytes in both directions, each error, each limit.

import Bytes
import CapABI
import IPC
import Testing

private let page = FaultMessage(
  kind: .page, address: 0x40_2008, instructionPointer: 0x40_1000, stackPointer: 0x7000,
  errorCode: 6, threadID: 9)
private let pageBytes = hex(
  "0820400000000000 0010400000000000 0070000000000000 06000000 09000000")
private let pageTag = MessageTag(label: 8, length: 32, flags: .fromKernel)

private let trap = FaultReport(
  fault: FaultMessage(
    kind: .invalidInstruction, address: 0, instructionPointer: 0x40_1000, stackPointer: 0x7000,
    errorCode: 0, threadID: 9), registers: countingRegisters())
private let trapBytes =
  hex("0000000000000000 0010400000000000 0070000000000000 00000000 09000000")
  + hex(countingBytes)
private let trapTag = MessageTag(label: 4, length: 168, flags: .fromKernel)

private func encode(_ fault: FaultMessage, room: Int = 32) throws(ProtocolError) -> Encoded {
  var buffer = [UInt8](repeating: 0xAA, count: room)
  var span = buffer.mutableSpan
  var raw = span.mutableRawBytes
  return Encoded(tag: try fault.encode(into: &raw), bytes: buffer)
}

private func encode(_ report: FaultReport, room: Int = 168) throws(ProtocolError) -> Encoded {
  var buffer = [UInt8](repeating: 0xAA, count: room)
  var span = buffer.mutableSpan
  var raw = span.mutableRawBytes
  return Encoded(tag: try report.encode(into: &raw), bytes: buffer)
}

private func decode(_ tag: MessageTag, _ bytes: [UInt8]) throws(ProtocolError) -> FaultMessage {
  try FaultMessage(decoding: tag, body: bytes.span.rawBytes)
}

private func report(_ tag: MessageTag, _ bytes: [UInt8]) throws(ProtocolError) -> FaultReport {
  try FaultReport(decoding: tag, body: bytes.span.rawBytes)
}

/// A page fault's body with these error-code bits.
private func pageBytes(bits: UInt32) -> [UInt8] {
  var bytes = pageBytes
  for index in 0..<4 {
    bytes[24 + index] = UInt8(truncatingIfNeeded: bits >> UInt32(index * 8))
  }
  return bytes
}

struct FaultMessageTests {
  @Test func `a page fault has these bytes in both directions`() throws {
    #expect(try encode(page) == Encoded(tag: pageTag, bytes: pageBytes))
    #expect(try decode(pageTag, pageBytes) == page)
  }

  @Test func `the access of a page fault is its error code`() {
    #expect(page.access == [PageFaultBits.write, .user].reduce(.none, |))
    #expect(trap.fault.access == nil)
  }

  @Test func `the page-fault bits are those of the processor`() {
    let bits: [PageFaultBits] = [.present, .write, .user, .fetch]
    #expect(bits.map(\.rawValue) == [1, 2, 4, 16])
    #expect(bits.reduce(.none, |) == .all)
  }

  @Test func `every kind has its published number`() {
    let kinds: [FaultKind] = [
      .divide, .debug, .breakpoint, .invalidInstruction, .noFPUMemory, .segment, .protection,
      .page, .x87, .alignment, .simd, .forbiddenSyscall,
    ]
    #expect(kinds.map(\.rawValue) == Array(1...12))
    #expect(FaultKind(rawValue: 0) == nil)
    #expect(FaultKind(rawValue: 13) == nil)
  }

  @Test(arguments: [0, 1, 4, 7, 9, 12, 13, 0x430] as [UInt16])
  func `a pager is told of page faults only`(label: UInt16) {
    #expect(throws: ProtocolError.unknownOperation(label)) {
      try decode(MessageTag(label: label, length: 32, flags: .fromKernel), pageBytes)
    }
  }

  @Test func `another fault is not encoded for a pager`() {
    #expect(throws: ProtocolError.unknownOperation(4)) { try encode(trap.fault) }
  }

  @Test(arguments: [MessageFlags.none, .oneWay, .fromKernel | .oneWay, .notified])
  func `a message that is not the kernel's is refused`(flags: MessageFlags) {
    #expect(throws: ProtocolError.unexpectedFlags(flags.rawValue)) {
      try decode(MessageTag(label: 8, length: 32, flags: flags), pageBytes)
    }
  }

  @Test func `every other length is refused`() {
    let bytes = pageBytes + [UInt8](repeating: 0, count: 140)
    for length in 0...172 where length != 32 {
      let tag = MessageTag(label: 8, length: UInt16(length), flags: .fromKernel)
      #expect(throws: ProtocolError.wrongLength(found: length, minimum: 32, maximum: 32)) {
        try decode(tag, Array(bytes.prefix(length)))
      }
    }
  }

  @Test func `a tag that disagrees with the body is refused`() {
    #expect(throws: ProtocolError.wrongLength(found: 31, minimum: 32, maximum: 32)) {
      try decode(pageTag, Array(pageBytes.prefix(31)))
    }
  }

  @Test func `capabilities are refused`() {
    let tag = MessageTag(label: 8, length: 32, capabilityCount: 1, flags: .fromKernel)
    #expect(throws: ProtocolError.wrongCapabilityCount(found: 1, expected: 0)) {
      try decode(tag, pageBytes)
    }
  }

  @Test(arguments: [8, 0x20, 0x40, 0x8000_0000] as [UInt32])
  func `reserved bits of a page fault are refused in both directions`(bits: UInt32) {
    var fault = page
    fault.errorCode = bits
    #expect(throws: ProtocolError.invalidField(offset: 24)) { try encode(fault) }
    #expect(throws: ProtocolError.invalidField(offset: 24)) {
      try decode(pageTag, pageBytes(bits: bits))
    }
  }

  @Test func `a small buffer is refused`() {
    for room in 0..<32 {
      #expect(throws: ProtocolError.self) { try encode(page, room: room) }
    }
  }
}

struct FaultReportTests {
  @Test func `a trap has these bytes in both directions`() throws {
    #expect(try encode(trap) == Encoded(tag: trapTag, bytes: trapBytes))
    #expect(try report(trapTag, trapBytes) == trap)
  }

  @Test func `a page fault that no pager resolved has registers`() throws {
    let unresolved = FaultReport(fault: page, registers: countingRegisters())
    let encoded = try encode(unresolved)
    #expect(encoded.bytes == pageBytes + hex(countingBytes))
    #expect(try report(encoded.tag, encoded.bytes) == unresolved)
  }

  @Test(arguments: [0, 13, 0x430] as [UInt16])
  func `an unknown kind is refused`(label: UInt16) {
    #expect(throws: ProtocolError.unknownOperation(label)) {
      try report(MessageTag(label: label, length: 168, flags: .fromKernel), trapBytes)
    }
  }

  @Test(arguments: [MessageFlags.none, .oneWay, .fromKernel | .oneWay, .notified])
  func `a message that is not the kernel's is refused`(flags: MessageFlags) {
    #expect(throws: ProtocolError.unexpectedFlags(flags.rawValue)) {
      try report(MessageTag(label: 4, length: 168, flags: flags), trapBytes)
    }
  }

  @Test func `every other length is refused`() {
    let bytes = trapBytes + [0]
    for length in 0...169 where length != 168 {
      let tag = MessageTag(label: 4, length: UInt16(length), flags: .fromKernel)
      #expect(throws: ProtocolError.wrongLength(found: length, minimum: 168, maximum: 168)) {
        try report(tag, Array(bytes.prefix(length)))
      }
    }
  }

  @Test func `capabilities are refused`() {
    let tag = MessageTag(label: 4, length: 168, capabilityCount: 1, flags: .fromKernel)
    #expect(throws: ProtocolError.wrongCapabilityCount(found: 1, expected: 0)) {
      try report(tag, trapBytes)
    }
  }

  @Test func `reserved bits of a page fault are refused`() {
    let tag = MessageTag(label: 8, length: 168, flags: .fromKernel)
    #expect(throws: ProtocolError.invalidField(offset: 24)) {
      try report(tag, pageBytes(bits: 8) + hex(countingBytes))
    }
  }

  @Test func `a small buffer is refused`() {
    for room in 0..<168 {
      #expect(throws: ProtocolError.self) { try encode(trap, room: room) }
    }
  }

  @Test func `registers are told apart by name`() {
    var registers = FaultRegisters()
    for register in FaultRegister.allCases {
      registers[register] = 1
      #expect(registers[register] == 1)
      #expect(registers != FaultRegisters())
      registers[register] = 0
    }
    #expect(registers == FaultRegisters())
  }
}
