// The untyped memory that everything is made from, so arranged that one with room is found without
// looking at the others. What is free inside one only the kernel knows; memd keeps an upper bound
// of its largest free block. A refusal lowers the bound, and a return raises it to no more than
// what can have joined, so there are few refusals for every return.

import CapABI
import Service
import Store
import Sys

/// One untyped capability.
private struct MemorySource: BitwiseCopyable {
  /// Neighbours in the list of its bound.
  var next = Place.none
  var previous = Place.none
  /// Frames and budgets that were made from it and are not back.
  var things: UInt32 = 0
  /// Order of the largest block that it may have free; -1 for none.
  var bound: Int8
  /// The bound while everything is free.
  var whole: Int8
}

/// All untyped memory that memd was given.
struct MemorySources {
  /// The largest block that the kernel makes, as an order of pages.
  private static var largestOrder: Int { 20 }

  private var sources: Pile<MemorySource>
  // INVARIANT: the source with bound b is in list b + 1, and bit b + 1 of `filled` is set exactly
  // when that list has one.
  private var lists = InlineArray<22, Place>(repeating: .none)
  private var filled: UInt32 = 0
  /// Pages of all sources together.
  private(set) var pageCount: UInt64 = 0

  init(in region: Region) {
    sources = Pile(in: region)
  }

  static var bytesPerSource: Int { MemoryLayout<MemorySource>.stride }

  /// The slot of the capability behind a source.
  static func slot(of source: Place) -> CapSlot {
    CapSlot(rawValue: StartupSlot.firstResource + source.index)
  }

  /// Adds the source in the next slot of the run of resources; false when there is no room.
  mutating func add(pageCount: UInt64) -> Bool {
    let order = pageCount == 0 ? -1 : 63 - pageCount.leadingZeroBitCount
    let bound = Int8(min(order, Self.largestOrder))
    guard let place = sources.add(MemorySource(bound: bound, whole: bound)) else { return false }
    link(place)
    self.pageCount += pageCount
    return true
  }

  /// A source that may have a block of 2^order pages: the one whose bound is lowest, so that large
  /// blocks stay whole.
  func candidate(order: UInt8) -> Place? {
    let first = UInt32(order) + 1
    let bits = filled >> first
    guard bits != 0 else { return nil }
    return lists[Int(first) + bits.trailingZeroBitCount]
  }

  /// Something was made from a source.
  mutating func made(from source: Place) { sources[source].things += 1 }

  /// A candidate had no block of 2^order pages.
  mutating func refused(_ source: Place, order: UInt8) {
    setBound(of: source, Int8(clamping: order) - 1)
  }

  /// Something of 2^order pages went back into a source.
  mutating func returned(to source: Place, order: UInt8) {
    sources[source].things -= 1
    let found = sources[source]
    // Free blocks join in pairs: a block larger than the one returned needs a free one as large as
    // half of it, and none is larger than the bound.
    let joined = max(found.bound + 1, Int8(clamping: order))
    setBound(of: source, found.things == 0 ? found.whole : min(joined, found.whole))
  }

  private mutating func setBound(of source: Place, _ bound: Int8) {
    guard sources[source].bound != bound else { return }
    unlink(source)
    sources[source].bound = bound
    link(source)
  }

  // MARK: Lists

  private mutating func link(_ source: Place) {
    let list = Int(sources[source].bound) + 1
    let next = lists[list]
    sources[source].next = next
    sources[source].previous = .none
    if next != .none { sources[next].previous = source }
    lists[list] = source
    filled |= 1 << UInt32(list)
  }

  private mutating func unlink(_ source: Place) {
    let found = sources[source]
    let list = Int(found.bound) + 1
    if found.next != .none { sources[found.next].previous = found.previous }
    if found.previous != .none {
      sources[found.previous].next = found.next
    } else {
      lists[list] = found.next
      if found.next == .none { filled &= ~(1 << UInt32(list)) }
    }
  }
}
