// Sets the registers of this processor that protections, system calls and entry data depend on.

import CKernelX86

/// The processor that executes the code.
struct Processor86: IdentifiedProcessor {
  func identification(leaf: UInt32, subleaf: UInt32) -> Identification {
    let result = erix_cpuid(leaf, subleaf)
    var identification = Identification()
    identification.eax = result.eax
    identification.ebx = result.ebx
    identification.ecx = result.ecx
    identification.edx = result.edx
    return identification
  }

  func architecturalCapabilities() -> UInt64 { erix_read_msr(MSR.architecturalCapabilities) }

  /// What the registers of the plan hold now.
  static func registers(of plan: HardeningPlan) -> ProtectionRegisters {
    var now = ProtectionRegisters()
    now.cr0 = erix_read_cr0()
    now.cr4 = erix_read_cr4()
    now.efer = erix_read_msr(MSR.efer)
    if plan.hasSpeculationControl { now.speculationControl = erix_read_msr(MSR.speculationControl) }
    return now
  }

  /// Switches on what the plan says.
  static func apply(_ plan: HardeningPlan) {
    erix_write_msr(MSR.efer, plan.registers.efer)
    erix_write_cr4(plan.registers.cr4)
    erix_write_cr0(plan.registers.cr0)
    if plan.hasSpeculationControl {
      erix_write_msr(MSR.speculationControl, plan.registers.speculationControl)
    }
  }

  /// Makes SYSCALL and the entry code of transitions.S work on this processor.
  static func openEntry(usesSMAP: Bool) {
    // IF, DF, AC, TF, NT.
    let cleared: UInt64 = 1 << 9 | 1 << 10 | 1 << 18 | 1 << 8 | 1 << 14
    // SYSRET takes the stack segment 8 and the code segment 16 above this.
    let userBase = UInt64(USER_DATA) - 8
    erix_write_msr(MSR.star, userBase << 48 | UInt64(KERNEL_CODE) << 32)
    erix_write_msr(MSR.longModeTarget, erix_system_call_address())
    erix_write_msr(MSR.flagMask, cleared)
    erix_write_msr(MSR.gsBase, erix_cpu_address())
    erix_write_msr(MSR.kernelGSBase, 0)
    erix_write_msr(MSR.fsBase, 0)
    erix_cpu_set_smap(usesSMAP ? 1 : 0)
  }
}
