// The page through which a test tells another thread what to do next, and reads what came of it.
// The thread waits for a notification, does one thing, and waits again; since it has the higher
// priority, it has finished, or waits inside what it was told, when the notifier goes on.

import CTestKit
public import CapABI
public import IPC
public import Sys

/// What the other thread does.
public enum Task: UInt64 {
  /// A system call.
  case systemCall = 0
  /// Reads a word.
  case load = 1
  /// Writes a word.
  case store = 2
  /// Jumps to an address.
  case execute = 3
  /// An instruction of ctestkit.h.
  case instruction = 4
  /// The whole of something: a function of the program, by its address.
  case function = 5
}

/// The page, at its address in the running program's address space.
public struct Mailbox {
  /// Where it begins.
  public let address: UInt64

  /// A mailbox at a mapped page.
  public init(_ address: UInt64) { self.address = address }

  private static let done: UInt64 = 0
  private static let wakeWord: UInt64 = 1
  private static let taskWord: UInt64 = 2
  private static let argumentWords: UInt64 = 3
  private static let answerWords: UInt64 = 12

  private func word(_ index: UInt64) -> UInt64 { Memory.load(address + index * 8) }
  private func set(_ index: UInt64, _ value: UInt64) {
    Memory.store(value, at: address + index * 8)
  }

  /// Prepares the page.
  ///
  /// - Parameter wake: The notification that the other thread waits for, in its own CSpace.
  func prepare(wake: CapSlot) { set(Self.wakeWord, UInt64(wake.rawValue)) }

  /// Writes what to do next.
  func post(_ task: Task, _ first: UInt64, _ second: UInt64, _ third: UInt64, _ words: MessageWords)
  {
    set(Self.taskWord, task.rawValue)
    set(Self.argumentWords, first)
    set(Self.argumentWords + 1, second)
    set(Self.argumentWords + 2, third)
    set(Self.argumentWords + 3, words.word0)
    set(Self.argumentWords + 4, words.word1)
    set(Self.argumentWords + 5, words.word2)
    set(Self.argumentWords + 6, words.word3)
    set(Self.done, 0)
  }

  /// Whether the other thread has finished what it was told.
  public var isDone: Bool { word(Self.done) == 1 }

  /// What its last system call returned; of other tasks only word 0 means something.
  public var answer: Answer {
    Answer(
      status: ResultCode(rawValue: UInt16(truncatingIfNeeded: word(Self.answerWords))),
      badge: word(Self.answerWords + 1), tag: MessageTag(rawValue: word(Self.answerWords + 2)),
      words: MessageWords(
        word(Self.answerWords + 3), word(Self.answerWords + 4), word(Self.answerWords + 5),
        word(Self.answerWords + 6)))
  }

  /// The other thread's side: does what it is told, for ever.
  func serve() -> Never {
    let wake = CapSlot(rawValue: UInt32(truncatingIfNeeded: word(Self.wakeWord)))
    while true {
      guard SystemCall.receive(wake).status == .ok else {
        // Faults, and so stops the thread, when the case has taken the memory away.
        _ = isDone
        continue
      }
      let result = perform()
      set(Self.answerWords, UInt64(result.status.rawValue))
      set(Self.answerWords + 1, result.badge)
      set(Self.answerWords + 2, result.tag.rawValue)
      set(Self.answerWords + 3, result.words.word0)
      set(Self.answerWords + 4, result.words.word1)
      set(Self.answerWords + 5, result.words.word2)
      set(Self.answerWords + 6, result.words.word3)
      set(Self.done, 1)
    }
  }

  private func perform() -> Answer {
    let first = word(Self.argumentWords)
    let second = word(Self.argumentWords + 1)
    let third = word(Self.argumentWords + 2)
    switch Task(rawValue: word(Self.taskWord)) {
    case .systemCall:
      return SystemCall.raw(
        first, second, third,
        MessageWords(
          word(Self.argumentWords + 3), word(Self.argumentWords + 4),
          word(Self.argumentWords + 5), word(Self.argumentWords + 6)))
    case .load: return Answer(words: MessageWords(Memory.load(first)))
    case .store: Memory.store(second, at: first)
    case .execute: Memory.execute(first)
    case .instruction: return Answer(words: MessageWords(erix_test_instruction(first, second)))
    case .function: Memory.run(first, second)
    case nil: return Answer(status: .invalidArgument)
    }
    return Answer()
  }
}

/// Where helper threads begin.
///
/// - Parameter mailbox: The address of the mailbox.
@c(TestKit_serve)
func serve(mailbox: UInt64) { Mailbox(mailbox).serve() }

/// Where the first thread of a child begins: it waits for what never comes.
@c(TestKit_park)
func park(_: UInt64) {
  while true { _ = SystemCall.receive(Child.parkSlot) }
}
