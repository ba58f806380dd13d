// timed: clocks, waits and periodic timers (docs/reference/protocols/timed.md). The kernel's
// monotonic clock is the only one; waiting is the deadline of timed's own receive.

public import Bootstrap
public import CapABI
import IPC
public import Service
import Store
public import Sys

/// The service.
public struct Timed: Server {
  /// SET_PERIODIC brings a notification.
  public static var landingCount: UInt32 { 1 }

  private var timers: Timers
  private let wallOffset: UInt64

  /// timed without timers.
  ///
  /// - Throws: NO_MEMORY when heap or CSpace have no room for a timer.
  public init(_ start: inout Start) throws(ReadinessCode) {
    let slotCount = Int(start.info.cspaceSlots) - Int(ServiceSlot.firstFree)
    guard slotCount > 0, let timers = Timers(in: &start.heap, slotCount: slotCount) else {
      throw .noMemory
    }
    self.timers = timers
    wallOffset = start.info.wallOffset
  }

  private static var clock: CapSlot { ServiceSlot.control(0) }
  /// Timers that one step fires; what is due beyond them waits for requests in between.
  private static var firedPerStep: Int { 32 }
  /// Timers that a request which adds one looks at, so that those without a client go sooner than
  /// new ones come; as many again of its own client, when that can have no more.
  private static var checkedPerRequest: Int { 2 }

  /// The next timer's time.
  public var deadline: UInt64? { timers.next }

  /// Answers a request.
  public mutating func answer<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    let request: TimedRequest = try system.decode(message)
    guard TimedFaces.client.contains(message.badge) else { throw .denied }
    let now = try readClock(&system)
    // A flood of requests does not hold up the timers: each is preceded by those that are due.
    fire(at: now, &system)
    let reply: TimedReply
    switch request {
    case .nowMonotonic: reply = .nowMonotonic(nanoseconds: now)
    case .nowWall: reply = wall(at: now)
    case .waitUntil(let nanoseconds, let flags):
      let (sum, isPast) = now.addingReportingOverflow(nanoseconds)
      let time = flags.contains(.relative) ? (isPast ? .max : sum) : nanoseconds
      guard time <= now else { return try wait(for: time, message.badge, &system) }
      reply = .waitUntil(nanoseconds: now)
    case .setPeriodic(let first, let period):
      reply = .setPeriodic(try startPeriodic(first, period, message.badge, &system))
    case .cancel(let number):
      try cancel(number, message.badge, &system)
      reply = .cancel
    }
    return .now(try system.encode(reply: reply))
  }

  /// Fires what is due.
  public mutating func expired<S: System>(_ system: inout S) {
    guard let now = try? readClock(&system) else { return }
    fire(at: now, &system)
  }

  // MARK: Operations

  private func readClock<S: System>(_ system: inout S) throws(ResultCode) -> UInt64 {
    do throws(ResultCode) {
      return try system.control(.readClock, on: Self.clock).word1
    } catch {
      throw .internal
    }
  }

  private func wall(at now: UInt64) -> TimedReply {
    let time = wallOffset.addingReportingOverflow(now).partialValue
    return .nowWall(
      WallTime(
        seconds: time / 1_000_000_000, nanoseconds: UInt32(time % 1_000_000_000),
        source: wallOffset == 0 ? .synthetic : .firmware))
  }

  private mutating func wait<S: System>(
    for time: UInt64, _ owner: Badge, _ system: inout S
  ) throws(ResultCode) -> Reply {
    removeAbandoned(of: owner, &system)
    let place = try timers.add(owner, at: time)
    do throws(ResultCode) {
      try system.saveReply(into: Timers.slot(of: place))
      return .nothing
    } catch {
      timers.remove(place)
      throw error
    }
  }

  private mutating func startPeriodic<S: System>(
    _ first: UInt64, _ period: UInt64, _ owner: Badge, _ system: inout S
  ) throws(ResultCode) -> TimerID {
    let brought = try system.query(ServiceSlot.firstLanding)
    guard brought.type == CapabilityType.notification.rawValue else { throw .wrongType }
    guard brought.rights.contains(.send) else { throw .missingRight }
    removeAbandoned(of: owner, &system)
    let place = try timers.add(owner, at: first, every: period)
    do throws(ResultCode) {
      try system.copy(
        ServiceSlot.firstLanding, to: Timers.slot(of: place), rights: .send)
    } catch {
      timers.remove(place)
      throw error
    }
    return TimerID(rawValue: timers[place].number)
  }

  /// Looks at a few timers, and takes out those whose client is gone.
  ///
  /// The kernel empties a slot when the process that waited for the reply ends, or when the
  /// notification is destroyed.
  private mutating func removeAbandoned<S: System>(of owner: Badge, _ system: inout S) {
    for _ in 0..<Self.checkedPerRequest {
      if let place = timers.nextInTurn() { removeIfAbandoned(place, &system) }
    }
    for _ in 0..<Self.checkedPerRequest where timers.isFull(owner) {
      if let place = timers.nextInTurn(of: owner) { removeIfAbandoned(place, &system) }
    }
  }

  private mutating func removeIfAbandoned<S: System>(_ place: Place, _ system: inout S) {
    let found = try? system.query(Timers.slot(of: place))
    guard found?.type == CapabilityType.null.rawValue else { return }
    timers.remove(place)
  }

  private mutating func cancel<S: System>(
    _ number: TimerID, _ owner: Badge, _ system: inout S
  ) throws(ResultCode) {
    guard let place = timers.find(owner, number), timers[place].period > 0 else {
      throw .notFound
    }
    timers.remove(place)
    // Empty when the notification was destroyed.
    try? system.drop(Timers.slot(of: place))
  }

  // MARK: Time

  private mutating func fire<S: System>(at now: UInt64, _ system: inout S) {
    var fired = 0
    while fired < Self.firedPerStep, let place = timers.due(at: now) {
      fired += 1
      let slot = Timers.slot(of: place)
      var isOver = true
      if timers[place].period > 0 {
        // The capability disappears with its notification, and the timer with it.
        isOver = system.notify(slot) != .ok
      } else {
        try? system.answer(saved: slot, TimedReply.waitUntil(nanoseconds: now))
      }
      if isOver {
        timers.remove(place)
        try? system.drop(slot)
      } else {
        timers.advance(place, past: now)
      }
    }
  }
}
