// The owner of a CSpace and a memory budget. docs/reference/kernel-memory.md, section 7.

package import CapABI

/// The life of a process.
package enum ProcessState: UInt8, Sendable {
  /// Made and not started: its creator may still install capabilities.
  case staged
  /// Killed; the finaliser is taking its objects apart.
  case dying
  /// Only the object is left, for those who still hold capabilities to it.
  case dead
}

/// A process.
package struct Process: KernelObject {
  package static var kind: ObjectKind { .process }
  package static var capabilityType: CapabilityType { .process }
  /// The smallest budget: enough for the CSpace of any size and the first leaf of slots.
  package static let minimumBudgetOrder: UInt8 = 2

  package var header: ObjectHeader
  /// Where in its life the process is.
  package internal(set) var state = ProcessState.staged
  /// The hidden capability to the budget; the tree below it is everything made from the budget.
  package let budget: Ref<Slot>
  /// The hidden capability to the CSpace, empty once the CSpace was revoked.
  package let cspaceSlot: Ref<Slot>

  /// The CSpace, while it exists.
  package var cspace: Ref<CSpace>? { cspaceSlot.object.object?.cast(to: CSpace.self) }
  /// The pool of the budget, while it exists.
  package var pool: Ref<Pool>? { budget.object.object?.cast(to: Pool.self) }
}
