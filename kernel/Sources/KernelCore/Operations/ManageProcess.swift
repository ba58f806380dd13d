// KILL_PROCESS, TOP_UP_BUDGET and READ_BUDGET. docs/reference/kernel-memory.md, sections 7 and 9.

package import CapABI

/// A checked end of a process.
package struct KillProcess {
  let process: Ref<Process>

  /// Checks a request.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`, `wrongType`, `missingRight` without MANAGE.
  package init(
    _ slot: CapSlot, of caller: Ref<CSpace>, scope: SlotScope, in space: inout ObjectSpace
  ) throws(SyscallError) {
    process = try space.occupied(slot, in: caller, scope).managed(Process.self)
  }

  /// Starts the end; the finaliser takes the process apart.
  ///
  /// Killing a dead process is done at once.
  package func invoke(in space: inout ObjectSpace) {
    space.kill(process)
  }
}

/// A checked end of a process that never ran.
///
/// The capability named goes with it.
package struct AbortStagedProcess {
  private let slot: Ref<Slot>
  private let process: Ref<Process>

  /// Checks a request.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`, `wrongType`, `missingRight` without MANAGE;
  ///   `wrongState` for a process that was started or killed.
  package init(
    _ slot: CapSlot, of caller: Ref<CSpace>, scope: SlotScope, in space: inout ObjectSpace
  ) throws(SyscallError) {
    self.slot = try space.occupied(slot, in: caller, scope)
    process = try self.slot.managed(Process.self)
    guard process.object.state == .staged else { throw .wrongState }
  }

  /// Starts the end; the finaliser takes the process apart.
  package func invoke(in space: inout ObjectSpace) {
    space.kill(process)
    space.delete(slot)
  }
}

/// A checked addition to a budget.
package struct TopUpBudget {
  /// Checks a request and carries it out: taking the memory is both the last check and the change.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot` for the slots; `wrongType`, `missingRight` without
  ///   MANAGE on both; `invalidArgument` for an order over 20; `wrongState` for a dying or dead
  ///   process; `noMemory` when the untyped memory has no such block.
  @discardableResult
  package init(
    of process: CapSlot, order: UInt8, from untyped: CapSlot, of caller: Ref<CSpace>,
    scope: SlotScope, in space: inout ObjectSpace
  ) throws(SyscallError) {
    let target = try space.occupied(process, in: caller, scope)
    let source = try space.occupied(untyped, in: caller, scope)
    let child = try target.managed(Process.self)
    _ = try source.managed(Pool.self)
    guard order <= Pool.maximumOrder else { throw .invalidArgument }
    guard child.object.state.isAlive, let pool = child.object.pool else { throw .wrongState }
    guard space.topUp(pool, order: order, from: source) else { throw .noMemory }
  }
}

/// What is known of a budget, in bytes.
package struct BudgetReading: Equatable, Sendable {
  /// All memory of the budget.
  package let total: UInt64
  /// What is not in use.
  package let free: UInt64
  /// The least that was ever free.
  package let lowWater: UInt64

  /// Reads the budget of a process.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`, `wrongType`, `missingRight` without READ;
  ///   `wrongState` when the process has no budget any more.
  package init(
    of slot: CapSlot, in caller: Ref<CSpace>, scope: SlotScope, space: inout ObjectSpace
  ) throws(SyscallError) {
    let child = try space.occupied(slot, in: caller, scope).holding(Process.self, with: .read)
    guard child.object.state.isAlive, let pool = child.object.pool else { throw .wrongState }
    total = pool.object.totalBytes
    free = pool.object.freeBytes
    lowWater = pool.object.lowWaterBytes
  }
}
