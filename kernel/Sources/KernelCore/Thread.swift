// A thread of a process: its registers, and where it waits.

package import CapABI
package import KernelMachine

/// What a thread is doing.
package enum ThreadState: UInt8, Sendable {
  /// Not started, or stopped.
  case stopped
  /// Waiting for a processor, or on one.
  case ready
}

/// A thread.
package struct Thread: KernelObject {
  package static var kind: ObjectKind { .thread }
  package static var capabilityType: CapabilityType { .thread }

  package var header: ObjectHeader
  /// The registers; the entry code knows this offset.
  package var context = UserContext()
  /// The process that the thread belongs to.
  package let process: Ref<Process>
  /// What the thread is doing.
  package internal(set) var state = ThreadState.stopped
  /// The next elder thread of the process.
  package internal(set) var nextOfProcess: Ref<Thread>?
  /// The next younger thread of the process.
  package internal(set) var previousOfProcess: Ref<Thread>?
}
