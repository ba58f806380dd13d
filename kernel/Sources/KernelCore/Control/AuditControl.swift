// What may be known of the running system: AUDIT_PROCESSES, AUDIT_SLOTS, AUDIT_COUNTERS and
// AUDIT_HARDENING. Everything is named by ids, never by addresses. docs/reference/control/audit.md.

import CapABI
package import Handoff
import KernelMachine

extension KernelState {
  /// The protections in force: what the machine reads back, and what the kernel's code does on
  /// every way.
  package var protectionsInForce: Protections {
    var always: Protections = .syscallFilter | .copyOnWrite | .memoryClearing
    if platform.hasRandomLayout { always = always | .aslr }
    return Protections(rawValue: M.hardeningInForce()) | always
  }

  mutating func auditControl(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    switch request.operation {
    case .auditHardening:
      try request.requireZero(from: 0)
      return .words(protectionsInForce.rawValue)
    case .auditProcesses:
      try request.requireZero(from: 1)
      guard let process = objects.processes.first(from: request.word0) else { throw .notFound }
      return describe(process)
    case .auditSlots: return try auditSlots(request, by: caller)
    default:
      try request.requireZero(from: 1)
      guard let process = objects.processes.process(request.word0) else { throw .notFound }
      let counters = process.object.counters
      let pool = process.object.pool
      let used = pool.map { $0.object.totalBytes - $0.object.freeBytes } ?? 0
      let time = M.nanoseconds(in: counters.processorTime)
      return .words(time, counters.messages, counters.faults, used)
    }
  }

  private mutating func describe(_ process: Ref<Process>) -> ControlOutcome {
    let state = UInt64(process.object.state.rawValue)
    let filter = UInt64(process.object.syscallFilter.rawValue)
    let slots = process.object.cspace?.object.slotCount ?? 0
    return .words(
      process.object.header.id, state | filter << 32, UInt64(slots), process.object.threadCount)
  }

  /// The first capability from a slot on.
  ///
  /// A long way is gone in several executions of the call: how far it came stands in the caller's
  /// word 1, so that the next one goes on from there.
  private mutating func auditSlots(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    try request.requireZero(from: 2)
    guard var index = UInt32(exactly: request.word1) else { throw .invalidArgument }
    guard let process = objects.processes.process(request.word0),
      let cspace = process.object.cspace
    else { throw .notFound }
    let end = cspace.object.slotCount
    let table = cspace.object.table
    for _ in 0..<Self.auditSteps {
      guard index < end else { throw .notFound }
      let absent = table.absentLeaves(from: index / SlotTable.slotsPerLeaf, in: objects.frames)
      guard absent == 0 else {
        // Shapes end at 2^20 slots and spans at 2^10 leaves: far from overflow.
        index = (index / SlotTable.slotsPerLeaf + absent) * SlotTable.slotsPerLeaf
        continue
      }
      if let slot = table.slot(index, in: objects.frames), let object = slot.object.object {
        return describe(slot, object, index)
      }
      index += 1
    }
    caller.thread.object.context.r10 = UInt64(index)
    return .preempted
  }

  /// Slots and absent leaves that one execution passes.
  private static var auditSteps: Int { 64 }

  private mutating func describe(_ slot: Ref<Slot>, _ object: Ref<ObjectHeader>, _ index: UInt32)
    -> ControlOutcome
  {
    let isEndpoint = slot.object.type == .endpoint
    let family = isEndpoint ? object.cast(to: Endpoint.self).object.family.rawValue : 0
    return .words(
      UInt64(index) | UInt64(slot.object.type.rawValue) << 32,
      UInt64(slot.object.rights.rawValue) | UInt64(family) << 32, slot.object.badge,
      object.object.id)
  }
}
