// What CPUID says about the processor, as far as the kernel chooses by it. Intel SDM volume 2,
// CPUID; AMD APM volume 3, appendix E. Pure.

/// The four registers that CPUID fills.
package struct Identification: Equatable, Sendable {
  /// Register EAX.
  package var eax: UInt32 = 0
  /// Register EBX.
  package var ebx: UInt32 = 0
  /// Register ECX.
  package var ecx: UInt32 = 0
  /// Register EDX.
  package var edx: UInt32 = 0

  /// What a leaf without information holds.
  package init() {}
}

/// A processor that can be asked what it is.
package protocol IdentifiedProcessor {
  /// Executes CPUID.
  func identification(leaf: UInt32, subleaf: UInt32) -> Identification
  /// Reads IA32_ARCH_CAPABILITIES; asked only where CPUID says that it exists.
  func architecturalCapabilities() -> UInt64
}

/// What a processor offers.
package struct ProcessorFeatures: Equatable, Sendable {
  /// Pages that cannot be executed.
  package var noExecute = false
  /// Supervisor-mode execution prevention.
  package var smep = false
  /// Supervisor-mode access prevention.
  package var smap = false
  /// User-mode instruction prevention.
  package var umip = false
  /// Machine-check exceptions.
  package var machineCheck = false
  /// Pages of 1 GiB.
  package var gigabytePages = false
  /// Tagged translations.
  package var pcid = false
  /// XSAVE.
  package var xsave = false
  /// x2APIC mode of the local interrupt controller.
  package var x2APIC = false
  /// A timer that compares with the time-stamp counter.
  package var deadlineTimer = false
  /// IBRS that is set once and stays in force.
  package var lastingIBRS = false
  /// IBRS that the processor keeps in force by itself in the kernel, once a bit of EFER is set.
  package var automaticIBRS = false
  /// Single-thread indirect branch predictors.
  package var stibp = false
  /// A barrier for indirect branch predictions.
  package var ibpb = false
  /// Whether user code can read kernel memory that it sees in its page tables (Meltdown).
  package var isAffectedByMeltdown = true
  /// State components that XSAVE can keep, of those that the kernel knows.
  package var xsaveComponents: UInt64 = 0
  /// Ticks of the time-stamp counter in a second; 0 when the processor does not say.
  package var counterFrequency: UInt64 = 0

  /// A processor that offers nothing.
  package init() {}

  /// x87, SSE, AVX, and the three parts of AVX-512.
  private static let knownComponents: UInt64 = 0b1110_0111

  /// Asks a processor.
  package init(of processor: borrowing some IdentifiedProcessor) {
    let highest = processor.identification(leaf: 0, subleaf: 0).eax
    let basic = processor.identification(leaf: 1, subleaf: 0)
    machineCheck = basic.edx.hasBit(7)
    pcid = basic.ecx.hasBit(17)
    x2APIC = basic.ecx.hasBit(21)
    deadlineTimer = basic.ecx.hasBit(24)
    xsave = basic.ecx.hasBit(26) && highest >= 0xD
    if xsave {
      let state = processor.identification(leaf: 0xD, subleaf: 0)
      xsaveComponents = (UInt64(state.edx) << 32 | UInt64(state.eax)) & Self.knownComponents
    }
    if highest >= 7 { readStructured(processor) }
    readExtended(processor)
    if highest >= 0x15 { readFrequency(processor.identification(leaf: 0x15, subleaf: 0)) }
  }

  private mutating func readStructured(_ processor: borrowing some IdentifiedProcessor) {
    let leaf = processor.identification(leaf: 7, subleaf: 0)
    smep = leaf.ebx.hasBit(7)
    smap = leaf.ebx.hasBit(20)
    umip = leaf.ecx.hasBit(2)
    ibpb = leaf.edx.hasBit(26)
    stibp = leaf.edx.hasBit(27)
    guard leaf.edx.hasBit(29) else { return }
    let capabilities = processor.architecturalCapabilities()
    isAffectedByMeltdown = capabilities & 1 == 0
    lastingIBRS = leaf.edx.hasBit(26) && capabilities & 2 != 0
  }

  private mutating func readExtended(_ processor: borrowing some IdentifiedProcessor) {
    let highest = processor.identification(leaf: 0x8000_0000, subleaf: 0).eax
    if highest >= 0x8000_0001 {
      let leaf = processor.identification(leaf: 0x8000_0001, subleaf: 0)
      noExecute = leaf.edx.hasBit(20)
      gigabytePages = leaf.edx.hasBit(26)
    }
    guard Self.isAMD(processor.identification(leaf: 0, subleaf: 0)) else { return }
    // No processor of this vendor checks rights later than it uses the data.
    isAffectedByMeltdown = false
    guard highest >= 0x8000_0008 else { return }
    let leaf = processor.identification(leaf: 0x8000_0008, subleaf: 0)
    ibpb = ibpb || leaf.ebx.hasBit(12)
    stibp = stibp || leaf.ebx.hasBit(15)
    lastingIBRS = lastingIBRS || leaf.ebx.hasBit(14) && leaf.ebx.hasBit(16)
    guard highest >= 0x8000_0021 else { return }
    automaticIBRS = processor.identification(leaf: 0x8000_0021, subleaf: 0).eax.hasBit(8)
  }

  /// Crystal frequency times ratio, when all three numbers are there.
  private mutating func readFrequency(_ leaf: Identification) {
    guard leaf.eax != 0, leaf.ebx != 0, leaf.ecx != 0 else { return }
    // Both factors have 32 bits.
    counterFrequency = UInt64(leaf.ecx) * UInt64(leaf.ebx) / UInt64(leaf.eax)
  }

  /// "AuthenticAMD" and "HygonGenuine", by their first four letters.
  private static func isAMD(_ leaf: Identification) -> Bool {
    leaf.ebx == 0x6874_7541 || leaf.ebx == 0x6F67_7948
  }
}

extension UInt32 {
  /// Whether a bit is set.
  fileprivate func hasBit(_ number: UInt32) -> Bool { self >> number & 1 == 1 }
}
