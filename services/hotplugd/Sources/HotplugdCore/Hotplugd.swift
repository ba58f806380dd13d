// hotplugd: devices that come and go (docs/reference/protocols/hotplugd.md). It takes the kernel's
// events and reports each to deviced; it gives nobody anything.

public import Bootstrap
public import CapABI
import IPC
import Runtime
public import Service
public import Sys

/// The service.
public struct Hotplugd: Server {
  private static var control: CapSlot { ServiceSlot.control(0) }
  private static var deviced: CapSlot { ServiceSlot.peer(0) }
  private static var interval: UInt64 { 500_000_000 }
  private static var mostAtOnce: UInt32 { 32 }

  // It has no clock: each time is one interval after the one before.
  private var next: UInt64
  private var last: HotplugEvent?
  /// Taken from the kernel, and not yet reported.
  private var pending: HotplugEvent?

  /// hotplugd before its first event.
  public init(_ start: inout Start) throws(ReadinessCode) {
    next = start.info.startNanoseconds &+ Self.interval
  }

  /// Twice a second.
  public var deadline: UInt64? { next }

  /// Answers a request.
  public mutating func answer<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    let request: HotplugdRequest = try system.decode(message)
    let isControl = HotplugdFaces.control.contains(message.badge)
    guard isControl || HotplugdFaces.client.contains(message.badge) else { throw .denied }
    let reply: HotplugdReply
    switch request {
    case .discover:
      guard isControl else { throw .denied }
      let count = look(&system)
      guard count > 0 else { throw .retry }
      reply = .discover(eventCount: count)
    case .readLastEvent:
      guard let last else { throw .notFound }
      reply = .readLastEvent(last)
    }
    return .now(try system.encode(reply: reply))
  }

  /// Looks for events.
  public mutating func signalled<S: System>(_ bits: UInt64, _ system: inout S) {
    _ = look(&system)
  }

  /// Looks for events.
  public mutating func expired<S: System>(_ system: inout S) {
    next = next.addingReportingOverflow(Self.interval).partialValue
    _ = look(&system)
  }

  /// Takes events and reports them; one that deviced does not take is reported again next time.
  ///
  /// - Returns: How many were reported.
  private mutating func look<S: System>(_ system: inout S) -> UInt32 {
    var count: UInt32 = 0
    while count < Self.mostAtOnce, let event = pending ?? take(&system) {
      pending = event
      do throws(ResultCode) {
        let _: DevicedReply = try system.ask(
          DevicedRequest.reportHotplug(event.kind, event.location), of: Self.deviced)
      } catch {
        return count
      }
      pending = nil
      last = event
      count += 1
      system.log(Self.line(of: event), .info)
    }
    return count
  }

  /// What happened and where, as `inserted 01:00.0`.
  private static func line(of event: HotplugEvent) -> TextLine {
    let place = event.location.rawValue
    var line = TextLine(event.kind == .inserted ? "inserted " : "removed ")
    append(place & 0xFF, to: &line)
    line.append(":")
    append(place >> 8 & 0x1F, to: &line)
    line.append(".")
    line.append(decimal: UInt64(place >> 16 & 7))
    return line
  }

  /// Appends two hexadecimal digits.
  private static func append(_ value: UInt32, to line: inout TextLine) {
    for place in 0..<UInt32(2) {
      let digit = UInt8(truncatingIfNeeded: value >> (4 - 4 * place) & 0xF)
      line.append(byte: digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }

  /// The oldest event that waits; nil without one.
  private mutating func take<S: System>(_ system: inout S) -> HotplugEvent? {
    while let words = try? system.control(.waitHotplug, on: Self.control) {
      // A kind or place that is not known here is no event.
      guard let kind = HotplugKind(rawValue: UInt8(truncatingIfNeeded: words.word0)),
        let location = DeviceLocation(rawValue: UInt32(truncatingIfNeeded: words.word1)),
        location.isPCI
      else { continue }
      return HotplugEvent(number: (last?.number ?? 0) &+ 1, kind: kind, location: location)
    }
    return nil
  }
}
