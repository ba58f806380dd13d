// The word that describes a message: what it asks or answers, how long it is, what it carries.
// Layout (docs/reference/ipc.md): bits 0-15 label, 16-31 payload length in bytes, 32-35 number of
// capabilities, 40-47 flags; all other bits are zero.
//
// The kernel's fast path takes a message whose tag shifted right by 16 is at most 32: that one
// comparison says "no flags, no capabilities, payload in registers".

/// What a sender asks of the kernel, or the kernel tells a receiver, beside the message itself.
public struct MessageFlags: FlagSet {
  /// The bit pattern, as it stands in bits 40-47 of the tag.
  public let rawValue: UInt8

  /// Wraps a bit pattern without checking it; outside values go through `init(validating:)`.
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// Sent: the buffer header's deadline bounds the wait.
  public static let deadline = MessageFlags(rawValue: 1 << 0)
  /// Sent: the buffer header names slots where capabilities may land.
  public static let receiveSlots = MessageFlags(rawValue: 1 << 1)
  /// Sent: fail with RETRY rather than wait.
  public static let doNotWait = MessageFlags(rawValue: 1 << 2)
  /// Received: the bound notification was signalled; word 0 holds its bits and no message came.
  public static let notified = MessageFlags(rawValue: 1 << 4)
  /// Received: the message comes from the endpoint's ring and no reply is owed.
  public static let oneWay = MessageFlags(rawValue: 1 << 5)
  /// Received: the kernel made the message (a fault); its label is a fault kind.
  public static let fromKernel = MessageFlags(rawValue: 1 << 6)

  /// The flags a sender may set.
  public static let sendable = deadline | receiveSlots | doNotWait
  /// Every flag there is.
  public static let all = sendable | notified | oneWay | fromKernel
}

/// The tag word of a message.
public struct MessageTag: RawRepresentable, Equatable, Sendable {
  /// The word as it stands in rsi.
  public let rawValue: UInt64

  /// Wraps a word without checking it; outside values go through `init(validating:)`.
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// Makes a tag from parts that the caller knows to be in range.
  ///
  /// - Parameters:
  ///   - label: Operation of a request, result code of a reply.
  ///   - length: Payload bytes; a larger value than `maximumLength` is cut to 16 bits and then
  ///     refused by the kernel.
  ///   - capabilityCount: Entries used in the transfer table, cut to 4 bits.
  ///   - flags: What the kernel shall read from the buffer header.
  public init(
    label: UInt16, length: UInt16 = 0, capabilityCount: UInt8 = 0, flags: MessageFlags = .none
  ) {
    rawValue =
      UInt64(label) | UInt64(length) << Self.lengthShift
      | UInt64(capabilityCount & 0xF) << Self.capabilityCountShift
      | UInt64(flags.rawValue) << Self.flagsShift
  }

  /// A tag from a sender: nil when a reserved bit is set, the length or the number of capabilities
  /// passes its maximum, or a flag is not one of `allowed`.
  public init?(validating rawValue: UInt64, allowing allowed: MessageFlags = .sendable) {
    let tag = MessageTag(rawValue: rawValue)
    guard rawValue & ~Self.usedBits == 0, tag.length <= Self.maximumLength,
      tag.capabilityCount <= Self.maximumCapabilities, allowed.contains(tag.flags)
    else { return nil }
    self = tag
  }

  /// Operation of a request, result code of a reply, fault kind from the kernel.
  public var label: UInt16 { UInt16(truncatingIfNeeded: rawValue) }
  /// Payload bytes.
  public var length: UInt16 { UInt16(truncatingIfNeeded: rawValue >> Self.lengthShift) }
  /// Capabilities carried.
  public var capabilityCount: UInt8 {
    UInt8(truncatingIfNeeded: rawValue >> Self.capabilityCountShift) & 0xF
  }
  /// Flags.
  public var flags: MessageFlags {
    MessageFlags(rawValue: UInt8(truncatingIfNeeded: rawValue >> Self.flagsShift))
  }
  /// The label read as a result code, for replies.
  public var result: ResultCode { ResultCode(rawValue: label) }

  /// Bit position of the payload length.
  public static let lengthShift: UInt64 = 16
  /// Bit position of the number of capabilities.
  public static let capabilityCountShift: UInt64 = 32
  /// Bit position of the flags.
  public static let flagsShift: UInt64 = 40
  /// Largest payload, in bytes.
  public static let maximumLength: UInt16 = 1024
  /// Most capabilities that one message carries.
  public static let maximumCapabilities: UInt8 = 4
  /// Payload bytes that travel in registers, first in every message.
  public static let registerBytes: UInt16 = 32
  /// The bits that have a meaning.
  static let usedBits: UInt64 = 0x0000_FF0F_FFFF_FFFF
}
