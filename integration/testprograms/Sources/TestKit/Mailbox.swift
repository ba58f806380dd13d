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
  private static let earlierWords: UInt64 = 20
  private static let secondWords: UInt64 = 28

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
    set(Self.secondWords, 0)
    set(Self.done, 0)
  }

  /// Adds a second system call, made right behind the first.
  ///
  /// Between two tasks the other thread receives, which gives up a reply that it owes.
  func postSecond(_ number: UInt64, _ slot: UInt64, _ tag: UInt64) {
    set(Self.secondWords, number)
    set(Self.secondWords + 1, slot)
    set(Self.secondWords + 2, tag)
  }

  /// Whether the other thread has finished what it was told.
  public var isDone: Bool { word(Self.done) == 1 }

  /// What its last system call returned; of other tasks only word 0 means something.
  public var answer: Answer { answer(at: Self.answerWords) }
  /// What the first of two system calls returned.
  public var earlierAnswer: Answer { answer(at: Self.earlierWords) }

  /// Notes how the system calls of the last task ended.
  func note() {
    guard Task(rawValue: word(Self.taskWord)) == .systemCall else { return }
    let second = word(Self.secondWords)
    let first = word(Self.argumentWords)
    Notes.note(call: first, second == 0 ? answer.status : earlierAnswer.status)
    if second != 0 { Notes.note(call: second, answer.status) }
  }

  private func answer(at index: UInt64) -> Answer {
    Answer(
      status: ResultCode(rawValue: UInt16(truncatingIfNeeded: word(index))),
      badge: word(index + 1), tag: MessageTag(rawValue: word(index + 2)),
      words: MessageWords(
        word(index + 3), word(index + 4), word(index + 5), word(index + 6)))
  }

  private func set(_ answer: Answer, at index: UInt64) {
    set(index, UInt64(answer.status.rawValue))
    set(index + 1, answer.badge)
    set(index + 2, answer.tag.rawValue)
    set(index + 3, answer.words.word0)
    set(index + 4, answer.words.word1)
    set(index + 5, answer.words.word2)
    set(index + 6, answer.words.word3)
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
      set(perform(), at: Self.answerWords)
      let second = word(Self.secondWords)
      if second != 0 {
        set(answer, at: Self.earlierWords)
        let result = SystemCall.raw(
          second, word(Self.secondWords + 1), word(Self.secondWords + 2))
        set(result, at: Self.answerWords)
      }
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
  while true {
    // A child that gave up the slot would spin here; a fault that nobody handles stops it.
    if SystemCall.receive(Child.parkSlot).status != .ok { _ = Memory.load(Memory.absent) }
  }
}
