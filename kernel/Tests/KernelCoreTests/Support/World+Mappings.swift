// Short ways for tests to make, map and unmap frames.

import CapABI
import KernelCore
import KernelMachine

extension World {
  static let readable = UInt64(Rights.read.rawValue)
  static let writable = UInt64((Rights.read | .write).rawValue)
  static let executable = UInt64((Rights.read | .execute).rawValue)

  func retype(
    _ untyped: UInt32 = 1, order: UInt64 = 0, address: UInt64 = 0, into slot: UInt32,
    by caller: Ref<CSpace>? = nil
  ) throws(SyscallError) {
    try Provoked.noting(.control(.retypeUntypedToFrame)) { () throws(SyscallError) in
      let request = RetypeUntyped.Request(
        untyped: CapSlot(rawValue: untyped), destination: CapSlot(rawValue: slot), order: order,
        address: address)
      let operation = try RetypeUntyped(
        request, of: caller ?? cspace, scope: .whole, in: &state.objects)
      operation.invoke(in: &state.objects)
    }
  }

  @discardableResult
  func map(
    _ frame: UInt32, in target: UInt32, at address: UInt64, rights: UInt64 = writable,
    steps: Int = .max, by caller: Ref<CSpace>? = nil
  ) throws(SyscallError) -> Outcome {
    try Provoked.noting(.control(.mapFrame)) { () throws(SyscallError) in
      let request = MapFrame.Request(
        frame: CapSlot(rawValue: frame), target: CapSlot(rawValue: target), address: address,
        rights: rights)
      let operation = try MapFrame(request, of: caller ?? cspace, scope: .whole, in: &state.objects)
      return operation.invoke(steps: steps, in: &state.objects)
    }
  }

  func unmap(
    _ address: UInt64, of target: UInt32, into slot: UInt32, by caller: Ref<CSpace>? = nil
  ) throws(SyscallError) {
    try Provoked.noting(.control(.unmapFrame)) { () throws(SyscallError) in
      let operation = try UnmapFrame(
        at: address, of: CapSlot(rawValue: target), into: CapSlot(rawValue: slot),
        of: caller ?? cspace, scope: .whole, in: &state.objects)
      operation.invoke(in: &state.objects)
    }
  }

  /// Puts the hidden capability of a process to its address space into a slot of the first one.
  func nameVSpace(of process: UInt32, in slot: UInt32) throws {
    guard let child = self.process(process) else { throw SyscallError.emptySlot }
    try state.grant(child.object.vspaceSlot, to: cspace, slot: CapSlot(rawValue: slot))
  }

  /// The address space of the process that a slot names.
  func vspace(_ process: UInt32) -> Ref<VSpace>? { self.process(process)?.object.vspace }

  /// The frame that a slot names.
  func frame(_ slot: UInt32) -> Ref<Frame>? {
    self.slot(slot)?.object.object?.cast(to: Frame.self)
  }
}
