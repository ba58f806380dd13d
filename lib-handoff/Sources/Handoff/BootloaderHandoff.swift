// The bootloader->kernel handoff: docs/reference/handoff.md, "Bootloader to kernel". Decoding
// proves every statement of that section; the kernel does not check again. No policy stands here.

import CapABI

/// A validated bootloader->kernel handoff, in place.
///
/// The bytes must not change while the view lives.
public struct BootloaderHandoff: ~Escapable {
  /// The fixed part.
  public let info: BootloaderInfo
  /// Physical memory, in increasing order, without overlap.
  public let memoryMap: WireTable<MemoryRegion>
  /// Memory that is in use, in increasing order, without overlap.
  public let reservations: WireTable<Reservation>
  /// Boot modules, in order of family, role and name.
  public let modules: WireTable<LoadedModule>
  /// The kernel's segments, in increasing virtual order, without overlap.
  public let segments: WireTable<KernelSegment>
  /// When the loader's phases ended, in order.
  public let stamps: WireTable<PhaseStamp>

  /// Decodes and validates a whole handoff.
  ///
  /// - Parameter bytes: Exactly the handoff.
  /// - Throws: the first violation, as a `FormatError`.
  @_lifetime(copy bytes)
  public init(decoding bytes: RawSpan) throws(FormatError) {
    let file = try TableFile(bytes, layout: BootloaderFormat.layout)
    info = try file.info()
    memoryMap = try file.table()
    reservations = try file.table()
    modules = try file.table()
    segments = try file.table()
    stamps = try file.table()
    try checkMemory()
    try checkModules()
    try checkSegments()
    try checkStamps()
  }

  /// The number of entries of each table, for an encoder.
  public static func counts(
    memoryMap: Int, reservations: Int, modules: Int, segments: Int, stamps: Int
  ) -> TableCounts {
    TableCounts(memoryMap, reservations, modules, segments, stamps)
  }

  /// Both physical tables are in order.
  private func checkMemory() throws(FormatError) {
    var previous: PageRange?
    for index in 0..<memoryMap.count {
      let range = try memoryMap.entry(at: index).range
      try PageRange.check(previous, before: range, table: MemoryRegion.table, entry: index)
      previous = range
    }
    previous = nil
    for index in 0..<reservations.count {
      let range = try reservations.entry(at: index).range
      try PageRange.check(previous, before: range, table: Reservation.table, entry: index)
      previous = range
    }
  }

  /// Modules are in order and unique, lie in reserved memory, share no page, and one is the boot
  /// configuration.
  private func checkModules() throws(FormatError) {
    var previous: ModuleKey?
    var hasBootConfig = false
    for index in 0..<modules.count {
      let module = try modules.entry(at: index)
      try ModuleKey.check(
        previous, before: module.key, table: LoadedModule.table, entry: index)
      guard let pages = module.pages, isReserved(pages, as: .module) else {
        throw .unreserved(table: LoadedModule.table, entry: index)
      }
      guard isAlone(module, before: index) else {
        throw .overlap(table: LoadedModule.table, entry: index)
      }
      hasBootConfig = hasBootConfig || module.key.family == .bootConfig
      previous = module.key
    }
    guard hasBootConfig else { throw .missing(table: LoadedModule.table) }
  }

  /// Segments are in order, lie in reserved memory, share no page with each other or a module, and
  /// one that is executable holds the entry.
  private func checkSegments() throws(FormatError) {
    var previous: PageRange?
    var hasEntry = false
    for index in 0..<segments.count {
      let segment = try segments.entry(at: index)
      let range = segment.virtualPages
      try PageRange.check(previous, before: range, table: KernelSegment.table, entry: index)
      guard isReserved(segment.physicalPages, as: .kernelImage) else {
        throw .unreserved(table: KernelSegment.table, entry: index)
      }
      guard isAlone(segment, before: index) else {
        throw .overlap(table: KernelSegment.table, entry: index)
      }
      let holdsEntry = info.kernelEntry >= range.base && info.kernelEntry < range.end
      hasEntry = hasEntry || (holdsEntry && segment.rights.contains(.execute))
      previous = range
    }
    guard hasEntry else { throw .missing(table: KernelSegment.table) }
  }

  /// Whether no earlier module has a page of this one, in memory or in its window.
  private func isAlone(_ module: LoadedModule, before index: Int) -> Bool {
    guard let pages = module.pages, let window = module.window else { return false }
    for earlier in 0..<index {
      guard let other = modules[earlier], let otherPages = other.pages,
        let otherWindow = other.window
      else { return false }
      if pages.overlaps(otherPages) || window.overlaps(otherWindow) { return false }
    }
    return true
  }

  /// Whether no earlier segment has a physical page of this one, and no module a window on it.
  ///
  /// Modules and segments share no physical page: their reservations are of different kinds, and
  /// reservations do not overlap.
  private func isAlone(_ segment: KernelSegment, before index: Int) -> Bool {
    for earlier in 0..<index {
      guard let other = segments[earlier] else { return false }
      if segment.physicalPages.overlaps(other.physicalPages) { return false }
    }
    for module in 0..<modules.count {
      guard let window = modules[module]?.window else { return false }
      if window.overlaps(segment.virtualPages) { return false }
    }
    return true
  }

  /// Phases increase and the counter does not go back.
  private func checkStamps() throws(FormatError) {
    var phase: UInt32 = 0
    var ticks = info.entryTicks
    for index in 0..<stamps.count {
      let stamp = try stamps.entry(at: index)
      guard stamp.phase.rawValue != phase else {
        throw .duplicate(table: PhaseStamp.table, entry: index)
      }
      guard stamp.phase.rawValue > phase, stamp.ticks >= ticks else {
        throw .outOfOrder(table: PhaseStamp.table, entry: index)
      }
      phase = stamp.phase.rawValue
      ticks = stamp.ticks
    }
  }

  /// Whether one reservation of a kind holds all these pages.
  private func isReserved(_ pages: PageRange, as kind: Reservation.Kind) -> Bool {
    for index in 0..<reservations.count {
      guard let reservation = reservations[index], reservation.kind == kind else { continue }
      if reservation.range.contains(pages) { return true }
    }
    return false
  }
}

/// The form of the bootloader->kernel handoff.
public enum BootloaderFormat: WireFormat {
  /// The fixed part.
  public typealias Info = BootloaderInfo

  /// `ERIXBLKN`, five tables.
  public static var layout: TableLayout {
    TableLayout(
      magic: 0x4E4B_4C42_5849_5245, fixedSize: BootloaderInfo.encodedSize,
      TableSpec(entrySize: MemoryRegion.encodedSize, minimum: 1, limit: 4096),
      TableSpec(entrySize: Reservation.encodedSize, limit: 512),
      TableSpec(entrySize: LoadedModule.encodedSize, minimum: 1, limit: 128),
      TableSpec(entrySize: KernelSegment.encodedSize, minimum: 1, limit: 16),
      TableSpec(entrySize: PhaseStamp.encodedSize, limit: 16))
  }

  /// Decodes and drops the result.
  ///
  /// - Throws: the first violation.
  public static func validate(_ bytes: RawSpan) throws(FormatError) {
    _ = try BootloaderHandoff(decoding: bytes)
  }
}
