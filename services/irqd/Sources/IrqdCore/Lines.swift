// The lines of irqd: who was seeded for each, where it stands, how often it fires. What the kernel
// is told about a line follows from its record.

import CapABI
import IPC
import Service
import Store

/// A line that somebody may handle.
///
/// ## Invariants
/// - `due` is not 0 exactly while the state is `paused`, and `Lines.pauses` has its entry then.
struct Line: BitwiseCopyable {
  /// Who may handle it.
  let client: Badge
  /// How it signals.
  let flags: LineFlags
  /// Where the handler's notification is kept.
  let slot: CapSlot
  var state = LineState.unused
  /// The handler wants it closed when its event is dealt with, or its pause is over.
  var isMasked = false
  /// Events that were delivered.
  var eventCount: UInt64 = 0
  /// How often it had too many.
  var stormCount: UInt32 = 0
  /// When the tenth of a second began that events are counted in, and how many it has.
  var windowStart: UInt64 = 0
  var windowCount: UInt32 = 0
  /// It had too many events: the next acknowledgement begins a pause.
  var isStorming = false
  /// The latest pause, and when it ended or ends.
  var pause: UInt64 = 0
  var pauseEnd: UInt64 = 0
  var due: UInt64 = 0

  init(_ client: Badge, _ flags: LineFlags, _ slot: CapSlot) {
    self.client = client
    self.flags = flags
    self.slot = slot
  }

  static var window: UInt64 { 100_000_000 }
  static var mostPerWindow: UInt32 { 2000 }
  private static var firstPause: UInt64 { 10_000_000 }
  private static var longestPause: UInt64 { 1_280_000_000 }
  /// A storm that comes later than this after a pause is the first of a new series.
  private static var calm: UInt64 { 1_000_000_000 }

  /// Counts an event that is delivered at a time.
  mutating func count(at now: UInt64) {
    state = .delivered
    eventCount &+= 1
    if now &- windowStart >= Self.window {
      windowStart = now
      windowCount = 0
    }
    windowCount += 1
    guard windowCount > Self.mostPerWindow else { return }
    isStorming = true
    windowCount = 0
    windowStart = now
  }

  /// Begins the pause that a storm leads to.
  mutating func beginPause(at now: UInt64) {
    isStorming = false
    let isSeries = pause > 0 && now &- pauseEnd < Self.calm
    pause = isSeries ? min(pause * 2, Self.longestPause) : Self.firstPause
    pauseEnd = now &+ pause
    stormCount = stormCount == .max ? .max : stormCount + 1
    state = .paused
  }

  /// The flags that CONFIGURE_INTERRUPT_LINE takes.
  func kernelFlags(isOpen: Bool) -> UInt32 {
    (flags.contains(.level) ? 1 : 0) | (flags.contains(.activeLow) ? 2 : 0) | (isOpen ? 4 : 0)
  }

  /// What a reader sees.
  func record(_ number: UInt32) -> LineRecord {
    LineRecord(
      line: number, flags: flags, state: state, client: client, eventCount: eventCount,
      stormCount: stormCount)
  }
}

/// All lines, by number; pauses by the time of their end.
struct Lines {
  private var lines: OrderedTable<Line>
  private var pauses: OrderedTable<UInt8>
  private let slotCount: Int
  private(set) var isSealed = false

  /// No lines; is nil when not one has room in memory and CSpace.
  init?(in heap: inout Region, slotCount: Int) {
    // A record of a pause is smaller than that of a line, so there is one for each.
    guard let first = heap.take(heap.byteCount / 2 & ~15), let second = heap.take(heap.byteCount)
    else { return nil }
    lines = OrderedTable(in: first)
    pauses = OrderedTable(in: second)
    self.slotCount = slotCount
    guard slotCount > 0, lines.capacity > 0, pauses.capacity >= lines.capacity else {
      return nil
    }
  }

  /// How many were seeded.
  var count: Int { lines.count }

  /// When the first pause is over.
  var nextEnd: UInt64? { pauses.first(from: TableKey(0))?.key.major }

  /// The line of a number.
  subscript(number: UInt32) -> Line? {
    get { lines[TableKey(UInt64(number))] }
    set {
      guard let newValue else { return }
      lines[TableKey(UInt64(number))] = newValue
    }
  }

  /// The line with the lowest number from one on.
  func first(from number: UInt32) -> LineRecord? {
    guard let (key, line) = lines.first(from: TableKey(UInt64(number))) else { return nil }
    return line.record(UInt32(truncatingIfNeeded: key.major))
  }

  // MARK: Seeding

  /// - Throws: SEALED, EXISTS, LIMIT_REACHED.
  mutating func seed(
    _ number: UInt32, _ client: Badge, _ flags: LineFlags
  ) throws(ResultCode) {
    guard !isSealed else { throw .sealed }
    if let line = self[number] {
      guard line.client == client, line.flags == flags else { throw .exists }
      return
    }
    // The first free slot is irqd's own way to its notification.
    let slot = CapSlot(rawValue: ServiceSlot.firstFree + 1 + UInt32(truncatingIfNeeded: count))
    guard count < slotCount - 1,
      lines.insert(Line(client, flags, slot), at: TableKey(UInt64(number)))
    else { throw .limitReached }
  }

  /// - Throws: SEALED.
  mutating func seal() throws(ResultCode) {
    guard !isSealed else { throw .sealed }
    isSealed = true
  }

  // MARK: Pauses

  /// Begins the pause of a line.
  mutating func pause(_ number: UInt32, at now: UInt64) {
    guard var line = self[number] else { return }
    line.beginPause(at: now)
    // There is room for one of each line, and 0 is no time.
    line.due = max(line.pauseEnd, 1)
    _ = pauses.insert(0, at: TableKey(line.due, UInt64(number)))
    self[number] = line
  }

  /// A line whose pause is over at a time; it pauses no more.
  mutating func endPause(at now: UInt64) -> UInt32? {
    guard let (key, _) = pauses.first(from: TableKey(0)), key.major <= now else { return nil }
    _ = pauses.remove(key)
    let number = UInt32(truncatingIfNeeded: key.minor)
    guard var line = self[number] else { return number }
    line.due = 0
    self[number] = line
    return number
  }
}
