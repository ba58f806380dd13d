// Shorthands for the objects that most cases need; each fails the case when the kernel refuses.

public import CapABI
import IPC
public import Sys

extension Workshop {
  /// A new endpoint.
  ///
  /// - Throws: `Failure` when the kernel refuses.
  @inline(never)
  public mutating func endpoint(line: UInt = #line) throws(Failure) -> CapSlot {
    let slot = slot()
    try make(.createEndpoint(into: slot), .childPopulate, line)
    return slot
  }

  /// A new endpoint with a ring.
  ///
  /// - Throws: `Failure` when the kernel refuses.
  @inline(never)
  public mutating func ringEndpoint(
    entries: UInt64, line: UInt = #line
  ) throws(Failure) -> CapSlot {
    let slot = slot()
    try make(.createRingEndpoint(into: slot, entries: entries), .objects, line)
    return slot
  }

  /// A new notification.
  ///
  /// - Throws: `Failure` when the kernel refuses.
  @inline(never)
  public mutating func notification(line: UInt = #line) throws(Failure) -> CapSlot {
    let slot = slot()
    try make(.createNotification(into: slot), .objects, line)
    return slot
  }

  /// A new frame of 2^order pages, not mapped.
  ///
  /// - Throws: `Failure` when the kernel refuses.
  @inline(never)
  public mutating func frame(order: UInt64 = 0, line: UInt = #line) throws(Failure) -> CapSlot {
    let slot = slot()
    try make(.retype(pool, order: order, into: slot), .memory, line)
    return slot
  }

  /// New untyped memory of 2^order pages.
  ///
  /// - Throws: `Failure` when the kernel refuses.
  @inline(never)
  public mutating func untyped(order: UInt64, line: UInt = #line) throws(Failure) -> CapSlot {
    let slot = slot()
    try make(.split(pool, order: order, into: slot), .objects, line)
    return slot
  }

  /// Fresh pages mapped into the root task.
  ///
  /// - Returns: Their address.
  /// - Throws: `Failure` when the kernel refuses.
  @inline(never)
  public mutating func pages(
    order: UInt64 = 0, rights: Rights = .read | .write, line: UInt = #line
  ) throws(Failure) -> UInt64 {
    let frame = try frame(order: order, line: line)
    return try map(frame, order: order, rights: rights, line: line)
  }

  /// Maps a frame into the root task; the slot is empty afterwards.
  ///
  /// - Returns: Its address.
  /// - Throws: `Failure` when the kernel refuses.
  @inline(never)
  public mutating func map(
    _ frame: CapSlot, order: UInt64 = 0, rights: Rights = .read | .write, line: UInt = #line
  ) throws(Failure) -> UInt64 {
    let address = address(order: order)
    try make(
      .map(frame, into: RootSlot.vspace.slot, at: address, rights: rights), .vspaceControl, line)
    return address
  }

  /// A copy of a capability.
  ///
  /// - Throws: `Failure` when the kernel refuses.
  @inline(never)
  public mutating func copy(
    _ source: CapSlot, rights: Rights = .all, badge: UInt64 = 0, line: UInt = #line
  ) throws(Failure) -> CapSlot {
    let slot = slot()
    let code = SystemCall.copy(
      source, to: slot, rights: rights, badge: Badge(rawValue: badge))
    try expect(code, line: line)
    return slot
  }

  /// What a slot holds.
  ///
  /// - Throws: `Failure` when the kernel refuses.
  @inline(never)
  public func describe(_ slot: CapSlot, line: UInt = #line) throws(Failure) -> Answer {
    let answer = SystemCall.query(slot)
    try expect(answer.status, line: line)
    return answer
  }

  /// Whether a slot holds nothing.
  ///
  /// - Throws: `Failure` when the kernel refuses.
  @inline(never)
  public func isEmpty(_ slot: CapSlot, line: UInt = #line) throws(Failure) -> Bool {
    try describe(slot, line: line).badge == UInt64(CapabilityType.null.rawValue)
  }

  /// A notification and a way to signal it: a copy with badge 1.
  ///
  /// - Throws: `Failure` when the kernel refuses.
  @inline(never)
  public mutating func bell(
    line: UInt = #line
  ) throws(Failure) -> (notification: CapSlot, ring: CapSlot) {
    let notification = try notification(line: line)
    return (notification, try copy(notification, rights: .send, badge: 1, line: line))
  }

  private func make(
    _ call: ControlCall, _ family: RootSlot, _ line: UInt
  ) throws(Failure) {
    try expect(call.perform(on: family.slot).code, line: line)
  }
}
