// The loop by itself: replies, refusals, signals, time, capabilities that nobody took, replies that
// cannot be delivered, signs of life.

import CapABI
import IPC
import Service
import ServiceTesting
import Sys
import Testing

/// A timer service that keeps what it is given and remembers what happened.
private struct Sample: Server {
  static var landingCount: UInt32 { 1 }
  var deadline: UInt64?
  var signals: [UInt64] = []
  var expirations = 0
  var keeps = true
  var undone = 0

  mutating func answer<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    let request = try system.decode(message, as: TimedRequest.self)
    switch request {
    case .nowMonotonic:
      return .now(try system.encode(reply: TimedReply.nowMonotonic(nanoseconds: 5)))
    case .setPeriodic:
      guard keeps else { throw .limitReached }
      try system.move(ServiceSlot.firstLanding, to: CapSlot(rawValue: 3000))
      return .now(try system.encode(reply: TimedReply.setPeriodic(TimerID(rawValue: 1))))
    case .waitUntil:
      try system.saveReply(into: CapSlot(rawValue: 3001))
      return .nothing
    default: throw .notFound
    }
  }

  mutating func signalled<S: System>(_ bits: UInt64, _ system: inout S) { signals.append(bits) }

  mutating func undelivered<S: System>(_ system: inout S) { undone += 1 }

  mutating func expired<S: System>(_ system: inout S) {
    expirations += 1
    deadline = nil
  }
}

private let badge = Badge(rawValue: 7)
private let notification = TestCapability(.notification, .send, name: "client's")

struct ServerLoopTests {
  let kernel = TestKernel()
  private var server = Sample()

  @Test mutating func `a request is answered`() throws {
    let (reply, _): (TimedReply, _) = try kernel.ask(
      &server, TimedRequest.nowMonotonic, badge: badge)
    #expect(reply == .nowMonotonic(nanoseconds: 5))
  }

  @Test mutating func `what the service throws is the reply`() {
    #expect(throws: ResultCode.notFound) {
      let _: (TimedReply, _) = try kernel.ask(&server, TimedRequest.nowWall, badge: badge)
    }
  }

  @Test mutating func `a malformed request never reaches the service`() throws {
    kernel.arrive(TestMessage(MessageTag(label: 0x530, length: 8), [1]), badge: badge)
    kernel.arrive(TestMessage(MessageTag(label: 0x999)), badge: badge)
    kernel.run(&server)
    #expect(kernel.replies.map(\.message.tag.result) == [.invalidArgument, .unsupported])
  }

  @Test mutating func `a capability that the service keeps is its own`() throws {
    let request = TimedRequest.setPeriodic(firstNanoseconds: 0, periodNanoseconds: 1_000_000)
    let _: (TimedReply, _) = try kernel.ask(&server, request, badge: badge, [notification])
    #expect(kernel.slots == [3000: notification])
  }

  @Test mutating func `a capability of a refused request is dropped`() {
    server.keeps = false
    let request = TimedRequest.setPeriodic(firstNanoseconds: 0, periodNanoseconds: 1_000_000)
    #expect(throws: ResultCode.limitReached) {
      let _: (TimedReply, _) = try kernel.ask(&server, request, badge: badge, [notification])
    }
    #expect(kernel.slots.isEmpty)
  }

  @Test mutating func `a reply that cannot be delivered is undone, and its caller told why`() {
    kernel.nextReplyStatus = .noReceiveSlots
    #expect(throws: ResultCode.noReceiveSlots) {
      let _: (TimedReply, _) = try kernel.ask(&server, TimedRequest.nowMonotonic, badge: badge)
    }
    #expect(server.undone == 1)
  }

  @Test mutating func `a delivered reply is not undone`() throws {
    let _: (TimedReply, _) = try kernel.ask(&server, TimedRequest.nowMonotonic, badge: badge)
    #expect(server.undone == 0)
  }

  @Test mutating func `a saved reply is not given by the loop`() throws {
    kernel.arrive(
      try TestMessage(TimedRequest.waitUntil(nanoseconds: 9, flags: .none)), badge: badge)
    kernel.run(&server)
    #expect(kernel.replies.isEmpty)
    #expect(kernel.slots[3001]?.type == .reply)
  }

  @Test mutating func `signals reach the service and owe nothing`() {
    kernel.arrive(signal: 6)
    kernel.run(&server)
    #expect(server.signals == [6])
    #expect(kernel.replies.isEmpty)
  }

  @Test mutating func `time reaches the service once and bounds its waits`() {
    server.deadline = 40
    kernel.arriveTime()
    kernel.run(&server)
    #expect(server.expirations == 1)
    #expect(kernel.waits == [40, nil])
  }

  @Test mutating func `a one-way request gets no reply even when it is refused`() throws {
    kernel.arrive(
      TestMessage(MessageTag(label: 0x531, flags: .oneWay)), badge: badge)
    kernel.run(&server)
    #expect(kernel.replies.isEmpty)
  }

  @Test mutating func `faults are refused by a service that serves none`() {
    kernel.arrive(TestMessage(MessageTag(label: 8, flags: .fromKernel)), badge: badge)
    kernel.run(&server)
    #expect(kernel.replies.map(\.message.tag.result) == [.unsupported])
  }
}
