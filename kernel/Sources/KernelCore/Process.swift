// The owner of a CSpace, an address space, threads and a memory budget.
// docs/reference/kernel-memory.md, section 7.

package import CapABI
package import KernelMachine

/// The life of a process.
package enum ProcessState: UInt8, Sendable {
  /// Made and not started: its creator may still install capabilities.
  case staged
  /// Started.
  case running
  /// Killed; the finaliser is taking its objects apart.
  case dying
  /// Only the object is left, for those who still hold capabilities to it.
  case dead

  /// Whether the process still has its budget.
  package var isAlive: Bool { self == .staged || self == .running }
}

/// What a process has used so far; read by audits.
package struct ProcessCounters {
  /// Time on processors, in ticks of the machine.
  package var processorTime: UInt64 = 0
  /// Messages sent: calls, replies and notifications.
  package var messages: UInt64 = 0
  /// Faults of its threads.
  package var faults: UInt64 = 0
}

/// A process.
package struct Process: KernelObject {
  package static var kind: ObjectKind { .process }
  package static var capabilityType: CapabilityType { .process }
  /// The smallest budget: enough for a CSpace of any size, an address space, a thread and the first
  /// leaf of slots.
  package static let minimumBudgetOrder: UInt8 = 3

  package var header: ObjectHeader
  /// Where in its life the process is.
  package internal(set) var state = ProcessState.staged
  /// Which system calls its threads may use.
  package var syscallFilter = SyscallFilter.all
  /// Install grants that target the process.
  package internal(set) var liveGrants: UInt32 = 0
  /// The youngest of its threads.
  package internal(set) var threads: Ref<Thread>?
  /// How many threads it has.
  package internal(set) var threadCount: UInt64 = 0
  /// The top-level page table of the address space.
  package internal(set) var root = PhysicalAddress(truncating: 0)
  /// What it has used.
  package var counters = ProcessCounters()
  /// Its place in the index of all processes.
  var links = ProcessLinks()
  /// The hidden slots; they stand in one piece of memory.
  let slots: Table<Slot>
  /// The hidden capability to the budget; the tree below it is everything made from the budget.
  package let budget: Ref<Slot>
  /// The hidden capability to the CSpace, empty once the CSpace was revoked.
  package let cspaceSlot: Ref<Slot>

  /// A staged process with empty hidden slots.
  init(header: ObjectHeader, slots: Table<Slot>) {
    self.header = header
    self.slots = slots
    budget = slots[0]
    cspaceSlot = slots[1]
  }

  /// How many hidden slots a process has.
  package static let hiddenSlots = 5

  /// The hidden capability to the address space.
  @inline(__always) package var vspaceSlot: Ref<Slot> { slots[2] }
  /// The hidden capability to the first thread.
  @inline(__always) package var threadSlot: Ref<Slot> { slots[3] }
  /// The hidden capability to the notification of stops, faults and death; empty without one.
  @inline(__always) package var notificationSlot: Ref<Slot> { slots[4] }

  /// The CSpace, while it exists.
  @inline(__always) package var cspace: Ref<CSpace>? {
    cspaceSlot.object.object?.cast(to: CSpace.self)
  }
  /// The address space, while it exists.
  @inline(__always) package var vspace: Ref<VSpace>? {
    vspaceSlot.object.object?.cast(to: VSpace.self)
  }
  /// The pool of the budget, while it exists.
  @inline(__always) package var pool: Ref<Pool>? {
    budget.object.object?.cast(to: Pool.self)
  }
  /// The first thread, while it exists.
  package var firstThread: Ref<Thread>? { threadSlot.object.object?.cast(to: Thread.self) }
}

extension Ref where Object == Thread {
  /// Makes the thread the youngest of its process.
  func enlist() {
    let process = object.process
    object.nextOfProcess = process.object.threads
    process.object.threads?.object.previousOfProcess = self
    process.object.threads = self
    process.object.threadCount += 1
  }

  /// Takes the thread off the list of its process, if it is on it.
  ///
  /// One that is off the list links to itself: its process may be gone, and says nothing more.
  func delist() {
    let next = object.nextOfProcess
    guard next != self else { return }
    let previous = object.previousOfProcess
    let process = object.process
    process.object.threadCount -= 1
    next?.object.previousOfProcess = previous
    if let previous {
      previous.object.nextOfProcess = next
    } else {
      process.object.threads = next
    }
    object.nextOfProcess = self
    object.previousOfProcess = nil
  }
}
