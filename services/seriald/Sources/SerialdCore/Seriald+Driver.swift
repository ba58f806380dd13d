// The driver: found through deviced, called with a limit, and found again when it is gone.

import Bootstrap
import CapABI
import IPC
import Service
import Sys

extension Seriald {
  /// How long a driver may take to answer: it never waits, so one that takes longer is gone.
  private static let patience: UInt64 = 500_000_000
  /// How often deviced is asked for a driver while there is none; it signals, too.
  private static let tryInterval: UInt64 = 1_000_000_000

  // MARK: Finding it

  /// Waits until deviced has a driver.
  ///
  /// - Throws: DEVICE_ABSENT when there is no serial port, PEER_UNAVAILABLE when deviced refuses.
  mutating func findDriver<S: System>(_ system: inout S) throws(ReadinessCode) {
    do throws(ResultCode) {
      let _: DevicedReply = try system.ask(
        DevicedRequest.registerHAL(.serial), of: Self.devices)
    } catch {
      throw .peerUnavailable
    }
    while true {
      do throws(ResultCode) {
        try resolve(&system)
        return
      } catch {
        switch error {
        case .retry: break
        case .notFound: throw .deviceAbsent
        default: throw .peerUnavailable
        }
      }
      system.buffer.setDeadline(now(&system) &+ Self.tryInterval)
      // A signal or the time: both mean that it is worth asking.
      _ = system.receive(
        StartupSlot.notification, MessageTag(label: 0, flags: .deadline))
    }
  }

  /// Asks deviced for the driver.
  private mutating func resolve<S: System>(_ system: inout S) throws(ResultCode) {
    let _: DevicedReply = try system.ask(
      DevicedRequest.resolveProvider(.serial), of: Self.devices,
      landing: ServiceSlot.replyLanding)
    try? system.drop(Self.driver)
    try system.move(ServiceSlot.replyLanding, to: Self.driver)
    nextTry = nil
    isInputPending = true
    isDriverFull = false
    status.providerCount &+= 1
  }

  /// Asks deviced again; when it has no driver now, after a while.
  mutating func resolveAgain<S: System>(_ system: inout S) {
    do throws(ResultCode) {
      try resolve(&system)
      // The driver before may have taken output that it never sent.
      console.redrawLine()
    } catch {
      nextTry = now(&system) &+ Self.tryInterval
    }
  }

  /// Does without the driver until deviced has one.
  mutating func driverIsGone<S: System>(_ system: inout S) {
    nextTry = now(&system) &+ Self.tryInterval
  }

  // MARK: Calls

  /// Calls a peer that does not wait for anybody.
  ///
  /// - Returns: The tag of the reply, whose body is in the buffer; nil when there is none.
  mutating func call<S: System>(
    _ peer: CapSlot, _ tag: MessageTag, _ system: inout S
  ) -> MessageTag? {
    // The words of the request are read before the clock is, whose answer comes in registers.
    let words = system.buffer.words
    system.buffer.setDeadline(now(&system) &+ Self.patience)
    let answer = system.call(peer, tag.adding(.deadline), words)
    guard answer.status == .ok else { return nil }
    return system.take(answer).tag
  }

  /// Calls the driver.
  ///
  /// - Returns: The tag of its reply; nil when it is gone.
  mutating func call<S: System>(
    _ request: borrowing DrvSerialRequest, _ system: inout S
  ) -> MessageTag? {
    guard let tag = try? system.encode(request), let reply = call(Self.driver, tag, &system) else {
      driverIsGone(&system)
      return nil
    }
    return reply
  }

  /// The driver's counters; zero when it is gone.
  mutating func readPort<S: System>(_ system: inout S) -> SerialPortCounters {
    guard nextTry == nil, let tag = call(.readStats, &system) else { return SerialPortCounters() }
    guard let counters = Self.counters(tag, system.buffer) else {
      driverIsGone(&system)
      return SerialPortCounters()
    }
    return counters
  }

  @inline(never)
  private static func counters(_ tag: MessageTag, _ buffer: MessageBuffer) -> SerialPortCounters? {
    guard
      case .readStats(let counters)? = try? DrvSerialReply(
        decoding: tag, body: buffer.body(tag.length), to: .readStats)
    else { return nil }
    return counters
  }

  /// Takes the log's mirror over.
  ///
  /// - Returns: The first record to show.
  static func setMirror<S: System>(_ system: inout S) throws(ResultCode) -> UInt64 {
    let tag = try system.encode(LogdRequest.setMirror(.serial))
    let answer = system.call(Self.log, tag, system.buffer.words)
    guard answer.status == .ok else { throw answer.status }
    guard let number = number(system.take(answer).tag, system.buffer) else { throw .internal }
    return number
  }

  @inline(never)
  private static func number(_ tag: MessageTag, _ buffer: MessageBuffer) -> UInt64? {
    guard
      case .setMirror(let number)? = try? LogdReply(
        decoding: tag, body: buffer.body(tag.length), to: .setMirror)
    else { return nil }
    return number
  }

  /// The time by the kernel's clock.
  func now<S: System>(_ system: inout S) -> UInt64 {
    (try? system.control(.readClock, on: Self.clock))?.word1 ?? 0
  }
}
