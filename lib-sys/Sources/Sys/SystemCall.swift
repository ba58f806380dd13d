// The thirteen system calls, each as one function: docs/reference/syscalls.md. Nothing is decided
// here; the typed operations above are built from these.

import CSys
public import CapABI
public import IPC

/// What a system call returned.
public struct Answer: Equatable, Sendable {
  /// Whether it succeeded, and if not, why.
  public var status: ResultCode
  /// The badge of the capability that the message came through; other calls say what it holds.
  public var badge: UInt64
  /// The tag of the message.
  public var tag: MessageTag
  /// The message words.
  public var words: MessageWords

  /// The answer in the registers of a system call.
  @inline(__always)
  init(_ registers: erix_registers) {
    status = ResultCode(rawValue: UInt16(truncatingIfNeeded: registers.rax))
    badge = registers.rdi
    tag = MessageTag(rawValue: registers.rsi)
    words = MessageWords(registers.rdx, registers.r10, registers.r8, registers.r9)
  }

  /// An answer of these parts, for what stands in for the kernel in tests.
  public init(
    status: ResultCode = .ok, badge: UInt64 = 0, tag: MessageTag = MessageTag(label: 0),
    words: MessageWords = MessageWords()
  ) {
    self.status = status
    self.badge = badge
    self.tag = tag
    self.words = words
  }
}

/// The system calls, with numbers for slots.
///
/// Rights, errors and blocking of each stand in docs/reference/syscalls.md.
public enum SystemCall {
  /// Any system call with any arguments, for those who test the kernel.
  @inline(__always)
  public static func raw(
    _ number: UInt64, _ slot: UInt64 = 0, _ tag: UInt64 = 0, _ words: MessageWords = MessageWords()
  ) -> Answer {
    Answer(
      erix_system_call(
        erix_registers(
          rax: number, rdi: slot, rsi: tag, rdx: words.word0, r10: words.word1, r8: words.word2,
          r9: words.word3)))
  }

  /// Sends a message and waits for the reply.
  @inline(__always)
  public static func call(
    _ slot: CapSlot, _ tag: MessageTag, _ words: MessageWords = MessageWords()
  ) -> Answer {
    raw(Syscall.call.rawValue, UInt64(slot.rawValue), tag.rawValue, words)
  }

  /// Waits for a message or the bound notification.
  @inline(__always)
  public static func receive(
    _ slot: CapSlot, _ tag: MessageTag = MessageTag(label: 0)
  ) -> Answer {
    raw(Syscall.receive.rawValue, UInt64(slot.rawValue), tag.rawValue)
  }

  /// Answers a call through the endpoint it came from, or through a saved reply.
  @inline(__always)
  public static func reply(
    _ slot: CapSlot, _ tag: MessageTag, _ words: MessageWords = MessageWords()
  ) -> Answer {
    raw(Syscall.reply.rawValue, UInt64(slot.rawValue), tag.rawValue, words)
  }

  /// Signals a notification, or queues a short message on an endpoint's ring.
  @inline(__always)
  public static func notify(
    _ slot: CapSlot, _ tag: MessageTag = MessageTag(label: 0),
    _ words: MessageWords = MessageWords()
  ) -> Answer {
    raw(Syscall.notify.rawValue, UInt64(slot.rawValue), tag.rawValue, words)
  }

  /// Answers a call and waits for the next message.
  @inline(__always)
  public static func replyReceive(
    _ slot: CapSlot, _ tag: MessageTag, _ words: MessageWords = MessageWords()
  ) -> Answer {
    raw(Syscall.replyReceive.rawValue, UInt64(slot.rawValue), tag.rawValue, words)
  }

  /// Gives up the rest of the quantum.
  @inline(__always)
  public static func yield() -> Answer { raw(Syscall.yield.rawValue) }
}
