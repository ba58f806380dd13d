// The event trace: a ring of what the kernel did, off until somebody asks for it.
// docs/reference/control/trace.md.

import CapABI
import KernelMachine

/// What an event is about.
package enum TraceKind: UInt8, Sendable {
  /// A thread runs from now on; the detail is its process.
  case contextSwitch
  /// A thread entered the kernel by a system call; the detail is the number.
  case systemCall
  /// A thread took a fault; the detail is its kind.
  case fault
  /// A device interrupted; the detail is the line.
  case interrupt

  /// The bit that selects the kind.
  package var bit: UInt64 { 1 << UInt64(rawValue) }
  /// The bits of all kinds.
  static var all: UInt64 { 0xF }
}

/// One event, as TRACE_READ gives it.
package struct TraceEvent: ZeroInitialised {
  /// When, in monotonic nanoseconds.
  package let time: UInt64
  /// The kind in the low half, the processor in the high half.
  package let place: UInt64
  /// The id of the thread; 0 for none.
  package let thread: UInt64
  /// Depends on the kind.
  package let detail: UInt64
}

/// The ring; events are numbered from the first, so a reader notices what it lost.
package struct TraceRing {
  /// The ring has 2^order pages.
  static let order: UInt8 = 4
  private static let perPage = UInt64(frameBytes / MemoryLayout<TraceEvent>.stride)
  /// Events that the ring keeps.
  package static let capacity = perPage << UInt64(order)

  private var pages = FrameNumber.none
  /// The kinds that are recorded.
  package internal(set) var kinds: UInt64 = 0
  /// The number of the next event.
  package private(set) var end: UInt64 = 0
  /// The number of the oldest event that is kept.
  package var start: UInt64 { end > Self.capacity ? end - Self.capacity : 0 }

  init() {}

  /// Takes pages for the ring.
  mutating func use(_ pages: FrameNumber) {
    self.pages = pages
  }

  /// Adds an event, which may overwrite the oldest.
  mutating func append(_ event: TraceEvent, in frames: FrameTable) {
    guard let place = self.event(end, in: frames) else { return }
    place.object = event
    end += 1
  }

  /// The place of an event; nil without memory.
  func event(_ number: UInt64, in frames: FrameTable) -> Ref<TraceEvent>? {
    guard !pages.isNone else { return nil }
    // Below the capacity, so everything fits.
    let index = number % Self.capacity
    let page = UInt32(truncatingIfNeeded: index / Self.perPage)
    return frames.table(of: TraceEvent.self, in: FrameNumber(pages.rawValue + page))[
      Int(truncatingIfNeeded: index % Self.perPage)]
  }
}

extension KernelState {
  /// Records an event, if its kind is wanted.
  @inline(__always)
  mutating func record(
    _ kind: TraceKind, _ thread: Ref<Thread>?, _ detail: UInt64, on cpu: Ref<Processor>
  ) {
    if trace.kinds & kind.bit != 0 { append(kind, thread, detail, on: cpu) }
  }

  @inline(never)
  private mutating func append(
    _ kind: TraceKind, _ thread: Ref<Thread>?, _ detail: UInt64, on cpu: Ref<Processor>
  ) {
    let event = TraceEvent(
      time: M.now(), place: UInt64(kind.rawValue) | UInt64(cpu.object.number) << 32,
      thread: thread?.object.header.id ?? 0, detail: detail)
    trace.append(event, in: objects.frames)
  }

  mutating func traceControl(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    guard request.operation == .traceRead else {
      try request.requireZero(from: 1)
      guard request.word0 & ~TraceKind.all == 0 else { throw .invalidArgument }
      let before = trace.kinds
      trace.kinds = request.word0
      return .words(before)
    }
    try request.requireZero(from: 2)
    guard request.word0 <= trace.end, request.word1 > 0, request.word1 <= Self.eventsPerReply
    else { throw .invalidArgument }
    let first = max(request.word0, trace.start)
    let count = min(request.word1, trace.end - first)
    let bytes = 8 + count * UInt64(MemoryLayout<TraceEvent>.stride)
    var payload = try ReplyPayload(bytes: bytes, for: caller.thread, in: &objects)
    payload.append(first)
    for number in first..<first + count {
      guard let event = trace.event(number, in: objects.frames)?.object else { continue }
      payload.append(event.time)
      payload.append(event.place)
      payload.append(event.thread)
      payload.append(event.detail)
    }
    return .reply(payload.finish())
  }

  /// Events that one reply holds beside the number of the first.
  private static var eventsPerReply: UInt64 { 31 }
}
