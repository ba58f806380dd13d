// Table 3 of the boot configuration: every capability that a service may hold, at its start or
// later (docs/reference/boot-config.md, "Capability"). What is not declared here must not be found
// there.

public import Bytes
public import CapABI
public import Handoff

/// A capability, or a run of equal ones, that a service may hold.
public struct DeclaredCapability: Equatable, Sendable {
  /// How the service comes to hold it, and what for.
  public struct Flags: FlagSet {
    /// The bit pattern.
    public let rawValue: UInt32

    /// Wraps a bit pattern without checking it; outside values go through `init(validating:)`.
    public init(rawValue: UInt32) {
      self.rawValue = rawValue
    }

    /// Not installed at start; the service may come to hold it.
    public static let acquired = Flags(rawValue: 1 << 0)
    /// Kept for someone else and never used to send.
    public static let custody = Flags(rawValue: 1 << 1)
    /// Every bit there is.
    public static let all = acquired | custody
  }

  /// Slot, or first slot of a run; type, family, rights, peer, badge.
  public var descriptor: TransferDescriptor
  /// Capabilities in consecutive slots; 1 for one with a peer.
  public var count: UInt32
  /// Flags.
  public var flags: Flags

  /// A declaration of these parts.
  public init(_ descriptor: TransferDescriptor, count: UInt32 = 1, flags: Flags = .none) {
    self.descriptor = descriptor
    self.count = count
    self.flags = flags
  }

  /// The slot behind the last one.
  ///
  /// A decoded count never wraps it; the sum of any other values is cut to 64 bits.
  public var endSlot: UInt64 { UInt64(descriptor.slot.rawValue) + UInt64(count) }

  /// Whether the service can send to the peer with it.
  public var canSend: Bool {
    descriptor.peer != .none && descriptor.rights.contains(.send) && !flags.contains(.custody)
  }
}

extension DeclaredCapability: WireEntry {
  /// Stands in the boot configuration.
  public typealias Format = BootConfigFormat
  /// Table 3.
  public static let table = 3
  /// 32 bytes.
  public static let encodedSize = 32

  /// Decodes and validates.
  ///
  /// - Throws: what `TransferDescriptor.init(fields:)` throws; `FormatError.invalidValue` for a
  ///   count of 0, of more than 1 with a peer or past the largest CSpace, and for custody of what
  ///   is not acquired; `unknownFlags`.
  public init(_ record: Record) throws(FormatError) {
    descriptor = try TransferDescriptor(fields: record)
    count = try record.integer(at: 24)
    flags = try record.flags(at: 28)
    let isCount = count == 1 || (count > 1 && descriptor.peer == .none)
    try record.require(isCount && endSlot <= CapSlot.maximumCount, at: 24, count)
    try record.require(flags != .custody, at: 28, flags.rawValue)
  }

  /// Writes the entry.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try descriptor.encodeFields(into: &bytes, at: offset)
    try bytes.store(count, at: offset + 24)
    try bytes.store(flags.rawValue, at: offset + 28)
  }
}
