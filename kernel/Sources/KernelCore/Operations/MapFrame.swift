// MAP_FRAME and UNMAP_FRAME. docs/reference/kernel-memory.md, sections 9 and 11.

package import CapABI

/// A checked mapping of a frame.
package struct MapFrame {
  /// What a caller asks for.
  package struct Request: Sendable {
    /// The frame or device frame.
    package var frame: CapSlot
    /// The address space, or the process that has it.
    package var target: CapSlot
    /// Where the frame begins.
    package var address: UInt64
    /// What the mapping allows: READ, and WRITE or EXECUTE.
    package var rights: UInt64

    /// Collects the arguments.
    package init(frame: CapSlot, target: CapSlot, address: UInt64, rights: UInt64) {
      self.frame = frame
      self.target = target
      self.address = address
      self.rights = rights
    }
  }

  private let plan: MappingPlan

  /// Checks a request and takes the memory for page tables and the record.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot` for the slots; `wrongType`, `missingRight` without
  ///   MANAGE, `wrongState` for the target; everything that `planMapping` throws.
  @inline(__always)
  package init(
    _ request: Request, of caller: Ref<CSpace>, scope: SlotScope, in space: inout ObjectSpace
  ) throws(SyscallError) {
    let source = try space.occupied(request.frame, in: caller, scope)
    let vspace = try space.addressSpace(request.target, of: caller, scope)
    plan = try space.planMapping(
      of: source, at: request.address, mask: request.rights, in: vspace)
  }

  /// Moves the capability into the record of the mapping; what the boot left in the frame is
  /// cleared before, at most `steps` pages of it.
  ///
  /// Preempted, nothing is mapped yet, and executing the call again goes on.
  @inline(__always) package func invoke(steps: Int, in space: inout ObjectSpace) -> Outcome {
    guard space.clear(plan.source, steps: steps) == .done else {
      space.abandon(plan)
      return .preempted
    }
    space.map(plan)
    return .done
  }
}

/// A checked end of a mapping.
package struct UnmapFrame {
  private let record: Ref<Slot>
  private let vspace: Ref<VSpace>
  private let destination: Ref<Slot>

  /// Checks a request; `address` is where the frame begins.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`, `occupiedSlot` for the slots; `wrongType`,
  ///   `missingRight` without MANAGE, `wrongState` for the target; `notFound` when no mapping
  ///   begins at the address; `noMemory` when the CSpace's pool cannot back the slot.
  @inline(__always)
  package init(
    at address: UInt64, of target: CapSlot, into slot: CapSlot, of caller: Ref<CSpace>,
    scope: SlotScope, in space: inout ObjectSpace
  ) throws(SyscallError) {
    vspace = try space.addressSpace(target, of: caller, scope)
    let vacancy = try space.vacant(slot, in: caller, scope)
    guard let record = space.mappingRecord(at: address, in: vspace) else { throw .notFound }
    self.record = record
    destination = try space.claim(vacancy)
  }

  /// Removes the mapping and gives the capability back.
  @inline(__always) package func invoke(in space: inout ObjectSpace) {
    space.unmap(record, in: vspace)
    space.relocate(record, to: destination)
  }
}

extension ObjectSpace {
  /// The address space that a slot names, itself or through its process.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`; `wrongType` for anything else; `missingRight` without
  ///   MANAGE; `wrongState` for a process that is dying or dead.
  @inline(never) mutating func addressSpace(
    _ slot: CapSlot, of caller: Ref<CSpace>, _ scope: SlotScope
  ) throws(SyscallError) -> Ref<VSpace> {
    let target = try occupied(slot, in: caller, scope)
    guard target.object.type == .process else { return try target.managed(VSpace.self) }
    guard let vspace = try target.managed(Process.self).object.vspace else { throw .wrongState }
    return vspace
  }

  /// `clear` for the frame that a slot names; device frames have nothing to clear.
  @inline(never) mutating func clear(_ slot: Ref<Slot>, steps: Int) -> Outcome {
    guard slot.object.type == .frame, let object = slot.object.object else { return .done }
    return clear(object.cast(to: Frame.self), steps: steps)
  }
}
