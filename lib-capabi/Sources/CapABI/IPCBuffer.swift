// The IPC buffer: one page that a thread references. A fixed header for what is rarely used, then
// the payload. Layout as in docs/reference/ipc.md; the C header has the same offsets and asserts
// them.

/// Offsets and sizes of the IPC buffer, in bytes from its start.
public enum IPCBuffer {
  /// Absolute deadline in monotonic nanoseconds (64 bits); read with the deadline flag.
  public static let deadlineOffset = 0
  /// Number of receive slots that follow (32 bits, at most 4); read with the receive-slots flag.
  public static let receiveSlotCountOffset = 8
  /// Four slot numbers of 32 bits each.
  public static let receiveSlotsOffset = 16
  /// Four transfer entries; as many are read as the tag says.
  public static let transferTableOffset = 32
  /// End of the header; the bytes from the table's end to here are reserved and not read.
  public static let headerSize = 256
  /// Payload.
  ///
  /// Its first 32 bytes travel in registers; the kernel copies only what follows them.
  public static let payloadOffset = 256
  /// Room for the payload.
  public static let payloadSize = 1024
  /// The whole buffer is one page.
  public static let size = 4096
}

/// How a transfer entry passes its capability on.
public enum TransferMode: UInt16, Sendable {
  /// The sender's slot is emptied.
  case move = 1
  /// The receiver gets a derived copy.
  case copy = 2
}

/// One entry of the transfer table of a message: which capability goes along, and how.
public struct TransferEntry: Equatable, Sendable {
  /// The sender's slot.
  public var slot: CapSlot
  /// Move or copy.
  public var mode: TransferMode
  /// Rights that the receiver's capability keeps, of those the sender's has.
  public var rights: Rights
  /// Badge of a copy of an unbadged endpoint or notification; `Badge.none` leaves it as it is.
  public var badge: Badge

  /// An entry of these parts.
  public init(slot: CapSlot, mode: TransferMode, rights: Rights, badge: Badge = .none) {
    self.slot = slot
    self.mode = mode
    self.rights = rights
    self.badge = badge
  }

  /// Offset of the slot number (32 bits).
  public static let slotOffset = 0
  /// Offset of the mode (16 bits); 16 reserved zero bits follow.
  public static let modeOffset = 4
  /// Offset of the rights mask (32 bits); 32 reserved zero bits follow.
  public static let rightsOffset = 8
  /// Offset of the badge (64 bits).
  public static let badgeOffset = 16
  /// Bytes of one entry.
  public static let size = 24
}

#if !hasFeature(Embedded)
extension TransferMode: CaseIterable {}
#endif
