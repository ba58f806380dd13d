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

  @Test func `AMD tells it elsewhere and is not affected by Meltdown`() {
    var processor = ScriptedProcessor.empty(vendor: 0x6874_7541)
    processor.set(0x8000_0008) { $0.ebx = 1 << 12 | 1 << 14 | 1 << 15 | 1 << 16 }
    let features = ProcessorFeatures(of: processor)
    #expect(features.ibpb && features.stibp && features.lastingIBRS)
    #expect(!features.isAffectedByMeltdown)
  }
}

struct HardeningPlanTests {
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
    #expect(plan.inForce(plan.registers) == plan.protections)
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
    #expect(whole.inForce(plan.registers) == plan.protections)
  }

  @Test func `what the processor lacks is not claimed`() {
    let plan = HardeningPlan(features: ProcessorFeatures(), leavingOut: .none)
    #expect(!plan.protections.contains(.smep) && !plan.protections.contains(.noExecute))
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
