// The one way to the kernel's state, which is the only global of the kernel beside what is known of
// the hardware.

import CKernelX86
import KernelCore
import KernelX86

/// The kernel's state on this machine.
typealias State = KernelState<X86Machine>

/// The state, and whether it is in use.
private struct Door {
  var isOpen = false
  var state: State
}

/// The one instance.
private var door: Door {
  @inline(__always) unsafeAddress {
    // SAFETY: made by `makeKernelState` before the kernel is entered the first time.
    unsafe UnsafePointer(erix_kernel_state_area().assumingMemoryBound(to: Door.self))
  }
  @inline(__always) unsafeMutableAddress {
    // SAFETY: as above; one processor comes here with interrupts off, and one use at a time is
    // open (`withKernelState`).
    unsafe erix_kernel_state_area().assumingMemoryBound(to: Door.self)
  }
}

/// Makes the state; the kernel is not entered before.
/// - Safety: `boot` describes RAM: `frameCount` frames, and tables used for nothing else.
@unsafe func makeKernelState(_ boot: BootMemory) {
  precondition(MemoryLayout<Door>.size <= Int(KERNEL_STATE_SIZE), "no room for the state")
  // SAFETY: memory of entry.S of that size (line above), aligned to a page and used for this alone;
  // the caller keeps the promise of `KernelState.init`.
  unsafe erix_kernel_state_area().initializeMemory(as: Door.self, to: Door(state: State(boot)))
}

/// Runs `body` with the state; traps when it is in use already.
@inline(__always) func withKernelState<Result, Failure: Error>(
  _ body: (inout State) throws(Failure) -> Result
) throws(Failure) -> Result {
  precondition(!door.isOpen, "kernel state re-entered")
  door.isOpen = true
  defer { door.isOpen = false }
  return try body(&door.state)
}
