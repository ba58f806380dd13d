// DROP_LOCAL_CAP and CAP_DROP; REVOKE_LOCAL_CAP. docs/reference/kernel-memory.md, sections 5 and 9.

package import CapABI

/// A checked drop of one capability.
package struct DropCapability {
  private let slot: Ref<Slot>

  /// Checks a request.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`.
  @inline(__always)
  package init(
    _ slot: CapSlot, of caller: Ref<CSpace>, scope: SlotScope, in space: inout ObjectSpace
  ) throws(SyscallError) {
    self.slot = try space.occupied(slot, in: caller, scope)
  }

  /// Empties the slot; what was derived from the capability passes to its parent.
  @inline(__always) package func invoke(in space: inout ObjectSpace) {
    space.delete(slot)
  }
}

/// A checked revocation of everything derived from a capability.
package struct RevokeCapability {
  /// Page-table entries whose removal counts as one deletion.
  private static let entriesPerStep = 64

  private let slot: Ref<Slot>

  /// Checks a request.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`, `missingRight` without MANAGE.
  package init(
    _ slot: CapSlot, of caller: Ref<CSpace>, scope: SlotScope, in space: inout ObjectSpace
  ) throws(SyscallError) {
    self.slot = try space.occupied(slot, in: caller, scope)
    guard self.slot.object.rights.contains(.manage) else { throw .missingRight }
  }

  /// Deletes derived capabilities, at most `steps` of them.
  ///
  /// Executing the call again goes on; no state is kept. Termination: every step removes one
  /// capability from the subtree, and none is added meanwhile.
  package func invoke(steps: Int, in space: inout ObjectSpace) -> Outcome {
    var work = 0
    while work < steps {
      guard let child = slot.object.firstChild else { return .done }
      work &+= 1 &+ space.entriesMapped(by: child) / Self.entriesPerStep
      space.delete(child)
    }
    return slot.object.firstChild == nil ? .done : .preempted
  }
}
