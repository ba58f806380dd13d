// The mapping half of RESOLVE_FAULT. docs/reference/control/pager.md.

package import CapABI

/// A checked mapping into the address space of a thread that faulted, after a copy if need be.
package struct ResolveMapping {
  /// What a caller asks for.
  package struct Request: Sendable {
    /// The frame or device frame.
    package var frame: CapSlot
    /// The frame whose contents it gets first; slot 0 for none.
    package var source: CapSlot
    /// What of the source.
    package var part: CopyPart
    /// Where the frame begins.
    package var address: UInt64
    /// What the mapping allows.
    package var rights: UInt64

    /// Collects the arguments.
    package init(
      frame: CapSlot, source: CapSlot, part: CopyPart, address: UInt64, rights: UInt64
    ) {
      self.frame = frame
      self.source = source
      self.part = part
      self.address = address
      self.rights = rights
    }
  }

  private let plan: MappingPlan
  private let copy: CopyFrame?
  private let slot: Ref<Slot>

  /// Checks a request and takes the memory for page tables and the record.
  ///
  /// - Throws: Everything that `CopyFrame` throws for a source, and `planMapping`.
  package init(
    _ request: Request, in vspace: Ref<VSpace>, of caller: Ref<CSpace>, scope: SlotScope,
    in space: inout ObjectSpace
  ) throws(SyscallError) {
    slot = try space.occupied(request.frame, in: caller, scope)
    if request.source.rawValue == 0 {
      copy = nil
    } else {
      copy = try CopyFrame(
        from: request.source, to: request.frame, request.part, of: caller, scope: scope,
        in: &space)
    }
    plan = try space.planMapping(of: slot, at: request.address, mask: request.rights, in: vspace)
  }

  /// Does a bounded part of copying and clearing, then maps.
  ///
  /// Preempted, nothing is mapped yet, and executing the call again goes on.
  package func invoke(
    _ progress: inout CopyProgress, steps: Int, in space: inout ObjectSpace
  ) -> Outcome {
    let outcome = copy?.invoke(&progress, in: &space) ?? space.clear(slot, steps: steps)
    guard outcome == .done else {
      space.abandon(plan)
      return .preempted
    }
    space.map(plan)
    return .done
  }
}
