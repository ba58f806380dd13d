// Making the processors forget mappings that are gone, before their memory is used again.
// docs/reference/kernel-memory.md, section 11.

import KernelMachine

extension KernelState {
  /// Does one bounded piece of finalising or clearing.
  ///
  /// Called when no local variable holds a reference. No processor can reach, through a mapping
  /// that is gone, the memory that the step frees.
  package mutating func finaliseStep() {
    applyInvalidations()
    objects.finaliseStep()
  }

  /// Makes the processors forget what was unmapped; must be called before user code goes on.
  ///
  /// The one place for it: with several processors in use it also interrupts the others and waits
  /// until each has answered.
  @inline(__always) package mutating func applyInvalidations() {
    if !objects.pendingInvalidation.isEmpty { invalidate() }
  }

  private mutating func invalidate() {
    let pending = objects.pendingInvalidation
    objects.pendingInvalidation = PendingInvalidation()
    if pending.pageCount == 1 {
      M.invalidate(page: VirtualAddress(truncating: pending.page))
    } else if pending.pageCount != 0 {
      M.invalidateAll()
    }
  }
}
