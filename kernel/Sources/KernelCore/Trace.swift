// The event trace: a ring of what the kernel did, off until somebody asks for it.
// docs/reference/control/trace.md.

import CapABI
import KernelMachine

/// What an event is about.
package enum TraceKind: UInt8, Sendable {
  /// A process was staged, started or killed; the data is its new `ProcessState`.
  case process
  /// A control operation was asked for; the data is its number.
  case control
  /// A thread took a fault; the data is its kind.
  case fault
  /// A device interrupted; the data is the line.
  case interrupt

  /// The bit that selects the kind.
  var bit: UInt64 { 1 << UInt64(rawValue) }
  /// The bits of all kinds.
  static var all: UInt64 { 0xF }
}

/// One event.
package struct TraceEvent: ZeroInitialised {
  /// When, in monotonic nanoseconds.
  package var time: UInt64 = 0
  /// Kind in the low 8 bits, the process's id above them.
  package var subject: UInt64 = 0
  /// Depends on the kind.
  package var data: UInt64 = 0
  private var reserved: UInt64 = 0

  /// No event.
  package init() {}
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
  package var kinds: UInt64 = 0
  /// The number of the next event.
  package private(set) var end: UInt64 = 0
  /// The number of the oldest event that is kept.
  package var start: UInt64 { end > Self.capacity ? end - Self.capacity : 0 }

  init() {}

  /// Takes pages for the ring.
  mutating func use(_ pages: FrameNumber) {
    self.pages = pages
  }

  /// Adds an event.
  mutating func append(
    _ kind: TraceKind, process: UInt64, data: UInt64, at time: UInt64, in frames: FrameTable
  ) {
    guard let event = event(end, in: frames) else { return }
    event.object.time = time
    event.object.subject = UInt64(kind.rawValue) | process << 8
    event.object.data = data
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
  mutating func record(_ kind: TraceKind, _ process: Ref<Process>?, _ data: UInt64) {
    guard trace.kinds & kind.bit != 0 else { return }
    trace.append(
      kind, process: process?.object.header.id ?? 0, data: data, at: M.now(), in: objects.frames)
  }

  mutating func traceControl(_ request: ControlRequest) throws(SyscallError) -> ControlOutcome {
    try request.requireZero(from: 1)
    guard request.operation == .traceRead else {
      guard request.word0 & ~TraceKind.all == 0 else { throw .invalidArgument }
      trace.kinds = request.word0
      return .words(trace.end)
    }
    guard request.word0 <= trace.end else { throw .invalidArgument }
    let number = max(request.word0, trace.start)
    guard number < trace.end, let event = trace.event(number, in: objects.frames) else {
      throw .retry
    }
    return .words(number, event.object.time, event.object.subject, event.object.data)
  }
}
