// Frames that the kernel itself makes and maps: memory of the root task, and ranges of the boot for
// the console. They stand in the records of the address space like every other mapping, below the
// budget of the process.

package import CapABI
import KernelMachine

extension ObjectSpace {
  /// Makes a frame from the budget of a process and maps it there.
  ///
  /// - Parameters:
  ///   - order: The frame has 2^order pages, all clear.
  ///   - address: Aligned to the frame.
  ///   - rights: READ, and WRITE or EXECUTE.
  ///   - process: A living process.
  /// - Returns: The frame, for filling it through `frames`.
  /// - Throws: What `planMapping` throws, `wrongState` for a process without address space,
  ///   `noMemory`.
  package mutating func mapNewFrame(
    order: UInt8, at address: UInt64, rights: Rights, in process: Ref<Process>
  ) throws(SyscallError) -> Ref<Frame> {
    guard let pool = process.object.pool else { throw .wrongState }
    guard let frame = makeFrame(order: order, from: pool) else { throw .noMemory }
    _ = clear(frame, steps: .max)
    try mapNew(frame, at: address, rights: rights, in: process)
    return frame
  }

  /// Makes a device frame from the budget of a process and maps it there.
  ///
  /// - Throws: As `mapNewFrame`.
  mutating func mapNewDevice(
    at start: PhysicalAddress, order: UInt8, isUncached: Bool, to address: UInt64, rights: Rights,
    in process: Ref<Process>
  ) throws(SyscallError) {
    guard let pool = process.object.pool else { throw .wrongState }
    guard
      let frame = makeDeviceFrame(at: start, order: order, isUncached: isUncached, from: pool)
    else { throw .noMemory }
    try mapNew(frame, at: address, rights: rights, in: process)
  }

  /// Maps a frame that no capability names yet; one that cannot be mapped goes to the finaliser.
  private mutating func mapNew<Made: KernelObject>(
    _ frame: Ref<Made>, at address: UInt64, rights: Rights, in process: Ref<Process>
  ) throws(SyscallError) {
    guard let pool = process.object.pool, let vspace = process.object.vspace,
      let piece = allocatePiece(bytes: MemoryLayout<Slot>.size, from: pool)
    else {
      queue(frame.header)
      throw .noMemory
    }
    // A mapping begins with a capability in a slot, and this is one until it is in the record.
    let slot = Ref<Slot>(piece, initial: Slot())
    let type = Made.capabilityType
    place(
      Slot(frame.header, type: type, rights: type.meaningfulRights), in: slot,
      under: process.object.budget)
    do throws(SyscallError) {
      let plan = try planMapping(of: slot, at: address, mask: UInt64(rights.rawValue), in: vspace)
      map(plan)
    } catch {
      delete(slot)
      freePiece(slot)
      throw error
    }
    freePiece(slot)
  }
}
