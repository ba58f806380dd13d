// A kernel that follows a script: messages arrive in the order in which a test sends them, calls to
// peers and to the kernel are answered by closures, slots hold what the test put there. Everything
// that a service did can be looked at afterwards.

import Bytes
public import CapABI
public import IPC
import Service
public import Sys

/// A capability as a test sees it: what QUERY_LOCAL_CAP would say, and a name to tell it by.
public struct TestCapability: Equatable, Sendable {
  /// Its type.
  public var type: CapabilityType
  /// Its rights.
  public var rights: Rights
  /// Its family.
  public var kind: EndpointKind
  /// Its badge.
  public var badge: Badge
  /// What stands behind it, in the words of the test.
  public var name: String

  /// A capability of these parts.
  public init(
    _ type: CapabilityType, _ rights: Rights, kind: EndpointKind = .generic,
    badge: Badge = .none, name: String = ""
  ) {
    self.type = type
    self.rights = rights
    self.kind = kind
    self.badge = badge
    self.name = name
  }
}

/// A message that a service sent or received, in arrays.
public struct TestMessage: Equatable, Sendable {
  /// The tag, with the flags as sent.
  public var tag: MessageTag
  /// The whole body.
  public var body: [UInt8]
  /// What went along.
  public var capabilities: [TestCapability]

  /// A message of these parts.
  public init(_ tag: MessageTag, _ body: [UInt8] = [], _ capabilities: [TestCapability] = []) {
    self.tag = tag
    self.body = body
    self.capabilities = capabilities
  }

  /// A refusal.
  public static func refusing(_ code: ResultCode) -> TestMessage {
    TestMessage(MessageTag(refusing: code))
  }

  /// Word `index` of the body, as control operations have them.
  public func word(_ index: Int) -> UInt64 {
    (0..<8).reduce(0) { word, byte in
      let place = index * 8 + byte
      return word | (place < body.count ? UInt64(body[place]) << UInt64(byte * 8) : 0)
    }
  }
}

/// The scripted kernel.
public final class TestKernel {
  /// What the service's slots hold.
  public var slots: [UInt32: TestCapability] = [:]
  /// Messages that were sent with NOTIFY, in order, by slot.
  public private(set) var notified: [(slot: CapSlot, message: TestMessage)] = []
  /// Calls that the service made, in order.
  public private(set) var calls: [(slot: CapSlot, message: TestMessage)] = []
  /// Replies that the service gave: to the request in hand, or through a saved reply's slot.
  public private(set) var replies: [(slot: CapSlot, message: TestMessage)] = []
  /// Deadlines of the waits, in order; nil for one without.
  public private(set) var waits: [UInt64?] = []
  /// Where the program under test has the endpoint that it receives at.
  public var endpoint = StartupSlot.endpoint
  /// What NOTIFY returns.
  public var notifyStatus = ResultCode.ok
  /// What the next reply with a body ends with; it is still owed then.
  public var nextReplyStatus = ResultCode.ok
  /// What a root task reported, in order: 0 a stage, 1 how the boot ended; and which.
  public private(set) var reports: [(kind: UInt64, value: UInt64)] = []
  /// Slots that were revoked, in order, with what they held.
  public private(set) var revoked: [(slot: CapSlot, capability: TestCapability)] = []
  /// Called with what a slot held when the service drops it.
  public var whenDropped: ((CapSlot, TestCapability) -> Void)?
  /// Slots that cannot be backed: copying or moving into them ends with NO_MEMORY.
  public var unbackedSlots: Range<UInt32> = 0..<0

  var arrivals: [Arrival] = []
  var answers: [UInt32: (TestMessage) -> TestMessage] = [:]
  let buffer: MessageBuffer
  private var isReplyOwed = false

  enum Arrival {
    case message(badge: Badge, TestMessage)
    case signal(UInt64)
    case time
  }

  /// A kernel without peers whose slots are empty.
  public init() {
    let page = UnsafeMutableRawPointer.allocate(byteCount: IPCBuffer.size, alignment: 4096)
    // SAFETY: allocated just now with this size; the page is never freed and nobody else's.
    unsafe page.initializeMemory(as: UInt8.self, repeating: 0, count: IPCBuffer.size)
    // SAFETY: the page allocated above.
    guard let buffer = unsafe MessageBuffer(unsafeAddress: UInt64(UInt(bitPattern: page))) else {
      preconditionFailure("allocation at address 0")
    }
    self.buffer = buffer
  }

  /// The kernel as the service sees it.
  public var system: TestSystem { TestSystem(kernel: self) }

  /// Says how calls through a slot are answered.
  public func answer(_ slot: CapSlot, _ answer: @escaping (TestMessage) -> TestMessage) {
    answers[slot.rawValue] = answer
  }

  /// Says how the requests of a protocol through a slot are answered.
  ///
  /// - Parameters:
  ///   - slot: The slot that the service calls.
  ///   - request: The protocol's requests.
  ///   - answer: The reply and what it carries; what it throws is the refusal.
  public func serve<Request: ServiceRequest, Answer: ServiceReply>(
    _ slot: CapSlot, _ request: Request.Type,
    _ answer: @escaping (Request, [TestCapability]) throws -> (Answer, [TestCapability])
  ) where Request.Operation == Answer.Operation {
    self.answer(slot) { message in
      do {
        let request = try Request(
          decoding: MessageTag(rawValue: message.tag.rawValue & ~(0xFF << MessageTag.flagsShift)),
          body: message.body.span.rawBytes)
        let (reply, capabilities) = try answer(request, message.capabilities)
        return try TestMessage(reply: reply, capabilities)
      } catch let code as ResultCode {
        return .refusing(code)
      } catch {
        return .refusing(.internal)
      }
    }
  }

  // MARK: System calls

  func perform(_ number: Syscall, _ slot: UInt64, _ tag: UInt64, _ words: MessageWords) -> Answer {
    if number == .rootdReport {
      reports.append((slot, tag))
      return Answer()
    }
    let slot = CapSlot(rawValue: UInt32(truncatingIfNeeded: slot))
    let tag = MessageTag(rawValue: tag)
    switch number {
    case .call: return call(slot, tag, words)
    case .notify:
      guard notifyStatus == .ok else { return Answer(status: notifyStatus) }
      notified.append((slot, outgoing(tag, words)))
      return Answer()
    case .receive: return receive(tag)
    case .reply:
      let status = reply(slot, tag, words)
      return Answer(status: status)
    case .replyReceive:
      let status = reply(slot, tag, words)
      return status == .ok ? receive(tag) : Answer(status: status)
    default: return ownSlots(number, slot, UInt32(truncatingIfNeeded: tag.rawValue), words)
    }
  }

  private func call(_ slot: CapSlot, _ tag: MessageTag, _ words: MessageWords) -> Answer {
    guard let answer = answers[slot.rawValue] else { return Answer(status: .emptySlot) }
    let message = outgoing(tag, words)
    let landing = landingSlots(tag)
    calls.append((slot, message))
    let reply = answer(message)
    return deliver(reply, badge: .none, landing)
  }

  private func reply(_ slot: CapSlot, _ tag: MessageTag, _ words: MessageWords) -> ResultCode {
    if slot == endpoint {
      guard isReplyOwed else { return .wrongState }
      if tag.length > 0, nextReplyStatus != .ok {
        defer { nextReplyStatus = .ok }
        return nextReplyStatus
      }
      isReplyOwed = false
    } else {
      guard slots.removeValue(forKey: slot.rawValue)?.type == .reply else { return .emptySlot }
    }
    replies.append((slot, outgoing(tag, words)))
    return .ok
  }

  private func receive(_ tag: MessageTag) -> Answer {
    isReplyOwed = false
    waits.append(tag.flags.contains(.deadline) ? buffer.headerWord(0) : nil)
    guard !arrivals.isEmpty else { return Answer(status: .peerDied) }
    switch arrivals.removeFirst() {
    case .time: return Answer(status: .timedOut)
    case .signal(let bits):
      return Answer(
        tag: MessageTag(label: 0, length: 8, flags: .notified), words: MessageWords(bits))
    case .message(let badge, let message):
      isReplyOwed = !message.tag.flags.contains(.oneWay)
      return deliver(message, badge: badge, landingSlots(tag))
    }
  }

  private func ownSlots(
    _ number: Syscall, _ slot: CapSlot, _ other: UInt32, _ words: MessageWords
  ) -> Answer {
    let found = slots[slot.rawValue]
    switch number {
    case .queryLocalCap:
      return Answer(
        badge: UInt64(found?.type.rawValue ?? 0),
        tag: MessageTag(rawValue: UInt64(found?.rights.rawValue ?? 0)),
        words: MessageWords(0, 0, UInt64(found?.kind.rawValue ?? 0)))
    case .saveReply:
      guard isReplyOwed else { return Answer(status: .wrongState) }
      guard found == nil else { return Answer(status: .occupiedSlot) }
      isReplyOwed = false
      slots[slot.rawValue] = TestCapability(.reply, .none)
      return Answer()
    case .yield: return Answer()
    default: break
    }
    guard var capability = found else { return Answer(status: .emptySlot) }
    switch number {
    case .dropLocalCap:
      slots[slot.rawValue] = nil
      whenDropped?(slot, capability)
    case .moveLocalCap, .copyLocalCap:
      guard slots[other] == nil else { return Answer(status: .occupiedSlot) }
      guard !unbackedSlots.contains(other) else { return Answer(status: .noMemory) }
      if number == .copyLocalCap {
        capability.rights = capability.rights & Rights(rawValue: UInt32(words.word0))
        if words.word1 != 0 {
          guard capability.badge == .none else { return Answer(status: .alreadyBadged) }
          capability.badge = Badge(rawValue: words.word1)
        }
      } else {
        slots[slot.rawValue] = nil
      }
      slots[other] = capability
    case .revokeLocalCap: revoked.append((slot, capability))
    default: return Answer(status: .unsupported)
    }
    return Answer()
  }

  // MARK: Messages

  private func landingSlots(_ tag: MessageTag) -> [UInt32] {
    guard tag.flags.contains(.receiveSlots) else { return [] }
    let count = Int(UInt32(truncatingIfNeeded: buffer.headerWord(1)))
    return (0..<min(count, 4)).map { index in
      UInt32(truncatingIfNeeded: buffer.headerWord(2 + index / 2) >> UInt64(index % 2 * 32))
    }
  }

  /// What a service sends: body and capabilities out of its buffer.
  private func outgoing(_ tag: MessageTag, _ words: MessageWords) -> TestMessage {
    buffer.setWords(words)
    let body = (0..<Int(tag.length)).map { buffer[payload: $0] }
    let capabilities = (0..<Int(tag.capabilityCount)).map { index -> TestCapability in
      let entry = 4 + index * 3
      let source = UInt32(truncatingIfNeeded: buffer.headerWord(entry))
      let isMove = buffer.headerWord(entry) >> 32 == UInt64(TransferMode.move.rawValue)
      guard var capability = slots[source] else {
        return TestCapability(.null, .none, name: "empty slot \(source)")
      }
      if isMove { slots[source] = nil }
      let mask = Rights(rawValue: UInt32(truncatingIfNeeded: buffer.headerWord(entry + 1)))
      capability.rights = capability.rights & mask
      let badge = buffer.headerWord(entry + 2)
      if badge != 0 { capability.badge = Badge(rawValue: badge) }
      return capability
    }
    return TestMessage(tag, body, capabilities)
  }

  /// What a service receives: body into its buffer, capabilities into the slots it named.
  private func deliver(_ message: TestMessage, badge: Badge, _ landing: [UInt32]) -> Answer {
    guard message.capabilities.count <= landing.count else {
      return Answer(status: .noReceiveSlots)
    }
    for (index, capability) in message.capabilities.enumerated() {
      guard slots[landing[index]] == nil else { return Answer(status: .noReceiveSlots) }
      slots[landing[index]] = capability
    }
    for (index, byte) in message.body.enumerated() { buffer[payload: index] = byte }
    let words = (0..<4).map(message.word)
    return Answer(
      badge: badge.rawValue, tag: message.tag,
      words: MessageWords(words[0], words[1], words[2], words[3]))
  }
}

/// The scripted kernel as a `System`.
public struct TestSystem: System {
  /// Whose system this is.
  public let kernel: TestKernel

  /// The buffer of the one thread.
  public var buffer: MessageBuffer { kernel.buffer }

  /// Executes a system call by the script.
  public mutating func perform(
    _ number: Syscall, _ slot: UInt64, _ tag: UInt64, _ words: MessageWords
  ) -> Answer {
    kernel.perform(number, slot, tag, words)
  }
}
