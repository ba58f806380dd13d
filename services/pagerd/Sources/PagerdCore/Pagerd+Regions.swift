// Regions: made by vspaced, cut when a part is unmapped, forgotten with their owner.

import CapABI
import IPC
import Store
import Sys

extension Pagerd {
  /// REGISTER_REGION.
  ///
  /// - Throws: EXISTS, NOT_FOUND, TOO_LARGE, MISSING_RIGHT, LIMIT_REACHED.
  mutating func add(_ region: BackedRegion) throws(ResultCode) {
    let owner = region.owner.rawValue
    if let neighbour = regions.last(upTo: TableKey(owner, region.pages.upperBound - 1)),
      neighbour.key.major == owner, neighbour.value.pages.upperBound > region.pages.base
    {
      throw .exists
    }
    if let extent = region.backing.extent {
      guard let source = sources[extent.source.key] else { throw .notFound }
      // The extent does not wrap around.
      guard extent.offset + extent.length <= source.byteCount else { throw .tooLarge }
      guard region.access != .readExecute || source.isExecutable else { throw .missingRight }
    }
    guard keep(region) else { throw .limitReached }
  }

  /// UNREGISTER_REGION.
  ///
  /// - Throws: NOT_FOUND, LIMIT_REACHED; RETRY when there are more frames to give back.
  mutating func remove<S: System>(
    _ range: UserPages, of owner: Badge, _ system: inout S
  ) throws(ResultCode) {
    guard let region = region(of: owner, holding: range.base),
      range.upperBound <= region.pages.upperBound
    else { throw .notFound }
    let isInside = range.base > region.pages.base && range.upperBound < region.pages.upperBound
    guard !isInside || regions.count < regions.capacity else { throw .limitReached }
    try giveBackFrames(range, of: owner, &system)
    forget(region)
    // One record went, so one part fits; a second has the room that was looked for above.
    if let head = region.part(from: region.pages.base, to: range.base) { _ = keep(head) }
    if let tail = region.part(from: range.upperBound, to: region.pages.upperBound) {
      _ = keep(tail)
    }
  }

  /// QUERY.
  ///
  /// - Throws: NOT_FOUND.
  func query(_ owner: Badge, _ address: UInt64) throws(ResultCode) -> PagerdReply {
    let key = TableKey(owner.rawValue, address)
    guard let found = region(of: owner, holding: address) ?? regions.first(from: key)?.value,
      found.owner == owner
    else { throw .notFound }
    let range = found.pages.keys(of: owner)
    return .query(found, residentPages: UInt32(truncatingIfNeeded: pages.count(in: range)))
  }

  /// RELEASE_OWNER: pages first, so that none is left without its region.
  ///
  /// - Returns: Regions that this call forgot.
  /// - Throws: RETRY when there is more to forget.
  mutating func release(_ owner: Badge) throws(ResultCode) -> UInt32 {
    var left = Self.recordsPerRequest
    let first = TableKey(owner.rawValue)
    while let (key, _) = pages.first(from: first), key.major == owner.rawValue {
      guard left > 0 else { throw .retry }
      _ = pages.remove(key)
      left -= 1
    }
    var regionCount: UInt32 = 0
    while let (key, region) = regions.first(from: first), key.major == owner.rawValue {
      guard left > 0 else { throw .retry }
      forget(region)
      left -= 1
      regionCount += 1
    }
    return regionCount
  }

  // MARK: Records

  /// Adds a region; false when the table is full.
  private mutating func keep(_ region: BackedRegion) -> Bool {
    guard regions.insert(region, at: region.key) else { return false }
    count(region, isUser: true)
    return true
  }

  /// Takes a region out.
  private mutating func forget(_ region: BackedRegion) {
    _ = regions.remove(region.key)
    count(region, isUser: false)
  }

  /// Counts a region at its source.
  private mutating func count(_ region: BackedRegion, isUser: Bool) {
    guard let key = region.backing.extent?.source.key, var source = sources[key] else { return }
    source.userCount = isUser ? source.userCount + 1 : source.userCount - 1
    sources[key] = source
  }

  /// Returns the frames behind pages to memd, which takes them out of every address space.
  ///
  /// - Throws: RETRY after `framesPerRequest` of them, when there are more.
  private mutating func giveBackFrames<S: System>(
    _ range: UserPages, of owner: Badge, _ system: inout S
  ) throws(ResultCode) {
    let keys = range.keys(of: owner)
    var left = Self.framesPerRequest
    while let (key, frame) = pages.first(from: keys.lowerBound), key < keys.upperBound {
      guard left > 0 else { throw .retry }
      giveBack(frame, &system)
      _ = pages.remove(key)
      left -= 1
    }
  }
}

extension BackedRegion {
  /// Where its record stands.
  fileprivate var key: TableKey { TableKey(owner.rawValue, pages.base) }

  /// The part between two page addresses inside; nil when it is empty.
  fileprivate func part(from base: UInt64, to limit: UInt64) -> BackedRegion? {
    // At most as many pages as the region has.
    let pageCount = UInt32(truncatingIfNeeded: (limit - base) / UserPages.pageSize)
    guard let pages = UserPages(base: base, pageCount: pageCount) else { return nil }
    var part = self
    part.pages = pages
    part.backing = backing.part(from: base - self.pages.base, to: limit - self.pages.base)
    return part
  }
}

extension PageBacking {
  /// What backs the bytes between two offsets of a region: zeros when the source has none of them.
  fileprivate func part(from offset: UInt64, to limit: UInt64) -> PageBacking {
    guard let extent, offset < extent.length,
      let part = SourceExtent(
        source: extent.source, offset: extent.offset + offset,
        length: min(extent.length, limit) - offset)
    else { return .zeroFill }
    if case .image = self { return .image(part) }
    return .copyOnWrite(part)
  }
}

extension UserPages {
  /// The keys of these pages of an owner.
  fileprivate func keys(of owner: Badge) -> Range<TableKey> {
    TableKey(owner.rawValue, base)..<TableKey(owner.rawValue, upperBound)
  }
}
