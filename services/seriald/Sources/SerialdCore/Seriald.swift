// seriald: the serial console (docs/reference/protocols/seriald.md). It writes what its clients and
// the log have to say, line by line, lets a person edit lines, and hands over what was typed. The
// port itself is a driver's, which deviced gives it.

public import Bootstrap
import Bytes
public import CapABI
import Handoff
import IPC
public import Service
import Store
public import Sys
import Terminal

/// The service.
public struct Seriald: Server {
  static let clock = ServiceSlot.control(0)
  static let devices = ServiceSlot.peer(0)
  static let log = ServiceSlot.peer(1)
  /// The way to the driver.
  static let driver = CapSlot(rawValue: ServiceSlot.firstFree)
  /// The reply to the reader that waits.
  static let readerReply = CapSlot(rawValue: ServiceSlot.firstFree + 1)
  /// The first of the replies to WRITE requests that wait.
  static let firstWriteReply = ServiceSlot.firstFree + 2

  /// Bits of seriald's notification.
  enum Signal {
    /// The driver has input, or room for output.
    static let driver: UInt64 = 1
    /// deviced has another driver, or none.
    static let provider: UInt64 = 2
    /// The log has more records.
    static let log: UInt64 = 4
  }

  /// Who waits for what is typed.
  enum Reader: Equatable {
    case none
    case line
    case key
  }

  private static let outputBytes = 16 << 10
  private static let inputBytes = 4096

  var console: Console
  var input: ByteRing
  var decoder = KeyDecoder()
  var waiting: WaitingWrites
  var reader = Reader.none
  /// Who read last.
  var foreground = Badge.none
  var status = SerialdStatus()

  /// There may be input at the driver.
  var isInputPending = true
  /// The driver has no room.
  var isDriverFull = false
  /// The number of the next byte that the driver has for us.
  var driverCursor: UInt64 = 0
  /// There may be records of the log.
  var isLogPending = true
  /// The number of the next record to show.
  var record: UInt64 = 1
  /// The least severity of records that are shown: a release image is quiet while all is well.
  let leastSeverity: LogSeverity
  /// Monotonic nanoseconds when deviced is asked again for a driver; nil while there is one.
  var nextTry: UInt64?
  /// Work is left that a message in between comes before.
  var isBusy = false

  /// A console with a driver.
  ///
  /// - Throws: NO_MEMORY without room, DEVICE_ABSENT when there is no serial port, PEER_UNAVAILABLE
  ///   when deviced or logd refuse.
  public init<S: System>(_ start: inout Start, _ system: inout S) throws(ReadinessCode) {
    let output = ByteRing(in: try start.take(Self.outputBytes))
    input = ByteRing(in: try start.take(Self.inputBytes))
    let slotCount = Int(start.info.cspaceSlots) - Int(Self.firstWriteReply)
    let half = start.heap.byteCount / 2 & ~15
    guard let editor = LineEditor(in: &start.heap),
      let partials = Partials(in: try start.take(max(0, half - 2048))),
      let waiting = WaitingWrites(in: start.heap, slotCount: max(0, slotCount))
    else { throw .noMemory }
    console = Console(output: output, editor: editor, partials: partials)
    leastSeverity = start.info.profile == .release ? .warning : .info
    self.waiting = waiting
    try findDriver(&system)
    do throws(ResultCode) {
      record = try Self.setMirror(&system)
    } catch {
      throw .peerUnavailable
    }
    work(&system)
  }

  /// Now when work is left, later when deviced is to be asked again.
  public var deadline: UInt64? { isBusy ? 0 : nextTry }

  // MARK: Requests

  /// Answers those who write and those who read.
  public mutating func answer<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    let isReader = SerialdFaces.reader.contains(message.badge)
    guard isReader || SerialdFaces.writer.contains(message.badge) else { throw .denied }
    switch try take(message, isReader: isReader, system.buffer) {
    case .written:
      work(&system)
      return .now(try system.encode(reply: SerialdReply.write))
    case .kept(let place):
      return try save(CapSlot(rawValue: Self.firstWriteReply + place), &system)
    case .reader:
      try? system.drop(Self.readerReply)
      let reply = try save(Self.readerReply, &system)
      work(&system)
      return reply
    case .read(let cursor): return .now(try read(cursor, &system))
    case .status: return .now(try currentStatus(&system))
    }
  }

  private mutating func save<S: System>(
    _ slot: CapSlot, _ system: inout S
  ) throws(ResultCode) -> Reply {
    do throws(ResultCode) {
      try system.saveReply(into: slot)
    } catch {
      // What was begun for the caller stays: a write is done, a reader comes again.
      reader = slot == Self.readerReply ? .none : reader
      throw error
    }
    return .nothing
  }

  /// What is left to do for a request.
  private enum Work {
    /// The text stands in the queue.
    case written
    /// The text waits, and its reply with it.
    case kept(UInt32)
    /// A reader waits.
    case reader
    case read(UInt64)
    case status
  }

  /// Reads a request, and keeps what it brings: the text lies in the buffer.
  ///
  /// Not generic: the compiler crashes on code that lends a buffer and is specialised elsewhere
  /// (Swift 6.3.1).
  @inline(never)
  private mutating func take(
    _ message: Message, isReader: Bool, _ buffer: MessageBuffer
  ) throws(ResultCode) -> Work {
    let request: SerialdRequest
    do throws(ProtocolError) {
      request = try SerialdRequest(
        decoding: message.tag, body: buffer.body(message.tag.length))
    } catch {
      status.refusedCount += 1
      throw error.resultCode
    }
    switch request {
    case .write(let text):
      guard waiting.count > 0 || console.output.room < Console.roomForText else {
        try write(text, of: message.badge)
        return .written
      }
      guard waiting.hasRoom else { throw .limitReached }
      let place = waiting.nextPlace
      waiting.append(text, of: message.badge)
      return .kept(place)
    case .status: return .status
    case .read(let cursor):
      guard isReader else { throw .denied }
      guard reader == .none else { throw .busy }
      foreground = message.badge
      return .read(cursor)
    case .readLine(let line):
      guard isReader else { throw .denied }
      foreground = message.badge
      reader = .line
      console.begin(line)
      return .reader
    case .readKey:
      guard isReader else { throw .denied }
      foreground = message.badge
      reader = .key
      console.abandonLine()
      return .reader
    }
  }

  /// Puts text into the queue, which has room for it.
  mutating func write(_ text: RawSpan, of writer: Badge) throws(ResultCode) {
    if writer == foreground {
      console.write(foreground: text, isEditing: reader == .line)
    } else {
      try console.write(text, of: writer)
    }
  }

  /// Writes the reply to READ.
  ///
  /// - Throws: NOT_FOUND without input, INVALID_ARGUMENT for a cursor behind its end.
  private mutating func read<S: System>(
    _ cursor: UInt64, _ system: inout S
  ) throws(ResultCode) -> MessageTag {
    guard cursor <= input.next else { throw .invalidArgument }
    input.forget(before: cursor)
    fetchInput(&system)
    guard !input.isEmpty else { throw .notFound }
    let bytes = input.run(atMost: Int(SerialInput.counts.upperBound))
    let found = SerialInput(
      number: input.first, waitingCount: UInt32(input.count - bytes.byteCount), bytes: bytes)
    return try system.encode(reply: SerialdReply.read(found))
  }

  private mutating func currentStatus<S: System>(
    _ system: inout S
  ) throws(ResultCode) -> MessageTag {
    status.port = readPort(&system)
    status.hasDriver = nextTry == nil
    status.firstInput = input.first
    status.nextInput = input.next
    status.waitingCount = UInt32(console.output.count)
    status.waitingWriteCount = UInt32(waiting.count)
    return try system.encode(reply: SerialdReply.status(status))
  }

  // MARK: Signals

  /// Looks at what the driver, deviced or the log have.
  public mutating func signalled<S: System>(_ bits: UInt64, _ system: inout S) {
    if bits & Signal.driver != 0 {
      isInputPending = true
      isDriverFull = false
    }
    if bits & Signal.provider != 0 { resolveAgain(&system) }
    if bits & Signal.log != 0 { isLogPending = true }
    work(&system)
  }

  /// Goes on with what was left, or asks deviced again.
  public mutating func expired<S: System>(_ system: inout S) {
    if !isBusy { resolveAgain(&system) }
    work(&system)
  }
}
