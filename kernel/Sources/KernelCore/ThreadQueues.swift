// Queues of threads, threaded through the threads themselves: one for what is ready on a processor,
// one for what waits at an object. Threads of one priority form a ring, first come first served.
// No cost depends on how many threads a queue holds.

extension ThreadRing: ZeroInitialised {}

/// Threads of one priority; all zero is an empty ring.
package struct ThreadRing {
  /// The thread that came first.
  package internal(set) var first: Ref<Thread>?
}

extension Ref where Object == Thread {
  /// Puts the thread behind all others of the ring that `first` leads.
  @inline(__always) fileprivate func joinRing(of first: Ref<Thread>) {
    let last = first.object.ringPrevious
    object.ringNext = first
    object.ringPrevious = last
    last.object.ringNext = self
    first.object.ringPrevious = self
  }

  /// Takes the thread out of its ring; returns the one behind it, nil if it was alone.
  @inline(__always) fileprivate func leaveRing() -> Ref<Thread>? {
    let next = object.ringNext
    guard next != self else { return nil }
    let previous = object.ringPrevious
    previous.object.ringNext = next
    next.object.ringPrevious = previous
    object.ringNext = self
    object.ringPrevious = self
    return next
  }
}

/// The threads that are ready to run on one processor, without the one that runs.
package struct RunQueue {
  /// A ring for each priority.
  package let rings: Table<ThreadRing>
  /// Bit n of word m is set while the ring of priority 64 m + n is not empty.
  private var present = InlineArray<4, UInt64>(repeating: 0)
  /// The highest priority that is present; -1 when nothing is ready.
  package private(set) var top = -1

  /// Memory for the rings, in bytes.
  static let ringBytes = 256 * MemoryLayout<ThreadRing>.stride

  /// An empty queue in cleared memory of `ringBytes`.
  init(_ piece: consuming Piece) {
    rings = Table(piece)
  }

  /// Whether nothing is ready.
  @inline(__always) package var isEmpty: Bool { top < 0 }

  /// Puts a thread behind all others of its priority.
  mutating func append(_ thread: Ref<Thread>) {
    let priority = Int(thread.object.priority)
    let ring = rings[priority]
    guard let first = ring.object.first else { return begin(ring, with: thread) }
    thread.joinRing(of: first)
  }

  /// Puts a thread before all others of its priority.
  mutating func prepend(_ thread: Ref<Thread>) {
    let ring = rings[Int(thread.object.priority)]
    guard let first = ring.object.first else { return begin(ring, with: thread) }
    thread.joinRing(of: first)
    ring.object.first = thread
  }

  /// Takes a thread out.
  mutating func remove(_ thread: Ref<Thread>) {
    let priority = Int(thread.object.priority)
    let ring = rings[priority]
    let heir = thread.leaveRing()
    guard ring.object.first == thread else { return }
    ring.object.first = heir
    if heir == nil { end(priority) }
  }

  /// The first thread of the highest priority; nil when nothing is ready.
  @inline(__always) var first: Ref<Thread>? { top < 0 ? nil : rings[top].object.first }

  /// Takes out the `first` thread and puts one of the same priority behind all its equals.
  @inline(__always) mutating func replaceFirst(_ first: Ref<Thread>, with thread: Ref<Thread>) {
    let next = first.object.ringNext
    guard next != first else {
      rings[top].object.first = thread
      return
    }
    // In a ring, behind the last is where the first stands.
    let last = first.object.ringPrevious
    thread.object.ringNext = next
    thread.object.ringPrevious = last
    last.object.ringNext = thread
    next.object.ringPrevious = thread
    rings[top].object.first = next
    first.object.ringNext = first
    first.object.ringPrevious = first
  }

  /// Takes out the first thread of the highest priority.
  mutating func takeFirst() -> Ref<Thread>? {
    guard top >= 0, let first = rings[top].object.first else { return nil }
    remove(first)
    return first
  }

  private mutating func begin(_ ring: Ref<ThreadRing>, with thread: Ref<Thread>) {
    let priority = Int(thread.object.priority)
    ring.object.first = thread
    present[priority >> 6] |= 1 << UInt64(priority & 63)
    if priority > top { top = priority }
  }

  private mutating func end(_ priority: Int) {
    present[priority >> 6] &= ~(1 << UInt64(priority & 63))
    guard priority == top else { return }
    // From the highest word down; without a loop, because few priorities are in use at a time.
    let words = present.span
    top =
      Self.highest(words[3], 192) ?? Self.highest(words[2], 128)
      ?? Self.highest(words[1], 64) ?? Self.highest(words[0], 0) ?? -1
  }

  /// The highest bit of a word whose lowest stands for `base`; nil for none.
  @inline(__always) private static func highest(_ word: UInt64, _ base: Int) -> Int? {
    word == 0 ? nil : base &+ 63 &- word.leadingZeroBitCount
  }
}

/// Threads that wait for the same thing, the most urgent first; all zero is an empty queue.
///
/// The first thread of each ring stands for its level; levels are linked in descending order, so
/// there are at most 256 to pass, whatever waits.
package struct WaitQueue {
  /// The thread to serve next.
  package private(set) var first: Ref<Thread>?

  /// An empty queue.
  init() {}

  /// Whether nothing waits.
  @inline(__always) package var isEmpty: Bool { first == nil }

  /// The only thread that waits; nil when there are none or several.
  @inline(__always) var only: Ref<Thread>? {
    guard let first, first.object.levelNext == nil, first.object.ringNext == first else {
      return nil
    }
    return first
  }

  /// Makes the queue hold one thread, which waits nowhere.
  @inline(__always) mutating func fill(with thread: Ref<Thread>) {
    first = thread
  }

  /// Makes the queue empty, when it holds `only` one thread.
  @inline(__always) mutating func takeOnly() {
    first = nil
  }

  /// Puts a thread behind all others of its priority.
  mutating func insert(_ thread: Ref<Thread>) {
    let priority = thread.object.priority
    var higher: Ref<Thread>?
    var level = first
    while let current = level, current.object.priority > priority {
      higher = current
      level = current.object.levelNext
    }
    if let level, level.object.priority == priority { return thread.joinRing(of: level) }
    link(higher, thread)
    link(thread, level)
  }

  /// Takes a thread out.
  mutating func remove(_ thread: Ref<Thread>) {
    if only == thread { return takeOnly() }
    let heir = thread.leaveRing()
    let higher = thread.object.levelPrevious
    // Who stands for no level has no level links, and is not the first.
    guard first == thread || higher != nil else { return }
    let lower = thread.object.levelNext
    thread.object.levelPrevious = nil
    thread.object.levelNext = nil
    guard let heir else { return link(higher, lower) }
    link(higher, heir)
    link(heir, lower)
  }

  /// Makes two levels neighbours; nil stands for either end.
  private mutating func link(_ higher: Ref<Thread>?, _ lower: Ref<Thread>?) {
    if let higher { higher.object.levelNext = lower } else { first = lower }
    lower?.object.levelPrevious = higher
  }
}
