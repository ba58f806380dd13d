// COPY_LOCAL_CAP, CAP_COPY_ATTENUATED and the copy inside INSTALL.
// docs/reference/kernel-memory.md, sections 5 and 9.

package import CapABI

/// A checked copy of a capability.
package struct CopyCapability {
  /// What a caller asks for.
  package struct Request: Sendable {
    /// The capability to copy.
    package var source: CapSlot
    /// The empty slot for the copy.
    package var destination: CapSlot
    /// The rights that the copy may keep; reserved bits are refused.
    package var rightsMask: UInt32
    /// The badge to give, or 0 to keep what the source has.
    package var badge: UInt64

    /// Collects the arguments.
    package init(source: CapSlot, destination: CapSlot, rightsMask: UInt32, badge: UInt64 = 0) {
      self.source = source
      self.destination = destination
      self.rightsMask = rightsMask
      self.badge = badge
    }
  }

  private let source: Ref<Slot>
  private let destination: Ref<Slot>
  private let rights: Rights
  private let badge: UInt64

  /// Checks a request of the owner of `caller` and backs the destination in `target`.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`, `occupiedSlot` for the two slots; `denied` for a type
  ///   that is never copied; `invalidArgument` for reserved rights bits or a badge on a type
  ///   without badges; `alreadyBadged`; `noMemory` when the target's pool cannot back the slot.
  @inline(__always)
  package init(
    _ request: Request, from caller: Ref<CSpace>, scope: SlotScope, to target: Ref<CSpace>,
    targetScope: SlotScope, in space: inout ObjectSpace
  ) throws(SyscallError) {
    source = try space.occupied(request.source, in: caller, scope)
    let vacancy = try space.vacant(request.destination, in: target, targetScope)
    guard source.object.type.canBeCopied else { throw .denied }
    guard let mask = Rights(validating: request.rightsMask) else { throw .invalidArgument }
    rights = source.object.rights.attenuated(to: mask)
    let held = source.object.badge
    badge = request.badge == 0 ? held : request.badge
    if request.badge != 0 {
      guard source.object.type.canBeBadged else { throw .invalidArgument }
      guard held == 0 else { throw .alreadyBadged }
    }
    destination = try space.claim(vacancy)
  }

  /// Makes the copy.
  @inline(__always) package func invoke(in space: inout ObjectSpace) {
    guard let object = source.object.object else { return }
    let copy = Slot(object, type: source.object.type, rights: rights, badge: badge)
    space.place(copy, in: destination, under: source)
  }
}
