// The FPU's registers: Intel SDM volume 1, chapters 10.5 and 13.

import CKernelX86
import CapABI
import Handoff
package import KernelMachine

extension X86Machine {
  /// Bytes of a save area, a power of two of at least 512.
  package static var fpuAreaBytes: Int { facts.fpuAreaBytes }

  /// Makes a new area hold the state of a thread that never used the FPU.
  package static func initialiseFPU(_ area: FPUMemory) { erix_fpu_prepare(UInt64(area.address)) }

  /// Saves the FPU's registers.
  package static func saveFPU(_ area: FPUMemory) {
    let address = UInt64(area.address)
    if facts.hasXSave { erix_xsave(address) } else { erix_fxsave(address) }
  }

  /// Loads the FPU's registers from an area that was initialised or saved to, and lets user code
  /// use them.
  package static func restoreFPU(_ area: FPUMemory) {
    erix_fpu_allow()
    loadFPU(UInt64(area.address))
  }

  /// Loads the FPU's registers, which must be in use.
  private static func loadFPU(_ address: UInt64) {
    if facts.hasXSave { erix_xrstor(address) } else { erix_fxrstor(address) }
  }

  /// Makes the next use of the FPU by user code an exception; its registers hold nobody's data.
  package static func disableFPU() {
    erix_fpu_allow()
    #if ERIX_PROFILE_SMOKE
    if let plan = facts.plan, !plan.protections.contains(.fpuIsolation) { return }
    #endif
    loadFPU(erix_clean_fpu_address())
    let taskSwitched: UInt64 = 1 << 3
    erix_write_cr0(erix_read_cr0() | taskSwitched)
  }

  /// Finds out the size of a save area and fills the clean one.
  ///
  /// - Returns: False when the state is larger than the kernel has room for.
  static func prepareFPU(_ features: ProcessorFeatures) -> Bool {
    facts.hasXSave = features.xsave
    if features.xsave {
      erix_write_xcr0(features.xsaveComponents)
      // For the components that are on.
      let bytes = Int(erix_cpuid(0xD, 0).ebx)
      while facts.fpuAreaBytes < bytes { facts.fpuAreaBytes *= 2 }
    }
    guard facts.fpuAreaBytes <= Int(CLEAN_FPU_AREA) else { return false }
    erix_fpu_prepare(erix_clean_fpu_address())
    return true
  }
}
