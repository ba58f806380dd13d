// What the handoff will say, and how it is written: docs/reference/handoff.md, "Bootloader to
// kernel". Everything but the memory map and the last stamps is known before the firmware is left.

import BootImg
import Bytes
import CapABI
import Handoff

/// Where the loader's own blocks are.
struct Placement {
  /// Pages of the kernel's block.
  var kernel: PageRange
  /// Pages of the boot image.
  var image: PageRange
  /// Pages of the page tables.
  var tables: PageRange
  /// Pages of the handoff.
  var handoff: PageRange
  /// The page from which the jump into the kernel runs.
  var switchPage: PageRange
}

extension RegionTable {
  /// Marks all of the loader's memory that the kernel must not take for free.
  ///
  /// The switch page is marked as reserved for good: it is executable in the kernel's first address
  /// space, so the direct map must not show it writable.
  ///
  /// - Throws: `MemoryMapError.lostRange`, `tooManyRegions`.
  @_lifetime(self: copy self)
  mutating func reserve(_ placement: Placement) throws(MemoryMapError) {
    try reserve(placement.kernel, as: .kernelImage)
    try reserve(placement.image, as: .module)
    try reserve(placement.tables, as: .loaderReclaimable)
    try reserve(placement.handoff, as: .loaderReclaimable)
    try reserve(placement.switchPage, as: .reserved)
  }
}

/// The parts of the handoff that do not depend on the final memory map.
struct HandoffPlan: ~Escapable {
  let image: VerifiedBootImage
  let kernel: KernelImage
  var placement: Placement
  let framebuffer: Framebuffer?
  let cursor: ConsoleContinuity?
  let acpiRoot: ACPIRoot?
  let utcSeconds: UInt64?
  let entropy: Entropy
  let switches: CommandSwitches

  /// Collects what the kernel will be told.
  @_lifetime(copy image, copy kernel)
  init(
    image: VerifiedBootImage, kernel: KernelImage, placement: Placement,
    surroundings: Surroundings, entropy: Entropy, switches: CommandSwitches
  ) {
    self.image = image
    self.kernel = kernel
    self.placement = placement
    framebuffer = surroundings.framebuffer?.framebuffer
    cursor = framebuffer == nil ? nil : surroundings.cursor
    acpiRoot = surroundings.acpiRoot
    utcSeconds = surroundings.time?.utcSeconds
    self.entropy = entropy
    self.switches = switches
  }

  /// Bytes of the handoff with a map of `regions` regions.
  ///
  /// - Throws: `BootError.handoff` for more entries than a handoff holds.
  func size(regions: Int) throws(BootError) -> Int {
    do { return try BootloaderFormat.layout.size(of: counts(regions: regions, stamps: 8)) } catch {
      throw .handoff(error)
    }
  }

  /// Writes the handoff and checks it by its own reader.
  ///
  /// - Returns: Its size in bytes.
  /// - Throws: `BootError.handoff`.
  func write(
    into buffer: inout MutableRawSpan, regions: borrowing RegionTable, stamps: PhaseStamps,
    directMapSize: UInt64
  ) throws(BootError) -> Int {
    let info = info(entryTicks: stamps.entryTicks, directMapSize: directMapSize)
    do throws(FormatError) {
      var encoder = try TableEncoder<BootloaderFormat>(
        into: buffer._mutatingExtracting(...), info: info,
        counts: counts(regions: regions.count, stamps: stamps.count))
      for index in 0..<regions.count {
        if let region = regions[index] { try encoder.append(region) }
      }
      let reservations = reservations
      for index in 0..<reservations.count { try encoder.append(reservations[index]) }
      try appendModules(to: &encoder)
      for index in 0..<kernel.segmentCount {
        try encoder.append(kernel.segment(at: index, base: placement.kernel.base))
      }
      for index in 0..<stamps.count { try encoder.append(stamps[index]) }
      return try encoder.finish()
    } catch {
      throw .handoff(error)
    }
  }

  private func counts(regions: Int, stamps: Int) -> TableCounts {
    BootloaderHandoff.counts(
      memoryMap: regions, reservations: reservations.count, modules: image.sectionCount - 1,
      segments: kernel.segmentCount, stamps: stamps)
  }

  private func info(entryTicks: UInt64, directMapSize: UInt64) -> BootloaderInfo {
    BootloaderInfo(
      directMapBase: AddressSpace.directMapBase, directMapSize: directMapSize,
      kernelEntry: kernel.entry, acpiRoot: acpiRoot, utcSeconds: utcSeconds,
      entryTicks: entryTicks, framebuffer: framebuffer, continuity: cursor, entropy: entropy,
      identity: identity, switches: switches)
  }

  private var identity: ImageIdentity {
    let manifest = image.manifest
    let profile: BuildProfile =
      switch manifest.profile {
      case .dev: .dev
      case .release: .release
      case .smoke: .smoke
      }
    return ImageIdentity(
      keyID: image.keyID, buildID: manifest.buildID, version: manifest.imageVersion,
      profile: profile)
  }

  /// Every section but the kernel, in the order of the image, which is the order of the handoff.
  private func appendModules(
    to encoder: inout TableEncoder<BootloaderFormat>
  ) throws(FormatError) {
    for index in 0..<image.sectionCount {
      guard let entry = image.section(at: index)?.entry,
        let family = ModuleFamily(rawValue: entry.family.rawValue)
      else { continue }
      let physical = placement.image.base + UInt64(entry.offset)
      let key = ModuleKey(
        family: family, role: RoleID(rawValue: entry.role), name: entry.name.bytes)
      try encoder.append(
        LoadedModule(
          key: key, physical: physical, size: UInt64(entry.size),
          virtual: AddressSpace.direct(physical), hash: entry.hash))
    }
  }

  /// The memory in use, in order of its addresses.
  private var reservations: Reservations {
    var list = Reservations()
    list.insert(Reservation(range: placement.kernel, kind: .kernelImage))
    list.insert(Reservation(range: placement.image, kind: .module))
    list.insert(Reservation(range: placement.tables, kind: .pageTables))
    list.insert(Reservation(range: placement.handoff, kind: .handoff))
    list.insert(Reservation(range: placement.switchPage, kind: .startupCode))
    if let framebuffer {
      list.insert(Reservation(range: RawFramebuffer.pages(of: framebuffer), kind: .framebuffer))
    }
    return list
  }
}

/// At most six reservations, kept in order of their addresses.
private struct Reservations {
  private var storage: InlineArray<6, Reservation>
  private(set) var count = 0

  init() {
    storage = InlineArray(
      repeating: Reservation(range: PageRange(base: 0, pageCount: 0), kind: .handoff))
  }

  subscript(index: Int) -> Reservation { storage[index] }

  /// Adds one of at most six.
  mutating func insert(_ reservation: Reservation) {
    var place = count
    while place > 0, storage[place - 1].range.base > reservation.range.base {
      storage[place] = storage[place - 1]
      place -= 1
    }
    storage[place] = reservation
    count += 1
  }
}
