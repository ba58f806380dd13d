// The capabilities of a process, and how a slot number becomes a slot.
// docs/reference/kernel-memory.md, section 4.

package import CapABI
import KernelMachine

/// A table of capability slots.
package struct CSpace: KernelObject {
  package static var kind: ObjectKind { .cspace }
  package static var capabilityType: CapabilityType { .cspace }

  package var header: ObjectHeader
  /// The slots.
  package let table: SlotTable
  /// How many slots there are, slot 0 included.
  package let slotCount: UInt32
  /// The first slot that control operations may name.
  package var windowBase: UInt32 = 0
  /// How many slots control operations may name.
  package var windowCount: UInt32
  /// How far the finaliser has come.
  var cursor: UInt64 = 0

  /// Whether a range of slots is not empty and lies inside a CSpace of a size.
  static func isWindow(base: UInt32, count: UInt32, of slotCount: UInt32) -> Bool {
    count > 0 && base < slotCount && count <= slotCount - base
  }
}

/// Which slots of its CSpace a caller may name.
package enum SlotScope: Sendable {
  /// All but slot 0: system calls.
  case whole
  /// The visible window without slot 0: kernel-control operations.
  case window
}

/// An empty slot that an operation will fill; its leaf may not exist yet.
struct Vacancy {
  let cspace: Ref<CSpace>
  let index: UInt32
  /// The slot, if its leaf exists.
  let slot: Ref<Slot>?
}

extension Ref where Object == CSpace {
  /// Checks a slot number.
  @inline(__always) func index(_ slot: CapSlot, _ scope: SlotScope) throws(SyscallError) -> UInt32 {
    let index = slot.rawValue
    guard index != 0, index < object.slotCount else { throw .slotOutOfRange }
    guard scope == .window else { return index }
    guard index >= object.windowBase, index - object.windowBase < object.windowCount else {
      throw .slotOutOfRange
    }
    return index
  }
}

extension ObjectSpace {
  /// The slot with a number, which must hold a capability.
  @inline(never) mutating func occupied(
    _ slot: CapSlot, in cspace: Ref<CSpace>, _ scope: SlotScope
  ) throws(SyscallError) -> Ref<Slot> {
    let index = try cspace.index(slot, scope)
    guard let found = cspace.object.table.slot(index, in: frames), !found.object.isEmpty else {
      throw .emptySlot
    }
    return found
  }

  /// The slot with a number, which must be empty.
  @inline(never) mutating func vacant(
    _ slot: CapSlot, in cspace: Ref<CSpace>, _ scope: SlotScope
  ) throws(SyscallError) -> Vacancy {
    let index = try cspace.index(slot, scope)
    let found = cspace.object.table.slot(index, in: frames)
    if let found, !found.object.isEmpty { throw .occupiedSlot }
    return Vacancy(cspace: cspace, index: index, slot: found)
  }

  /// Backs an empty slot with memory: the last check of an operation, for it may take a page.
  @inline(__always) mutating func claim(_ vacancy: Vacancy) throws(SyscallError) -> Ref<Slot> {
    guard let slot = vacancy.slot ?? backedSlot(vacancy.index, of: vacancy.cspace.object.table)
    else { throw .noMemory }
    return slot
  }

  /// Undoes `claim` when the operation fails after it.
  @inline(never)
  mutating func abandon(_ vacancy: Vacancy) {
    trim(vacancy.index / SlotTable.slotsPerLeaf, of: vacancy.cspace.object.table)
  }

  /// Makes a CSpace that takes its memory, now and later, from `pool`; nil without memory.
  mutating func makeCSpace(slotCount: UInt32, from pool: Ref<Pool>) -> Ref<CSpace>? {
    let shape = SlotTable.shape(slotCount: slotCount)
    let rootBytes = Int(shape.rootEntries) * MemoryLayout<FrameNumber>.stride
    guard let piece = allocatePiece(bytes: MemoryLayout<CSpace>.size, from: pool) else {
      return nil
    }
    // The object must exist before its table, whose pages name it; its address is all they need.
    let header = Ref<ObjectHeader>(piece, initial: newHeader(.cspace))
    guard let root = allocatePiece(bytes: rootBytes, from: pool) else {
      freePiece(header)
      return nil
    }
    let table = SlotTable(pool: pool, owner: header, root: Table(root), levels: shape.levels)
    let cspace = header.cast(to: CSpace.self)
    cspace.object = CSpace(
      header: header.object, table: table, slotCount: slotCount, windowCount: slotCount)
    return cspace
  }
}
