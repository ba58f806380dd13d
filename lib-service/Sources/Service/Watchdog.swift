// Signs of life: a service tells its supervisor at least as often as its envelope demands that it
// still comes back to its loop.

public import CapABI
import IPC
import Sys

/// When the next sign of life is due, and who gets it.
///
/// A service has no clock of its own. It knows the time of its start and that a wait with a
/// deadline ended; in between it counts messages, since a busy service's waits never end by time.
public struct Watchdog {
  private static let messagesPerSign: UInt32 = 64

  private let supervisor: CapSlot
  private let interval: UInt64
  private var messages: UInt32 = 0
  /// Monotonic nanoseconds of the next sign by time.
  public private(set) var next: UInt64

  /// Signs of life twice as often as the supervisor demands; nil when it demands none.
  ///
  /// - Parameters:
  ///   - supervisor: Who gets KICK_WATCHDOG.
  ///   - milliseconds: How long the supervisor waits, from the envelope; 0 for no watchdog.
  ///   - start: The time of the start, from the envelope.
  public init?(supervisor: CapSlot, milliseconds: UInt32, start: UInt64) {
    guard milliseconds > 0 else { return nil }
    self.supervisor = supervisor
    interval = UInt64(milliseconds) * 500_000
    next = start.addingReportingOverflow(interval).partialValue
  }

  /// Counts a message.
  mutating func messageArrived<S: System>(_ system: inout S) {
    messages += 1
    if messages >= Self.messagesPerSign { kick(&system) }
  }

  /// Looks whether a sign is due at a time that has come.
  mutating func expired<S: System>(at time: UInt64, _ system: inout S) {
    guard time >= next else { return }
    next = next.addingReportingOverflow(interval).partialValue
    kick(&system)
  }

  private mutating func kick<S: System>(_ system: inout S) {
    messages = 0
    // A full ring has signs of life in it already.
    _ = system.notify(supervisor, MessageTag(label: ProcdOperation.kickWatchdog.rawValue))
  }
}
