// The state that object memory, capabilities and finalising share: one value, no globals.

import KernelMachine

/// All kernel objects, the memory they live in, and what is left to finalise.
///
/// Its methods are mutating even if they only change what references lead to: calling one that is
/// not from one that is copies the whole value.
package struct ObjectSpace {
  /// Every frame of RAM.
  package let frames: FrameTable
  /// The top of the finalise list.
  package internal(set) var finaliseList: Ref<ObjectHeader>?
  /// The first block that has to be cleared.
  var dirtyBlocks = FrameNumber.none
  /// What processors may still remember of mappings that are gone.
  package internal(set) var pendingInvalidation = PendingInvalidation()
  /// Entries that the top-level table of every address space has.
  let kernelEntries: Table<KernelEntry>
  /// How many of them there are.
  var kernelEntryCount = 0
  /// All processes by id.
  package internal(set) var processes = ProcessIndex()
  private var nextID: UInt64 = 1
  /// Threads whose priority is to be looked at again.
  var reviews: Ref<Thread>?
  /// Whether priorities are to be looked at.
  package var hasReviews: Bool { reviews != nil }
  /// Something was left to finalise since the last kernel exit looked.
  var hasNewWork = false
  /// Counts the freed pages of page tables and slot tables, from 1: what `Waypoint`s are valid by.
  var tablesFreed: UInt64 = 1

  /// The processor that booted, where threads start.
  package let bootProcessor: Ref<Processor>

  init(
    frames: FrameTable, bootProcessor: Ref<Processor>, kernelEntries: Table<KernelEntry>
  ) {
    self.frames = frames
    self.bootProcessor = bootProcessor
    self.kernelEntries = kernelEntries
  }

  /// Whether `finaliseStep` has nothing to do.
  package var isSettled: Bool { finaliseList == nil && reviews == nil && dirtyBlocks.isNone }

  /// The header of a new object.
  mutating func newHeader(_ kind: ObjectKind) -> ObjectHeader {
    defer { nextID += 1 }
    return ObjectHeader(id: nextID, kind: kind)
  }
}

/// What an operation that works in steps reports.
package enum Outcome: Equatable, Sendable {
  /// Finished.
  case done
  /// The steps allowed are used up: the call is executed again and goes on where it stopped.
  case preempted
}
