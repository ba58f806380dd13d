// Memory smaller than a frame: pages of equal pieces with a mask of those in use.
// docs/reference/kernel-memory.md, section 2. Also whole pages for tables.

import KernelMachine

extension ObjectSpace {
  /// The class of the smallest piece that holds `bytes`: 0 for 64 up to 5 for 2048.
  ///
  /// All sizes asked for are those of kernel types and bounded table roots, so none is larger.
  private static func pieceClass(bytes: Int) -> UInt8 {
    precondition(bytes > 0 && bytes <= 2048, "no piece of that size")
    let units = (bytes + 63) / 64
    return UInt8(truncatingIfNeeded: Int.bitWidth - (units - 1).leadingZeroBitCount)
  }

  /// The size in bytes of the piece that an object of `bytes` bytes gets.
  package static func pieceBytes(holding bytes: Int) -> UInt64 {
    64 << UInt64(pieceClass(bytes: bytes))
  }

  /// Takes a piece that holds `bytes`, or nil when the pool has neither one nor a free frame.
  @inline(never)
  mutating func allocatePiece(bytes: Int, from pool: Ref<Pool>) -> Piece? {
    let kind = Self.pieceClass(bytes: bytes)
    guard !pool.object.isClosed else { return nil }
    guard let page = partialPage(kind, of: pool) else { return nil }
    let record = frames[page]
    let index = (~record.object.word).trailingZeroBitCount
    record.object.word |= 1 << UInt64(index)
    if record.object.word == Self.fullMask(kind) { removePartial(page, from: pool) }
    let size = 64 << Int(kind)
    pool.object.take(bytes: UInt64(size))
    // The mask said that the piece is unused, and reserves it now; it was cleared when it was freed
    // last, or with its page.
    return frames.piece(in: page, offset: index << (6 + Int(kind)), size: size)
  }

  /// Gives a piece back and clears it; nothing may use the reference afterwards.
  mutating func freePiece<Object>(_ reference: Ref<Object>) {
    let page = frames.frame(of: reference)
    let record = frames[page]
    guard record.object.state == .pieces, let pool = record.object.owner else {
      preconditionFailure("freed object is not in a page of pieces")
    }
    let kind = record.object.pieceClass
    let bit: UInt64 = 1 << UInt64(frames.offset(of: reference) >> (6 + Int(kind)))
    precondition(record.object.word & bit != 0, "piece freed twice")
    frames.clear(page, offset: frames.offset(of: reference), size: 64 << Int(kind))
    if record.object.word == Self.fullMask(kind) { insertPartial(page, in: pool) }
    record.object.word &= ~bit
    guard record.object.word != 0 else {
      removePartial(page, from: pool)
      // The page's other pieces are in `freeBytes` already: only the last one is counted now.
      pool.object.freeBytes -= UInt64(frameBytes) - UInt64(64 << Int(kind))
      return freeCleanBlock(page)
    }
    pool.object.freeBytes += 64 << UInt64(kind)
  }

  /// Takes a cleared page for a table, or nil when the pool has no free frame.
  @inline(never)
  mutating func allocatePage(_ state: FrameState, from pool: Ref<Pool>) -> FrameNumber? {
    guard let page = allocateBlock(order: 0, from: pool) else { return nil }
    let record = frames[page]
    if record.object.needsClearing {
      frames.clear(page)
      record.object.needsClearing = false
    }
    record.object.state = state
    return page
  }

  /// A page with an unused piece of the class: a partial one, else a new one.
  private mutating func partialPage(_ kind: UInt8, of pool: Ref<Pool>) -> FrameNumber? {
    let first = FrameNumber(pool.object.partialPages.span[Int(kind)])
    guard first.isNone else { return first }
    let low = pool.object.lowWaterBytes
    guard let page = allocatePage(.pieces, from: pool) else { return nil }
    // Only the pieces of the page that are in use count as taken.
    pool.object.freeBytes += UInt64(frameBytes)
    pool.object.lowWaterBytes = low
    frames[page].object.pieceClass = kind
    frames[page].object.word = 0
    insertPartial(page, in: pool)
    return page
  }

  private mutating func insertPartial(_ page: FrameNumber, in pool: Ref<Pool>) {
    let record = frames[page]
    let kind = Int(record.object.pieceClass)
    let first = pool.object.partialPages.span[kind]
    record.object.previous = 0
    record.object.next = first
    if first != 0 { frames[FrameNumber(first)].object.previous = page.rawValue }
    pool.object.partialPages[kind] = page.rawValue
  }

  private mutating func removePartial(_ page: FrameNumber, from pool: Ref<Pool>) {
    let record = frames[page]
    let next = record.object.next
    let previous = record.object.previous
    if next != 0 { frames[FrameNumber(next)].object.previous = previous }
    guard previous == 0 else {
      frames[FrameNumber(previous)].object.next = next
      return
    }
    pool.object.partialPages[Int(record.object.pieceClass)] = next
  }

  /// The mask of a page without an unused piece.
  package static func fullMask(_ kind: UInt8) -> UInt64 {
    let count = UInt64(64 >> Int(kind))
    return count == 64 ? .max : (1 << count) - 1
  }
}
