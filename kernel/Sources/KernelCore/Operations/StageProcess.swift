// What the creator of a staged process does with it: DERIVE_INSTALL_GRANT, INSTALL_WITH_GRANT,
// SET_CSPACE_WINDOW, ABORT_STAGED_PROCESS, START_PROCESS. docs/reference/control/process.md.

package import CapABI

/// A checked derivation of an install grant.
package struct DeriveInstallGrant {
  private let grant: Ref<InstallGrant>
  private let destination: Ref<Slot>

  /// Checks a request and takes the memory from the child's budget.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`, `occupiedSlot` for the slots; `wrongType`,
  ///   `missingRight` without MANAGE on the process; `invalidArgument` for slots that the child
  ///   does not have; `wrongState` when it is not staged; `noMemory`.
  package init(
    for process: CapSlot, firstSlot: UInt32, slotCount: UInt32, into slot: CapSlot,
    of caller: Ref<CSpace>, scope: SlotScope, in space: inout ObjectSpace
  ) throws(SyscallError) {
    let source = try space.occupied(process, in: caller, scope)
    let vacancy = try space.vacant(slot, in: caller, scope)
    let child = try source.managed(Process.self)
    guard child.object.state == .staged, let cspace = child.object.cspace else {
      throw .wrongState
    }
    let limit = cspace.object.slotCount
    guard firstSlot > 0, CSpace.isWindow(base: firstSlot, count: slotCount, of: limit) else {
      throw .invalidArgument
    }
    destination = try space.claim(vacancy)
    let made = space.makeInstallGrant(for: child, firstSlot: firstSlot, slotCount: slotCount)
    guard let made else {
      space.abandon(vacancy)
      throw .noMemory
    }
    grant = made
  }

  /// Puts the capability to the grant into the slot.
  package func invoke(in space: inout ObjectSpace) {
    space.place(
      Slot(grant.header, type: .installGrant, rights: .manage), in: destination,
      under: grant.object.process.object.budget)
  }
}

/// A checked copy of a capability into the CSpace of a staged process.
package struct InstallWithGrant {
  private let copy: CopyCapability

  /// Checks a request: a copy whose destination is a slot of the child.
  ///
  /// - Throws: `slotOutOfRange` for the grant's slot or a destination that the grant does not
  ///   cover; `emptySlot`, `wrongType`, `missingRight` for the grant; `wrongState` when the child
  ///   is not staged any more; everything that `CopyCapability` throws.
  package init(
    _ request: CopyCapability.Request, under grant: CapSlot, from caller: Ref<CSpace>,
    scope: SlotScope, in space: inout ObjectSpace
  ) throws(SyscallError) {
    let permission = try space.occupied(grant, in: caller, scope).managed(InstallGrant.self)
    guard permission.object.covers(request.destination) else { throw .slotOutOfRange }
    let child = permission.object.process
    guard child.object.state == .staged, let cspace = child.object.cspace else {
      throw .wrongState
    }
    // The window bounds what the caller names of its own; the grant bounds the child's slots.
    copy = try CopyCapability(
      request, from: caller, scope: scope, to: cspace, targetScope: .whole, in: &space)
  }

  /// Makes the copy.
  package func invoke(in space: inout ObjectSpace) {
    copy.invoke(in: &space)
  }
}

/// A checked change of the slots that a child may name in control operations.
package struct SetCSpaceWindow {
  private let cspace: Ref<CSpace>
  private let base: UInt32
  private let count: UInt32

  /// Checks a request.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`, `wrongType`, `missingRight` without MANAGE;
  ///   `wrongState` when the process is not staged; `invalidArgument` for a window that is empty or
  ///   passes the CSpace.
  package init(
    of process: CapSlot, base: UInt32, count: UInt32, by caller: Ref<CSpace>, scope: SlotScope,
    in space: inout ObjectSpace
  ) throws(SyscallError) {
    let child = try space.occupied(process, in: caller, scope).managed(Process.self)
    guard child.object.state == .staged, let cspace = child.object.cspace else {
      throw .wrongState
    }
    guard CSpace.isWindow(base: base, count: count, of: cspace.object.slotCount) else {
      throw .invalidArgument
    }
    self.cspace = cspace
    self.base = base
    self.count = count
  }

  /// Sets the window.
  package func invoke() {
    cspace.object.windowBase = base
    cspace.object.windowCount = count
  }
}
