// Which protections are chosen for which processor, and what counts as in force.

import CapABI
import Handoff
import KernelX86
import Testing

/// A processor made of numbers.
struct ScriptedProcessor: IdentifiedProcessor {
  var leaves: [UInt32: Identification] = [:]
  var capabilities: UInt64 = 0

  func identification(leaf: UInt32, subleaf: UInt32) -> Identification {
    leaves[leaf] ?? Identification()
  }
  func architecturalCapabilities() -> UInt64 { capabilities }

  /// Every leaf is there and says nothing.
  static func empty(vendor: UInt32 = 0x756E_6547) -> ScriptedProcessor {
    var processor = ScriptedProcessor()
    processor.set(0) {
      $0.eax = 0x20
      $0.ebx = vendor
    }
    processor.set(0x8000_0000) { $0.eax = 0x8000_0008 }
    return processor
  }

  mutating func set(_ leaf: UInt32, _ change: (inout Identification) -> Void) {
    change(&leaves[leaf, default: Identification()])
  }
}

struct ProcessorFeaturesTests {
  @Test func `an empty processor offers nothing and counts as affected by Meltdown`() {
    let features = ProcessorFeatures(of: ScriptedProcessor.empty())
    #expect(features == ProcessorFeatures())
    #expect(features.isAffectedByMeltdown)
  }

  @Test func `leaves above the highest are not believed`() {
    var processor = ScriptedProcessor()
    processor.set(7) { $0.ebx = .max }
    processor.set(0x8000_0001) { $0.edx = .max }
    processor.set(0x15) {
      $0.eax = 1
      $0.ebx = 1
      $0.ecx = 1
    }
    #expect(ProcessorFeatures(of: processor) == ProcessorFeatures())
  }

  @Test func `each bit has its feature`() {
    var processor = ScriptedProcessor.empty()
    processor.set(1) {
      $0.ecx = 1 << 17 | 1 << 21 | 1 << 24 | 1 << 26
      $0.edx = 1 << 7
    }
    processor.set(7) {
      $0.ebx = 1 << 7 | 1 << 20
      $0.ecx = 1 << 2
      $0.edx = 1 << 26 | 1 << 27
    }
    processor.set(0xD) { $0.eax = 0x2FF }
    processor.set(0x15) {
      $0.eax = 2
      $0.ebx = 250
      $0.ecx = 24_000_000
    }
    processor.set(0x8000_0001) { $0.edx = 1 << 20 | 1 << 26 }
    let features = ProcessorFeatures(of: processor)
    #expect(features.pcid && features.x2APIC && features.deadlineTimer && features.xsave)
    #expect(features.machineCheck && features.smep && features.smap && features.umip)
    #expect(features.ibpb && features.stibp && !features.lastingIBRS)
    #expect(features.noExecute && features.gigabytePages)
    #expect(features.xsaveComponents == 0xE7)
    #expect(features.counterFrequency == 3_000_000_000)
  }

  @Test func `lasting IBRS and immunity come from the capabilities register`() {
    var processor = ScriptedProcessor.empty()
    processor.set(7) { $0.edx = 1 << 26 | 1 << 29 }
    processor.capabilities = 0b11
    let features = ProcessorFeatures(of: processor)
    #expect(features.lastingIBRS && !features.isAffectedByMeltdown)
  }

  @Test func `AMD can keep IBRS in force by itself`() {
    var processor = ScriptedProcessor.empty(vendor: 0x6874_7541)
    processor.set(0x8000_0021) { $0.eax = 1 << 8 }
    #expect(!ProcessorFeatures(of: processor).automaticIBRS)
    processor.set(0x8000_0000) { $0.eax = 0x8000_0021 }
    #expect(ProcessorFeatures(of: processor).automaticIBRS)
  }

  @Test func `AMD tells it elsewhere and is not affected by Meltdown`() {
    var processor = ScriptedProcessor.empty(vendor: 0x6874_7541)
    processor.set(0x8000_0008) { $0.ebx = 1 << 12 | 1 << 14 | 1 << 15 | 1 << 16 }
    let features = ProcessorFeatures(of: processor)
    #expect(features.ibpb && features.stibp && features.lastingIBRS)
    #expect(!features.isAffectedByMeltdown)
  }
}

struct HardeningPlanTests {
  private static let shown = HardeningPlan.shownByTables

  private static func everything() -> ProcessorFeatures {
    var features = ProcessorFeatures()
    features.noExecute = true
    features.smep = true
    features.smap = true
    features.umip = true
    features.ibpb = true
    features.stibp = true
    features.lastingIBRS = true
    features.xsave = true
    features.machineCheck = true
    return features
  }

  @Test func `everything offered is on, and in force once the registers hold it`() {
    let plan = HardeningPlan(features: Self.everything(), leavingOut: .none)
    #expect(plan.inForce(plan.registers, shown: Self.shown) == plan.protections)
    for protection: Protections in [
      .noExecute, .writeProtect, .smep, .smap, .umip, .speculationControl, .readOnlyTables,
    ] {
      #expect(plan.protections.contains(protection))
    }
    #expect(plan.hasSpeculationControl && plan.hasPredictionBarrier)
    #expect(plan.registers.speculationControl == 0b11)
  }

  @Test func `user code never gets FSGSBASE or performance counters`() {
    let plan = HardeningPlan(features: Self.everything(), leavingOut: .none)
    #expect(plan.registers.cr4 & (1 << 16 | 1 << 8) == 0)
  }

  @Test(arguments: [.writeProtect, .smep, .smap, .umip, .speculationControl] as [Protections])
  func `a protection left out is neither chosen nor set`(protection: Protections) {
    let whole = HardeningPlan(features: Self.everything(), leavingOut: .none)
    let plan = HardeningPlan(features: Self.everything(), leavingOut: protection)
    #expect(plan.protections == whole.protections.subtracting(protection))
    #expect(plan.registers != whole.registers)
    #expect(whole.inForce(plan.registers, shown: Self.shown) == plan.protections)
  }

  @Test(arguments: [.stackGuards, .readOnlyTables, .fpuIsolation] as [Protections])
  func `what has no register can be left out too`(protection: Protections) {
    let whole = HardeningPlan(features: Self.everything(), leavingOut: .none)
    let plan = HardeningPlan(features: Self.everything(), leavingOut: protection)
    #expect(plan.protections == whole.protections.subtracting(protection))
    #expect(plan.registers == whole.registers)
  }

  @Test func `what cannot be left out stays chosen`() {
    let whole = HardeningPlan(features: Self.everything(), leavingOut: .none)
    let all = Protections.all.subtracting(HardeningPlan.optional)
    #expect(HardeningPlan(features: Self.everything(), leavingOut: all) == whole)
  }

  @Test func `page tables that show less are believed`() {
    let plan = HardeningPlan(features: Self.everything(), leavingOut: .none)
    for protection: Protections in [.stackGuards, .nullGuard, .writeXorExecute] {
      let found = plan.inForce(plan.registers, shown: Self.shown.subtracting(protection))
      #expect(found == plan.protections.subtracting(protection))
    }
  }

  @Test func `registers that hold more than was chosen are believed`() {
    let whole = HardeningPlan(features: Self.everything(), leavingOut: .none)
    let plan = HardeningPlan(features: Self.everything(), leavingOut: .smep)
    #expect(plan.inForce(whole.registers, shown: Self.shown).contains(.smep))
  }

  @Test func `what the processor lacks is not claimed`() {
    let plan = HardeningPlan(features: ProcessorFeatures(), leavingOut: .none)
    #expect(!plan.protections.contains(.smep) && !plan.protections.contains(.noExecute))
    #expect(!plan.protections.contains(.speculationControl))
    #expect(!plan.hasSpeculationControl && !plan.hasPredictionBarrier)
    #expect(plan.registers.cr4 >> 18 == 0)
  }

  @Test func `every protection has a name of its own`() {
    var names: Set<String> = []
    for bit in 0..<64 {
      let protection = Protections(rawValue: 1 << UInt64(bit))
      let name = protection.name.map { "\($0)" }
      #expect((name != nil) == Protections.all.contains(protection))
      if let name { #expect(names.insert(name).inserted) }
    }
  }
}

/// The choice among the ways of controlling speculation; the emulator has none of them.
struct SpeculationTests {
  private static func plan(
    leavingOut leftOut: Protections = .none, _ change: (inout ProcessorFeatures) -> Void
  ) -> HardeningPlan {
    var features = ProcessorFeatures()
    features.noExecute = true
    change(&features)
    return HardeningPlan(features: features, leavingOut: leftOut)
  }

  @Test func `lasting IBRS is set once`() {
    let plan = Self.plan { $0.lastingIBRS = true }
    #expect(plan.registers.speculationControl == 1 && plan.hasSpeculationControl)
    #expect(!plan.hasPredictionBarrier)
  }

  @Test func `STIBP is set by itself where IBRS would have to be set at every entry`() {
    let plan = Self.plan { $0.stibp = true }
    #expect(plan.registers.speculationControl == 2 && plan.hasSpeculationControl)
  }

  @Test func `automatic IBRS is a bit of EFER`() {
    let without = Self.plan { _ in }
    let plan = Self.plan { $0.automaticIBRS = true }
    #expect(plan.registers.efer == without.registers.efer | 1 << 21)
    #expect(!plan.hasSpeculationControl && plan.protections.contains(.speculationControl))
    #expect(!plan.inForce(without.registers, shown: .none).contains(.speculationControl))
  }

  @Test func `a barrier alone needs no register`() {
    let plan = Self.plan { $0.ibpb = true }
    #expect(plan.hasPredictionBarrier && !plan.hasSpeculationControl)
    #expect(plan.registers.speculationControl == 0)
    #expect(plan.inForce(plan.registers, shown: .none).contains(.speculationControl))
  }

  @Test func `left out, nothing of it is set`() {
    let plan = Self.plan(leavingOut: .speculationControl) {
      $0.lastingIBRS = true
      $0.automaticIBRS = true
      $0.stibp = true
      $0.ibpb = true
    }
    #expect(!plan.hasSpeculationControl && !plan.hasPredictionBarrier)
    #expect(plan.registers.speculationControl == 0 && plan.registers.efer >> 21 == 0)
    #expect(!plan.inForce(plan.registers, shown: .none).contains(.speculationControl))
  }

  @Test func `a register that lost a bit is not in force`() {
    let plan = Self.plan {
      $0.lastingIBRS = true
      $0.stibp = true
    }
    var now = plan.registers
    now.speculationControl = 2
    #expect(!plan.inForce(now, shown: .none).contains(.speculationControl))
  }
}
