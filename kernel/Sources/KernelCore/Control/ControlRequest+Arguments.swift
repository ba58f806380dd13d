// How control operations read their words: slot numbers are 32 bits and come two in a word; what an
// operation does not use must be zero.

import CapABI

extension ControlRequest {
  /// The slot in the low half of a word.
  @inline(__always) static func low(_ word: UInt64) -> CapSlot {
    CapSlot(rawValue: UInt32(truncatingIfNeeded: word))
  }

  /// The slot in the high half of a word.
  @inline(__always) static func high(_ word: UInt64) -> CapSlot {
    CapSlot(rawValue: UInt32(truncatingIfNeeded: word >> 32))
  }

  /// Checks that a word is a slot alone.
  func onlySlot(_ word: UInt64) throws(SyscallError) -> CapSlot {
    guard word >> 32 == 0 else { throw .invalidArgument }
    return Self.low(word)
  }

  /// Checks that no word from number `first` on is used.
  @inline(never)
  func requireZero(from first: Int) throws(SyscallError) {
    var used: UInt64 = 0
    if first <= 0 { used |= word0 }
    if first <= 1 { used |= word1 }
    if first <= 2 { used |= word2 }
    if first <= 3 { used |= word3 }
    guard used == 0 else { throw .invalidArgument }
  }
}

extension ControlOutcome {
  /// A reply without words.
  static var done: ControlOutcome { .reply(ControlReply()) }

  /// A reply with words, all four of which are payload.
  static func words(
    _ word0: UInt64, _ word1: UInt64 = 0, _ word2: UInt64 = 0, _ word3: UInt64 = 0
  ) -> ControlOutcome {
    .reply(ControlReply(length: 32, word0: word0, word1: word1, word2: word2, word3: word3))
  }
}

extension Outcome {
  /// The same for a control operation without a reply's words.
  var control: ControlOutcome { self == .done ? .done : .preempted }
}
