// The byte forms of the two ABI records that describe capabilities: the transfer entry of the IPC
// buffer and the startup transfer descriptor. Field offsets are those of CapABI.

import Bytes
public import CapABI

extension TransferEntry {
  /// Decodes one entry of a transfer table.
  ///
  /// - Parameter bytes: Exactly 24 bytes.
  /// - Throws: `ProtocolError.wrongLength`; `.invalidField` for slot 0 or a slot past the largest
  ///   CSpace, an unknown mode, reserved rights, or a badge on a move; `.reservedNotZero`.
  public init(decoding bytes: RawSpan) throws(ProtocolError) {
    var reader = BodyReader(bytes)
    let slot = try reader.slot()
    let mode: TransferMode = try reader.value()
    try reader.reserved(2)
    let rights: Rights = try reader.flags()
    try reader.reserved(4)
    let badge: Badge = try reader.value()
    try reader.require(mode == .copy || badge == .none, at: Self.badgeOffset)
    try reader.expectEnd()
    self.init(slot: slot, mode: mode, rights: rights, badge: badge)
  }

  /// Encodes the entry into the first 24 bytes of `buffer`.
  ///
  /// - Throws: `ProtocolError.invalidField` for what `init(decoding:)` refuses, `.bufferTooSmall`.
  @_lifetime(buffer: copy buffer)
  public func encode(into buffer: inout MutableRawSpan) throws(ProtocolError) {
    var writer = BodyWriter(buffer._mutatingExtracting(...))
    try writer.slot(slot)
    try writer.value(mode)
    try writer.reserved(2)
    try writer.flags(rights)
    try writer.reserved(4)
    try writer.require(mode == .copy || badge == .none, at: Self.badgeOffset)
    try writer.value(badge)
  }
}

extension TransferDescriptor {
  /// The kernel serves its own endpoints: only generic ones, and notifications, have a role behind.
  fileprivate var isPeerAllowed: Bool {
    peer == .none || (type.canBeBadged && kind == .generic)
  }

  /// A badge speaks to a peer.
  fileprivate var isBadgeAllowed: Bool { badge == .none || peer != .none }
}

extension BodyReader {
  /// Reads a slot number that can hold a capability.
  @_lifetime(self: copy self)
  mutating func slot() throws(ProtocolError) -> CapSlot {
    CapSlot(rawValue: try integer(in: 1...(CapSlot.maximumCount - 1)))
  }

  /// Reads a startup transfer descriptor, under the rules of the start envelope.
  ///
  /// - Throws: `ProtocolError.wrongLength`, `.invalidField` with the first field that breaks a rule
  ///   of docs/reference/start-envelope.md, "Transfer descriptor", `.reservedNotZero`.
  @_lifetime(self: copy self)
  mutating func descriptor() throws(ProtocolError) -> TransferDescriptor {
    let start = offset
    let slot = try slot()
    let type: CapabilityType = try value()
    let kind: EndpointKind = try value()
    try require(type != .null, at: start + TransferDescriptor.typeOffset)
    try require(
      type == .endpoint || kind == .generic, at: start + TransferDescriptor.kindOffset)
    let rights: Rights = try flags(type.meaningfulRights)
    try require(rights != .none, at: start + TransferDescriptor.rightsOffset)
    let peer: RoleID = try value()
    try reserved(2)
    let badge: Badge = try value()
    let descriptor = TransferDescriptor(
      slot: slot, type: type, kind: kind, rights: rights, peer: peer, badge: badge)
    try require(descriptor.isPeerAllowed, at: start + TransferDescriptor.peerOffset)
    try require(descriptor.isBadgeAllowed, at: start + TransferDescriptor.badgeOffset)
    return descriptor
  }
}

extension BodyWriter {
  /// Writes a slot number that can hold a capability.
  @_lifetime(self: copy self)
  mutating func slot(_ slot: CapSlot) throws(ProtocolError) {
    try integer(slot.rawValue, in: 1...(CapSlot.maximumCount - 1))
  }

  /// Writes a startup transfer descriptor.
  ///
  /// - Throws: `ProtocolError.bufferTooSmall`, `.invalidField` for what the reader refuses.
  @_lifetime(self: copy self)
  mutating func descriptor(_ descriptor: TransferDescriptor) throws(ProtocolError) {
    let start = offset
    let type = descriptor.type
    try slot(descriptor.slot)
    try require(type != .null, at: start + TransferDescriptor.typeOffset)
    try value(type)
    try require(
      type == .endpoint || descriptor.kind == .generic,
      at: start + TransferDescriptor.kindOffset)
    try value(descriptor.kind)
    try require(descriptor.rights != .none, at: offset)
    try flags(descriptor.rights, type.meaningfulRights)
    try require(descriptor.isPeerAllowed, at: offset)
    try value(descriptor.peer)
    try reserved(2)
    try require(descriptor.isBadgeAllowed, at: offset)
    try value(descriptor.badge)
  }
}
