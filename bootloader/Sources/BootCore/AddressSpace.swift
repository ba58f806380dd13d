// Where things are when the kernel starts: docs/reference/boot-chain.md, "Memory layout". The
// kernel builds its own tables later; these only have to be right and strict from the first
// instruction on.

import Bytes
import Handoff

/// The kernel's first address space.
enum AddressSpace {
  /// Virtual address at which physical address 0 would be.
  static let directMapBase: UInt64 = 0xFFFF_8000_0000_0000
  /// Physical memory from here on does not fit the direct map.
  static let directMapLimit: UInt64 = 1 << 46
  /// Largest page of the processor that the loader counts on.
  static let largePage: UInt64 = 1 << 21
  /// Tables beyond the count made from the first memory map: for the switch page, and for regions
  /// that the loader's own memory and later changes split.
  static let spareTables = 64

  /// Where the direct map shows a physical address.
  static func direct(_ physical: UInt64) -> UInt64 { directMapBase + physical }

  /// How the direct map shows memory of a kind; nil for what it leaves out.
  ///
  /// The kernel image is left out so that its code has no writable second address. Device
  /// registers are left out because their caching is not that of memory.
  static func access(_ kind: MemoryRegion.Kind) -> PageAccess? {
    switch kind {
    case .usable, .loaderReclaimable: .readWrite
    case .module, .acpiReclaimable, .acpiNVS: .read
    case .kernelImage, .mmio, .reserved, .persistent, .firmwareRuntime, .defective: nil
    }
  }
}

/// A run of the direct map.
struct DirectRun {
  let range: PageRange
  let access: PageAccess
}

extension RegionTable {
  /// The run of the direct map that begins with the region at `index`, and the index behind it.
  ///
  /// - Returns: Regions that touch and are shown alike, joined; no run when the region is left out.
  func directRun(at index: Int) -> (run: DirectRun?, next: Int) {
    guard let first = self[index], let access = AddressSpace.access(first.kind) else {
      return (nil, index + 1)
    }
    var range = first.range
    var next = index + 1
    while let region = self[next], region.range.base == range.end,
      AddressSpace.access(region.kind) == access
    {
      range.pageCount += region.range.pageCount
      next += 1
    }
    return (DirectRun(range: range, access: access), next)
  }

  /// More tables than the direct map can need.
  ///
  /// A run has at most two partly filled tables of each of three levels, and one full table of
  /// 2-MiB pages for each GiB when there are no larger pages.
  var directMapTableBound: Int {
    var tables = 0
    var index = 0
    while index < count {
      let (run, next) = directRun(at: index)
      index = next
      guard let run else { continue }
      // Below 2^52 bytes: the quotient fits any integer.
      tables += 6 + Int(run.range.pageCount / (PageTableBuilder.entriesPerTable << 9))
    }
    return tables
  }
}

extension PageTableBuilder {
  /// Maps all memory that the kernel may touch through the direct map.
  ///
  /// - Returns: The first address behind the last one mapped, counted from the base of the map.
  /// - Throws: `BootError.pageTables`; `BootError.memoryMap` for memory that does not fit the map.
  @_lifetime(self: copy self)
  mutating func mapDirectly(_ regions: borrowing RegionTable) throws(BootError) -> UInt64 {
    var end: UInt64 = 0
    var index = 0
    while index < regions.count {
      let (run, next) = regions.directRun(at: index)
      index = next
      guard let run else { continue }
      guard run.range.end <= AddressSpace.directMapLimit else {
        throw .memoryMap(.aboveDirectMap(base: run.range.base))
      }
      try mapping(
        AddressSpace.direct(run.range.base), to: run.range.base,
        byteCount: run.range.pageCount * Self.pageSize, run.access)
      end = run.range.end
    }
    return end
  }

  /// As `map`, with the error of the boot sequence.
  @_lifetime(self: copy self)
  mutating func mapping(
    _ virtual: UInt64, to physical: UInt64, byteCount: UInt64, _ access: PageAccess
  ) throws(BootError) {
    do { try map(virtual, to: physical, byteCount: byteCount, access) } catch {
      throw .pageTables(error)
    }
  }
}

extension PageTableBuilder {
  /// An empty address space, with the error of the boot sequence.
  ///
  /// - Throws: `BootError.pageTables`.
  @_lifetime(copy memory)
  static func start(
    _ memory: consuming MutableRawSpan, base: UInt64, hasGigabytePages: Bool
  ) throws(BootError) -> PageTableBuilder {
    do {
      return try PageTableBuilder(memory, base: base, hasGigabytePages: hasGigabytePages)
    } catch {
      throw .pageTables(error)
    }
  }
}
