// SET_THREAD_BUFFER, and the words of an IPC buffer. docs/reference/control/thread.md.

package import CapABI
import KernelMachine

/// A checked change of a thread's IPC buffer.
package struct SetThreadBuffer {
  private let thread: Ref<Thread>
  /// The frame's capability, and the hidden slot for the one derived from it.
  private let binding: (source: Ref<Slot>, hidden: Ref<Slot>)?

  /// Checks a request, and takes memory for the hidden slot when the thread never had a buffer.
  ///
  /// - Parameters:
  ///   - thread: The thread.
  ///   - frame: The frame; slot 0 to take the buffer away.
  ///   - caller: Who owns the slots.
  ///   - scope: Which slots may be named.
  ///   - space: The objects.
  /// - Throws: `slotOutOfRange`, `emptySlot`, `wrongType` for the slots; `missingRight` without
  ///   MANAGE on the thread, READ and WRITE on the frame; `invalidArgument` for a frame of more
  ///   than one page; `wrongState` when the thread's process is dying or dead; `busy` when the
  ///   frame is mapped executable; `noMemory`.
  package init(
    of thread: CapSlot, frame: CapSlot, of caller: Ref<CSpace>, scope: SlotScope,
    in space: inout ObjectSpace
  ) throws(SyscallError) {
    let target = try space.occupied(thread, in: caller, scope)
    let source = frame.rawValue == 0 ? nil : try space.occupied(frame, in: caller, scope)
    self.thread = try target.managedThread()
    let page = try source?.holding(Frame.self, with: .read | .write)
    if let page, page.object.order != 0 { throw .invalidArgument }
    let process = self.thread.object.process
    guard process.object.state.isAlive, let pool = process.object.pool else { throw .wrongState }
    guard let source, let page else {
      binding = nil
      return
    }
    guard page.object.executable == 0 else { throw .busy }
    guard let hidden = self.thread.object.bufferSlot ?? space.makeHiddenSlot(from: pool) else {
      throw .noMemory
    }
    self.thread.object.bufferSlot = hidden
    binding = (source, hidden)
  }

  /// Binds the frame in place of the one before.
  ///
  /// The kernel's writes count as a writable mapping: no buffer is ever executable.
  package func invoke(in space: inout ObjectSpace) {
    space.unbindBuffer(of: thread)
    guard let binding, let object = binding.source.object.object else { return }
    let capability = Slot(object, type: .frame, rights: .read | .write, flags: .buffer)
    space.place(capability, in: binding.hidden, under: binding.source)
    space.countMapping(binding.hidden, .write, isMade: true)
  }
}

extension ObjectSpace {
  /// An empty slot outside every table; nil without memory.
  fileprivate mutating func makeHiddenSlot(from pool: Ref<Pool>) -> Ref<Slot>? {
    guard let piece = allocatePiece(bytes: MemoryLayout<Slot>.size, from: pool) else { return nil }
    return Ref(piece, initial: Slot())
  }

  /// Drops the thread's capability to its IPC buffer, if it has one.
  fileprivate mutating func unbindBuffer(of thread: Ref<Thread>) {
    if let slot = thread.object.bufferSlot, !slot.object.isEmpty { delete(slot) }
  }

  /// Gives back what a thread that is being freed has for its IPC buffer.
  mutating func releaseBuffer(of thread: Ref<Thread>) {
    unbindBuffer(of: thread)
    if let slot = thread.object.bufferSlot { freePiece(slot) }
    thread.object.bufferSlot = nil
  }

  /// The words of a thread's IPC buffer; nil without one.
  ///
  /// The frame stays allocated while the buffer is bound, so the words can be used until the thread
  /// runs or a capability is deleted.
  @inline(__always) package func bufferWords(of thread: Ref<Thread>) -> Table<UInt64>? {
    guard let slot = thread.object.bufferSlot, let object = slot.object.object else { return nil }
    return frames.table(of: UInt64.self, in: object.cast(to: Frame.self).object.block)
  }
}
