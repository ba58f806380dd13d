// Taking objects apart in bounded steps, without recursion: a stack threaded through the headers.
// docs/reference/kernel-memory.md, section 6.

import CapABI
import KernelMachine

extension ObjectSpace {
  /// What one step may do to a table, in instructions, before what exceeds it: together with one
  /// mapping of 512 entries less than 5,000.
  private static let workPerStep = 2000
  /// The cost of passing absent leaves.
  private static let skipWork = 180
  /// The cost of looking at a slot.
  private static let slotWork = 6
  /// The cost of deleting a capability.
  private static let deleteWork = 700
  /// The cost of removing a page-table entry.
  private static let entryWork = 4

  /// Does one bounded piece of finalising or clearing.
  ///
  /// Called by the kernel's entry wrapper when no local variable holds a reference.
  package mutating func finaliseStep() {
    // First, because what is on this list may be freed by the rest.
    if reviews != nil { return reviewStep() }
    guard let top = finaliseList else { return clearStep() }
    switch top.object.kind {
    case .none: preconditionFailure("freed object on the finalise list")
    case .endpoint:
      guard dismantle(top.cast(to: Endpoint.self)) else { return }
      unqueue(top)
      freePiece(top)
    case .notification:
      guard dismantle(top.cast(to: Notification.self)) else { return }
      unqueue(top)
      freePiece(top)
    case .cspace: finalise(top.cast(to: CSpace.self))
    case .pool: finalise(top.cast(to: Pool.self))
    case .process: finalise(top.cast(to: Process.self))
    case .thread: finalise(top.cast(to: Thread.self))
    case .installGrant: finalise(top.cast(to: InstallGrant.self))
    case .vspace: finalise(top.cast(to: VSpace.self))
    case .frame: finalise(top.cast(to: Frame.self))
    case .deviceFrame, .deviceUntyped:
      unqueue(top)
      freePiece(top)
    }
  }

  /// Puts an object on the finalise list, unless it is on it.
  @inline(never)
  mutating func queue(_ object: Ref<ObjectHeader>) {
    guard !object.object.isQueued else { return }
    object.object.isQueued = true
    hasNewWork = true
    object.object.link = finaliseList
    finaliseList = object
  }

  /// Sends a pool to the finaliser once nothing refers to it and nothing lives in it.
  mutating func noteUnused(_ pool: Ref<Pool>) {
    if pool.object.header.references == 0 { queue(pool.header) }
  }

  /// Starts the end of a process; the finaliser carries it out.
  @inline(never)
  package mutating func kill(_ process: Ref<Process>) {
    guard process.object.state.isAlive else { return }
    process.object.state = .dying
    // Nothing new can be made from the budget, so deleting what is below it comes to an end.
    process.object.pool?.object.isClosed = true
    queue(process.header)
  }

  /// Takes the top off the finalise list.
  mutating func unqueue(_ object: Ref<ObjectHeader>) {
    finaliseList = object.object.link
    object.object.link = nil
    object.object.isQueued = false
  }

  private mutating func finalise(_ cspace: Ref<CSpace>) {
    let end = UInt64(cspace.object.slotCount)
    cspace.object.cursor = sweep(cspace.object.table, from: cspace.object.cursor, to: end)
    // Deleting may have put objects on top; the CSpace is freed when it is the top again.
    guard cspace.object.cursor == end, finaliseList == cspace.header else { return }
    unqueue(cspace.header)
    freePiece(cspace.object.table.root.start)
    freePiece(cspace)
  }

  /// Deletes capabilities of a table from slot `start` on, as many as a step may.
  ///
  /// - Returns: Where to go on; `end` when nothing is left.
  @inline(never)
  mutating func sweep(_ table: SlotTable, from start: UInt64, to end: UInt64) -> UInt64 {
    var cursor = start
    var work = 0
    while cursor < end, work < Self.workPerStep {
      // Below 2^32, as every `end` is.
      let index = UInt32(truncatingIfNeeded: cursor)
      let leaf = index / SlotTable.slotsPerLeaf
      guard var slot = table.slot(index, in: frames) else {
        // On to the first slot of the leaf behind those that are absent.
        let absent = table.absentLeaves(from: leaf, in: frames)
        cursor = min(end, (UInt64(leaf) + UInt64(absent)) * UInt64(SlotTable.slotsPerLeaf))
        work += Self.skipWork
        continue
      }
      // The leaf stays until its last capability goes.
      let page = frames.table(of: Slot.self, in: frames.frame(of: slot))
      let last = min(end, UInt64(leaf + 1) * UInt64(SlotTable.slotsPerLeaf))
      while slot.object.isEmpty, cursor + 1 < last {
        cursor += 1
        work += Self.slotWork
        slot = page[Int(truncatingIfNeeded: cursor % UInt64(SlotTable.slotsPerLeaf))]
      }
      cursor += 1
      guard !slot.object.isEmpty else { continue }
      work += Self.deleteWork + Self.entryWork * entriesMapped(by: slot)
      delete(slot)
    }
    return cursor
  }

  private mutating func finalise(_ frame: Ref<Frame>) {
    unqueue(frame.header)
    freeBlock(frame.object.block)
    freePiece(frame)
  }

  private mutating func finalise(_ pool: Ref<Pool>) {
    guard pool.object.header.references == 0, pool.object.isWhole else {
      // Something still lives in it: freeing the last such thing queues it again.
      return unqueue(pool.header)
    }
    if let record = pool.object.added {
      pool.object.added = record.object.next
      giveBack(record.object.chunk, of: pool)
      record.object.slot.unlinkSplicingChildren()
      record.object.slot.object = Slot()
      freePiece(record.object.slot)
      return freePiece(record)
    }
    unqueue(pool.header)
    // The pool of all RAM has no source and a capability that is never deleted.
    guard let base = pool.object.base else { return }
    giveBack(base, of: pool)
    freePiece(pool)
  }

  /// Returns a chunk, which is one free block of the pool, to its source.
  private mutating func giveBack(_ chunk: Chunk, of pool: Ref<Pool>) {
    let record = frames[chunk.start]
    precondition(
      record.object.state == .free && record.object.order == chunk.order,
      "chunk given back in parts")
    removeFree(chunk.start, from: pool)
    let bytes = Self.bytes(order: chunk.order)
    pool.object.totalBytes -= bytes
    pool.object.freeBytes -= bytes
    record.object.owner = chunk.source
    record.object.chunk = chunk.savedMark
    record.object.state = .block
    freeCleanBlock(chunk.start)
  }

  private mutating func finalise(_ process: Ref<Process>) {
    if process.object.state.isAlive { return beginFinalising(process) }
    if let thread = process.object.threads {
      // Nothing of the process runs any more when its slots and its address space go.
      retire(thread)
      return thread.delist()
    }
    let budget = process.object.budget
    if let child = budget.object.firstChild { return delete(child) }
    if !budget.object.isEmpty {
      // The pool may outlive the process; a chunk slot revoked later must not look for it.
      process.object.pool?.object.process = nil
      budget.unlinkSplicingChildren()
      return empty(budget)
    }
    process.object.state = .dead
    let notification = process.object.notificationSlot
    if let watcher = notification.object.object?.cast(to: Notification.self) {
      signal(watcher, notification.object.badge)
      return delete(notification)
    }
    unqueue(process.header)
    // Grants name the process; the last of them queues it again.
    guard process.object.header.references == 0, process.object.liveGrants == 0 else { return }
    processes.remove(process)
    freePiece(process.object.slots.start)
    freePiece(process)
  }

  /// The last capability to a living process went: it dies with it.
  private mutating func beginFinalising(_ process: Ref<Process>) {
    process.object.state = .dying
    process.object.pool?.object.isClosed = true
  }

  /// Clears one page of a dirty block; the block is free when it was the last.
  private mutating func clearStep() {
    guard !dirtyBlocks.isNone else { return }
    let block = dirtyBlocks
    let record = frames[block]
    // The count of pages cleared is below 2^20 and fits.
    let done = UInt32(truncatingIfNeeded: record.object.word)
    frames.clear(FrameNumber(block.rawValue + done))
    record.object.word += 1
    guard record.object.word == 1 << UInt64(record.object.order) else { return }
    dirtyBlocks = FrameNumber(record.object.next)
    record.object.needsClearing = false
    freeCleanBlock(block)
  }
}
