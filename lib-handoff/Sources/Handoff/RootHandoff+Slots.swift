// No slot of root's CSpace is named twice. Every table names its slots in increasing order, so
// neighbours and binary searches find every conflict without comparing all with all.

import CapABI

extension RootHandoff {
  /// Checks that the tables name different slots, all below the first free one.
  ///
  /// - Throws: `FormatError.slotConflict` with the slot.
  func checkSlots() throws(FormatError) {
    let free = info.firstFreeSlot.rawValue
    if let last = capabilities[capabilities.count - 1]?.descriptor.slot, last.rawValue >= free {
      throw .slotConflict(last)
    }
    if let last = untypeds[untypeds.count - 1]?.slot, last.rawValue >= free {
      throw .slotConflict(last)
    }
    for index in 0..<untypeds.count {
      let slot = try untypeds.entry(at: index).slot.rawValue
      try requireNoCapability(from: slot, to: slot + 1)
    }
    var next: UInt32 = 0
    for index in 0..<modules.count {
      let module = try modules.entry(at: index)
      guard module.frameCount > 0 else { continue }
      let first = module.firstFrame.rawValue
      // The decoder proved that the sum does not wrap.
      let end = first + module.frameCount
      guard first >= next, end <= free else { throw .slotConflict(module.firstFrame) }
      try requireNoCapability(from: first, to: end)
      let untyped = Self.slot(atOrAbove: first, in: untypeds) { $0.slot }
      if let untyped, untyped.rawValue < end { throw .slotConflict(untyped) }
      next = end
    }
  }

  /// Checks that no capability lies in a range of slots.
  private func requireNoCapability(from first: UInt32, to end: UInt32) throws(FormatError) {
    let slot = Self.slot(atOrAbove: first, in: capabilities) { $0.descriptor.slot }
    guard let slot, slot.rawValue < end else { return }
    throw .slotConflict(slot)
  }

  /// The lowest slot of a table that is not below `first`, by binary search; nil for none.
  private static func slot<Entry: WireEntry>(
    atOrAbove first: UInt32, in table: borrowing WireTable<Entry>, _ slot: (Entry) -> CapSlot
  ) -> CapSlot? {
    var low = 0
    var high = table.count
    while low < high {
      let middle = (low + high) / 2
      guard let entry = table[middle] else { return nil }
      if slot(entry).rawValue < first { low = middle + 1 } else { high = middle }
    }
    return table[low].map(slot)
  }
}
