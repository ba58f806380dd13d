// CREATE_STAGED_PROCESS.
// docs/reference/kernel-memory.md, sections 7 and 9.

package import CapABI

/// A checked creation of a staged process.
package struct CreateProcess {
  private let process: Ref<Process>
  private let destination: Ref<Slot>
  private let source: Ref<Slot>

  /// Checks a request and takes the memory; the child's budget is 2^order frames of `untyped`.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`, `occupiedSlot` for the slots; `wrongType`,
  ///   `missingRight` for the untyped capability; `invalidArgument` for an order outside 2 to 20,
  ///   a slot count outside 1 to 2^20, or a window that passes the slots; `noMemory` when the
  ///   untyped memory has no such block or the CSpace's pool cannot back the slot.
  package init(
    _ untyped: CapSlot, order: UInt8, slotCount: UInt32,
    window: (base: UInt32, count: UInt32)? = nil,
    into slot: CapSlot,
    of caller: Ref<CSpace>, scope: SlotScope, in space: inout ObjectSpace
  ) throws(SyscallError) {
    source = try space.occupied(untyped, in: caller, scope)
    let vacancy = try space.vacant(slot, in: caller, scope)
    _ = try source.managed(Pool.self)
    guard order >= Process.minimumBudgetOrder, order <= Pool.maximumOrder, slotCount > 0,
      slotCount <= CapSlot.maximumCount
    else { throw .invalidArgument }
    let (base, count) = window ?? (0, slotCount)
    guard CSpace.isWindow(base: base, count: count, of: slotCount) else { throw .invalidArgument }
    destination = try space.claim(vacancy)
    let made = space.makeProcess(budgetOrder: order, slotCount: slotCount, from: source)
    guard let made else {
      space.abandon(vacancy)
      throw .noMemory
    }
    made.object.cspace?.object.windowBase = base
    made.object.cspace?.object.windowCount = count
    process = made
  }

  /// Puts the capability to the process into the slot.
  package func invoke(in space: inout ObjectSpace) {
    let rights = Process.capabilityType.meaningfulRights
    space.place(
      Slot(process.header, type: .process, rights: rights), in: destination, under: source)
  }
}
