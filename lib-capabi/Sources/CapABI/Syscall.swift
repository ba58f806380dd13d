// System call numbers (rax of the `syscall` instruction). docs/reference/capabi.md lists them with
// the rights that each one needs.

/// A system call.
public enum Syscall: UInt64, Sendable {
  /// Send a message and wait for the reply.
  case call = 0x40
  /// Wait for a message or for the bound notification.
  case receive = 0x41
  /// Answer a call; never blocks.
  case reply = 0x42
  /// One-way: signal a notification, or queue a short message on an endpoint's ring.
  case notify = 0x43
  /// Reply and receive in one kernel entry.
  case replyReceive = 0x44
  /// Type and rights of an own slot; endpoint kind in r8.
  case queryLocalCap = 0x45
  /// Move the reply owed into an own slot.
  case saveReply = 0x46
  /// Clear one own slot.
  case dropLocalCap = 0x47
  /// Give up the rest of the quantum.
  case yield = 0x48
  /// The root task's stage and status reports; absent from images built without it.
  case rootdReport = 0x49
  /// Copy to an own slot with a rights mask and, from an unbadged capability, a badge.
  case copyLocalCap = 0x4A
  /// Move to an own slot.
  case moveLocalCap = 0x4B
  /// Remove everything derived from an own slot, everywhere.
  case revokeLocalCap = 0x4C
}

#if !hasFeature(Embedded)
extension Syscall: CaseIterable {}
#endif

/// Which system calls a process may use: bit n stands for number 0x40 + n.
public struct SyscallFilter: FlagSet {
  /// The bit pattern, as it stands in the boot configuration.
  public let rawValue: UInt32

  /// Wraps a bit pattern without checking it; outside values go through `init(validating:)`.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// Just one call.
  public init(_ syscall: Syscall) {
    rawValue = 1 << UInt32(truncatingIfNeeded: syscall.rawValue - Syscall.call.rawValue)
  }

  /// Every system call there is.
  public static let all = SyscallFilter(rawValue: (1 << 13) - 1)
}
