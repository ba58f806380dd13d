// logd: the log (docs/reference/protocols/logd.md). What arrives is kept in a ring with its time
// and the badge it came with, shown on the kernel's log until a console shows it, and read back by
// cursor. The kernel's own lines are records too.

public import Bootstrap
import Bytes
public import CapABI
import Handoff
import IPC
public import Service
import Store
public import Sys

/// The log of the system.
public struct Logd: Server {
  static let kernelLog = ServiceSlot.control(0)
  static let log = ServiceSlot.control(1)
  static let clock = ServiceSlot.control(2)
  /// The notification of seriald.
  static let console = ServiceSlot.peer(0)
  /// Who shows the log: seriald's way to the reader face.
  static let consoleBadge = Badge(
    rawValue: LogdFaces.reader.first + UInt64(RoleID.seriald.rawValue))

  var journal: Journal
  /// The number of the first byte of the kernel's log that was not looked at.
  var kernelCursor: UInt64 = 0
  var mirror: LogMirror
  /// The first record that no mirror has shown.
  private var unshown: UInt64 = 1
  private let hasKernelMirror: Bool
  /// In smoke images the kernel's log gets every record as well: tests read it on the debug
  /// console, whoever has the serial port.
  private let keepsKernelMirror: Bool
  private var refusedCount: UInt64 = 0
  private var lastTime: UInt64

  /// An empty log.
  ///
  /// - Throws: NO_MEMORY when its heap has no room for one record of the longest text.
  public init<S: System>(_ start: inout Start, _ system: inout S) throws(ReadinessCode) {
    guard let journal = Journal(in: try start.take(start.heap.byteCount & ~15)) else {
      throw .noMemory
    }
    self.journal = journal
    lastTime = start.info.startNanoseconds
    // A release kernel shows nothing, so there is nothing to gain from telling it.
    hasKernelMirror = start.info.profile != .release
    keepsKernelMirror = start.info.profile == .smoke
    mirror = hasKernelMirror ? .kernel : .off
  }

  /// Answers those who log and those who read.
  public mutating func answer<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    let isSource = LogdFaces.source.contains(message.badge)
    guard isSource || LogdFaces.reader.contains(message.badge) else { throw .denied }
    let next = journal.next
    let work = try take(message, isSource: isSource, system.buffer)
    if case .kept(let number) = work {
      journal.stamp(from: number, now(&system))
      if mirror == .kernel || (mirror == .serial && keepsKernelMirror) { show(number, &system) }
    }
    readKernelLog(&system)
    if mirror == .serial, journal.next > next { _ = system.notify(Self.console) }
    switch work {
    case .kept(let number):
      return .now(try system.encode(reply: LogdReply.append(number: number)))
    case .read(let cursor): return .now(try read(cursor, message.badge, &system))
    case .status: return .now(try system.encode(reply: LogdReply.status(status)))
    case .setMirror(let mirror):
      let number = try change(to: mirror, message.badge)
      return .now(try system.encode(reply: LogdReply.setMirror(number: number)))
    }
  }

  /// Copies records elsewhere from now on.
  ///
  /// - Returns: The first record that no mirror has shown.
  /// - Throws: DENIED when another than the console asks, UNSUPPORTED for a mirror not there.
  private mutating func change(
    to mirror: LogMirror, _ badge: Badge
  ) throws(ResultCode) -> UInt64 {
    guard badge == Self.consoleBadge else { throw .denied }
    switch mirror {
    case .off, .serial: break
    case .kernel: guard hasKernelMirror else { throw .unsupported }
    case .serialAndFramebuffer: throw .unsupported
    }
    // The kernel's own lines were on its console already, and records are there at once.
    if self.mirror == .kernel { unshown = journal.next }
    self.mirror = mirror
    return unshown
  }

  /// What is left to do for a request.
  private enum Work {
    /// To stamp and show the record.
    case kept(UInt64)
    case read(UInt64)
    case status
    case setMirror(LogMirror)
  }

  /// Reads a request, and keeps what it brings: the text lies in the buffer.
  ///
  /// Not generic: the compiler crashes on code that lends a buffer and is specialised elsewhere
  /// (Swift 6.3.1).
  @inline(never)
  private mutating func take(
    _ message: Message, isSource: Bool, _ buffer: MessageBuffer
  ) throws(ResultCode) -> Work {
    let request: LogdRequest
    do throws(ProtocolError) {
      request = try LogdRequest(
        decoding: message.tag, body: buffer.body(message.tag.length))
    } catch {
      refusedCount += 1
      throw error.resultCode
    }
    guard isSource == request.isOfSource else { throw .denied }
    switch request {
    case .append(let severity, let text):
      return .kept(journal.append(text.bytes, severity, from: message.badge))
    case .read(let cursor): return .read(cursor)
    case .status: return .status
    case .setMirror(let mirror): return .setMirror(mirror)
    }
  }

  /// The counters.
  private var status: LogStatus {
    LogStatus(
      oldestNumber: journal.oldest, nextNumber: journal.next, refusedCount: refusedCount,
      capacityBytes: UInt32(clamping: journal.byteCount), mirror: mirror)
  }

  /// Writes the reply to READ.
  ///
  /// - Throws: NOT_FOUND at the end.
  private mutating func read<S: System>(
    _ cursor: UInt64, _ badge: Badge, _ system: inout S
  ) throws(ResultCode) -> MessageTag {
    guard let number = journal.first(from: cursor), let entry = journal.entry(number) else {
      throw .notFound
    }
    // What was kept was a text, or was made one.
    guard let text = LogText(journal.text(of: entry)) else { throw .internal }
    let record = LogRecord(
      number: number, nanoseconds: entry.nanoseconds, source: entry.source,
      severity: entry.severity, lostCount: journal.lostCount(from: cursor), text: text)
    if mirror == .serial, badge == Self.consoleBadge { unshown = max(unshown, number + 1) }
    return try system.encode(reply: LogdReply.read(record))
  }

  /// The time by the kernel's clock; the latest one known if it does not answer.
  mutating func now<S: System>(_ system: inout S) -> UInt64 {
    if let words = try? system.control(.readClock, on: Self.clock) { lastTime = words.word1 }
    return lastTime
  }
}

extension LogdRequest {
  /// Whether it is for those who log, and not for those who read.
  fileprivate var isOfSource: Bool {
    if case .append = self { return true }
    return false
  }
}
