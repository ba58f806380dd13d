// Everything that is known about the death of a process: procd collects it, crashd keeps it
// (docs/reference/protocols/procd.md, "Crash details").

import Bytes
public import CapABI

/// Why a process ended.
public enum EndCause: UInt8, BitwiseCopyable, Sendable {
  /// It called EXIT.
  case exit = 1
  /// A fault that nobody resolved.
  case fault = 2
  /// KILL.
  case killed = 3
  /// Its watchdog was not kicked in time.
  case watchdog = 4
  /// It reported a failure instead of readiness, or nothing in time.
  case notReady = 5

  /// Whether the process said itself, in a code, how it ended.
  public var hasCode: Bool { self == .exit || self == .notReady }
}

/// What procd knows about a process that did not end by itself.
public struct CrashDetails: Equatable, BitwiseCopyable, Sendable {
  /// The process.
  public var process: ProcessID
  /// Its role; `RoleID.none` for a program that no configuration names.
  public var role: RoleID
  /// Why it ended.
  public var cause: EndCause
  /// Its name.
  public var name: ServiceName
  /// The slot that the last system call named, `CapSlot.null` when it named none.
  public var slot: CapSlot
  /// The fault; only when `cause` is `fault`, and nil then if it is not known.
  public var fault: FaultReport?

  /// Details of these parts.
  public init(
    process: ProcessID, role: RoleID, cause: EndCause, name: ServiceName, slot: CapSlot,
    fault: FaultReport?
  ) {
    self.process = process
    self.role = role
    self.cause = cause
    self.name = name
    self.slot = slot
    self.fault = fault
  }

  /// Bytes in a message.
  static let size: UInt16 = 32 + FaultReport.length

  init(from reader: inout BodyReader) throws(ProtocolError) {
    process = try reader.value()
    role = try reader.value()
    cause = try reader.value()
    try reader.reserved(1)
    name = try reader.name()
    slot = CapSlot(rawValue: try reader.integer(in: 0...(CapSlot.maximumCount - 1)))
    let kindOffset = reader.offset
    let kind: UInt16 = try reader.integer()
    try reader.reserved(2)
    guard kind != 0 else {
      try reader.reserved(Int(FaultReport.length))
      fault = nil
      return
    }
    try reader.require(cause == .fault, at: kindOffset)
    guard let known = FaultKind(rawValue: kind) else { throw .invalidField(offset: kindOffset) }
    fault = try FaultReport(known, from: &reader)
  }

  func write(to writer: inout BodyWriter) throws(ProtocolError) {
    try writer.value(process)
    try writer.value(role)
    try writer.value(cause)
    try writer.reserved(1)
    try writer.name(name)
    try writer.integer(slot.rawValue, in: 0...(CapSlot.maximumCount - 1))
    guard let fault else {
      try writer.reserved(4 + Int(FaultReport.length))
      return
    }
    try writer.require(cause == .fault, at: writer.offset)
    try writer.value(fault.fault.kind)
    try writer.reserved(2)
    try fault.write(to: &writer)
  }
}
