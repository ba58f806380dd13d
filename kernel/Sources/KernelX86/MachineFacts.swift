// What the boot found out about the hardware and `X86Machine` works by. Written before the first
// user instruction, read-only afterwards.

import CKernelX86
import CapABI
import Handoff

/// The hardware, as `X86Machine` needs it.
struct MachineFacts {
  /// Where the direct map shows physical address 0.
  var directMapBase: UInt64 = 0
  /// The kernel's own top-level page table.
  var kernelRoot: UInt64 = 0
  /// The time-stamp counter.
  var clock = Clock.stopped
  /// The local interrupt controller and its timer.
  var localAPIC = LocalAPIC()
  /// The I/O interrupt controllers.
  var lines = InterruptLines()
  /// Bytes of an FPU save area.
  var fpuAreaBytes = 512
  /// Whether FPU state is kept by XSAVE; FXSAVE otherwise.
  var hasXSave = false
  /// Whether predictions are separated by a barrier.
  var hasPredictionBarrier = false
  /// What was switched on.
  var plan: HardeningPlan?
  /// What the kernel's page tables show, which do not change after the boot.
  var shownByTables = Protections.none
  /// Where the early console is.
  var console: EarlyPorts?
  /// How long the start took.
  var ticks = BootTicks()
}

extension X86Machine {
  /// Must come before any other use of the machine.
  package static func forgetFacts() {
    precondition(MemoryLayout<MachineFacts>.size <= Int(MACHINE_FACTS_SIZE), "no room for facts")
    // SAFETY: memory of entry.S of that size (line above), used for this alone.
    unsafe erix_machine_facts_area().initializeMemory(as: MachineFacts.self, to: MachineFacts())
  }

  /// The one instance.
  ///
  /// Apart from the state of the kernel, because `Machine` is static: a value would have to be
  /// passed through every function of the core.
  @inline(__always) static var facts: MachineFacts {
    unsafeAddress {
      // SAFETY: initialised by `forgetFacts`, the first step of the boot.
      unsafe UnsafePointer(erix_machine_facts_area().assumingMemoryBound(to: MachineFacts.self))
    }
    unsafeMutableAddress {
      // SAFETY: only the boot writes, alone on one processor, before anything else reads.
      unsafe erix_machine_facts_area().assumingMemoryBound(to: MachineFacts.self)
    }
  }
}
