// WRITE_PROCESS_MEMORY. docs/reference/control/process.md.

package import CapABI
package import KernelMachine

/// A checked copy of bytes of the caller into a staged process.
package struct WriteProcessMemory {
  /// What a caller asks for.
  package struct Request: Sendable {
    /// The staged process.
    package var process: CapSlot
    /// Where the bytes go.
    package var address: UInt64
    /// Where the caller has them.
    package var source: UInt64
    /// How many there are.
    package var count: UInt64

    /// Collects the arguments.
    package init(process: CapSlot, address: UInt64, source: UInt64, count: UInt64) {
      self.process = process
      self.address = address
      self.source = source
      self.count = count
    }
  }

  private let vspace: Ref<VSpace>
  /// What is left to copy; a call that is executed again asks for no more than this.
  package private(set) var rest: Request

  /// Checks a request.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`, `wrongType`, `missingRight` without WRITE for the
  ///   process; `wrongState` unless it is staged; `invalidArgument` for no bytes or a range that
  ///   leaves user space.
  package init(
    _ request: Request, of caller: Ref<CSpace>, scope: SlotScope, in space: inout ObjectSpace
  ) throws(SyscallError) {
    let slot = try space.occupied(request.process, in: caller, scope)
    let process = try slot.holding(Process.self, with: .write)
    let limit = VSpace.addressLimit
    guard request.count > 0, request.count <= limit, request.address <= limit - request.count,
      request.source <= limit - request.count
    else { throw .invalidArgument }
    guard process.object.state == .staged, let vspace = process.object.vspace else {
      throw .wrongState
    }
    self.vspace = vspace
    rest = request
  }

  /// Copies up to the end of a page.
  ///
  /// - Throws: `notFound` where nothing is mapped; `denied` for what is no RAM, or RAM whose
  ///   capability lacks WRITE; `invalidArgument` when the caller's bytes cannot be read.
  package mutating func step<M: Machine>(
    on machine: M.Type, in space: inout ObjectSpace
  ) throws(SyscallError) -> Outcome {
    guard let found = space.entry(for: rest.address, in: vspace) else { throw .notFound }
    guard found.entry.isPatchable else { throw .denied }
    let offset = rest.address & UInt64(frameBytes - 1)
    let size = min(rest.count, UInt64(frameBytes) - offset)
    let frame = space.frames.frame(at: found.physical(rest.address))
    // Both are at most the size of a frame.
    let range = Int(truncatingIfNeeded: offset)..<Int(truncatingIfNeeded: offset &+ size)
    guard
      space.frames.fill(
        frame, range, from: VirtualAddress(truncating: rest.source), on: machine)
    else { throw .invalidArgument }
    rest.address += size
    rest.source += size
    rest.count -= size
    return rest.count == 0 ? .done : .preempted
  }
}
