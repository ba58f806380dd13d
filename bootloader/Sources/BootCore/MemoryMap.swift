// From the firmware's memory map to the handoff's: UEFI specification 2.10, section 7.2.3 and
// table 7.10. Firmware is not trusted to give a sane map; nothing here repairs one.

import Bytes
import Handoff

/// How the firmware's descriptors are read.
enum MemoryMap {
  /// Bytes of a descriptor as the specification defines it; firmware may append more.
  static let minimumDescriptorSize: UInt64 = 40
  /// Largest distance between descriptors that is believed.
  static let maximumDescriptorSize: UInt64 = 4096
  /// Memory set aside for a special purpose: attribute EFI_MEMORY_SP.
  private static let specialPurpose: UInt64 = 1 << 18

  /// Fills a table with the regions of a firmware map: sorted, without overlap, neighbours of one
  /// kind joined.
  ///
  /// A descriptor of no pages says nothing and is skipped: real firmware leaves some.
  ///
  /// - Throws: `MemoryMapError`.
  static func decode(
    _ map: RawSpan, descriptorSize: UInt64, into regions: inout RegionTable
  ) throws(MemoryMapError) {
    guard descriptorSize >= minimumDescriptorSize, descriptorSize <= maximumDescriptorSize,
      descriptorSize.isMultiple(of: 8)
    else { throw .descriptorSize(descriptorSize) }
    let stride = Int(descriptorSize)
    guard map.byteCount.isMultiple(of: stride) else {
      throw .length(UInt64(map.byteCount), descriptorSize: descriptorSize)
    }
    regions.removeAll()
    for index in 0..<(map.byteCount / stride) {
      guard let region = try region(of: map, at: index * stride) else { continue }
      try regions.append(region)
    }
    try regions.sort()
    try join(&regions)
  }

  /// One descriptor; nil when it has no pages.
  private static func region(
    of map: RawSpan, at offset: Int
  ) throws(MemoryMapError) -> MemoryRegion? {
    guard let type = try? map.integer(at: offset, as: UInt32.self),
      let base = try? map.integer(at: offset + 8, as: UInt64.self),
      let pages = try? map.integer(at: offset + 24, as: UInt64.self),
      let attributes = try? map.integer(at: offset + 32, as: UInt64.self)
    else { return nil }
    guard pages > 0 else { return nil }
    guard base.isMultiple(of: PageRange.pageSize) else { throw .misaligned(base: base) }
    guard base < PageRange.physicalLimit,
      pages <= (PageRange.physicalLimit - base) / PageRange.pageSize
    else { throw .outOfRange(base: base, pageCount: pages) }
    return MemoryRegion(
      range: PageRange(base: base, pageCount: pages), kind: kind(type, attributes))
  }

  /// What the kernel is told about memory of a firmware type.
  ///
  /// Boot services and the loader end before the kernel starts, so their memory is free; what of
  /// it the kernel still needs is carved out by `reserve`. Types that the specification does not
  /// define are reserved.
  private static func kind(_ type: UInt32, _ attributes: UInt64) -> MemoryRegion.Kind {
    switch type {
    case 1, 2, 3, 4: .usable
    case 5, 6: .firmwareRuntime
    case 7: attributes & specialPurpose == 0 ? .usable : .reserved
    case 8: .defective
    case 9: .acpiReclaimable
    case 10: .acpiNVS
    case 11, 12: .mmio
    case 14: .persistent
    default: .reserved
    }
  }

  /// Checks that sorted regions do not overlap, and joins neighbours of one kind.
  private static func join(_ regions: inout RegionTable) throws(MemoryMapError) {
    var kept = 0
    for index in 0..<regions.count {
      guard let region = regions[index] else { continue }
      guard kept > 0, let last = regions[kept - 1] else {
        try regions.set(region, at: kept)
        kept += 1
        continue
      }
      guard last.range.end <= region.range.base else { throw .overlap(base: region.range.base) }
      if last.kind == region.kind, last.range.end == region.range.base {
        let pages = last.range.pageCount + region.range.pageCount
        let joined = PageRange(base: last.range.base, pageCount: pages)
        try regions.set(MemoryRegion(range: joined, kind: last.kind), at: kept - 1)
      } else {
        try regions.set(region, at: kept)
        kept += 1
      }
    }
    regions.truncate(to: kept)
  }
}

// MARK: The loader's own memory

extension RegionTable {
  /// Gives a part of free memory another kind.
  ///
  /// - Throws: `MemoryMapError.lostRange` when the map does not show the whole range as free
  ///   memory, `tooManyRegions`.
  @_lifetime(self: copy self)
  mutating func reserve(_ range: PageRange, as kind: MemoryRegion.Kind) throws(MemoryMapError) {
    for index in 0..<count {
      guard let region = self[index], region.range.contains(range) else { continue }
      guard region.kind == .usable else { break }
      try set(MemoryRegion(range: range, kind: kind), at: index)
      let behind = (region.range.end - range.end) / PageRange.pageSize
      if behind > 0 {
        let rest = PageRange(base: range.end, pageCount: behind)
        try insert(MemoryRegion(range: rest, kind: .usable), at: index + 1)
      }
      let before = (range.base - region.range.base) / PageRange.pageSize
      if before > 0 {
        let rest = PageRange(base: region.range.base, pageCount: before)
        try insert(MemoryRegion(range: rest, kind: .usable), at: index)
      }
      return
    }
    throw .lostRange(base: range.base)
  }

  /// Bytes of free memory.
  var usableBytes: UInt64 {
    var bytes: UInt64 = 0
    for index in 0..<count {
      // Regions do not overlap and end below 2^52, so the sum does too.
      if let region = self[index], region.kind == .usable {
        bytes += region.range.pageCount * PageRange.pageSize
      }
    }
    return bytes
  }
}
