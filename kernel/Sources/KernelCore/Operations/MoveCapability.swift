// MOVE_LOCAL_CAP and CAP_MOVE. docs/reference/kernel-memory.md, sections 5 and 9.

package import CapABI

/// A checked move of a capability between two slots of one CSpace.
package struct MoveCapability {
  private let source: Ref<Slot>
  private let destination: Ref<Slot>

  /// Checks a request and backs the destination.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`, `occupiedSlot` (the same slot twice included);
  ///   `noMemory` when the CSpace's pool cannot back the slot.
  @inline(__always)
  package init(
    from source: CapSlot, to destination: CapSlot, of caller: Ref<CSpace>, scope: SlotScope,
    in space: inout ObjectSpace
  ) throws(SyscallError) {
    self.source = try space.occupied(source, in: caller, scope)
    let vacancy = try space.vacant(destination, in: caller, scope)
    self.destination = try space.claim(vacancy)
  }

  /// Moves the capability, its rights, badge and place in the tree.
  @inline(__always) package func invoke(in space: inout ObjectSpace) {
    space.relocate(source, to: destination)
  }
}
