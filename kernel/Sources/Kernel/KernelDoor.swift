// The one way to the kernel's state, which is the only global of the kernel beside what is known of
// the hardware.

import CKernelX86
import KernelCore
import KernelX86

/// The kernel's state on this machine.
typealias State = KernelState<X86Machine>

// SAFETY: read and written by the function below alone, by one processor with interrupts off.
nonisolated(unsafe) private var isOpen = false

/// Makes the state; the kernel is not entered before.
/// - Safety: `boot` describes RAM: `frameCount` frames, and tables used for nothing else.
@unsafe func makeKernelState(_ boot: BootMemory) {
  let area = unsafe erix_kernel_state_area()
  precondition(MemoryLayout<State>.size <= Int(KERNEL_STATE_SIZE), "no room for the state")
  // SAFETY: memory of entry.S of that size (line above), aligned to a page and used for this alone;
  // the caller keeps the promise of `KernelState.init`.
  unsafe area.initializeMemory(as: State.self, to: State(boot))
}

/// Runs `body` with the state; traps when it is in use already.
@inline(__always) func withKernelState<Result, Failure: Error>(
  _ body: (inout State) throws(Failure) -> Result
) throws(Failure) -> Result {
  // SAFETY: one processor comes here with interrupts off, and nothing else names the flag.
  unsafe precondition(!isOpen, "kernel state re-entered")
  unsafe isOpen = true
  // SAFETY: still the same single use as two lines above.
  defer { unsafe isOpen = false }
  // SAFETY: made before the first entry, by `makeKernelState`; nobody else uses it (lines above).
  let state = unsafe erix_kernel_state_area().assumingMemoryBound(to: State.self)
  // SAFETY: as above, and only one use at a time is open.
  return unsafe try body(&state.pointee)
}
