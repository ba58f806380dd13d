// Whose data the FPU's registers hold. A thread gets a save area when it first uses the FPU; from
// then on its registers are saved and loaded whenever it leaves and gets the processor, and user
// code without an area never finds the FPU switched on.

import KernelMachine

/// Memory for the FPU's registers of one thread; what is in it is the machine's business.
package struct FPUArea {}

extension KernelState {
  /// Areas up to here are pieces, larger ones blocks.
  private static var largestPiece: Int { 2048 }

  /// Gives the current thread an area from its process's budget, and the FPU.
  ///
  /// - Returns: False without memory.
  mutating func giveFPU(to thread: Ref<Thread>, on cpu: Ref<Processor>) -> Bool {
    if thread.object.fpu == nil {
      guard let area = makeArea(for: thread) else { return false }
      M.initialiseFPU(area.memory)
      thread.object.fpu = area
      thread.object.flags.insert(.extended)
    }
    switchFPU(to: thread, on: cpu)
    return true
  }

  /// Puts the registers of `thread` in place of those of the thread before.
  @inline(__always) mutating func switchFPU(to thread: Ref<Thread>, on cpu: Ref<Processor>) {
    guard cpu.object.isFPUOn || thread.object.fpu != nil else { return }
    if cpu.object.fpuOwner != thread { replaceFPU(with: thread, on: cpu) }
  }

  private mutating func replaceFPU(with thread: Ref<Thread>, on cpu: Ref<Processor>) {
    // A thread that is freed gives up the registers before its area.
    if let area = cpu.object.fpuOwner?.object.fpu { M.saveFPU(area.memory) }
    guard let area = thread.object.fpu else {
      cpu.object.fpuOwner = nil
      cpu.object.isFPUOn = false
      return M.disableFPU()
    }
    M.restoreFPU(area.memory)
    cpu.object.fpuOwner = thread
    cpu.object.isFPUOn = true
  }

  private mutating func makeArea(for thread: Ref<Thread>) -> Ref<FPUArea>? {
    guard let pool = thread.object.process.object.pool else { return nil }
    guard M.fpuAreaBytes > Self.largestPiece else {
      guard let piece = objects.allocatePiece(bytes: M.fpuAreaBytes, from: pool) else { return nil }
      return Ref(piece, initial: FPUArea())
    }
    let pages = (M.fpuAreaBytes - 1) / frameBytes + 1
    // Areas have a few pages at most.
    let order = UInt8(truncatingIfNeeded: Int.bitWidth - (pages - 1).leadingZeroBitCount)
    guard let block = objects.allocateBlock(order: order, from: pool) else { return nil }
    return Ref(objects.frames.memory(of: block), initial: FPUArea())
  }
}

extension ObjectSpace {
  /// Gives back the area of a thread that is being freed, and the registers if it has them.
  mutating func releaseFPU(of thread: Ref<Thread>) {
    guard let area = thread.object.fpu else { return }
    thread.object.fpu = nil
    let cpu = thread.object.processor
    // The FPU stays on until the next thread gets the processor, which loads its own registers or
    // switches it off.
    if cpu.object.fpuOwner == thread { cpu.object.fpuOwner = nil }
    let frame = frames.frame(of: area)
    guard frames[frame].object.state == .block else { return freePiece(area) }
    freeBlock(frame)
  }
}
