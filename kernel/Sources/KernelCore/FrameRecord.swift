// What the kernel knows about each frame of RAM. docs/reference/kernel-memory.md, section 1.

import KernelMachine

/// What a frame is used for.
package enum FrameState: UInt8, Sendable {
  /// Not the first frame of a block, or not managed: devices, holes, the kernel itself.
  case inside
  /// Head of a free block.
  case free
  /// Head of a freed block that is being cleared.
  case dirty
  /// Head of an allocated block.
  case block
  /// A page of equal pieces.
  case pieces
  /// A page of 64 slots.
  case leaf
  /// A page of 1024 table entries.
  case node
  /// A page of 512 page-table entries.
  case pageTable
}

/// The record of one frame; which fields mean something depends on the state.
package struct FrameRecord: ZeroInitialised {
  /// The pool that owns the block; valid in heads.
  package var owner: Ref<Pool>?
  /// Mask of used pieces, owner of a leaf or node, or pages cleared so far.
  package var word: UInt64 = 0
  /// List link; index of the leaf that a leaf or node serves; table above a page table.
  package var next: UInt32 = 0
  /// List link; index of the entry that leads to a page table.
  package var previous: UInt32 = 0
  /// Occupied slots of a leaf, present entries of a node or of a page table's lower half.
  package var used: UInt16 = 0
  /// What the frame is used for.
  package var state: FrameState = .inside
  /// The block has 2^order frames.
  package var order: UInt8 = 0
  /// Every piece has 64 x 2^pieceClass bytes.
  package var pieceClass: UInt8 = 0
  /// 0, or 1 + order of the chunk that begins here.
  package var chunk: UInt8 = 0
  /// The free block may hold remnants of the boot.
  package var needsClearing = false

  /// The record of frames that nobody manages, and of cleared memory.
  package init() {}
}
