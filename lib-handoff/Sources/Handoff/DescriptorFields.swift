// The 24-byte encoding of a transfer descriptor, shared by the kernel->root handoff, the start
// envelope and the boot configuration: docs/reference/start-envelope.md, "Transfer descriptor".

public import Bytes
public import CapABI

extension TransferDescriptor {
  /// Decodes the descriptor with which a record begins.
  ///
  /// Checked is what the descriptor alone can tell: only endpoints have a family, only endpoints
  /// and notifications a peer, only what has a peer a badge, and rights mean something for the
  /// type.
  ///
  /// - Throws: `FormatError.invalidValue` for slot 0, an unknown or empty type, an unknown family,
  ///   or a family, peer or badge where none belongs; `unknownFlags` for a right that is reserved
  ///   or that the type does not have; `nonzeroReserved`.
  public init(fields record: Record) throws(FormatError) {
    let slot: UInt32 = try record.integer(at: Self.slotOffset)
    let type: CapabilityType = try record.value(at: Self.typeOffset)
    let kind: EndpointKind = try record.value(at: Self.kindOffset)
    let rights: Rights = try record.flags(at: Self.rightsOffset)
    let peer: UInt16 = try record.integer(at: Self.peerOffset)
    try record.requireZero(at: Self.peerOffset + 2, count: 2)
    let badge: UInt64 = try record.integer(at: Self.badgeOffset)
    try record.require(slot != 0, at: Self.slotOffset, slot)
    try record.require(type != .null, at: Self.typeOffset, type.rawValue)
    try record.require(
      kind == .generic || type == .endpoint, at: Self.kindOffset, kind.rawValue)
    guard type.meaningfulRights.contains(rights), rights != .none else {
      throw .unknownFlags(
        offset: record.base + Self.rightsOffset, found: UInt64(rights.rawValue))
    }
    let canHavePeer = type.canBeBadged && kind == .generic
    try record.require(peer == 0 || canHavePeer, at: Self.peerOffset, peer)
    try record.require(badge == 0 || peer != 0, at: Self.badgeOffset, badge)
    self.init(
      slot: CapSlot(rawValue: slot), type: type, kind: kind, rights: rights,
      peer: RoleID(rawValue: peer), badge: Badge(rawValue: badge))
  }

  /// Writes what `init(fields:)` reads.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encodeFields(
    into bytes: inout MutableRawSpan, at offset: Int
  ) throws(BytesError) {
    try bytes.store(slot.rawValue, at: offset + Self.slotOffset)
    try bytes.store(type.rawValue, at: offset + Self.typeOffset)
    try bytes.store(kind.rawValue, at: offset + Self.kindOffset)
    try bytes.store(rights.rawValue, at: offset + Self.rightsOffset)
    try bytes.store(peer.rawValue, at: offset + Self.peerOffset)
    try bytes.store(badge.rawValue, at: offset + Self.badgeOffset)
  }
}
