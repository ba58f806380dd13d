// What a service is: a struct that answers messages. The loop in ServerLoop.swift receives, hands
// over what is well formed, and replies; a service never calls RECV or REPLY itself.

public import CapABI
public import Sys

/// How a service ends its work on a message.
public enum Reply: Equatable, Sendable {
  /// The reply stands in the IPC buffer, under this tag.
  case now(MessageTag)
  /// Nothing is owed any more: the message was one-way, or its reply was saved for later.
  case nothing
}

/// A service.
///
/// It is driven by one thread: nothing here is entered twice. What it throws becomes the code of
/// the reply; one-way messages that are refused are dropped.
public protocol Server {
  /// How many capabilities a request may bring, 0 to 4.
  ///
  /// They land in the slots from `ServiceSlot.firstLanding` on. The server moves away what it
  /// keeps; the loop drops the rest after the reply is made.
  static var landingCount: UInt32 { get }

  /// Monotonic nanoseconds when `expired` shall be called; nil for never.
  var deadline: UInt64? { get }

  /// Whether it serves its clients; READY is reported when this is true for the first time.
  ///
  /// A service that is told by messages what to serve says no until it was told.
  var isReady: Bool { get }

  /// Answers a request.
  ///
  /// - Throws: The code to reply with instead.
  mutating func answer<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply

  /// Answers a fault, which the kernel sent in the name of the thread that faulted.
  ///
  /// - Throws: The code that says why it is not resolved.
  mutating func fault<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply

  /// Undoes what the last reply gave: it could not be delivered, and its caller got the code that
  /// says why (it named no slot for a capability, say).
  mutating func undelivered<S: System>(_ system: inout S)

  /// Looks at the bits of its notification, which are cleared.
  mutating func signalled<S: System>(_ bits: UInt64, _ system: inout S)

  /// Does what was to be done at `deadline`, or a little later.
  mutating func expired<S: System>(_ system: inout S)
}

extension Server {
  /// None: a service that takes no capabilities.
  public static var landingCount: UInt32 { 0 }

  /// Never.
  public var deadline: UInt64? { nil }

  /// From the start.
  public var isReady: Bool { true }

  /// A service that serves no faults resolves none.
  public mutating func fault<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    throw .unsupported
  }

  /// A service whose replies give nothing away has nothing to undo.
  public mutating func undelivered<S: System>(_ system: inout S) {}

  /// Nothing signals a service that does not say otherwise.
  public mutating func signalled<S: System>(_ bits: UInt64, _ system: inout S) {}

  /// Nothing is due in a service that names no deadline.
  public mutating func expired<S: System>(_ system: inout S) {}
}

/// Slots of a service's own CSpace behind those of its intake table.
public enum ServiceSlot {
  /// First of four slots where capabilities of requests land.
  public static let firstLanding = CapSlot(rawValue: StartupSlot.firstDynamic)
  /// Where the capability of a reply lands that the service asked for.
  public static let replyLanding = CapSlot(rawValue: StartupSlot.firstDynamic + 4)
  /// First slot that is free for what the service keeps.
  public static let firstFree: UInt32 = StartupSlot.firstDynamic + 8

  /// The slot of a kernel-control endpoint of the intake table, by its place there.
  public static func control(_ index: UInt32) -> CapSlot {
    CapSlot(rawValue: StartupSlot.firstControl + index)
  }

  /// The slot of a peer of the intake table, by its place there.
  public static func peer(_ index: UInt32) -> CapSlot {
    CapSlot(rawValue: StartupSlot.firstPeer + index)
  }
}
