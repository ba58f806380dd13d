// A sparse table of slots: a radix tree of frame numbers with pages of 64 slots as leaves. It knows
// where its memory comes from and nothing about what the slots mean, so CSpaces and, by virtual
// page number, mapping records can use it. docs/reference/kernel-memory.md, section 4.

package import KernelMachine

extension FrameNumber: ZeroInitialised {}

/// The tree of one table.
package struct SlotTable {
  /// Slots in a leaf.
  package static let slotsPerLeaf: UInt32 = 64
  /// Entries of a root at most: the largest piece of memory holds as many.
  package static let maximumRootEntries: UInt32 = 512
  private static let bitsPerNode: UInt32 = 10

  /// Who pays for leaves and nodes.
  package let pool: Ref<Pool>
  /// Who is told of the table by the records of its pages.
  let owner: Ref<ObjectHeader>
  /// The entries of the root: leaves, or nodes above them.
  package let root: Table<FrameNumber>
  /// Nodes between the root and a leaf.
  package let levels: UInt8

  /// Levels of nodes and entries of the root for a number of slots.
  package static func shape(slotCount: UInt32) -> (levels: UInt8, rootEntries: UInt32) {
    var entries = (slotCount - 1) / slotsPerLeaf + 1
    var levels: UInt8 = 0
    while entries > maximumRootEntries {
      entries = (entries - 1) >> bitsPerNode + 1
      levels += 1
    }
    return (levels, entries)
  }

  /// The slot with an index, or nil while its leaf is absent.
  ///
  /// The index is below the slot count that gave the table its shape.
  @inline(__always) package func slot(_ index: UInt32, in frames: FrameTable) -> Ref<Slot>? {
    let leaf =
      levels == 0
      ? root[Int(index &>> 6)].object
      : Self.leaf(index &>> 6, below: root, levels: levels, in: frames)
    guard !leaf.isNone else { return nil }
    return frames.table(of: Slot.self, in: leaf)[Int(index & 63)]
  }

  /// A leaf below nodes: not where most slots are, so not in line.
  @inline(never) private static func leaf(
    _ leaf: UInt32, below root: Table<FrameNumber>, levels: UInt8, in frames: FrameTable
  ) -> FrameNumber {
    var shift = bitsPerNode &* UInt32(levels)
    var page = root[Int(leaf &>> shift)].object
    while shift > 0, !page.isNone {
      shift &-= bitsPerNode
      page = frames.table(of: FrameNumber.self, in: page)[Int((leaf &>> shift) & 1023)].object
    }
    return page
  }

  /// The entry at a depth (0 in the root) on the way to a leaf; nil when the way ends before it.
  func entry(above leaf: UInt32, depth: UInt8, in frames: FrameTable) -> Ref<FrameNumber>? {
    var shift = Self.bitsPerNode &* UInt32(levels)
    var entry = root[Int(leaf &>> shift)]
    for _ in 0..<depth {
      let node = entry.object
      guard !node.isNone else { return nil }
      shift &-= Self.bitsPerNode
      entry = frames.table(of: FrameNumber.self, in: node)[Int((leaf &>> shift) & 1023)]
    }
    return entry
  }

  /// Leaves to pass from `leaf` on that are absent together: 0 when the leaf is there.
  func absentLeaves(from leaf: UInt32, in frames: FrameTable) -> UInt32 {
    for depth in 0...levels {
      guard let entry = entry(above: leaf, depth: depth, in: frames), !entry.object.isNone else {
        let span: UInt32 = 1 << (Self.bitsPerNode * UInt32(levels - depth))
        return span - leaf & (span - 1)
      }
    }
    return 0
  }
}

extension ObjectSpace {
  /// The slot with an index, its leaf brought into being if need be; nil without memory for it.
  ///
  /// The leaf stays even if nothing is put into the slot, until `trim` or until it was used.
  @inline(never)
  mutating func backedSlot(_ index: UInt32, of table: SlotTable) -> Ref<Slot>? {
    let leaf = index / SlotTable.slotsPerLeaf
    for depth in 0...table.levels {
      guard let entry = table.entry(above: leaf, depth: depth, in: frames) else { return nil }
      guard entry.object.isNone else { continue }
      let state: FrameState = depth == table.levels ? .leaf : .node
      guard let page = allocatePage(state, from: table.pool) else {
        trim(leaf, of: table)
        return nil
      }
      let record = frames[page]
      record.object.word = UInt64(table.owner.address)
      record.object.next = leaf
      record.object.used = 0
      entry.object = page
      countEntry(entry, depth: depth, change: 1)
    }
    return table.slot(index, in: frames)
  }

  /// Gives back the leaf and the nodes above it as far as nothing is in them.
  @inline(never)
  mutating func trim(_ leaf: UInt32, of table: SlotTable) {
    for step in 0...table.levels {
      let depth = table.levels - step
      guard let entry = table.entry(above: leaf, depth: depth, in: frames) else { continue }
      let page = entry.object
      guard !page.isNone else { continue }
      guard frames[page].object.used == 0 else { return }
      entry.object = .none
      countEntry(entry, depth: depth, change: -1)
      // Slots are cleared when they are emptied and entries when their page goes: it is clean.
      freeCleanBlock(page)
      tablesFreed += 1
    }
  }

  /// Counts an entry made or removed in the node that holds it; the root is not counted.
  private mutating func countEntry(_ entry: Ref<FrameNumber>, depth: UInt8, change: Int) {
    guard depth > 0 else { return }
    let node = frames[frames.frame(of: entry)]
    let used = Int(node.object.used) + change
    // A node has 1024 entries, each counted once while it is present.
    node.object.used = UInt16(truncatingIfNeeded: used)
  }
}
