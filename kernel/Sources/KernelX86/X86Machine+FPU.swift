// The FPU's registers: Intel SDM volume 1, chapters 10.5 and 13.

import CKernelX86
import CapABI
import Handoff

extension X86Machine {
  /// Bytes of a save area, a power of two of at least 512.
  package static var fpuAreaBytes: Int { facts.fpuAreaBytes }

  /// Makes an area hold the state of a thread that never used the FPU.
  /// - Safety: `area` is `fpuAreaBytes` of RAM that the caller owns, aligned to 64.
  @unsafe package static func initialiseFPU(_ area: UnsafeMutableRawPointer) {
    let controlWord: UInt16 = 0x037F
    let controlStatus: UInt32 = 0x1F80
    // SAFETY: the caller owns all of the area. In the header of XSAVE zero stands for components
    // in their first state.
    unsafe area.initializeMemory(as: UInt8.self, repeating: 0, count: facts.fpuAreaBytes)
    unsafe area.storeBytes(of: controlWord, as: UInt16.self)
    unsafe area.storeBytes(of: controlStatus, toByteOffset: 24, as: UInt32.self)
  }

  /// Saves the FPU's registers.
  /// - Safety: `area` is `fpuAreaBytes` of RAM of the thread whose registers these are.
  @unsafe package static func saveFPU(_ area: UnsafeMutableRawPointer) {
    // SAFETY: the caller owns the area, which was made as large as the processor asks for.
    if facts.hasXSave { unsafe erix_xsave(area) } else { unsafe erix_fxsave(area) }
  }

  /// Loads the FPU's registers and lets user code use them.
  /// - Safety: `area` was filled by `initialiseFPU` or `saveFPU` and is owned by its thread.
  @unsafe package static func restoreFPU(_ area: UnsafeMutableRawPointer) {
    erix_fpu_allow()
    // SAFETY: the promise of the caller is the one asked for here.
    unsafe loadFPU(area)
  }

  /// Loads the FPU's registers, which must be in use.
  /// - Safety: `area` was filled by `initialiseFPU` or `saveFPU`.
  @unsafe private static func loadFPU(_ area: UnsafeMutableRawPointer) {
    // SAFETY: filled by one of the two functions, so the processor accepts it.
    if facts.hasXSave { unsafe erix_xrstor(area) } else { unsafe erix_fxrstor(area) }
  }

  /// Makes the next use of the FPU by user code an exception; its registers hold nobody's data.
  package static func disableFPU() {
    erix_fpu_allow()
    #if ERIX_PROFILE_SMOKE
    if let plan = facts.plan, !plan.protections.contains(.fpuIsolation) { return }
    #endif
    // SAFETY: the area of entry.S is filled at boot and never written again.
    unsafe loadFPU(erix_clean_fpu_area())
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
    // SAFETY: memory of entry.S of that size (line above), aligned to a page.
    unsafe initialiseFPU(erix_clean_fpu_area())
    return true
  }
}
