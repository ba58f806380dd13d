// irqd: interrupt lines and who handles them (docs/reference/protocols/irqd.md). The kernel signals
// irqd, irqd takes the events and signals the handlers; a line that fires too often pauses.

public import Bootstrap
public import CapABI
import IPC
import Runtime
public import Service
import Store
public import Sys

/// The service.
public struct Irqd: Server {
  /// REGISTER_HANDLER brings a notification.
  public static var landingCount: UInt32 { 1 }

  private static var control: CapSlot { ServiceSlot.control(0) }
  /// The way to irqd's own notification that lines are bound to.
  private static var wake: CapSlot { CapSlot(rawValue: ServiceSlot.firstFree) }

  /// Once it is sealed: before, nobody can register.
  public var isReady: Bool { lines.isSealed }
  /// The end of the first pause.
  public var deadline: UInt64? { lines.nextEnd }

  private var lines: Lines

  /// irqd with nothing seeded.
  ///
  /// - Throws: NO_MEMORY when heap or CSpace have no room for one line, CAPABILITY_MISMATCH when
  ///   the notification cannot be handed on.
  public init<S: System>(_ start: inout Start, _ system: inout S) throws(ReadinessCode) {
    let slotCount = Int(start.info.cspaceSlots) - Int(ServiceSlot.firstFree)
    guard slotCount > 1, let lines = Lines(in: &start.heap, slotCount: slotCount) else {
      throw .noMemory
    }
    self.lines = lines
    do throws(ResultCode) {
      try system.copy(
        StartupSlot.notification, to: Self.wake, rights: .send, badge: Badge(rawValue: 1))
    } catch {
      throw .capabilityMismatch
    }
  }

  /// Answers a request.
  public mutating func answer<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    let request: IrqdRequest = try system.decode(message)
    let badge = message.badge
    let isSeeding = IrqdFaces.seeding.contains(badge)
    let isHandler = IrqdFaces.handler.contains(badge)
    guard isSeeding || isHandler || IrqdFaces.tools.contains(badge) else { throw .denied }
    let reply: IrqdReply
    switch request {
    case .seedHandler(let client, let line, let flags):
      guard isSeeding else { throw .denied }
      try lines.seed(line, client, flags)
      reply = .seedHandler
    case .seal:
      guard isSeeding else { throw .denied }
      try lines.seal()
      reply = .seal(handlerCount: UInt32(truncatingIfNeeded: lines.count))
    case .registerHandler(let line, let flags):
      guard isHandler else { throw .denied }
      try register(line, flags, badge, &system)
      reply = .registerHandler
    case .acknowledge(let line):
      guard isHandler else { throw .denied }
      try acknowledge(line, badge, &system)
      reply = .acknowledge
    case .setMask(let line, let isMasked):
      guard isHandler else { throw .denied }
      try setMask(line, isMasked, badge, &system)
      reply = .setMask
    case .readLine(let cursor):
      guard let record = lines.first(from: cursor) else { throw .notFound }
      reply = .readLine(record)
    }
    return .now(try system.encode(reply: reply))
  }

  // MARK: Handlers

  private mutating func register<S: System>(
    _ number: UInt32, _ flags: LineFlags, _ client: Badge, _ system: inout S
  ) throws(ResultCode) {
    guard lines.isSealed else { throw .wrongState }
    guard var line = lines[number], line.client == client, line.flags == flags else {
      throw .notFound
    }
    let brought = try system.query(ServiceSlot.firstLanding)
    guard brought.type == CapabilityType.notification.rawValue else { throw .wrongType }
    guard brought.rights.contains(.send) else { throw .missingRight }
    let isPaused = line.state == .paused
    // Refused only for a line that the machine does not have: then nothing was changed.
    try configure(number, line, isOpen: !isPaused, &system)
    try? system.drop(line.slot)
    try system.move(ServiceSlot.firstLanding, to: line.slot)
    line.isMasked = false
    if !isPaused { line.state = .open }
    lines[number] = line
  }

  private mutating func acknowledge<S: System>(
    _ number: UInt32, _ client: Badge, _ system: inout S
  ) throws(ResultCode) {
    var line = try line(number, of: client)
    guard line.state == .delivered else { throw .wrongState }
    if line.isStorming {
      lines.pause(number, at: try now(&system))
      if line.stormCount == 0 { tell(number, &system) }
      return
    }
    if line.isMasked {
      try configure(number, line, isOpen: false, &system)
      line.isMasked = false
      line.state = .masked
    } else {
      // The state first: the next event may be there before this returns.
      try system.control(.acknowledge(line: UInt64(number)), on: Self.control)
      line.state = .open
    }
    lines[number] = line
  }

  private mutating func setMask<S: System>(
    _ number: UInt32, _ isMasked: Bool, _ client: Badge, _ system: inout S
  ) throws(ResultCode) {
    var line = try line(number, of: client)
    switch line.state {
    case .unused: throw .wrongState
    case .delivered, .paused: line.isMasked = isMasked
    case .open, .masked:
      guard isMasked != (line.state == .masked) else { return }
      try configure(number, line, isOpen: !isMasked, &system)
      line.state = isMasked ? .masked : .open
    }
    lines[number] = line
  }

  /// A line that the caller was seeded for.
  ///
  /// - Throws: NOT_FOUND.
  private func line(_ number: UInt32, of client: Badge) throws(ResultCode) -> Line {
    guard let line = lines[number], line.client == client else { throw .notFound }
    return line
  }

  // MARK: Events

  /// Takes all events that wait; a line has one at most before it is acknowledged.
  public mutating func signalled<S: System>(_ bits: UInt64, _ system: inout S) {
    guard let now = try? now(&system) else { return }
    while let taken = try? system.control(.waitInterrupt, on: Self.control) {
      deliver(UInt32(truncatingIfNeeded: taken.word0), at: now, &system)
    }
  }

  private mutating func deliver<S: System>(
    _ number: UInt32, at now: UInt64, _ system: inout S
  ) {
    guard var line = lines[number], line.state == .open else { return }
    if system.notify(line.slot) == .ok {
      line.count(at: now)
    } else {
      // The handler's notification was destroyed, and nobody will acknowledge.
      try? configure(number, line, isOpen: false, &system)
      line.state = .unused
    }
    lines[number] = line
  }

  /// Opens the lines whose pauses are over.
  public mutating func expired<S: System>(_ system: inout S) {
    guard let now = try? now(&system) else { return }
    while let number = lines.endPause(at: now) {
      guard var line = lines[number] else { continue }
      try? configure(number, line, isOpen: !line.isMasked, &system)
      line.state = line.isMasked ? .masked : .open
      line.isMasked = false
      lines[number] = line
    }
  }

  // MARK: Kernel

  /// Opens or closes a line.
  private func configure<S: System>(
    _ number: UInt32, _ line: Line, isOpen: Bool, _ system: inout S
  ) throws(ResultCode) {
    try system.control(
      .configureLine(
        number, flags: line.kernelFlags(isOpen: isOpen),
        notification: isOpen ? Self.wake : .null), on: Self.control)
  }

  private func now<S: System>(_ system: inout S) throws(ResultCode) -> UInt64 {
    do throws(ResultCode) {
      return try system.control(.readClock, on: Self.control).word1
    } catch {
      throw .internal
    }
  }

  /// Tells the log that a line pauses for the first time.
  private func tell<S: System>(_ number: UInt32, _ system: inout S) {
    var line = TextLine("interrupt storm, line ")
    line.append(decimal: UInt64(number))
    system.log(line, .warning)
  }
}
