// The address space of a process: page tables, and a record of what is mapped where.
// docs/reference/kernel-memory.md, section 11.

package import CapABI
package import KernelMachine

/// An address space.
///
/// INVARIANT: an entry of the lower half is present exactly while a record covers it, or leads to a
/// table with a present entry.
package struct VSpace: KernelObject {
  package static var kind: ObjectKind { .vspace }
  package static var capabilityType: CapabilityType { .vspace }
  /// Where user addresses end; the last page below is never mapped.
  package static let addressLimit = UserSpace.end + UInt64(frameBytes)
  /// Pages that can be mapped, page 0 included, so that page numbers are slot numbers.
  package static let pageCount = UInt32.max

  package var header: ObjectHeader
  /// The top-level page table.
  package let root: FrameNumber
  /// Where the processor finds it.
  package let rootAddress: PhysicalAddress
  /// The capability of every mapped frame, by the number of its first virtual page.
  package let records: SlotTable
  /// How far the finaliser has come.
  var cursor: UInt64 = 0
  /// The last page table that was found, by bits 21 and up of the address.
  var lastTable = Waypoint()
  /// The last leaf of `records` that was found, by its number.
  var lastLeaf = Waypoint()
}

/// A table page that need not be looked for again while no table page was freed anywhere.
struct Waypoint {
  /// What the page is for.
  var key: UInt32 = 0
  /// The page.
  var page = FrameNumber.none
  /// `ObjectSpace.tablesFreed` when it was found; never 0 there.
  var time: UInt64 = 0
}

/// Where a frame is mapped, and how; all zero while it is not.
package struct Mapping: BitwiseCopyable, Equatable, Sendable {
  private let bits: UInt64

  /// Packs the two: addresses of pages leave twelve bits free, and rights have seven.
  @inline(__always) init(address: UInt64, rights: Rights) {
    bits = address & ~0xFFF | UInt64(rights.rawValue)
  }

  /// Not mapped.
  package static let none = Mapping(address: 0, rights: .none)
  /// The first byte.
  @inline(__always) package var address: UInt64 { bits & ~0xFFF }
  /// What the mapping allows.
  @inline(__always) package var rights: Rights {
    // Masked to the bits of `Rights.all`.
    Rights(rawValue: UInt32(truncatingIfNeeded: bits & 0xFFF))
  }
}

extension PageTableEntry: ZeroInitialised {}

/// An entry of the kernel's half, which all address spaces have.
struct KernelEntry: ZeroInitialised {
  /// The place in the top-level table.
  var index = 0
  /// The entry.
  var entry = PageTableEntry.absent
}

/// What the processors still have to forget before freed memory is used again.
package struct PendingInvalidation {
  /// The page, if it is one.
  package internal(set) var page: UInt64 = 0
  /// Pages unmapped; 2 stands for many.
  package internal(set) var pageCount: UInt8 = 0

  /// Whether there is nothing to do.
  @inline(__always) package var isEmpty: Bool { pageCount == 0 }

  /// Adds pages of one mapping.
  @inline(__always) mutating func add(_ address: UInt64, entries: Int) {
    page = address
    pageCount = pageCount == 0 && entries == 1 ? 1 : 2
  }
}

extension ObjectSpace {
  /// Makes an address space without mappings that takes its memory, now and later, from `pool`;
  /// nil without memory.
  mutating func makeVSpace(from pool: Ref<Pool>) -> Ref<VSpace>? {
    let shape = SlotTable.shape(slotCount: VSpace.pageCount)
    let rootBytes = Int(shape.rootEntries) * MemoryLayout<FrameNumber>.stride
    guard let piece = allocatePiece(bytes: MemoryLayout<VSpace>.size, from: pool) else {
      return nil
    }
    // The object must exist before its table, whose pages name it; its address is all they need.
    let header = Ref<ObjectHeader>(piece, initial: newHeader(.vspace))
    guard let rootPiece = allocatePiece(bytes: rootBytes, from: pool) else {
      freePiece(header)
      return nil
    }
    let records = SlotTable(
      pool: pool, owner: header, root: Table(rootPiece), levels: shape.levels)
    guard let root = allocatePage(.pageTable, from: pool) else {
      freePiece(records.root.start)
      freePiece(header)
      return nil
    }
    frames[root].object.used = 0
    frames[root].object.next = 0
    let table = frames.table(of: PageTableEntry.self, in: root)
    for position in 0..<kernelEntryCount {
      let shared = kernelEntries[position].object
      table[shared.index].object = shared.entry
    }
    let vspace = header.cast(to: VSpace.self)
    vspace.object = VSpace(
      header: header.object, root: root, rootAddress: frames.address(of: root), records: records)
    return vspace
  }

  /// One step of taking an address space apart.
  ///
  /// An address space dies only with its process, whose tables no processor uses any more.
  mutating func finalise(_ vspace: Ref<VSpace>) {
    let end = UInt64(VSpace.pageCount)
    vspace.object.cursor = sweep(vspace.object.records, from: vspace.object.cursor, to: end)
    // Deleting may have put objects on top; the address space is freed when it is the top again.
    guard vspace.object.cursor == end, finaliseList == vspace.header else { return }
    unqueue(vspace.header)
    // With the last mapping went the last table below the root; its lower half is clear.
    let table = frames.table(of: PageTableEntry.self, in: vspace.object.root)
    for position in 0..<kernelEntryCount {
      table[kernelEntries[position].object.index].object = .absent
    }
    freeCleanBlock(vspace.object.root)
    freePiece(vspace.object.records.root.start)
    freePiece(vspace)
  }
}
