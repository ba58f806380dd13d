// Actions as the kernel is asked for them: operations on slots, and control operations.

import CapABI
import KernelCore

/// Who acts on the kernel's side.
struct KernelCaller {
  let cspace: Ref<CSpace>
  let thread: Ref<Thread>
}

extension World {
  func perform(_ action: Action, by caller: KernelCaller) throws(SyscallError) {
    let cspace = caller.cspace
    switch action.kind {
    case .copy:
      try copy(
        action.first, to: action.second, rights: action.rights, badge: action.badge, by: cspace)
    case .move: try move(action.first, to: action.second, by: cspace)
    case .drop: try drop(action.first, by: cspace)
    case .revoke: try revokeFully(action.first, steps: action.steps, by: cspace)
    case .query: _ = try query(action.first, by: cspace)
    case .cspace: try create(.cspace(slotCount: action.third), in: action.first, by: cspace)
    default:
      guard let request = action.request else { return }
      try control(request, by: caller)
    }
  }

  /// Executes a control operation again and again, as a preempted system call is.
  private func control(_ request: ControlRequest, by caller: KernelCaller) throws(SyscallError) {
    while true {
      guard case .preempted = try state.control(.testRoot, request, from: caller.thread) else {
        return
      }
      settle()
      // The caller may have been among what it ended.
      guard caller.thread.object.header.kind == .thread, isAlive(caller.cspace) else { return }
    }
  }

  /// Executes a revocation again and again, as a preempted system call is.
  private func revokeFully(_ slot: UInt32, steps: Int, by caller: Ref<CSpace>)
    throws(SyscallError)
  {
    while true {
      guard try revoke(slot, steps: steps, by: caller) == .preempted else { return }
      // The finaliser may do part of its work between two executions.
      settle(atMost: steps)
      // The caller may have revoked the memory that its own CSpace lives in.
      guard isAlive(caller) else { return }
    }
  }

  private func isAlive(_ cspace: Ref<CSpace>) -> Bool {
    cspace.object.header.kind == .cspace && cspace.object.header.references > 0
  }
}

extension Action {
  /// The control operation and its words; nil for actions that are none.
  fileprivate var request: ControlRequest? {
    let both = World.pair(first, second)
    return
      switch kind
    {
    case .endpoint: Self.request(.createEndpoint, UInt64(first))
    case .notification: Self.request(.createNotification, UInt64(first))
    case .ring: Self.request(.createRingEndpoint, UInt64(first), UInt64(order))
    case .split: Self.request(.splitUntyped, both, UInt64(order))
    case .process:
      Self.request(
        .createStagedProcess, both, World.pair(UInt32(order), third),
        World.pair(childWindow.base, childWindow.count))
    case .topUp: Self.request(.topUpBudget, both, UInt64(order))
    case .budget: Self.request(.readBudget, UInt64(first))
    case .retype: Self.request(.retypeUntypedToFrame, both, UInt64(order))
    case .map: Self.request(.mapFrame, both, address, access)
    case .unmap: Self.request(.unmapFrame, both, address)
    default: processRequest
    }
  }

  private var processRequest: ControlRequest? {
    let both = World.pair(first, second)
    let single = UInt64(first)
    return
      switch kind
    {
    case .grant:
      Self.request(.deriveInstallGrant, both, World.pair(grantedSlots.first, grantedSlots.count))
    case .install:
      Self.request(
        .installWithGrant, World.pair(second, first), World.pair(third, rights), badge)
    case .window:
      Self.request(.setCSpaceWindow, single, World.pair(childWindow.base, childWindow.count))
    case .start: Self.request(.startProcess, single, 0x1000, stack)
    case .abort: Self.request(.abortStagedProcess, single)
    case .kill: Self.request(.killProcess, single)
    case .thread: Self.request(.createThread, both)
    case .startThread: Self.request(.startThread, single, 0x1000, stack)
    case .stopThread: Self.request(.stopThread, single)
    case .priority: Self.request(.setThreadPriority, single, UInt64(order))
    case .pager: Self.request(.setThreadPager, both)
    case .handler: Self.request(.setThreadEndpoint, both)
    case .server: Self.request(.setThreadEndpoint, both, 1)
    case .bind: Self.request(.bindNotification, both)
    case .buffer: Self.request(.setThreadBuffer, both)
    default: nil
    }
  }

  private static func request(
    _ operation: ControlOperation, _ word0: UInt64, _ word1: UInt64 = 0, _ word2: UInt64 = 0
  ) -> ControlRequest {
    ControlRequest(
      operation: operation, badge: 0, length: 32, word0: word0, word1: word1, word2: word2,
      word3: 0)
  }
}
