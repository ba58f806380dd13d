// Regions: placed or put where the caller says, mapped by pagerd or with a frame, cut, found.

import CapABI
import IPC
import Service
import Store
import Sys

extension Vspaced {
  /// MAP.
  ///
  /// - Returns: Where the region begins.
  /// - Throws: What `enter` throws; LIMIT_REACHED also when pagerd has no room.
  mutating func map<S: System>(
    _ region: UserRegion, of owner: Badge, _ system: inout S
  ) throws(ResultCode) -> UInt64 {
    let base = try enter(region, .paged, of: owner)
    guard let pages = UserPages(base: base, pageCount: region.pages.pageCount) else {
      throw .internal
    }
    let backed = BackedRegion(
      owner: owner, pages: pages, access: region.access, backing: .zeroFill)
    do throws(ResultCode) {
      _ = try system.ask(
        PagerdRequest.registerRegion(backed), of: Self.pagerd, PagerdReply.self)
    } catch {
      leave(base, of: owner)
      throw error == .limitReached ? .limitReached : .internal
    }
    return base
  }

  /// MAP_FRAME and MAP_SHARED, with the frame in its landing slot.
  ///
  /// - Returns: Where the region begins.
  /// - Throws: WRONG_TYPE, MISSING_RIGHT, TOO_LARGE; what `enter` throws; what the kernel's
  ///   MAP_FRAME refuses.
  mutating func mapFrame<S: System>(
    _ region: UserRegion, of owner: Badge, _ system: inout S
  ) throws(ResultCode) -> UInt64 {
    let landing = ServiceSlot.firstLanding
    let found = try system.query(landing)
    let type: CapabilityType = region.regionClass == .device ? .deviceFrame : .frame
    guard found.type == type.rawValue else { throw .wrongType }
    guard found.rights.contains(region.access.rights) else { throw .missingRight }
    let pageCount = try system.control(.queryCap(landing), on: Self.control).word2
    guard pageCount == UInt64(region.pages.pageCount) else { throw .tooLarge }
    let slot = try space(of: owner).slot
    // The frame is mapped as a whole, at a multiple of its size.
    let base = try enter(region, .frame, of: owner, alignment: region.pages.sizeInBytes)
    do throws(ResultCode) {
      try system.control(
        .map(landing, into: slot, at: base, rights: region.access.rights), on: Self.control)
    } catch {
      leave(base, of: owner)
      throw error
    }
    return base
  }

  /// UNMAP.
  ///
  /// - Throws: NOT_FOUND, LIMIT_REACHED; INVALID_ARGUMENT for a part of a frame; RETRY when pagerd
  ///   has more frames to give back.
  mutating func unmap<S: System>(
    _ range: UserPages, of owner: Badge, _ system: inout S
  ) throws(ResultCode) {
    var space = try space(of: owner)
    guard let found = region(of: owner, holding: range.base), range.upperBound <= found.end
    else { throw .notFound }
    let pages = found.region.pages
    if range.base > pages.base, range.upperBound < found.end {
      guard hasRoom(in: space) else { throw .limitReached }
    }
    switch found.content {
    case .nothing: break
    case .paged: try unregister(range, of: owner, &system)
    case .frame:
      guard range == pages else { throw .invalidArgument }
      try unmapFrame(at: range.base, of: space, &system)
    }
    _ = regions.remove(TableKey(owner.rawValue, pages.base))
    space.regionCount -= 1
    // One record went, so one part fits; a second has the room that was looked for above.
    if keep(found, from: pages.base, to: range.base, of: owner) { space.regionCount += 1 }
    if keep(found, from: range.upperBound, to: found.end, of: owner) { space.regionCount += 1 }
    spaces[owner.key] = space
  }

  /// QUERY.
  ///
  /// - Throws: NOT_FOUND.
  func query(_ address: UInt64, of owner: Badge) throws(ResultCode) -> UserRegion {
    if let found = region(of: owner, holding: address) { return found.region }
    guard let (key, found) = regions.first(from: TableKey(owner.rawValue, address)),
      key.major == owner.rawValue
    else { throw .notFound }
    return found.region
  }

  // MARK: Peers

  private func unregister<S: System>(
    _ range: UserPages, of owner: Badge, _ system: inout S
  ) throws(ResultCode) {
    do throws(ResultCode) {
      _ = try system.ask(
        PagerdRequest.unregisterRegion(owner: owner, range), of: Self.pagerd, PagerdReply.self)
    } catch {
      // Unknown to pagerd: procd released the owner already.
      guard error != .notFound else { return }
      throw error == .retry || error == .limitReached ? error : .internal
    }
  }

  /// Takes a frame out of a space and drops it.
  private func unmapFrame<S: System>(
    at address: UInt64, of space: Space, _ system: inout S
  ) throws(ResultCode) {
    let landing = ServiceSlot.replyLanding
    do throws(ResultCode) {
      try system.control(.unmap(address, from: space.slot, into: landing), on: Self.control)
    } catch {
      // The frame was revoked, or its process is gone: nothing is mapped there any more.
      guard error != .notFound, error != .wrongState, error != .emptySlot else { return }
      throw error
    }
    try system.drop(landing)
  }

  // MARK: Records

  /// Adds a region where it says, or at a place of vspaced's choice.
  ///
  /// - Returns: Where it begins.
  /// - Throws: NOT_FOUND without an address space, INVALID_ARGUMENT when not aligned, EXISTS,
  ///   NO_MEMORY when there is no gap, LIMIT_REACHED.
  mutating func enter(
    _ region: UserRegion, _ content: Content, of owner: Badge,
    alignment: UInt64 = UserPages.pageSize
  ) throws(ResultCode) -> UInt64 {
    var space = try space(of: owner)
    guard hasRoom(in: space) else { throw .limitReached }
    let record = Region(region: region, content: content)
    let placed: UserPages
    if region.pages.isPlaced {
      placed = region.pages
      guard placed.base.isMultiple(of: alignment) else { throw .invalidArgument }
      guard blocker(of: record, owner) == nil else { throw .exists }
    } else {
      placed = try place(record, owner, alignment, &space.layout)
      space.layout.placed(placed, region.regionClass)
    }
    // There is room (above), and nothing lies there.
    _ = regions.insert(record.with(placed), at: TableKey(owner.rawValue, placed.base))
    space.regionCount += 1
    spaces[owner.key] = space
    return placed.base
  }

  /// Takes back what `enter` did.
  private mutating func leave(_ base: UInt64, of owner: Badge) {
    guard regions.remove(TableKey(owner.rawValue, base)) != nil,
      var space = spaces[owner.key]
    else { return }
    space.regionCount -= 1
    spaces[owner.key] = space
  }

  /// Adds the part of a region between two page addresses; false when it is empty.
  private mutating func keep(
    _ region: Region, from base: UInt64, to end: UInt64, of owner: Badge
  ) -> Bool {
    // At most as many pages as the region has.
    let pageCount = UInt32(truncatingIfNeeded: (end - base) / UserPages.pageSize)
    guard let pages = UserPages(base: base, pageCount: pageCount) else { return false }
    return regions.insert(region.with(pages), at: TableKey(owner.rawValue, base))
  }

  private func hasRoom(in space: Space) -> Bool {
    regions.count < regions.capacity
      && Int(space.regionCount) < regions.capacity / Self.spaceShare
  }

  /// Tries so many places as a layout has candidates for.
  private func place(
    _ record: Region, _ owner: Badge, _ alignment: UInt64, _ layout: inout Layout
  ) throws(ResultCode) -> UserPages {
    let pageCount = record.region.pages.pageCount
    for attempt in 0..<Layout.attempts {
      guard
        let range = layout.candidate(attempt, for: record.region, alignment: alignment)
      else { continue }
      var base = range.lowerBound
      // Where it is blocked, the place behind the blocker is as good.
      for _ in 0..<2 {
        guard let pages = UserPages(base: base, pageCount: pageCount),
          pages.upperBound <= range.upperBound
        else { break }
        guard let blocker = blocker(of: record.with(pages), owner) else { return pages }
        base = (blocker.end + 2 * UserPages.pageSize + alignment - 1) & ~(alignment - 1)
      }
    }
    throw .noMemory
  }

  /// A region that overlaps another, the page below stacks included; nil when there is none.
  private func blocker(of record: Region, _ owner: Badge) -> Region? {
    if let (key, before) = regions.last(upTo: TableKey(owner.rawValue, record.end - 1)),
      key.major == owner.rawValue, before.end > record.lowest
    {
      return before
    }
    if let (key, behind) = regions.first(from: TableKey(owner.rawValue, record.end)),
      key.major == owner.rawValue, behind.lowest < record.end
    {
      return behind
    }
    return nil
  }

  private func region(of owner: Badge, holding address: UInt64) -> Region? {
    guard let (key, found) = regions.last(upTo: TableKey(owner.rawValue, address)),
      key.major == owner.rawValue, address < found.end
    else { return nil }
    return found
  }
}
