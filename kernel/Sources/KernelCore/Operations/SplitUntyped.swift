// SPLIT_UNTYPED. docs/reference/kernel-memory.md, sections 2, 3 and 9.

package import CapABI

/// A checked split of untyped memory.
package struct SplitUntyped {
  private let pool: Ref<Pool>
  private let destination: Ref<Slot>
  private let source: Ref<Slot>

  /// Checks a request and takes the memory.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`, `occupiedSlot` for the slots; `wrongType` if the
  ///   source is not untyped RAM; `missingRight` without MANAGE; `invalidArgument` for an order
  ///   over 20; `noMemory` when the source has no such block or the CSpace's pool cannot back the
  ///   slot.
  package init(
    _ untyped: CapSlot, order: UInt8, into slot: CapSlot, of caller: Ref<CSpace>,
    scope: SlotScope, in space: inout ObjectSpace
  ) throws(SyscallError) {
    source = try space.occupied(untyped, in: caller, scope)
    let vacancy = try space.vacant(slot, in: caller, scope)
    let sourcePool = try source.managed(Pool.self)
    guard order <= Pool.maximumOrder else { throw .invalidArgument }
    destination = try space.claim(vacancy)
    guard let pool = space.makePool(order: order, from: sourcePool) else {
      space.abandon(vacancy)
      throw .noMemory
    }
    self.pool = pool
  }

  /// Puts the capability to the new memory into the slot.
  package func invoke(in space: inout ObjectSpace) {
    let rights = Pool.capabilityType.meaningfulRights
    space.place(
      Slot(pool.header, type: .untyped, rights: rights), in: destination, under: source)
  }
}

extension Ref where Object == Slot {
  /// The object of an occupied slot, if it has the type and the capability the right.
  ///
  /// - Throws: `wrongType`, `missingRight`.
  @inline(__always)
  func holding<Wanted: KernelObject>(
    _ type: Wanted.Type, with right: Rights
  ) throws(SyscallError) -> Ref<Wanted> {
    guard object.type == Wanted.capabilityType, let header = object.object else {
      throw .wrongType
    }
    guard object.rights.contains(right) else { throw .missingRight }
    return header.cast(to: Wanted.self)
  }

  /// `holding` with the right that changes need.
  @inline(__always)
  func managed<Wanted: KernelObject>(_ type: Wanted.Type) throws(SyscallError) -> Ref<Wanted> {
    try holding(type, with: .manage)
  }
}
