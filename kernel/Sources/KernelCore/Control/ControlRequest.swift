// A CALL on an endpoint of the kernel: what it asks, and how it can end.

package import CapABI

/// The arguments of a control operation, as they stand in the caller's registers.
package struct ControlRequest {
  /// The operation, which the family accepts.
  package let operation: ControlOperation
  /// The badge of the capability that was called.
  package let badge: UInt64
  /// Payload bytes that the tag announces.
  package let length: UInt16
  /// Message word 0.
  package let word0: UInt64
  /// Message word 1.
  package let word1: UInt64
  /// Message word 2.
  package let word2: UInt64
  /// Message word 3.
  package let word3: UInt64

  /// A request of these parts.
  package init(
    operation: ControlOperation, badge: UInt64, length: UInt16, word0: UInt64, word1: UInt64,
    word2: UInt64, word3: UInt64
  ) {
    self.operation = operation
    self.badge = badge
    self.length = length
    self.word0 = word0
    self.word1 = word1
    self.word2 = word2
    self.word3 = word3
  }
}

/// The words of a control operation's reply.
package struct ControlReply {
  /// Payload bytes of the reply; at most 32 are in the words.
  package var length: UInt16 = 0
  /// Message word 0.
  package var word0: UInt64 = 0
  /// Message word 1.
  package var word1: UInt64 = 0
  /// Message word 2.
  package var word2: UInt64 = 0
  /// Message word 3.
  package var word3: UInt64 = 0
}

/// How a control operation ends, when it is not refused.
package enum ControlOutcome {
  /// The caller goes on with this reply.
  case reply(ControlReply)
  /// The steps allowed are used up: the system call is executed again.
  case preempted
  /// The operation decides about the caller itself: it waits, or is gone.
  case consumed
}
