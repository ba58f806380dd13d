// Blocks of 2^n frames: a buddy allocator over the frame records. No search: at most one step per
// order. docs/reference/kernel-memory.md, section 2.

package import KernelMachine

extension ObjectSpace {
  /// Takes a block of 2^order frames, or nil when the pool has none.
  ///
  /// The block is clean unless its record says `needsClearing`; whoever hands it out clears it.
  @inline(never)
  package mutating func allocateBlock(order: UInt8, from pool: Ref<Pool>) -> FrameNumber? {
    guard !pool.object.isClosed, order <= Pool.maximumOrder else { return nil }
    let candidates = pool.object.freeOrders >> UInt32(order)
    guard candidates != 0 else { return nil }
    var current = order + UInt8(truncatingIfNeeded: candidates.trailingZeroBitCount)
    let frame = FrameNumber(pool.object.freeBlocks.span[Int(current)])
    removeFree(frame, from: pool)
    let record = frames[frame]
    // The lower half is kept at each split: the head, with its marks, stays where it is.
    while current > order {
      current -= 1
      insertFree(
        FrameNumber(frame.rawValue + 1 << UInt32(current)), order: current, in: pool,
        needsClearing: record.object.needsClearing)
    }
    record.object.state = .block
    record.object.order = order
    pool.object.take(bytes: Self.bytes(order: order))
    return frame
  }

  /// Gives a block back: cleared at once if it is one frame, by later steps if it is larger.
  package mutating func freeBlock(_ frame: FrameNumber) {
    let record = frames[frame]
    precondition(record.object.state == .block, "freed block is not allocated")
    guard record.object.order > 0 else {
      frames.clear(frame)
      record.object.needsClearing = false
      return freeCleanBlock(frame)
    }
    record.object.state = .dirty
    record.object.word = 0
    record.object.next = dirtyBlocks.rawValue
    dirtyBlocks = frame
    hasNewWork = true
  }

  /// Gives back a block whose memory is clear, or marked as needing it.
  @inline(never)
  mutating func freeCleanBlock(_ frame: FrameNumber) {
    let record = frames[frame]
    guard let pool = record.object.owner else { preconditionFailure("freed block has no owner") }
    pool.object.freeBytes += Self.bytes(order: record.object.order)
    merge(frame, into: pool)
    if pool.object.isWhole { noteUnused(pool) }
  }

  /// Joins a block with its buddies as far as they are free, and puts the result on its list.
  private mutating func merge(_ frame: FrameNumber, into pool: Ref<Pool>) {
    var start = frame.rawValue
    var order = frames[frame].object.order
    var needsClearing = frames[frame].object.needsClearing
    while order < Pool.maximumOrder, frames[FrameNumber(start)].object.chunk != order + 1 {
      let buddy = FrameNumber(start ^ 1 << UInt32(order))
      guard Int(buddy.rawValue) < frames.records.count else { break }
      let other = frames[buddy]
      guard other.object.state == .free, other.object.order == order, other.object.owner == pool
      else { break }
      removeFree(buddy, from: pool)
      if other.object.needsClearing { needsClearing = true }
      let upper = max(start, buddy.rawValue)
      frames[FrameNumber(upper)].object.state = .inside
      start = min(start, buddy.rawValue)
      order += 1
    }
    insertFree(FrameNumber(start), order: order, in: pool, needsClearing: needsClearing)
  }

  /// Puts a block on the list of its order.
  @inline(never)
  mutating func insertFree(
    _ frame: FrameNumber, order: UInt8, in pool: Ref<Pool>, needsClearing: Bool
  ) {
    let record = frames[frame]
    let first = pool.object.freeBlocks.span[Int(order)]
    record.object.owner = pool
    record.object.state = .free
    record.object.order = order
    record.object.needsClearing = needsClearing
    record.object.word = 0
    record.object.used = 0
    record.object.previous = 0
    record.object.next = first
    if first != 0 { frames[FrameNumber(first)].object.previous = frame.rawValue }
    pool.object.freeBlocks[Int(order)] = frame.rawValue
    pool.object.freeOrders |= 1 << UInt32(order)
  }

  /// Takes a block off the list of its order.
  @inline(never)
  mutating func removeFree(_ frame: FrameNumber, from pool: Ref<Pool>) {
    let record = frames[frame]
    let order = record.object.order
    let next = record.object.next
    let previous = record.object.previous
    if next != 0 { frames[FrameNumber(next)].object.previous = previous }
    guard previous == 0 else {
      frames[FrameNumber(previous)].object.next = next
      return
    }
    pool.object.freeBlocks[Int(order)] = next
    if next == 0 { pool.object.freeOrders &= ~(1 << UInt32(order)) }
  }

  /// The size of a block in bytes.
  package static func bytes(order: UInt8) -> UInt64 { UInt64(frameBytes) << UInt64(order) }
}
