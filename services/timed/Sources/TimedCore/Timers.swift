// All timers: by time, to find the next; by owner and number, to cancel one; and how many each
// owner has, so that no client can take them all. A timer's place is also the place of its slot,
// which holds the saved reply of a wait or the notification of a periodic timer.

import CapABI
import IPC
import Service
import Store

/// A wait or a periodic timer.
struct Timer: BitwiseCopyable {
  /// Whose it is.
  let owner: UInt64
  /// When it is due.
  var time: UInt64
  /// How often it comes again; 0 for a wait, which comes once.
  let period: UInt64
  /// Its number, among those of its owner.
  let number: UInt32
}

/// What is known about somebody who has timers.
struct TimerOwner: BitwiseCopyable {
  /// How many.
  var count: UInt32 = 0
  /// The number from which its next one is looked at.
  var hand: UInt32 = 0
}

/// The timers of all owners.
struct Timers {
  // INVARIANT: every timer is in `pile`, under its time and place in `queue`, and under its owner
  // and number in `owned`; `owners` has the owners that have any. All four have the same capacity.
  private var pile: Pile<Timer>
  private var queue: OrderedTable<Place>
  private var owned: OrderedTable<Place>
  private var owners: OrderedTable<TimerOwner>
  private let capacity: Int
  private let perOwner: UInt32
  private var lastNumber: UInt32 = 0
  /// From where the next one of all is looked at.
  private var hand = TableKey(0)

  /// No timers; as many as memory and slots allow, of which one owner can have an eighth.
  ///
  /// Is nil when not even one fits.
  init?(in heap: inout Region, slotCount: Int) {
    let bytesPerTimer =
      MemoryLayout<Timer>.stride + 2 * OrderedTable<Place>.bytesPerRecord
      + OrderedTable<TimerOwner>.bytesPerRecord
    // The parts are rounded up to 16 bytes each.
    let count = min(max(0, heap.byteCount - 64) / bytesPerTimer, slotCount)
    guard count > 0, let first = heap.take(count * MemoryLayout<Timer>.stride),
      let second = heap.take(count * OrderedTable<Place>.bytesPerRecord),
      let third = heap.take(count * OrderedTable<Place>.bytesPerRecord),
      let fourth = heap.take(count * OrderedTable<TimerOwner>.bytesPerRecord)
    else { return nil }
    pile = Pile(in: first)
    queue = OrderedTable(in: second)
    owned = OrderedTable(in: third)
    owners = OrderedTable(in: fourth)
    capacity = count
    perOwner = UInt32(max(1, count / 8))
  }

  /// The slot of a timer.
  static func slot(of timer: Place) -> CapSlot {
    CapSlot(rawValue: ServiceSlot.firstFree + timer.index)
  }

  subscript(timer: Place) -> Timer { pile[timer] }

  /// When the next timer is due; nil without timers.
  var next: UInt64? { queue.first(from: TableKey(0))?.key.major }

  /// A timer that is due at a time, the earliest first.
  func due(at time: UInt64) -> Place? {
    guard let first = queue.first(from: TableKey(0)), first.key.major <= time else { return nil }
    return first.value
  }

  /// The timer of an owner with a number, which may come from anywhere.
  func find(_ owner: Badge, _ number: TimerID) -> Place? {
    owned[TableKey(owner.rawValue, UInt64(number.rawValue))]
  }

  /// Adds a timer.
  ///
  /// - Throws: LIMIT_REACHED, of the owner or of all.
  mutating func add(
    _ owner: Badge, at time: UInt64, every period: UInt64 = 0
  ) throws(ResultCode) -> Place {
    let key = TableKey(owner.rawValue)
    guard !isFull(owner), pile.count < capacity else { throw .limitReached }
    // After four thousand million timers numbers come again; one that is in use is passed over.
    repeat { lastNumber &+= 1 } while find(owner, TimerID(rawValue: lastNumber)) != nil
    let timer = Timer(owner: owner.rawValue, time: time, period: period, number: lastNumber)
    guard let place = pile.add(timer),
      queue.insert(place, at: Self.key(timer, place)),
      owned.insert(place, at: TableKey(owner.rawValue, UInt64(lastNumber)))
    else { throw .internal }
    if owners[key] == nil {
      guard owners.insert(TimerOwner(), at: key) else { throw .internal }
    }
    owners[key]?.count += 1
    return place
  }

  /// Takes a timer out.
  mutating func remove(_ place: Place) {
    let timer = pile[place]
    _ = queue.remove(Self.key(timer, place))
    _ = owned.remove(TableKey(timer.owner, UInt64(timer.number)))
    let key = TableKey(timer.owner)
    if let owner = owners[key], owner.count > 1 {
      owners[key]?.count -= 1
    } else {
      _ = owners.remove(key)
    }
    pile.remove(place)
  }

  // MARK: Looking at all of them in turn

  /// Whether an owner can have no more.
  func isFull(_ owner: Badge) -> Bool {
    (owners[TableKey(owner.rawValue)]?.count ?? 0) >= perOwner
  }

  /// A timer of an owner: each of them once, before one comes again; nil when it has none.
  mutating func nextInTurn(of owner: Badge) -> Place? {
    let key = TableKey(owner.rawValue)
    guard let from = owners[key]?.hand else { return nil }
    var found = owned.first(from: TableKey(owner.rawValue, UInt64(from)))
    if found?.key.major != owner.rawValue { found = owned.first(from: key) }
    guard let found else { return nil }
    // Behind the last number the first one comes again.
    owners[key]?.hand = UInt32(truncatingIfNeeded: found.key.minor) &+ 1
    return found.value
  }

  /// A timer of anybody, likewise.
  mutating func nextInTurn() -> Place? {
    guard let found = owned.first(from: hand) ?? owned.first(from: TableKey(0)) else { return nil }
    hand = TableKey(found.key.major, found.key.minor + 1)
    return found.value
  }

  /// Sets a periodic timer to the first of its times that is after a time.
  mutating func advance(_ place: Place, past now: UInt64) {
    var timer = pile[place]
    _ = queue.remove(Self.key(timer, place))
    let missed = (now - min(timer.time, now)) / timer.period
    let (step, overflow) = timer.period.multipliedReportingOverflow(by: missed + 1)
    let (time, past) = timer.time.addingReportingOverflow(step)
    // Past the end of the clock, 584 years after the start, is never.
    timer.time = overflow || past ? .max : time
    pile[place] = timer
    // The record just removed left room.
    _ = queue.insert(place, at: Self.key(timer, place))
  }

  private static func key(_ timer: Timer, _ place: Place) -> TableKey {
    TableKey(timer.time, UInt64(place.index))
  }
}
