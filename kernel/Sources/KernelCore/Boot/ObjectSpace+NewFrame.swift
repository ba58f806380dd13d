// Memory of the root task, made and mapped by the kernel itself. It stands in the records of the
// address space like every other mapping, below the budget of the process.

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
    guard let pool = process.object.pool, let vspace = process.object.vspace else {
      throw .wrongState
    }
    guard let piece = allocatePiece(bytes: MemoryLayout<Slot>.size, from: pool) else {
      throw .noMemory
    }
    let slot = Ref<Slot>(piece, initial: Slot())
    guard let frame = makeFrame(order: order, from: pool) else {
      freePiece(slot)
      throw .noMemory
    }
    // A mapping begins with a capability in a slot, and this is one until it is in the record.
    place(
      Slot(frame.header, type: .frame, rights: Frame.capabilityType.meaningfulRights), in: slot,
      under: process.object.budget)
    do throws(SyscallError) {
      let plan = try planMapping(of: slot, at: address, mask: UInt64(rights.rawValue), in: vspace)
      _ = clear(frame, steps: .max)
      map(plan)
    } catch {
      delete(slot)
      freePiece(slot)
      throw error
    }
    freePiece(slot)
    return frame
  }
}
