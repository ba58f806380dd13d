// What the kernel tells a pager about a page fault, and the head of what it tells a fault endpoint
// (docs/reference/ipc.md, "Fault messages"). Shared by the kernel, pagerd, procd and crashd.

import Bytes
public import CapABI

/// Why a thread cannot go on; the label of the kernel's message.
public enum FaultKind: UInt16, BitwiseCopyable, Sendable {
  /// Division by zero or its overflow (#DE).
  case divide = 1
  /// A debug exception (#DB).
  case debug = 2
  /// A breakpoint instruction (#BP).
  case breakpoint = 3
  /// An undefined instruction (#UD); also every failed precondition of a program.
  case invalidInstruction = 4
  /// First use of the FPU with a budget that cannot pay for a save area (#NM).
  case noFPUMemory = 5
  /// A missing segment (#NP) or a stack-segment error (#SS).
  case segment = 6
  /// General protection (#GP): privileged instructions, non-canonical addresses.
  case protection = 7
  /// A page that is not mapped or does not allow the access (#PF); the only kind a pager receives.
  case page = 8
  /// An x87 floating-point error (#MF).
  case x87 = 9
  /// A misaligned access with alignment checks on (#AC).
  case alignment = 10
  /// A SIMD floating-point error (#XM).
  case simd = 11
  /// A system call that the process's filter forbids.
  case forbiddenSyscall = 12
}

/// Bits of a page fault's error code (Intel SDM volume 3, section 4.7).
public struct PageFaultBits: FlagSet {
  /// The bit pattern.
  public let rawValue: UInt32

  /// Wraps a bit pattern without checking it; outside values go through `init(validating:)`.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// The page is mapped and forbids the access; clear: it is not mapped.
  public static let present = PageFaultBits(rawValue: 1 << 0)
  /// The access was a write.
  public static let write = PageFaultBits(rawValue: 1 << 1)
  /// The access came from user mode.
  public static let user = PageFaultBits(rawValue: 1 << 2)
  /// The access was an instruction fetch.
  public static let fetch = PageFaultBits(rawValue: 1 << 4)

  /// Every bit that the kernel passes on; it stops the thread itself on all others.
  public static let all = PageFaultBits(rawValue: 0x17)
}

/// A thread's fault, without the registers that a pager has no use for.
public struct FaultMessage: Equatable, BitwiseCopyable, Sendable {
  /// What happened.
  public var kind: FaultKind
  /// The address that was accessed; 0 when the fault has none.
  public var address: UInt64
  /// Address of the instruction.
  public var instructionPointer: UInt64
  /// The stack pointer at the fault.
  public var stackPointer: UInt64
  /// The processor's error code, 0 when the fault has none; for a page fault `PageFaultBits`, for a
  /// forbidden system call its number.
  public var errorCode: UInt32
  /// The kernel's number of the thread, the same that its audit reports.
  public var threadID: UInt32

  /// Bytes of the body: four words.
  public static let length: UInt16 = 32

  /// A fault of these parts.
  public init(
    kind: FaultKind, address: UInt64, instructionPointer: UInt64, stackPointer: UInt64,
    errorCode: UInt32, threadID: UInt32
  ) {
    self.kind = kind
    self.address = address
    self.instructionPointer = instructionPointer
    self.stackPointer = stackPointer
    self.errorCode = errorCode
    self.threadID = threadID
  }

  /// What a page fault tried to do; nil for other kinds.
  public var access: PageFaultBits? {
    kind == .page ? PageFaultBits(validating: errorCode) : nil
  }

  /// Decodes the kernel's message to a pager.
  ///
  /// - Parameters:
  ///   - tag: The tag as received; its flags are exactly `fromKernel`.
  ///   - body: The payload, exactly as long as the tag says.
  /// - Throws: `ProtocolError.unexpectedFlags`; `.unknownOperation` for every kind but `page`;
  ///   `.wrongLength`; `.wrongCapabilityCount`; `.invalidField` for reserved page-fault bits.
  public init(decoding tag: MessageTag, body: RawSpan) throws(ProtocolError) {
    let kind = try tag.faultKind()
    guard kind == .page else { throw .unknownOperation(tag.label) }
    try MessageShape.exactly(Self.length).check(tag, body)
    var reader = BodyReader(body)
    try self.init(kind, from: &reader)
  }

  /// Encodes the kernel's message to a pager.
  ///
  /// - Returns: The tag, with the flag `fromKernel`.
  /// - Throws: `ProtocolError.unknownOperation` for every kind but `page`, `.invalidField` for
  ///   reserved page-fault bits, `.bufferTooSmall`.
  @_lifetime(buffer: copy buffer)
  public func encode(into buffer: inout MutableRawSpan) throws(ProtocolError) -> MessageTag {
    guard kind == .page else { throw .unknownOperation(kind.rawValue) }
    var writer = BodyWriter(buffer._mutatingExtracting(...))
    try write(to: &writer)
    return MessageTag(label: kind.rawValue, length: Self.length, flags: .fromKernel)
  }

  /// Reads the 32 bytes that every fault has.
  init(_ kind: FaultKind, from reader: inout BodyReader) throws(ProtocolError) {
    self.kind = kind
    address = try reader.integer()
    instructionPointer = try reader.integer()
    stackPointer = try reader.integer()
    errorCode =
      kind == .page ? try reader.flags(PageFaultBits.all).rawValue : try reader.integer()
    threadID = try reader.integer()
  }

  /// Writes the 32 bytes that every fault has.
  func write(to writer: inout BodyWriter) throws(ProtocolError) {
    try writer.integer(address)
    try writer.integer(instructionPointer)
    try writer.integer(stackPointer)
    if kind == .page {
      try writer.flags(PageFaultBits(rawValue: errorCode))
    } else {
      try writer.integer(errorCode)
    }
    try writer.integer(threadID)
  }
}

extension MessageTag {
  /// The fault kind of a message of the kernel.
  ///
  /// - Throws: `ProtocolError.unexpectedFlags` for a message of anybody else, `.unknownOperation`.
  func faultKind() throws(ProtocolError) -> FaultKind {
    guard flags == .fromKernel else { throw .unexpectedFlags(flags.rawValue) }
    guard let kind = FaultKind(rawValue: label) else { throw .unknownOperation(label) }
    return kind
  }
}
