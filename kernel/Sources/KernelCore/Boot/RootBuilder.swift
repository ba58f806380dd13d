// The root task as it is being made: a value that the steps of the boot pass on. Nothing here fails
// halfway in use: a failure ends the boot.

import CapABI
import KernelMachine

/// Everything that the steps need.
struct RootBuilder {
  let process: Ref<Process>
  let cspace: Ref<CSpace>
  let vspace: Ref<VSpace>
  let thread: Ref<Thread>
  let pool: Ref<Pool>
  let layout: RootLayout
  /// The first slot of the untyped memory, and the next free one.
  static let firstUntyped: UInt32 = 64
  var nextUntyped = RootBuilder.firstUntyped
  /// A slot that is empty whenever a step begins.
  static let scratch = CapSlot(rawValue: 6)

  /// The process's own objects; the caller has just made it.
  init?(_ process: Ref<Process>, _ layout: RootLayout) {
    guard let cspace = process.object.cspace, let vspace = process.object.vspace,
      let thread = process.object.firstThread, let pool = process.object.pool
    else { return nil }
    self.process = process
    self.cspace = cspace
    self.vspace = vspace
    self.thread = thread
    self.pool = pool
    self.layout = layout
  }
}

extension ObjectSpace {
  /// Puts an original capability of the root task into a slot.
  mutating func place(
    _ capability: Slot, at slot: CapSlot, under parent: Ref<Slot>, for root: RootBuilder
  ) throws(BootFailure) {
    do throws(SyscallError) {
      let vacancy = try vacant(slot, in: root.cspace, .whole)
      place(capability, in: try claim(vacancy), under: parent)
    } catch {
      throw .refused(error)
    }
  }

  /// Maps what the scratch slot holds.
  mutating func mapScratch(
    at address: UInt64, _ rights: Rights, for root: RootBuilder
  ) throws(BootFailure) {
    do throws(SyscallError) {
      let source = try occupied(RootBuilder.scratch, in: root.cspace, .whole)
      map(
        try planMapping(of: source, at: address, mask: UInt64(rights.rawValue), in: root.vspace))
    } catch {
      throw .refused(error)
    }
  }

  /// Makes a frame of the root task's budget, in the scratch slot.
  mutating func makeScratchFrame(
    order: UInt8, for root: RootBuilder
  ) throws(BootFailure) -> Ref<Frame> {
    guard let frame = makeFrame(order: order, from: root.pool) else { throw .noMemory }
    let rights = Frame.capabilityType.meaningfulRights
    try place(
      Slot(frame.header, type: .frame, rights: rights), at: RootBuilder.scratch,
      under: root.process.object.budget, for: root)
    return frame
  }
}
