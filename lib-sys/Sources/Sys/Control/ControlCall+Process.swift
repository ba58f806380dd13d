// The life of processes: docs/reference/control/process.md, child-populate.md, budget.md.

public import CapABI
import IPC

extension ControlCall {
  /// CREATE_STAGED_PROCESS: a process with a budget of 2^order pages that does not run yet.
  ///
  /// `slots` is the size of its CSpace; a window of no slots is the whole CSpace.
  public static func createStagedProcess(
    from untyped: CapSlot, into destination: CapSlot, budgetOrder: UInt32, slots: UInt32,
    windowBase: UInt32 = 0, windowCount: UInt32 = 0
  ) -> ControlCall {
    ControlCall(
      .createStagedProcess,
      MessageWords(
        pair(untyped, destination), UInt64(budgetOrder) | UInt64(slots) << 32,
        UInt64(windowBase) | UInt64(windowCount) << 32))
  }

  /// DERIVE_INSTALL_GRANT: the permission to install capabilities into one staged process.
  ///
  /// It covers the named slots of the child.
  public static func deriveInstallGrant(
    for process: CapSlot, into destination: CapSlot, firstSlot: UInt32, slotCount: UInt32
  ) -> ControlCall {
    ControlCall(
      .deriveInstallGrant,
      MessageWords(pair(process, destination), UInt64(firstSlot) | UInt64(slotCount) << 32))
  }

  /// INSTALL_WITH_GRANT: installs a copy of a capability into the process of a grant.
  public static func install(
    _ source: CapSlot, with grant: CapSlot, at childSlot: CapSlot, rights: Rights = .all,
    badge: Badge = .none
  ) -> ControlCall {
    ControlCall(
      .installWithGrant,
      MessageWords(
        pair(grant, source), UInt64(childSlot.rawValue) | UInt64(rights.rawValue) << 32,
        badge.rawValue))
  }

  /// START_PROCESS: starts the first thread of a staged process.
  public static func start(
    process: CapSlot, entry: UInt64, stack: UInt64, argument: UInt64
  ) -> ControlCall {
    ControlCall(
      .startProcess, MessageWords(UInt64(process.rawValue), entry, stack, argument))
  }

  /// ABORT_STAGED_PROCESS: drops a staged process.
  public static func abort(process: CapSlot) -> ControlCall {
    ControlCall(.abortStagedProcess, MessageWords(UInt64(process.rawValue)))
  }

  /// KILL_PROCESS: stops a process and returns its memory.
  public static func kill(process: CapSlot) -> ControlCall {
    ControlCall(.killProcess, MessageWords(UInt64(process.rawValue)))
  }

  /// SET_CSPACE_WINDOW: sets the slots that a process may name in control operations.
  public static func setWindow(of process: CapSlot, base: UInt32, count: UInt32) -> ControlCall {
    ControlCall(
      .setCSpaceWindow,
      MessageWords(UInt64(process.rawValue), UInt64(base) | UInt64(count) << 32))
  }

  /// TOP_UP_BUDGET: moves 2^order pages of untyped memory into a process's budget.
  public static func topUp(
    process: CapSlot, from untyped: CapSlot, order: UInt64
  ) -> ControlCall {
    ControlCall(.topUpBudget, MessageWords(pair(process, untyped), order))
  }

  /// READ_BUDGET: total, free and lowest free bytes of a process's budget.
  public static func readBudget(of process: CapSlot) -> ControlCall {
    ControlCall(.readBudget, MessageWords(UInt64(process.rawValue)))
  }
}
