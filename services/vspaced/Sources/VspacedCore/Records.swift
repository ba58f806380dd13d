// The records of vspaced: address spaces and what lies in them.

import CapABI
import IPC
import Store

/// An address space, by its owner.
struct Space: BitwiseCopyable {
  /// The capability to it.
  let slot: CapSlot
  /// Regions in it.
  var regionCount: UInt32 = 0
  /// Where regions go that may lie anywhere.
  var layout: Layout

  init(slot: CapSlot, seed: UInt64) {
    self.slot = slot
    layout = Layout(seed: seed)
  }
}

/// What stands behind the pages of a region.
enum Content: UInt8, BitwiseCopyable {
  /// Nothing: addresses that are set aside.
  case nothing = 0
  /// pagerd.
  case paged = 1
  /// One frame, which is mapped as a whole.
  case frame = 2
}

/// A region, by owner and base.
struct Region: BitwiseCopyable {
  /// Pages, access and class.
  var region: UserRegion
  /// What stands behind it.
  let content: Content

  /// The lowest address that it keeps others away from: a stack does so with the page below it.
  var lowest: UInt64 {
    region.pages.base - (region.regionClass == .stack ? UserPages.pageSize : 0)
  }

  /// The address behind it.
  var end: UInt64 { region.pages.upperBound }

  /// The same region with other pages.
  func with(_ pages: UserPages) -> Region {
    var region = region
    region.pages = pages
    return Region(region: region, content: content)
  }
}
