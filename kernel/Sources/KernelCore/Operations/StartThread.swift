// START_PROCESS, CREATE_THREAD and START_THREAD. docs/reference/control/process.md, objects.md and
// thread.md.

package import CapABI
import KernelMachine

/// Where a thread begins.
package struct ThreadStart: Equatable, Sendable {
  /// The first instruction.
  package var entry: UInt64
  /// The stack pointer.
  package var stack: UInt64
  /// What the thread finds in rdi.
  package var argument: UInt64

  /// A start of these parts.
  package init(entry: UInt64, stack: UInt64, argument: UInt64) {
    self.entry = entry
    self.stack = stack
    self.argument = argument
  }

  /// Whether both addresses are user addresses.
  var isValid: Bool { entry < VSpace.addressLimit && stack < VSpace.addressLimit }

  /// Gives a thread these registers, all others 0.
  func apply(to thread: Ref<Thread>) {
    let base = thread.object.context.fsBase
    thread.object.context = UserContext()
    thread.object.context.rip = entry
    thread.object.context.rsp = stack
    thread.object.context.rdi = argument
    thread.object.context.fsBase = base
  }
}

/// A checked start of a staged process.
package struct StartProcess {
  let process: Ref<Process>
  private let thread: Ref<Thread>
  private let start: ThreadStart

  /// Checks a request.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`, `wrongType`, `missingRight` without MANAGE;
  ///   `invalidArgument` for addresses that no user code has; `wrongState` when the process is not
  ///   staged; `busy` while install grants for it exist.
  package init(
    _ slot: CapSlot, at start: ThreadStart, of caller: Ref<CSpace>, scope: SlotScope,
    in space: inout ObjectSpace
  ) throws(SyscallError) {
    process = try space.occupied(slot, in: caller, scope).managed(Process.self)
    guard start.isValid else { throw .invalidArgument }
    guard process.object.state == .staged, let thread = process.object.firstThread else {
      throw .wrongState
    }
    guard process.object.liveGrants == 0 else { throw .busy }
    self.thread = thread
    self.start = start
  }

  /// Lets the first thread run.
  package func invoke(in space: inout ObjectSpace) {
    process.object.state = .running
    start.apply(to: thread)
    // Nobody has a capability to the first thread of a staged process, so it is stopped.
    _ = space.start(thread)
  }
}

/// A checked creation of a thread.
package struct CreateThread {
  private let thread: Ref<Thread>
  private let destination: Ref<Slot>

  /// Checks a request and takes the memory for the thread from its process, for the slot from the
  /// caller.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`, `occupiedSlot` for the slots; `wrongType`,
  ///   `missingRight` without MANAGE on the process; `wrongState` for one that is dying or dead;
  ///   `noMemory`.
  package init(
    of process: CapSlot, into slot: CapSlot, by caller: Ref<CSpace>, scope: SlotScope,
    in space: inout ObjectSpace
  ) throws(SyscallError) {
    let source = try space.occupied(process, in: caller, scope)
    let vacancy = try space.vacant(slot, in: caller, scope)
    let owner = try source.managed(Process.self)
    guard owner.object.state.isAlive else { throw .wrongState }
    destination = try space.claim(vacancy)
    guard let thread = space.makeThread(of: owner) else {
      space.abandon(vacancy)
      throw .noMemory
    }
    self.thread = thread
  }

  /// Puts the capability to the thread into the slot.
  package func invoke(in space: inout ObjectSpace) {
    space.place(
      Slot(thread.header, type: .thread, rights: Thread.capabilityType.meaningfulRights),
      in: destination, under: thread.object.process.object.budget)
  }
}

extension Ref where Object == Slot {
  /// The thread that an occupied slot names, itself or as the first thread of a process.
  ///
  /// - Throws: `wrongType` for anything else; `missingRight` without MANAGE; `wrongState` for a
  ///   process without its first thread.
  func managedThread() throws(SyscallError) -> Ref<Thread> {
    guard object.type == .process else { return try managed(Thread.self) }
    guard let thread = try managed(Process.self).object.firstThread else { throw .wrongState }
    return thread
  }
}

/// A checked start of a stopped thread.
package struct StartThread {
  private let thread: Ref<Thread>
  private let start: ThreadStart

  /// Checks a request.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`, `wrongType`, `missingRight` without MANAGE;
  ///   `invalidArgument` for addresses that no user code has; `wrongState` when the thread is not
  ///   stopped or its process does not run.
  package init(
    _ slot: CapSlot, at start: ThreadStart, of caller: Ref<CSpace>, scope: SlotScope,
    in space: inout ObjectSpace
  ) throws(SyscallError) {
    thread = try space.occupied(slot, in: caller, scope).managedThread()
    guard start.isValid else { throw .invalidArgument }
    guard thread.object.state == .stopped, thread.object.process.object.state == .running else {
      throw .wrongState
    }
    self.start = start
  }

  /// Lets the thread run.
  package func invoke(in space: inout ObjectSpace) {
    start.apply(to: thread)
    _ = space.start(thread)
  }
}
