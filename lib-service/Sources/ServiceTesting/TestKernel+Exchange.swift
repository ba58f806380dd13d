// Sending requests to a service under test, through its real loop.

import Bytes
public import CapABI
public import IPC
public import Service
import Sys

extension TestMessage {
  /// A request as it is sent.
  public init<Request: ServiceRequest>(
    _ request: Request, _ capabilities: [TestCapability] = [], oneWay: Bool = false
  ) throws {
    var body = [UInt8](repeating: 0, count: 1024)
    var span = body.mutableSpan
    var bytes = span.mutableRawBytes
    let tag = try request.encode(into: &bytes)
    self.init(
      oneWay ? tag.adding(.oneWay) : tag, Array(body[..<Int(tag.length)]), capabilities)
  }

  /// A successful reply as it is sent.
  public init<Answer: ServiceReply>(
    reply: Answer, _ capabilities: [TestCapability] = []
  ) throws {
    var body = [UInt8](repeating: 0, count: 1024)
    var span = body.mutableSpan
    var bytes = span.mutableRawBytes
    let tag = try reply.encode(into: &bytes)
    self.init(tag, Array(body[..<Int(tag.length)]), capabilities)
  }

  /// The reply that this message is to an operation; throws the code of a refusal.
  public func decoded<Answer: ServiceReply>(
    _ operation: Answer.Operation, as type: Answer.Type = Answer.self
  ) throws -> Answer {
    guard tag.result == .ok else { throw tag.result }
    let plain = MessageTag(rawValue: tag.rawValue & ~(0xFF << MessageTag.flagsShift))
    return try Answer(decoding: plain, body: body.span.rawBytes, to: operation)
  }
}

extension TestKernel {
  /// Lets messages arrive and the service work until it waits for more.
  public func run<T: Server>(_ server: inout T) {
    var loop = ServerLoop(on: StartupSlot.endpoint)
    var system = system
    _ = loop.run(&server, &system)
  }

  /// A message that will arrive.
  public func arrive(_ message: TestMessage, badge: Badge) {
    arrivals.append(.message(badge: badge, message))
  }

  /// Bits of the bound notification that will arrive.
  public func arrive(signal bits: UInt64) { arrivals.append(.signal(bits)) }

  /// The end of a wait by its deadline.
  public func arriveTime() { arrivals.append(.time) }

  /// Sends one request through the service's loop and returns its reply.
  ///
  /// - Throws: The code of a refusal; `TestFailure.noReply` when none was given.
  public func ask<T: Server, Request: ServiceRequest, Answer: ServiceReply>(
    _ server: inout T, _ request: Request, badge: Badge, _ capabilities: [TestCapability] = []
  ) throws -> (reply: Answer, capabilities: [TestCapability])
  where Request.Operation == Answer.Operation {
    let before = replies.count
    arrive(try TestMessage(request, capabilities), badge: badge)
    run(&server)
    guard replies.count > before, let last = replies.last?.message else {
      throw TestFailure.noReply
    }
    return (try last.decoded(request.operation), last.capabilities)
  }

  /// Sends a one-way request through the service's loop.
  public func tell<T: Server, Request: ServiceRequest>(
    _ server: inout T, _ request: Request, badge: Badge
  ) throws {
    arrive(try TestMessage(request, oneWay: true), badge: badge)
    run(&server)
  }
}

/// What a test of a service did not expect.
public enum TestFailure: Error, Equatable {
  /// A request got no reply.
  case noReply
  /// The boot configuration does not have the role.
  case notDeclared
}
