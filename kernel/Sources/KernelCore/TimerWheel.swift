// Deadlines of waiting threads: a hierarchical timing wheel, threaded through the threads. Arming
// and cancelling are a fixed number of steps; a deadline moves down at most seven times before it
// ends.
//
// Accuracy: time is cut into ticks of 2^16 ns. A wait ends at the first tick boundary at or behind
// its deadline: never early, and less than 65.6 microseconds late, interrupts permitting.

import KernelMachine

/// Threads whose deadlines share a slot of the wheel; all zero is none.
struct TimerSlot: ZeroInitialised {
  var first: Ref<Thread>?
}

/// The deadlines of one processor.
///
/// A deadline stands at the level of the highest group of six bits in which its tick differs from
/// the wheel's, in the slot that the group names. INVARIANT: an occupied slot of level n lies
/// ahead of the wheel's own group n, at level 0 or while it is being emptied on it; so everything
/// at a level comes before everything at the levels above.
package struct TimerWheel {
  /// What a step did.
  enum Step {
    /// Nothing is due.
    case none
    /// A deadline moved down.
    case moved
    /// The deadline of a thread has passed; it is armed no more.
    case expired(Ref<Thread>)
  }

  private static let levels = 8
  private static let tickShift: UInt64 = 16
  private static let lastTick: UInt64 = 1 << 48 - 1

  /// Memory for the slots, in bytes.
  static let slotBytes = levels * 64 * MemoryLayout<TimerSlot>.stride

  private let slots: Table<TimerSlot>
  private var occupied = InlineArray<8, UInt64>(repeating: 0)
  /// The tick up to which everything was done.
  private var tick: UInt64 = 0
  /// The level of which a slot is being emptied; 0 for none.
  private var emptying = 0
  /// How many deadlines are armed.
  package private(set) var count = 0
  /// When `step` has something to do, or earlier; `UInt64.max` for never.
  package private(set) var nextTime = UInt64.max

  /// An empty wheel in cleared memory of `slotBytes`.
  init(_ piece: consuming Piece) {
    slots = Table(piece)
  }

  /// Arms the deadline in a thread.
  @inline(never)
  mutating func insert(_ thread: Ref<Thread>, now: UInt64) {
    if count == 0 { tick = max(tick, now >> Self.tickShift) }
    count += 1
    place(thread)
    let next = nextEvent
    nextTime = min(nextTime, next.tick << Self.tickShift)
  }

  /// Disarms the deadline of a thread.
  ///
  /// Others may be armed for later than `nextTime` then, which `step` finds; where there are none,
  /// nothing would, and the time that has passed would be asked for again and again.
  @inline(never)
  mutating func remove(_ thread: Ref<Thread>) {
    count -= 1
    unlink(thread)
    if count == 0 { nextTime = .max }
  }

  /// Does one piece of what is due at a time.
  @inline(never)
  mutating func step(at now: UInt64) -> Step {
    let event = nextEvent
    guard count > 0, event.tick <= now >> Self.tickShift else {
      nextTime = count > 0 ? event.tick << Self.tickShift : .max
      return .none
    }
    guard let thread = slots[event.level << 6 + event.slot].object.first else {
      preconditionFailure("occupied slot without a thread")
    }
    tick = event.tick
    emptying = event.level
    unlink(thread)
    guard event.level > 0 else {
      count -= 1
      return .expired(thread)
    }
    place(thread)
    return .moved
  }

  /// The slot whose turn comes first, and when; meaningless in an empty wheel.
  private var nextEvent: (level: Int, slot: Int, tick: UInt64) {
    if emptying > 0 {
      let slot = group(emptying, of: tick)
      if occupied[emptying] >> UInt64(slot) & 1 != 0 { return (emptying, slot, tick) }
    }
    var level = 0
    while level < Self.levels - 1, occupied[level] == 0 { level += 1 }
    let slot = occupied[level].trailingZeroBitCount & 63
    let shift = UInt64(6 * level)
    // The groups above are the wheel's own, those below begin.
    return (level, slot, (tick >> (shift + 6)) << (shift + 6) | UInt64(slot) << shift)
  }

  private func group(_ level: Int, of tick: UInt64) -> Int {
    Int(truncatingIfNeeded: tick >> UInt64(6 * level)) & 63
  }

  private mutating func place(_ thread: Ref<Thread>) {
    // Rounded up; the last tick stands for all that is later than it, 584 years from the boot.
    let rounded = (thread.object.deadline >> Self.tickShift) + 1
    let isExact = thread.object.deadline & (1 << Self.tickShift - 1) == 0
    let expiry = max(min(isExact ? rounded - 1 : rounded, Self.lastTick), tick)
    let difference = expiry ^ tick
    let level = difference == 0 ? 0 : (63 - difference.leadingZeroBitCount) / 6
    let slot = group(level, of: expiry)
    let index = level << 6 + slot
    occupied[level] |= 1 << UInt64(slot)
    // Below 512, eight levels of 64.
    thread.object.timerSlot = UInt16(truncatingIfNeeded: index)
    let place = slots[index]
    guard let first = place.object.first else {
      place.object.first = thread
      return
    }
    let last = first.object.timerPrevious
    thread.object.timerNext = first
    thread.object.timerPrevious = last
    last.object.timerNext = thread
    first.object.timerPrevious = thread
  }

  private mutating func unlink(_ thread: Ref<Thread>) {
    let index = Int(thread.object.timerSlot)
    let place = slots[index]
    let next = thread.object.timerNext
    guard next != thread else {
      place.object.first = nil
      occupied[index >> 6] &= ~(1 << UInt64(index & 63))
      return
    }
    let previous = thread.object.timerPrevious
    previous.object.timerNext = next
    next.object.timerPrevious = previous
    if place.object.first == thread { place.object.first = next }
    thread.object.timerNext = thread
    thread.object.timerPrevious = thread
  }
}

extension ObjectSpace {
  /// Starts the deadline of a thread that begins to wait.
  mutating func armTimer(_ thread: Ref<Thread>, now: UInt64) {
    thread.object.flags.insert(.timed)
    thread.object.processor.object.timers.insert(thread, now: now)
  }

  /// Stops the deadline of a thread whose wait is over.
  mutating func cancelTimer(_ thread: Ref<Thread>) {
    thread.object.flags.remove(.timed)
    thread.object.processor.object.timers.remove(thread)
  }
}
