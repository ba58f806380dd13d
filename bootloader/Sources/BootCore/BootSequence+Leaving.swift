// The last part of the boot: page tables, handoff, the end of the boot services, the jump. UEFI
// specification 2.10, section 7.4 (ExitBootServices).

import BootImg
import Bootstrap
import Bytes
import Handoff

extension BootSequence {
  /// How often the firmware is asked to end its boot services.
  private static var exitAttempts: Int { 4 }

  /// Leaves the firmware and enters the kernel.
  ///
  /// Everything is made once with the memory map as it is now: what does not fit or does not hold
  /// is found while the firmware can still show it. The same is then made with the final map.
  /// Nothing is taken from the firmware after that map.
  mutating func leave(
    image: VerifiedBootImage, kernel: KernelImage, configuration: BootConfigInfo,
    filePages: PageRange, kernelPages: PageRange, _ scratch: inout MapScratch<Machine>
  ) throws(BootError) -> Machine.Departure {
    let surroundings = machine.surroundings()
    // A fixed seed makes boots repeat: the same image does the same every time.
    let entropy =
      configuration.fixedSeed.map { Entropy(source: .fixed, seed: $0) } ?? machine.entropy()
    var tables = try takeTables(for: kernel, &scratch)
    let empty = PageRange(base: 0, pageCount: 0)
    var placement = Placement(
      kernel: kernelPages, image: filePages, tables: tables.pages, handoff: empty,
      switchPage: PageRange(base: machine.switchPage, pageCount: 1))
    var plan = HandoffPlan(
      image: image, kernel: kernel, placement: placement, surroundings: surroundings,
      entropy: entropy, switches: configuration.switches)
    var handoff = try machine.take(bytes: plan.size(regions: scratch.capacity))
    placement.handoff = handoff.pages
    plan.placement = placement
    showAbsences(plan)

    _ = try scratch.refresh(from: &machine)
    try rehearse(plan, &scratch, &tables, &handoff)
    end(.pageTablesBuilt)
    mark("LEAVING_FIRMWARE")
    for _ in 0..<Self.exitAttempts {
      if let entry = try exit(plan, &scratch, &tables, &handoff) { return machine.enter(entry) }
    }
    throw .exitRefused(status: FirmwareError.invalidParameter.status)
  }

  /// Memory for all page tables, whatever the final map looks like within the slack.
  private mutating func takeTables(
    for kernel: borrowing KernelImage, _ scratch: inout MapScratch<Machine>
  ) throws(BootError) -> Machine.Block {
    _ = try scratch.refresh(from: &machine)
    let count =
      try scratch.regions().directMapTableBound + AddressSpace.spareTables + kernel.tableBound
    return try machine.take(bytes: count * Int(PageTableBuilder.pageSize))
  }

  /// Makes tables and handoff with the map at hand, to see that it can be done.
  private mutating func rehearse(
    _ plan: borrowing HandoffPlan, _ scratch: inout MapScratch<Machine>,
    _ tables: inout Machine.Block, _ handoff: inout Machine.Block
  ) throws(BootError) {
    var regions = try scratch.regions()
    let end = try buildTables(plan, &regions, &tables)
    _ = try write(plan, regions, end, into: &handoff)
  }

  /// Makes everything with the final map and ends the boot services.
  ///
  /// - Returns: `nil` when the firmware changed its map meanwhile, so that the key is stale.
  private mutating func exit(
    _ plan: borrowing HandoffPlan, _ scratch: inout MapScratch<Machine>,
    _ tables: inout Machine.Block, _ handoff: inout Machine.Block
  ) throws(BootError) -> KernelEntry? {
    let key = try scratch.refresh(from: &machine)
    stamps.end(.memoryMapTaken, at: machine.timeStamp)
    var regions = try scratch.regions()
    let end = try buildTables(plan, &regions, &tables)
    _ = try write(plan, regions, end, into: &handoff)
    do { try machine.exitBootServices(mapKey: key) } catch {
      guard error == .invalidParameter else { throw .exitRefused(status: error.status) }
      return nil
    }
    self.end(.bootServicesLeft)
    // The same once more with the last stamp: one record longer, for which the first size had room.
    let length = try write(plan, regions, end, into: &handoff)
    return KernelEntry(
      tables: tables.base, entry: plan.kernel.entry,
      handoff: AddressSpace.direct(handoff.base), length: UInt64(length))
  }

  /// Builds the kernel's first address space; returns the size of the direct map.
  private func buildTables(
    _ plan: borrowing HandoffPlan, _ regions: inout RegionTable, _ block: inout Machine.Block
  ) throws(BootError) -> UInt64 {
    do { try regions.reserve(plan.placement) } catch { throw .memoryMap(error) }
    let base = block.base
    var builder = try PageTableBuilder.start(
      block.mutableBytes(), base: base, hasGigabytePages: machine.processor.hasGigabytePages)
    let end = try builder.mapDirectly(regions)
    try plan.kernel.map(in: &builder, base: plan.placement.kernel.base)
    let page = plan.placement.switchPage.base
    try builder.mapping(page, to: page, byteCount: PageRange.pageSize, .readExecute)
    return end
  }

  private func write(
    _ plan: borrowing HandoffPlan, _ regions: borrowing RegionTable, _ directMapSize: UInt64,
    into block: inout Machine.Block
  ) throws(BootError) -> Int {
    var memory = block.mutableBytes()
    return try plan.write(
      into: &memory, regions: regions, stamps: stamps, directMapSize: directMapSize)
  }

  /// Says what the system will have to do without.
  private mutating func showAbsences(_ plan: borrowing HandoffPlan) {
    if plan.framebuffer == nil { mark("NO_FRAMEBUFFER") }
    if plan.acpiRoot == nil { mark("NO_ACPI") }
    if plan.utcSeconds == nil { mark("NO_TIME") }
    if plan.entropy.source == .none { mark("NO_ENTROPY") }
  }
}
