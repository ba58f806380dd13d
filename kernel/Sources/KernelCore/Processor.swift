// What each processor has of its own: the thread it runs, those that wait for it, and its clock.

/// One processor.
package struct Processor {
  /// The time that a thread runs before its equals have their turn, in nanoseconds.
  package static let quantum: UInt64 = 10_000_000

  /// The thread whose registers the processor has; nil while it idles.
  package internal(set) var current: Ref<Thread>?
  /// The thread whose address space, FPU and FS base are loaded; nil when that is to be done anew.
  ///
  /// While user code runs, it is `current`.
  package internal(set) var loaded: Ref<Thread>?
  /// The process whose address space is loaded; kept while idling.
  package internal(set) var addressSpace: Ref<Process>?
  /// The number of the processor; 0 is the one that booted.
  package let number: UInt32
  /// What is ready, without `current`.
  package internal(set) var ready: RunQueue
  /// The deadlines of the threads that run here.
  package internal(set) var timers: TimerWheel

  /// When the turn of the current thread ends, if another is ready.
  var quantumEnd: UInt64 = 0
  /// When the timer will interrupt; `UInt64.max` for never.
  package internal(set) var armedUntil: UInt64 = .max
  /// Since when, in ticks, the process of `addressSpace` has not been charged.
  package internal(set) var chargedUntil: UInt64 = 0
  /// Whether no thread runs.
  package internal(set) var isIdle = true
  /// The timer has interrupted and what it is for has not been done yet.
  var timerHasExpired = false
  /// The priority of the thread that entered the kernel last; -1 for none.
  var entryPriority = -1

  /// The thread whose data the FPU's registers hold.
  var fpuOwner: Ref<Thread>?
  /// Whether user code may use the FPU.
  package internal(set) var isFPUOn = false

  /// The base of the FS segment that was loaded last.
  var fsBase: UInt64 = 0

  /// A processor in cleared memory for its rings and its wheel, with nothing to do.
  init(number: UInt32, rings: consuming Piece, timers: consuming Piece) {
    self.number = number
    ready = RunQueue(rings)
    self.timers = TimerWheel(timers)
  }

  /// The highest priority that is ready or running; -1 for none.
  @inline(__always) var topPriority: Int {
    guard let current else { return ready.top }
    return max(Int(current.object.priority), ready.top)
  }
}
