// Brings the machine from the state that the loader left to the one that `X86Machine` promises.

import CKernelX86
import CapABI
package import Handoff

/// Why the machine cannot be used.
package enum MachineFailure: Error, Equatable, Sendable {
  /// No memory for page tables, or more frames than can be numbered.
  case memory
  /// FPU state larger than any known one.
  case fpu
  /// No clock to measure the time-stamp counter with.
  case clock
  /// The kernel's page tables are not what they should be.
  case tables
}

/// The steps of the boot that concern the hardware.
package struct X86Boot {
  /// What the processor offers.
  package let features: ProcessorFeatures
  /// The protections.
  package let plan: HardeningPlan
  private let leftOut: Protections

  /// Looks at the processor.
  ///
  /// - Parameter leftOut: Protections that a smoke image leaves out.
  package init(leavingOut leftOut: Protections) {
    X86Machine.facts.console = EarlyPorts()
    self.leftOut = leftOut
    features = ProcessorFeatures(of: Processor86())
    plan = HardeningPlan(features: features, leavingOut: leftOut)
  }

  /// Does it all: page tables, protections, entry, interrupt controllers, clock, FPU; and walks the
  /// tables, to see that they are as they should be.
  ///
  /// - Returns: The kernel's address space, which is in use.
  package func start(
    _ handoff: borrowing BootloaderHandoff
  ) throws(MachineFailure) -> KernelSpace {
    X86Machine.facts.directMapBase = handoff.info.directMapBase
    X86Machine.facts.plan = plan
    X86Machine.facts.hasPredictionBarrier = plan.hasPredictionBarrier
    let tables = ACPILookup(handoff)
    let controllers = tables.controllers

    var devices = DeviceList()
    guard let localWindow = devices.add(controllers.localAddress) else { throw .memory }
    var windows = InlineArray<16, UInt64>(repeating: 0)
    for index in 0..<controllers.count {
      guard let window = devices.add(controllers.controllers[index].address) else {
        throw .memory
      }
      windows[index] = window
    }
    guard
      let space = KernelSpace(
        handoff, features: features, devices: devices, leavingOut: leftOut)
    else { throw .memory }
    X86Machine.facts.kernelRoot = space.root
    erix_write_cr3(space.root)
    Processor86.apply(plan)
    Processor86.openEntry(usesSMAP: plan.protections.contains(.smap))
    silenceOldControllers()
    X86Machine.facts.localAPIC.start(features: features, window: localWindow)
    for index in 0..<controllers.count {
      X86Machine.facts.lines.add(
        window: windows[index], firstLine: controllers.controllers[index].firstLine,
        destination: X86Machine.facts.localAPIC.identifier)
    }
    try startClock(tables.timer)
    erix_fpu_allow()
    guard X86Machine.prepareFPU(features) else { throw .fpu }
    X86Machine.disableFPU()
    let walk = TableWalk(memory: DirectMapTables(), root: space.root)
    X86Machine.facts.shownByTables = walk.protections(of: space.parts)
    guard X86Machine.facts.shownByTables == plan.protections & HardeningPlan.shownByTables else {
      throw .tables
    }
    return space
  }

  private func startClock(_ timer: PowerTimer?) throws(MachineFailure) {
    var reference = Reference.interval
    if let timer { reference = .power(timer) }
    if features.counterFrequency != 0 { reference = .counter(features.counterFrequency) }
    BootTicks.note(.calibration)
    defer { BootTicks.note(.calibrated) }
    guard let rates = reference.measure(X86Machine.facts.localAPIC),
      let clock = Clock(frequency: rates.counter, start: erix_read_tsc())
    else { throw .clock }
    X86Machine.facts.clock = clock
    guard X86Machine.facts.localAPIC.useTimer(frequency: rates.timer) else { throw .clock }
  }

  /// Masks every line of the two 8259 controllers, moved away from the exceptions first: even
  /// masked they can deliver a spurious interrupt.
  private func silenceOldControllers() {
    let first: UInt16 = 0x20
    let second: UInt16 = 0xA0
    let allLines: UInt8 = 0xFF
    // Initialisation words 1 to 4: Intel 8259A datasheet.
    erix_port_write8(first, 0x11)
    erix_port_write8(second, 0x11)
    erix_port_write8(first + 1, 0xF0)
    erix_port_write8(second + 1, 0xF8)
    erix_port_write8(first + 1, 4)
    erix_port_write8(second + 1, 2)
    erix_port_write8(first + 1, 1)
    erix_port_write8(second + 1, 1)
    erix_port_write8(first + 1, allLines)
    erix_port_write8(second + 1, allLines)
  }
}
