// The protocol of timed: clocks and timers
// (docs/reference/protocols/timed.md has Rights, Errors and Blocks of each operation).

public import CapABI

/// Operations of timed.
public enum TimedOperation: UInt16, ServiceOperation {
  /// Reads the monotonic clock.
  case nowMonotonic = 0x530
  /// Reads the wall clock.
  case nowWall = 0x531
  /// Waits once.
  case waitUntil = 0x532
  /// Starts a timer that signals a notification again and again.
  case setPeriodic = 0x533
  /// Stops a timer.
  case cancel = 0x534

  /// How each operation travels.
  public var shape: OperationShape {
    switch self {
    case .nowMonotonic: .call(.empty, reply: .exactly(8))
    case .nowWall: .call(.empty, reply: .exactly(16))
    case .waitUntil: .call(.exactly(16), reply: .exactly(8))
    case .setPeriodic: .call(.exactly(16, capabilities: 1), reply: .exactly(8))
    case .cancel: .call(.exactly(8), reply: .empty)
    }
  }
}

/// The face of timed, as a range of badges.
public enum TimedFaces {
  /// Everybody; the badge says whose timers are meant.
  public static var client: BadgeRange { .publicFace }
}

/// How WAIT_UNTIL counts.
public struct WaitFlags: FlagSet {
  /// The bit pattern.
  public let rawValue: UInt32

  /// Wraps a bit pattern without checking it; outside values go through `init(validating:)`.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// The time counts from the arrival of the request, not from the start of the machine.
  public static let relative = WaitFlags(rawValue: 1 << 0)

  /// Every flag there is.
  public static let all = relative
}

/// A request to timed.
///
/// Times are monotonic nanoseconds since the start of the machine.
public enum TimedRequest: ServiceRequest, Equatable, Sendable {
  /// The monotonic time.
  case nowMonotonic
  /// The wall-clock time.
  case nowWall
  /// The reply comes when the time is reached.
  case waitUntil(nanoseconds: UInt64, flags: WaitFlags)
  /// Carries a notification with SEND, which is signalled at `first` and then every `period`.
  case setPeriodic(firstNanoseconds: UInt64, periodNanoseconds: UInt64)
  /// A timer of the caller's own.
  case cancel(TimerID)

  /// Shortest period, one tick of the published 1000-Hz clock; longest, one day.
  public static let periods: ClosedRange<UInt64> = 1_000_000...86_400_000_000_000

  /// What is asked for.
  public var operation: TimedOperation {
    switch self {
    case .nowMonotonic: .nowMonotonic
    case .nowWall: .nowWall
    case .waitUntil: .waitUntil
    case .setPeriodic: .setPeriodic
    case .cancel: .cancel
    }
  }

  /// Reads the fields.
  public init(_ operation: TimedOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .nowMonotonic: self = .nowMonotonic
    case .nowWall: self = .nowWall
    case .waitUntil:
      self = .waitUntil(nanoseconds: try reader.integer(), flags: try reader.flags())
      try reader.reserved(4)
    case .setPeriodic:
      self = .setPeriodic(
        firstNanoseconds: try reader.integer(),
        periodNanoseconds: try reader.integer(in: Self.periods))
    case .cancel:
      self = .cancel(try reader.value())
      try reader.reserved(4)
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .waitUntil(let nanoseconds, let flags):
      try writer.integer(nanoseconds)
      try writer.flags(flags)
      try writer.reserved(4)
    case .setPeriodic(let first, let period):
      try writer.integer(first)
      try writer.integer(period, in: Self.periods)
    case .cancel(let timer):
      try writer.value(timer)
      try writer.reserved(4)
    case .nowMonotonic, .nowWall: break
    }
  }
}

/// Where the wall clock comes from.
public enum WallClockSource: UInt8, Sendable {
  /// Nowhere: the machine gave no time, and counting began at 1970.
  case synthetic = 0
  /// The firmware's clock at boot.
  case firmware = 1
}

/// A point of wall-clock time.
public struct WallTime: Equatable, Sendable {
  /// Seconds since 1970-01-01 00:00:00 UTC, without leap seconds.
  public var seconds: UInt64
  /// Nanoseconds of the second, below 1,000,000,000.
  public var nanoseconds: UInt32
  /// How far it can be believed.
  public var source: WallClockSource

  /// A time of these parts.
  public init(seconds: UInt64, nanoseconds: UInt32, source: WallClockSource) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
    self.source = source
  }

  /// What `nanoseconds` may be.
  static let fractions: ClosedRange<UInt32> = 0...999_999_999
}

/// A successful reply of timed.
public enum TimedReply: ServiceReply, Equatable, Sendable {
  /// Nanoseconds since the start of the machine.
  case nowMonotonic(nanoseconds: UInt64)
  /// Wall-clock time.
  case nowWall(WallTime)
  /// The monotonic time of the reply, not before the time waited for.
  case waitUntil(nanoseconds: UInt64)
  /// The timer's number, which CANCEL takes.
  case setPeriodic(TimerID)
  /// Done.
  case cancel

  /// What is answered.
  public var operation: TimedOperation {
    switch self {
    case .nowMonotonic: .nowMonotonic
    case .nowWall: .nowWall
    case .waitUntil: .waitUntil
    case .setPeriodic: .setPeriodic
    case .cancel: .cancel
    }
  }

  /// Reads the fields.
  public init(_ operation: TimedOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .nowMonotonic: self = .nowMonotonic(nanoseconds: try reader.integer())
    case .nowWall:
      self = .nowWall(
        WallTime(
          seconds: try reader.integer(), nanoseconds: try reader.integer(in: WallTime.fractions),
          source: try reader.value()))
      try reader.reserved(3)
    case .waitUntil: self = .waitUntil(nanoseconds: try reader.integer())
    case .setPeriodic:
      self = .setPeriodic(try reader.value())
      try reader.reserved(4)
    case .cancel: self = .cancel
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .nowMonotonic(let nanoseconds), .waitUntil(let nanoseconds):
      try writer.integer(nanoseconds)
    case .nowWall(let time):
      try writer.integer(time.seconds)
      try writer.integer(time.nanoseconds, in: WallTime.fractions)
      try writer.value(time.source)
      try writer.reserved(3)
    case .setPeriodic(let timer):
      try writer.value(timer)
      try writer.reserved(4)
    case .cancel: break
    }
  }
}
