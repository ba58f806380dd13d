// CREATE_STAGED_PROCESS and INSTALL into a staged process.
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
    guard count > 0, base < slotCount, count <= slotCount - base else { throw .invalidArgument }
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

/// A checked copy of a capability into the CSpace of a staged process.
package struct InstallCapability {
  private let copy: CopyCapability

  /// Checks a request: a copy whose destination is a slot of the child.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`, `wrongType`, `missingRight` for the process;
  ///   `wrongState` if it is not staged; everything that `CopyCapability` throws.
  package init(
    _ request: CopyCapability.Request, into process: CapSlot, from caller: Ref<CSpace>,
    scope: SlotScope, in space: inout ObjectSpace
  ) throws(SyscallError) {
    let child = try space.occupied(process, in: caller, scope).managed(Process.self)
    guard child.object.state == .staged, let cspace = child.object.cspace else {
      throw .wrongState
    }
    // The window bounds what the caller names of its own; the child's slots are its creator's to
    // fill, all of them.
    copy = try CopyCapability(
      request, from: caller, scope: scope, to: cspace, targetScope: .whole, in: &space)
  }

  /// Makes the copy.
  package func invoke(in space: inout ObjectSpace) {
    copy.invoke(in: &space)
  }
}
