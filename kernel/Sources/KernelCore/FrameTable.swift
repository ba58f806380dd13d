// The records of all frames, and the way from a frame to its memory and back. One of the accessor
// files that may be unsafe: it is where frame numbers become addresses.

package import KernelMachine

/// All frame records, and the direct map of the frames they describe.
///
/// ## Invariants
/// `origin` is where the direct map shows frame 0; frames `0 ..< records.count` follow it in order.
/// Only frames that a pool owns are ever reached through it.
@safe package struct FrameTable {
  private let origin: UnsafeMutableRawPointer
  /// The physical address of frame 0.
  private let base: PhysicalAddress
  /// One record per frame.
  package let records: Table<FrameRecord>

  /// Memory that the records of `frameCount` frames take, in bytes, rounded up to whole frames.
  package static func recordBytes(frameCount: Int) -> Int {
    let bytes = frameCount * MemoryLayout<FrameRecord>.stride
    return (bytes + frameBytes - 1) / frameBytes * frameBytes
  }

  /// Starts with every frame reserved.
  /// - Safety: `origin` shows the frames of the direct map that `records` has room for, of which
  ///   those that will be donated to a pool are RAM.
  @unsafe init(
    origin: UnsafeMutableRawPointer, base: PhysicalAddress, records: consuming Piece
  ) {
    self.base = base
    self.records = Table(records)
    // SAFETY: only stored; the promise of the caller is the invariant of the type.
    unsafe self.origin = origin
  }

  /// The record of a frame; traps outside the table.
  @inline(__always) package subscript(frame: FrameNumber) -> Ref<FrameRecord> {
    records[Int(frame.rawValue)]
  }

  /// Where the processor finds a frame.
  @inline(__always) package func address(of frame: FrameNumber) -> PhysicalAddress {
    PhysicalAddress(truncating: base.rawValue &+ UInt64(frame.rawValue) &* UInt64(frameBytes))
  }

  /// The frame at a physical address that `address(of:)` gave.
  @inline(__always) package func frame(at address: PhysicalAddress) -> FrameNumber {
    FrameNumber(UInt32(truncatingIfNeeded: (address.rawValue &- base.rawValue) >> 12))
  }

  /// The frame that holds an object.
  @inline(__always) package func frame<Object>(of reference: Ref<Object>) -> FrameNumber {
    // Objects lie in managed frames, whose numbers fit 32 bits; the table checks the bound.
    FrameNumber(UInt32(truncatingIfNeeded: distance(to: reference) >> 12))
  }

  /// Where in its frame an object begins, in bytes.
  @inline(__always) package func offset<Object>(of reference: Ref<Object>) -> Int {
    // Below the size of a frame.
    Int(truncatingIfNeeded: distance(to: reference) & UInt(frameBytes - 1))
  }

  @inline(__always) private func distance<Object>(to reference: Ref<Object>) -> UInt {
    // SAFETY: arithmetic on the numbers of two addresses; nothing is read through either.
    unsafe reference.address &- UInt(bitPattern: origin)
  }

  /// Part of a page of pieces, whose mask the allocator has just set: memory for one object.
  func piece(in frame: FrameNumber, offset: Int, size: Int) -> Piece {
    precondition(self[frame].object.state == .pieces, "piece of another kind of page")
    precondition(offset >= 0 && size >= 0 && offset + size <= frameBytes, "outside the frame")
    // The only caller is the allocator, which took a piece that the mask showed unused: nothing
    // refers to it and it is clear.
    return memory(frame, from: offset, size: size)
  }

  /// A block that the allocator has just handed out: memory for one object.
  func memory(of block: FrameNumber) -> Piece {
    let record = self[block]
    precondition(record.object.state == .block, "block that is not allocated")
    let size = frameBytes << Int(record.object.order)
    if record.object.needsClearing {
      for offset in stride(from: 0, to: size, by: frameBytes) {
        // A block has at most 2^20 pages.
        clear(FrameNumber(block.rawValue + UInt32(truncatingIfNeeded: offset / frameBytes)))
      }
    }
    record.object.needsClearing = false
    // Clear by the lines above or since it was freed; the only caller has just taken it.
    return memory(block, from: 0, size: size)
  }

  /// The contents of an allocated block, for the boot.
  ///
  /// Nothing else may use the block while the span is in use.
  @inline(__always)
  @_lifetime(borrow self)
  func bytes(of block: FrameNumber) -> MutableRawSpan {
    precondition(self[block].object.state == .block, "contents of no block")
    let count = frameBytes << Int(self[block].object.order)
    // SAFETY: the block was allocated (line above), its frames lie behind each other in the direct
    // map, and its owner has lent it to the caller.
    let memory = unsafe UnsafeMutableRawBufferPointer(start: pointer(to: block), count: count)
    return unsafe _overrideLifetime(MutableRawSpan(_unsafeBytes: memory), borrowing: self)
  }

  /// The frame at any physical address; nil where none is managed.
  func managedFrame(at address: UInt64) -> FrameNumber? {
    guard address >= base.rawValue else { return nil }
    let index = (address - base.rawValue) >> 12
    guard index < UInt64(records.count) else { return nil }
    return FrameNumber(UInt32(truncatingIfNeeded: index))
  }

  /// The object whose table a leaf or node belongs to.
  package func tableOwner(_ record: Ref<FrameRecord>) -> Ref<ObjectHeader>? {
    guard record.object.state == .leaf || record.object.state == .node else { return nil }
    // SAFETY: pages get this state together with the address of their owner, and an owner gives
    // back all pages of its table before it is freed.
    return unsafe Ref<ObjectHeader>(address: UInt(record.object.word))
  }

  /// The elements of a table page.
  ///
  /// The frame comes from a table entry or was just taken for one, so it is a leaf of slots or a
  /// node of entries according to its depth in the tree.
  @inline(__always) package func table<Element>(of type: Element.Type, in frame: FrameNumber)
    -> Table<Element>
  {
    // Table pages hold trivial elements valid as all zero, were clean when they entered the table,
    // and leave it (their entry is cleared) before they are freed.
    Table(memory(frame, from: 0, size: frameBytes))
  }

  /// Clears part of a frame that is on its way back; offset and size are multiples of 8.
  func clear(_ frame: FrameNumber, offset: Int = 0, size: Int = frameBytes) {
    table(of: UInt64.self, in: frame).clear(offset / 8, count: size / 8)
  }

  /// Copies a frame to another.
  func copy(_ source: FrameNumber, to destination: FrameNumber) {
    table(of: UInt64.self, in: destination).copy(table(of: UInt64.self, in: source))
  }

  /// Copies the first bytes of a frame, fewer than it has, to another.
  func copy(_ byteCount: UInt32, of source: FrameNumber, to destination: FrameNumber) {
    let from = table(of: UInt64.self, in: source)
    let onto = table(of: UInt64.self, in: destination)
    let wordCount = Int(byteCount / 8)
    onto.copy(wordCount, from: from, at: 0)
    let rest = UInt64(byteCount % 8)
    guard rest > 0 else { return }
    // The low bytes of a word come first.
    let kept = UInt64.max << (rest * 8)
    onto[wordCount].object = onto[wordCount].object & kept | from[wordCount].object & ~kept
  }

  /// Fills part of a page of a frame object from user memory of the address space in use.
  ///
  /// - Returns: False when the source cannot be read; some bytes may have been copied then.
  func fill<M: Machine>(
    _ frame: FrameNumber, _ range: Range<Int>, from source: VirtualAddress, on machine: M.Type
  ) -> Bool {
    precondition(range.lowerBound >= 0 && range.upperBound <= frameBytes, "outside the frame")
    // SAFETY: inside one page (above) that an entry for a frame object led to, in which any bytes
    // are valid.
    return unsafe M.copyFromUser(
      source, to: pointer(to: frame) + range.lowerBound, count: range.count)
  }

  /// Copies bytes into a frame object, from a byte of it on; traps when they do not fit.
  package func fill(_ frame: Ref<Frame>, at offset: Int, with bytes: RawSpan) {
    let size = frameBytes << Int(frame.object.order)
    precondition(offset >= 0 && offset <= size && bytes.byteCount <= size - offset, "outside")
    // SAFETY: inside the block of the frame (above), in which any bytes are valid; the span is
    // alive during the call and lies in other memory.
    unsafe bytes.withUnsafeBytes {
      unsafe UnsafeMutableRawBufferPointer(
        start: pointer(to: frame.object.block) + offset, count: $0.count
      ).copyMemory(from: $0)
    }
  }

  /// Whether a whole frame is zero; for tests of the rule that nothing is handed out dirty.
  package func isClear(_ frame: FrameNumber, offset: Int = 0, size: Int = frameBytes) -> Bool {
    let words = table(of: UInt64.self, in: frame)
    for index in offset / 8..<(offset + size) / 8 where words[index].object != 0 { return false }
    return true
  }

  /// Memory inside a block: what becomes of it, the callers argue.
  @inline(__always) private func memory(_ frame: FrameNumber, from offset: Int, size: Int) -> Piece
  {
    // SAFETY: the range lies in one block, by the checks of the callers or as one frame of it, and
    // each caller says why nothing else refers to it.
    unsafe Piece(start: pointer(to: frame) + offset, size: size)
  }

  @inline(__always) private func pointer(to frame: FrameNumber) -> UnsafeMutableRawPointer {
    // SAFETY: the direct map is linear from the origin, and records exist only for its frames.
    unsafe origin + Int(frame.rawValue) * frameBytes
  }
}
