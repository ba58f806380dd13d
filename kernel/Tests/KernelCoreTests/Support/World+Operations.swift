// Short ways for tests to decode and invoke operations.

import CapABI
import KernelCore

extension World {
  typealias Failure = SyscallError

  func slot(_ index: UInt32, in cspace: Ref<CSpace>? = nil) -> Ref<Slot>? {
    let found = (cspace ?? self.cspace).object.table.slot(index, in: state.objects.frames)
    guard let found, !found.object.isEmpty else { return nil }
    return found
  }

  func copy(
    _ source: UInt32, to destination: UInt32, rights: UInt32 = Rights.all.rawValue,
    badge: UInt64 = 0, by caller: Ref<CSpace>? = nil, scope: SlotScope = .whole
  ) throws(SyscallError) {
    let request = CopyCapability.Request(
      source: CapSlot(rawValue: source), destination: CapSlot(rawValue: destination),
      rightsMask: rights, badge: badge)
    let caller = caller ?? cspace
    let operation = try CopyCapability(
      request, from: caller, scope: scope, to: caller, targetScope: scope, in: &state.objects)
    operation.invoke(in: &state.objects)
  }

  func move(
    _ source: UInt32, to destination: UInt32, by caller: Ref<CSpace>? = nil,
    scope: SlotScope = .whole
  ) throws(SyscallError) {
    let operation = try MoveCapability(
      from: CapSlot(rawValue: source), to: CapSlot(rawValue: destination),
      of: caller ?? cspace, scope: scope, in: &state.objects)
    operation.invoke(in: &state.objects)
  }

  func drop(_ slot: UInt32, by caller: Ref<CSpace>? = nil, scope: SlotScope = .whole)
    throws(SyscallError)
  {
    let operation = try DropCapability(
      CapSlot(rawValue: slot), of: caller ?? cspace, scope: scope, in: &state.objects)
    operation.invoke(in: &state.objects)
  }

  func revoke(_ slot: UInt32, steps: Int = .max, by caller: Ref<CSpace>? = nil)
    throws(SyscallError) -> Outcome
  {
    let operation = try RevokeCapability(
      CapSlot(rawValue: slot), of: caller ?? cspace, scope: .whole, in: &state.objects)
    return operation.invoke(steps: steps, in: &state.objects)
  }

  func query(_ slot: UInt32, by caller: Ref<CSpace>? = nil) throws(SyscallError)
    -> CapabilityDescription
  {
    try CapabilityDescription(
      of: CapSlot(rawValue: slot), in: caller ?? cspace, scope: .whole, space: state.objects)
  }

  func create(_ request: CreateObject.Request, in slot: UInt32, by caller: Ref<CSpace>? = nil)
    throws(SyscallError)
  {
    let operation = try CreateObject(
      request, in: CapSlot(rawValue: slot), of: caller ?? cspace, scope: .whole,
      space: &state.objects)
    operation.invoke(in: &state.objects)
  }

  func split(
    _ untyped: UInt32 = 1, order: UInt8, into slot: UInt32, by caller: Ref<CSpace>? = nil
  ) throws(SyscallError) {
    let operation = try SplitUntyped(
      CapSlot(rawValue: untyped), order: order, into: CapSlot(rawValue: slot),
      of: caller ?? cspace, scope: .whole, in: &state.objects)
    operation.invoke(in: &state.objects)
  }

  func createProcess(
    _ untyped: UInt32 = 1, order: UInt8 = 3, slotCount: UInt32 = 128, into slot: UInt32,
    by caller: Ref<CSpace>? = nil
  ) throws(SyscallError) {
    let operation = try CreateProcess(
      CapSlot(rawValue: untyped), order: order, slotCount: slotCount,
      into: CapSlot(rawValue: slot), of: caller ?? cspace, scope: .whole, in: &state.objects)
    operation.invoke(in: &state.objects)
  }

  func install(
    _ source: UInt32, to destination: UInt32, of process: UInt32,
    rights: UInt32 = Rights.all.rawValue, badge: UInt64 = 0, by caller: Ref<CSpace>? = nil
  ) throws(SyscallError) {
    let request = CopyCapability.Request(
      source: CapSlot(rawValue: source), destination: CapSlot(rawValue: destination),
      rightsMask: rights, badge: badge)
    let operation = try InstallCapability(
      request, into: CapSlot(rawValue: process), from: caller ?? cspace, scope: .whole,
      in: &state.objects)
    operation.invoke(in: &state.objects)
  }

  func kill(_ process: UInt32, by caller: Ref<CSpace>? = nil) throws(SyscallError) {
    let operation = try KillProcess(
      CapSlot(rawValue: process), of: caller ?? cspace, scope: .whole, in: &state.objects)
    operation.invoke(in: &state.objects)
  }

  func topUp(
    _ process: UInt32, order: UInt8, from untyped: UInt32 = 1, by caller: Ref<CSpace>? = nil
  ) throws(SyscallError) {
    try TopUpBudget(
      of: CapSlot(rawValue: process), order: order, from: CapSlot(rawValue: untyped),
      of: caller ?? cspace, scope: .whole, in: &state.objects)
  }

  func budget(_ process: UInt32, by caller: Ref<CSpace>? = nil) throws(SyscallError)
    -> BudgetReading
  {
    try BudgetReading(
      of: CapSlot(rawValue: process), in: caller ?? cspace, scope: .whole, space: state.objects)
  }

  /// The process that a slot names.
  func process(_ slot: UInt32, in cspace: Ref<CSpace>? = nil) -> Ref<Process>? {
    self.slot(slot, in: cspace)?.object.object?.cast(to: Process.self)
  }

  /// The pool that a slot names.
  func pool(_ slot: UInt32) -> Ref<Pool>? {
    self.slot(slot)?.object.object?.cast(to: Pool.self)
  }
}
