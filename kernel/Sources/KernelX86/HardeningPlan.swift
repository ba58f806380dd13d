// Which protections are switched on, and which are in force: pure functions of what the processor
// offers, what a smoke image leaves out, and what registers and page tables hold.
// docs/reference/hardening.md.

import CapABI
package import Handoff

/// The registers that hold protections.
package struct ProtectionRegisters: Equatable, Sendable {
  /// Control register 0.
  package var cr0: UInt64 = 0
  /// Control register 4.
  package var cr4: UInt64 = 0
  /// Extended feature enable register.
  package var efer: UInt64 = 0
  /// IA32_SPEC_CTRL; written only where `HardeningPlan.hasSpeculationControl`.
  package var speculationControl: UInt64 = 0

  /// All registers zero.
  package init() {}
}

/// The protections of a machine.
package struct HardeningPlan: Equatable, Sendable {
  /// Protections that are switched on.
  package let protections: Protections
  /// What the registers shall hold.
  package let registers: ProtectionRegisters
  /// Whether IA32_SPEC_CTRL exists and is written.
  package let hasSpeculationControl: Bool
  /// Whether a barrier separates the branch predictions of processes.
  package let hasPredictionBarrier: Bool

  private enum CR0 {
    static let monitorCoprocessor: UInt64 = 1 << 1
    static let taskSwitched: UInt64 = 1 << 3
    static let numericError: UInt64 = 1 << 5
    static let extensionType: UInt64 = 1 << 4
    static let protection: UInt64 = 1 << 0
    static let writeProtect: UInt64 = 1 << 16
    static let paging: UInt64 = 1 << 31
  }

  private enum CR4 {
    static let physicalAddressExtension: UInt64 = 1 << 5
    static let machineCheck: UInt64 = 1 << 6
    static let globalPages: UInt64 = 1 << 7
    static let fxsave: UInt64 = 1 << 9
    static let simdExceptions: UInt64 = 1 << 10
    static let umip: UInt64 = 1 << 11
    static let xsave: UInt64 = 1 << 18
    static let smep: UInt64 = 1 << 20
    static let smap: UInt64 = 1 << 21
  }

  private enum EFER {
    static let systemCalls: UInt64 = 1 << 0
    static let longMode: UInt64 = 1 << 8
    static let longModeActive: UInt64 = 1 << 10
    static let noExecute: UInt64 = 1 << 11
    static let automaticIBRS: UInt64 = 1 << 21
  }

  private enum SpeculationControl {
    static let ibrs: UInt64 = 1 << 0
    static let stibp: UInt64 = 1 << 1
  }

  /// What the page tables show, whatever the processor offers.
  package static var shownByTables: Protections {
    let layout: Protections = .nullGuard | .stackGuards | .readOnlyTables
    return layout | .writeXorExecute | .separateTables
  }

  /// What a smoke image can leave out.
  ///
  /// The others cannot be missing: page tables rely on no execution, and the rest is what the
  /// kernel does, not something that it switches on.
  package static var optional: Protections {
    let registers: Protections = .writeProtect | .smep | .smap | .umip | .speculationControl
    return registers | .stackGuards | .readOnlyTables | .fpuIsolation | .aslr
  }

  /// Chooses.
  ///
  /// - Parameters:
  ///   - features: What the processor offers.
  ///   - leftOut: What a smoke image leaves out, of `optional`; none in others.
  package init(features: ProcessorFeatures, leavingOut leftOut: Protections) {
    var chosen = Self.shownByTables | .fpuIsolation | .writeProtect
    if features.noExecute { chosen = chosen | .noExecute }
    if features.smep { chosen = chosen | .smep }
    if features.smap { chosen = chosen | .smap }
    if features.umip { chosen = chosen | .umip }
    let canControl = features.lastingIBRS || features.stibp
    if canControl || features.ibpb || features.automaticIBRS {
      chosen = chosen | .speculationControl
    }
    chosen = chosen.subtracting(leftOut & Self.optional)
    protections = chosen
    hasSpeculationControl = canControl && chosen.contains(.speculationControl)
    hasPredictionBarrier = features.ibpb && chosen.contains(.speculationControl)

    var registers = ProtectionRegisters()
    // The first use of the FPU is an exception.
    registers.cr0 =
      CR0.protection | CR0.monitorCoprocessor | CR0.extensionType | CR0.numericError
      | CR0.taskSwitched | CR0.paging
    if chosen.contains(.writeProtect) { registers.cr0 |= CR0.writeProtect }
    // FSGSBASE and performance counters for user code stay off: their bits are not here.
    registers.cr4 =
      CR4.physicalAddressExtension | CR4.globalPages | CR4.fxsave | CR4.simdExceptions
    if features.machineCheck { registers.cr4 |= CR4.machineCheck }
    if features.xsave { registers.cr4 |= CR4.xsave }
    if chosen.contains(.umip) { registers.cr4 |= CR4.umip }
    if chosen.contains(.smep) { registers.cr4 |= CR4.smep }
    if chosen.contains(.smap) { registers.cr4 |= CR4.smap }
    registers.efer = EFER.systemCalls | EFER.longMode | EFER.longModeActive
    if features.noExecute { registers.efer |= EFER.noExecute }
    let isControlled = chosen.contains(.speculationControl)
    if isControlled, features.automaticIBRS { registers.efer |= EFER.automaticIBRS }
    if hasSpeculationControl {
      // Where IBRS would have to be set at every entry, retpolines do its work.
      if features.lastingIBRS { registers.speculationControl |= SpeculationControl.ibrs }
      if features.stibp { registers.speculationControl |= SpeculationControl.stibp }
    }
    self.registers = registers
  }

  /// The protections that are in force, by what registers and page tables hold now.
  ///
  /// FPU isolation, which neither shows, is in force as it was chosen.
  ///
  /// - Parameters:
  ///   - now: What the registers hold.
  ///   - shown: What `TableWalk` found of `shownByTables`.
  /// - Returns: Those that are in force.
  package func inForce(_ now: ProtectionRegisters, shown: Protections) -> Protections {
    let unshown: Protections = .fpuIsolation | .speculationControl
    var found = protections & unshown | shown & Self.shownByTables
    if now.cr0 & CR0.writeProtect != 0 { found = found | .writeProtect }
    if now.efer & EFER.noExecute != 0 { found = found | .noExecute }
    if now.cr4 & CR4.smep != 0 { found = found | .smep }
    if now.cr4 & CR4.smap != 0 { found = found | .smap }
    if now.cr4 & CR4.umip != 0 { found = found | .umip }
    if now.speculationControl != registers.speculationControl
      || now.efer & EFER.automaticIBRS != registers.efer & EFER.automaticIBRS
    {
      found = found.subtracting(.speculationControl)
    }
    return found
  }
}
