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
    try Provoked.noting(scope == .whole ? .system(.copyLocalCap) : .control(.capCopyAttenuated)) {
      () throws(SyscallError) in
      let request = CopyCapability.Request(
        source: CapSlot(rawValue: source), destination: CapSlot(rawValue: destination),
        rightsMask: rights, badge: badge)
      let caller = caller ?? cspace
      let operation = try CopyCapability(
        request, from: caller, scope: scope, to: caller, targetScope: scope, in: &state.objects)
      operation.invoke(in: &state.objects)
    }
  }

  func move(
    _ source: UInt32, to destination: UInt32, by caller: Ref<CSpace>? = nil,
    scope: SlotScope = .whole
  ) throws(SyscallError) {
    try Provoked.noting(scope == .whole ? .system(.moveLocalCap) : .control(.capMove)) {
      () throws(SyscallError) in
      let operation = try MoveCapability(
        from: CapSlot(rawValue: source), to: CapSlot(rawValue: destination),
        of: caller ?? cspace, scope: scope, in: &state.objects)
      operation.invoke(in: &state.objects)
    }
  }

  func drop(_ slot: UInt32, by caller: Ref<CSpace>? = nil, scope: SlotScope = .whole)
    throws(SyscallError)
  {
    try Provoked.noting(scope == .whole ? .system(.dropLocalCap) : .control(.capDrop)) {
      () throws(SyscallError) in
      let operation = try DropCapability(
        CapSlot(rawValue: slot), of: caller ?? cspace, scope: scope, in: &state.objects)
      operation.invoke(in: &state.objects)
    }
  }

  func revoke(_ slot: UInt32, steps: Int = .max, by caller: Ref<CSpace>? = nil)
    throws(SyscallError) -> Outcome
  {
    try Provoked.noting(.system(.revokeLocalCap)) { () throws(SyscallError) in
      let operation = try RevokeCapability(
        CapSlot(rawValue: slot), of: caller ?? cspace, scope: .whole, in: &state.objects)
      return operation.invoke(steps: steps, in: &state.objects)
    }
  }

  func query(_ slot: UInt32, by caller: Ref<CSpace>? = nil) throws(SyscallError)
    -> CapabilityDescription
  {
    try CapabilityDescription(
      of: CapSlot(rawValue: slot), in: caller ?? cspace, scope: .whole, space: &state.objects)
  }

  func create(_ request: CreateObject.Request, in slot: UInt32, by caller: Ref<CSpace>? = nil)
    throws(SyscallError)
  {
    try Provoked.noting(request.operation) { () throws(SyscallError) in
      let operation = try CreateObject(
        request, in: CapSlot(rawValue: slot), of: caller ?? cspace, scope: .whole,
        space: &state.objects)
      operation.invoke(in: &state.objects)
    }
  }

  func split(
    _ untyped: UInt32 = 1, order: UInt8, into slot: UInt32, by caller: Ref<CSpace>? = nil
  ) throws(SyscallError) {
    try Provoked.noting(.control(.splitUntyped)) { () throws(SyscallError) in
      let operation = try SplitUntyped(
        CapSlot(rawValue: untyped), order: order, into: CapSlot(rawValue: slot),
        of: caller ?? cspace, scope: .whole, in: &state.objects)
      operation.invoke(in: &state.objects)
    }
  }

  func createProcess(
    _ untyped: UInt32 = 1, order: UInt8 = 3, slotCount: UInt32 = 128, into slot: UInt32,
    by caller: Ref<CSpace>? = nil
  ) throws(SyscallError) {
    try Provoked.noting(.control(.createStagedProcess)) { () throws(SyscallError) in
      let operation = try CreateProcess(
        CapSlot(rawValue: untyped), order: order, slotCount: slotCount,
        into: CapSlot(rawValue: slot), of: caller ?? cspace, scope: .whole, in: &state.objects)
      operation.invoke(in: &state.objects)
    }
  }

  /// Copies a capability into a slot of a staged process, through a grant that is made for it.
  func install(
    _ source: UInt32, to destination: UInt32, of process: UInt32,
    rights: UInt32 = Rights.all.rawValue, badge: UInt64 = 0, by caller: Ref<CSpace>? = nil
  ) throws(SyscallError) {
    let cspace = caller ?? cspace
    let grant = CapSlot(rawValue: freeSlot(in: cspace))
    let named = process < cspace.object.slotCount ? slot(process, in: cspace) : nil
    let child = named?.object.type == .process ? self.process(process, in: cspace) : nil
    let derive = try DeriveInstallGrant(
      for: CapSlot(rawValue: process), firstSlot: 1,
      slotCount: (child?.object.cspace?.object.slotCount ?? 2) - 1, into: grant, of: cspace,
      scope: .whole, in: &state.objects)
    derive.invoke(in: &state.objects)
    defer { dropGrant(grant, of: cspace) }
    let request = CopyCapability.Request(
      source: CapSlot(rawValue: source), destination: CapSlot(rawValue: destination),
      rightsMask: rights, badge: badge)
    let operation = try InstallWithGrant(
      request, under: grant, from: cspace, scope: .whole, in: &state.objects)
    operation.invoke(in: &state.objects)
  }

  private func dropGrant(_ grant: CapSlot, of cspace: Ref<CSpace>) {
    let drop = try? DropCapability(grant, of: cspace, scope: .whole, in: &state.objects)
    drop?.invoke(in: &state.objects)
    settle()
  }

  func kill(_ process: UInt32, by caller: Ref<CSpace>? = nil) throws(SyscallError) {
    try Provoked.noting(.control(.killProcess)) { () throws(SyscallError) in
      let operation = try KillProcess(
        CapSlot(rawValue: process), of: caller ?? cspace, scope: .whole, in: &state.objects)
      operation.invoke(in: &state.objects)
    }
  }

  func topUp(
    _ process: UInt32, order: UInt8, from untyped: UInt32 = 1, by caller: Ref<CSpace>? = nil
  ) throws(SyscallError) {
    try Provoked.noting(.control(.topUpBudget)) { () throws(SyscallError) in
      _ = try TopUpBudget(
        of: CapSlot(rawValue: process), order: order, from: CapSlot(rawValue: untyped),
        of: caller ?? cspace, scope: .whole, in: &state.objects)
    }
  }

  func budget(_ process: UInt32, by caller: Ref<CSpace>? = nil) throws(SyscallError)
    -> BudgetReading
  {
    try Provoked.noting(.control(.readBudget)) { () throws(SyscallError) in
      try BudgetReading(
        of: CapSlot(rawValue: process), in: caller ?? cspace, scope: .whole, space: &state.objects)
    }
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

extension CreateObject.Request {
  /// The operation that makes such an object.
  fileprivate var operation: KernelCall {
    switch self {
    case .endpoint, .cspace: .control(.createEndpoint)
    case .ringEndpoint: .control(.createRingEndpoint)
    case .notification: .control(.createNotification)
    }
  }
}
