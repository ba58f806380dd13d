// The loop of every service: one REPLY_RECV per request. What arrives is sorted here: signals,
// faults, requests, time. A reply that cannot be delivered (the caller offers no slot for a
// capability, say) is replaced by the code that says so; a caller is never left waiting.

import Bootstrap
public import CapABI
import IPC
public import Sys

/// Receives, hands over, replies, for as long as the endpoint lives.
public struct ServerLoop {
  private let endpoint: CapSlot
  private var watchdog: Watchdog?
  private let supervisor: CapSlot?
  private var landingCount: UInt32 = 0
  private var owesReady: Bool

  /// A loop on an endpoint with RECV.
  ///
  /// - Parameters:
  ///   - endpoint: The slot it receives on.
  ///   - supervisor: Who gets READY, when somebody waits for it.
  ///   - watchdog: Signs of life, when somebody waits for them.
  public init(on endpoint: CapSlot, supervisor: CapSlot? = nil, watchdog: Watchdog? = nil) {
    self.endpoint = endpoint
    self.supervisor = supervisor
    self.watchdog = watchdog
    owesReady = supervisor != nil
  }

  /// Serves until nothing can be received any more.
  ///
  /// - Returns: Why: what RECV said.
  public mutating func run<T: Server, S: System>(
    _ server: inout T, _ system: inout S
  ) -> ResultCode {
    landingCount = min(T.landingCount, UInt32(MessageTag.maximumCapabilities))
    reportReady(server, &system)
    var answer = receive(server, &system)
    while true {
      if answer.status == .ok {
        let reply = handle(answer, &server, &system)
        if owesReady { reportReady(server, &system) }
        if case .now(let tag) = reply {
          answer = replyReceive(tag, &server, &system)
          continue
        }
      } else if answer.status == .timedOut {
        expire(&server, &system)
      } else {
        return answer.status
      }
      answer = receive(server, &system)
    }
  }

  // MARK: One message

  private mutating func handle<T: Server, S: System>(
    _ answer: Answer, _ server: inout T, _ system: inout S
  ) -> Reply {
    watchdog?.messageArrived(&system)
    if answer.tag.flags.contains(.notified) {
      server.signalled(answer.words.word0, &system)
      return .nothing
    }
    let message = system.take(answer)
    var reply: Reply
    do throws(ResultCode) {
      reply =
        message.isFromKernel
        ? try server.fault(message, &system) : try server.answer(message, &system)
    } catch {
      reply = .now(MessageTag(refusing: error))
    }
    for index in 0..<min(UInt32(message.tag.capabilityCount), landingCount) {
      // Empty when the server took it: then there is nothing to drop, and the refusal says so.
      try? system.drop(CapSlot(rawValue: ServiceSlot.firstLanding.rawValue + index))
    }
    if message.isOneWay { reply = .nothing }
    return reply
  }

  private mutating func reportReady<T: Server, S: System>(_ server: T, _ system: inout S) {
    guard owesReady, server.isReady, let supervisor else { return }
    owesReady = false
    system.report(.ready, to: supervisor)
  }

  private mutating func expire<T: Server, S: System>(_ server: inout T, _ system: inout S) {
    let time = deadline(server)
    watchdog?.expired(at: time ?? 0, &system)
    if let due = server.deadline, due <= time ?? 0 { server.expired(&system) }
  }

  // MARK: Waiting

  private func deadline<T: Server>(_ server: T) -> UInt64? {
    guard let watchdog else { return server.deadline }
    return min(watchdog.next, server.deadline ?? .max)
  }

  /// Writes what the next wait needs into the buffer, and gives the flags that say so.
  private func prepare<T: Server, S: System>(_ server: T, _ system: S) -> MessageFlags {
    var flags = MessageFlags.none
    if landingCount > 0 {
      system.buffer.setReceiveSlots(ServiceSlot.firstLanding, count: landingCount)
      flags = flags | .receiveSlots
    }
    if let time = deadline(server) {
      system.buffer.setDeadline(time)
      flags = flags | .deadline
    }
    return flags
  }

  private func receive<T: Server, S: System>(_ server: T, _ system: inout S) -> Answer {
    system.receive(endpoint, MessageTag(label: 0, flags: prepare(server, system)))
  }

  private func replyReceive<T: Server, S: System>(
    _ tag: MessageTag, _ server: inout T, _ system: inout S
  ) -> Answer {
    let words = tag.length == 0 ? MessageWords() : system.buffer.words
    let answer = system.replyReceive(endpoint, tag.adding(prepare(server, system)), words)
    guard answer.status != .ok, answer.status != .timedOut else { return answer }
    // Either the reply was refused, and is still owed, or the receive failed after it was given;
    // the second shows in the next receive.
    let second = system.reply(endpoint, MessageTag(refusing: answer.status))
    if second.status == .ok { server.undelivered(&system) }
    return receive(server, &system)
  }
}
