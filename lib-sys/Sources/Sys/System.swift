// What a service asks of the kernel, as an interface: the kernel itself on the target, a script in
// a unit test, the simulated kernel in the simulation. Services are generic over it, so the same
// code runs in all three.

public import CapABI
public import IPC

/// The kernel as one thread sees it.
public protocol System {
  /// Executes a system call.
  ///
  /// - Parameters:
  ///   - number: Which one.
  ///   - slot: rdi.
  ///   - tag: rsi.
  ///   - words: rdx, r10, r8, r9.
  /// - Returns: What the kernel left in the registers.
  mutating func perform(
    _ number: Syscall, _ slot: UInt64, _ tag: UInt64, _ words: MessageWords
  ) -> Answer

  /// The thread's IPC buffer.
  var buffer: MessageBuffer { get }
}

/// The kernel below this program.
public struct KernelSystem: System {
  /// The thread's IPC buffer.
  public let buffer: MessageBuffer

  /// The kernel, for a thread with this buffer.
  public init(buffer: MessageBuffer) {
    self.buffer = buffer
  }

  /// Executes a system call.
  @inline(__always)
  public mutating func perform(
    _ number: Syscall, _ slot: UInt64, _ tag: UInt64, _ words: MessageWords
  ) -> Answer {
    SystemCall.raw(number.rawValue, slot, tag, words)
  }
}

extension System {
  /// CALL: sends a message and waits for the reply.
  @inline(__always)
  public mutating func call(
    _ slot: CapSlot, _ tag: MessageTag, _ words: MessageWords = MessageWords()
  ) -> Answer {
    perform(.call, UInt64(slot.rawValue), tag.rawValue, words)
  }

  /// RECV: waits for a message or the bound notification.
  @inline(__always)
  public mutating func receive(_ slot: CapSlot, _ tag: MessageTag) -> Answer {
    perform(.receive, UInt64(slot.rawValue), tag.rawValue, MessageWords())
  }

  /// REPLY: answers a call through the endpoint it came from, or through a saved reply.
  @inline(__always)
  public mutating func reply(
    _ slot: CapSlot, _ tag: MessageTag, _ words: MessageWords = MessageWords()
  ) -> Answer {
    perform(.reply, UInt64(slot.rawValue), tag.rawValue, words)
  }

  /// NOTIFY: signals a notification, or queues a short message on an endpoint's ring.
  @inline(__always)
  public mutating func notify(
    _ slot: CapSlot, _ tag: MessageTag = MessageTag(label: 0),
    _ words: MessageWords = MessageWords()
  ) -> ResultCode {
    perform(.notify, UInt64(slot.rawValue), tag.rawValue, words).status
  }

  /// REPLY_RECV: answers a call and waits for the next message.
  @inline(__always)
  public mutating func replyReceive(
    _ slot: CapSlot, _ tag: MessageTag, _ words: MessageWords
  ) -> Answer {
    perform(.replyReceive, UInt64(slot.rawValue), tag.rawValue, words)
  }

  /// SAVE_REPLY: moves the reply owed into an own slot.
  ///
  /// - Throws: The status, when it is not OK.
  public mutating func saveReply(into slot: CapSlot) throws(ResultCode) {
    try check(perform(.saveReply, UInt64(slot.rawValue), 0, MessageWords()))
  }

  /// DROP_LOCAL_CAP: empties an own slot.
  ///
  /// - Throws: The status, when it is not OK.
  public mutating func drop(_ slot: CapSlot) throws(ResultCode) {
    try check(perform(.dropLocalCap, UInt64(slot.rawValue), 0, MessageWords()))
  }

  /// COPY_LOCAL_CAP: copies a capability with some of its rights and, if it has none, a badge.
  ///
  /// - Throws: The status, when it is not OK.
  public mutating func copy(
    _ source: CapSlot, to destination: CapSlot, rights: Rights = .all, badge: Badge = .none
  ) throws(ResultCode) {
    try check(
      perform(
        .copyLocalCap, UInt64(source.rawValue), UInt64(destination.rawValue),
        MessageWords(UInt64(rights.rawValue), badge.rawValue)))
  }

  /// MOVE_LOCAL_CAP: moves a capability to another own slot.
  ///
  /// - Throws: The status, when it is not OK.
  public mutating func move(_ source: CapSlot, to destination: CapSlot) throws(ResultCode) {
    try check(
      perform(
        .moveLocalCap, UInt64(source.rawValue), UInt64(destination.rawValue), MessageWords()))
  }

  /// REVOKE_LOCAL_CAP: removes everything derived from an own slot, everywhere.
  ///
  /// - Throws: The status, when it is not OK.
  public mutating func revoke(_ slot: CapSlot) throws(ResultCode) {
    try check(perform(.revokeLocalCap, UInt64(slot.rawValue), 0, MessageWords()))
  }

  /// QUERY_LOCAL_CAP: type, rights and family of an own slot.
  ///
  /// - Throws: The status, when it is not OK.
  public mutating func query(_ slot: CapSlot) throws(ResultCode) -> CapabilityDescription {
    let answer = perform(.queryLocalCap, UInt64(slot.rawValue), 0, MessageWords())
    try check(answer)
    return answer.description
  }

  /// Executes a control operation.
  ///
  /// - Parameters:
  ///   - operation: What to do, with its arguments.
  ///   - endpoint: An endpoint of a family that accepts it.
  /// - Returns: The words of the reply.
  /// - Throws: How it ended, when not with OK.
  @discardableResult
  public mutating func control(
    _ operation: ControlCall, on endpoint: CapSlot
  ) throws(ResultCode) -> MessageWords {
    let answer = call(
      endpoint, MessageTag(label: operation.operation, length: operation.length), operation.words)
    guard answer.code == .ok else { throw answer.code }
    return answer.words
  }

  @inline(__always)
  private func check(_ answer: Answer) throws(ResultCode) {
    guard answer.status == .ok else { throw answer.status }
  }
}

extension Answer {
  /// What QUERY_LOCAL_CAP says.
  var description: CapabilityDescription {
    CapabilityDescription(
      type: UInt16(truncatingIfNeeded: badge),
      rights: Rights(rawValue: UInt32(truncatingIfNeeded: tag.rawValue)),
      kind: UInt16(truncatingIfNeeded: words.word2))
  }
}
