// The memory behind an untyped capability or a budget. docs/reference/kernel-memory.md, section 2.
// This file has the data; ObjectSpace+Blocks and ObjectSpace+Pieces have the operations.

package import CapABI
package import KernelMachine

/// A block that a pool has from its source.
package struct Chunk {
  /// The pool it goes back to; nil for memory donated at boot, which never goes back.
  package let source: Ref<Pool>?
  /// The first frame.
  package let start: FrameNumber
  /// The chunk has 2^order frames.
  package let order: UInt8
  /// The chunk mark that the first frame's record had before, which comes back with the chunk.
  let savedMark: UInt8
}

/// A chunk that was added to a budget later.
package struct ChunkRecord {
  /// The chunk.
  package let chunk: Chunk
  /// The hidden slot below the capability that the chunk was taken through.
  package let slot: Ref<Slot>
  /// The next record of the same pool.
  package var next: Ref<ChunkRecord>?
}

/// Memory to make objects of.
package struct Pool: KernelObject {
  package static var kind: ObjectKind { .pool }
  package static var capabilityType: CapabilityType { .untyped }
  /// The largest order: 4 GiB.
  package static let maximumOrder: UInt8 = 20

  package var header: ObjectHeader
  /// The chunk that the pool was made with; nil for the pool of all RAM.
  package var base: Chunk?
  /// Chunks added later.
  package var added: Ref<ChunkRecord>?
  /// The process whose budget this is.
  package var process: Ref<Process>?
  /// All memory of the pool, in bytes.
  package var totalBytes: UInt64 = 0
  /// What can be allocated, in bytes, if it is in pieces of the right size.
  package var freeBytes: UInt64 = 0
  /// The least that was ever free, in bytes.
  package var lowWaterBytes: UInt64 = 0
  /// Bit n is set while the list of free blocks of order n is not empty.
  package var freeOrders: UInt32 = 0
  /// Whether allocations fail because the process is dying.
  package var isClosed = false
  /// The first free block of each order; read through its span, which copies nothing.
  package var freeBlocks = InlineArray<21, UInt32>(repeating: 0)
  /// For each class, the first page that has both used and unused pieces.
  package var partialPages = InlineArray<6, UInt32>(repeating: 0)

  /// Whether nothing is allocated.
  package var isWhole: Bool { freeBytes == totalBytes }

  /// Counts an allocation.
  mutating func take(bytes: UInt64) {
    freeBytes -= bytes
    if freeBytes < lowWaterBytes { lowWaterBytes = freeBytes }
  }
}
