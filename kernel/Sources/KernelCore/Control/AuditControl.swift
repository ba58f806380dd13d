// What may be known of the running system: AUDIT_PROCESSES, AUDIT_SLOTS, AUDIT_COUNTERS and
// AUDIT_HARDENING. Everything is named by ids, never by addresses. docs/reference/control/audit.md.

import CapABI
import KernelMachine

extension KernelState {
  mutating func auditControl(_ request: ControlRequest) throws(SyscallError) -> ControlOutcome {
    switch request.operation {
    case .auditHardening:
      try request.requireZero(from: 0)
      return .words(M.hardeningInForce())
    case .auditProcesses:
      try request.requireZero(from: 1)
      guard let process = objects.processes.successor(of: request.word0) else {
        throw .notFound
      }
      return describe(process)
    case .auditSlots: return try auditSlots(request)
    default:
      try request.requireZero(from: 1)
      let process = try audited(request.word0)
      let counters = process.object.counters
      let pool = process.object.pool
      let used = pool.map { $0.object.totalBytes - $0.object.freeBytes } ?? 0
      return .words(counters.processorTime, counters.messages, used, counters.faults)
    }
  }

  /// Id, state, slots of the CSpace, bytes of the budget.
  private func describe(_ process: Ref<Process>) -> ControlOutcome {
    let slots = process.object.cspace?.object.slotCount ?? 0
    return .words(
      process.object.header.id, UInt64(process.object.state.rawValue), UInt64(slots),
      process.object.pool?.object.totalBytes ?? 0)
  }

  private func audited(_ id: UInt64) throws(SyscallError) -> Ref<Process> {
    guard let process = objects.processes.process(id) else { throw .notFound }
    return process
  }

  /// The next capability from a slot on, as far as a bounded number of absent leaves leads.
  ///
  /// Word 0 has slot, type, rights and endpoint kind, all 0 when none was found; word 1 the slot to
  /// go on with, 0 at the end; word 2 the object's id; word 3 the badge.
  private func auditSlots(_ request: ControlRequest) throws(SyscallError) -> ControlOutcome {
    try request.requireZero(from: 2)
    let process = try audited(request.word0)
    guard let cspace = process.object.cspace else { throw .wrongState }
    let end = cspace.object.slotCount
    guard var index = UInt32(exactly: request.word1), index < end else { throw .invalidArgument }
    let table = cspace.object.table
    for _ in 0..<Self.auditSteps where index < end {
      let absent = table.absentLeaves(from: index / SlotTable.slotsPerLeaf, in: objects.frames)
      guard absent == 0 else {
        // Shapes end at 2^20 slots and spans at 2^10 leaves: far from overflow.
        index = (index / SlotTable.slotsPerLeaf + absent) * SlotTable.slotsPerLeaf
        continue
      }
      if let slot = table.slot(index, in: objects.frames), let object = slot.object.object {
        return describe(slot, object, index, end)
      }
      index += 1
    }
    return .words(0, index < end ? UInt64(index) : 0)
  }

  /// Slots and absent leaves that one call passes.
  private static var auditSteps: Int { 64 }

  private func describe(
    _ slot: Ref<Slot>, _ object: Ref<ObjectHeader>, _ index: UInt32, _ end: UInt32
  ) -> ControlOutcome {
    let isEndpoint = slot.object.type == .endpoint
    let kind = isEndpoint ? object.cast(to: Endpoint.self).object.family.rawValue : 0
    let description =
      UInt64(index) | UInt64(slot.object.type.rawValue & 0xFF) << 32
      | UInt64(slot.object.rights.rawValue) << 40 | UInt64(kind) << 48
    let next = index + 1 < end ? UInt64(index + 1) : 0
    return .words(description, next, object.object.id, slot.object.badge)
  }
}
