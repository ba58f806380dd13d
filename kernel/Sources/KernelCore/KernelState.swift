// All state of the kernel, in one value that the composition root owns.

import CapABI
package import KernelMachine

/// Where the boot left memory for the kernel's own tables.
package struct BootMemory {
  /// The physical address of frame 0.
  package let origin: PhysicalAddress
  /// How many frames are managed.
  package let frameCount: Int
  /// The first frame of `KernelState.bootBytes` bytes for the kernel's tables.
  package let tables: PhysicalAddress

  /// Describes the memory.
  package init(origin: PhysicalAddress, frameCount: Int, tables: PhysicalAddress) {
    self.origin = origin
    self.frameCount = frameCount
    self.tables = tables
  }
}

/// The kernel's state, on a given machine.
package struct KernelState<M: Machine> {
  /// Objects and their memory.
  package var objects: ObjectSpace
  /// The hidden slot with the capability to all RAM; the root of the derivation tree.
  package let ram: Ref<Slot>
  /// What is known of the machine.
  package var platform = Platform()
  /// The kernel's log.
  package internal(set) var log = KernelLog()
  /// Physical addresses that no device frame may cover.
  var occupied = OccupiedRanges()
  /// How urgent the work is that is left to do at kernel exits; -1 when there is none.
  var workPriority = -1
  #if ERIX_PROFILE_SMOKE
  /// What a step of the finaliser took at most, in ticks of the machine.
  var longestStep: UInt64 = 0
  #endif
  /// The first process that the boot made.
  package var rootTask: Ref<Process>?
  /// The event trace.
  package internal(set) var trace = TraceRing()
  /// The interrupt lines.
  package internal(set) var interrupts = InterruptLines()
  /// Slots in which devices come and go.
  var hotplug = HotplugPorts()
  /// ACPI memory and tables.
  package internal(set) var firmware = FirmwareRegistry()

  /// Memory for the kernel's tables, in bytes: the frame records, and four pages for what
  /// exists from the start.
  package static func bootBytes(frameCount: Int) -> Int {
    FrameTable.recordBytes(frameCount: frameCount) + 4 * frameBytes
  }

  /// Sets up the tables and a pool without memory.
  /// - Safety: `boot` describes RAM: `frameCount` frames, and tables used for nothing else.
  @unsafe package init(_ boot: BootMemory) {
    let size = Self.bootBytes(frameCount: boot.frameCount)
    // SAFETY: `bootBytes` of RAM, used for nothing else by the promise of the caller.
    var memory = unsafe Piece(clearing: M.pointer(to: boot.tables), size: size)
    var records = memory.cut(size - 4 * frameBytes)
    // SAFETY: the promise of the caller; there are as many records as frames.
    let frames = unsafe FrameTable(
      origin: M.pointer(to: boot.origin), base: boot.origin,
      records: records.cut(boot.frameCount * MemoryLayout<FrameRecord>.stride))
    var page = memory.cut(frameBytes)
    let rings = page.cut(RunQueue.ringBytes)
    page = memory.cut(frameBytes)
    let timers = page.cut(TimerWheel.slotBytes)
    let cpu = Ref(
      memory.cut(frameBytes),
      initial: Processor(number: 0, rings: rings, timers: timers))
    objects = ObjectSpace(
      frames: frames, bootProcessor: cpu, kernelEntries: Table(memory.cut(2048)))
    let pool = Ref(memory.cut(1024), initial: objects.newRAMPool())
    let capability = Slot(pool.header, type: .untyped, rights: Pool.capabilityType.meaningfulRights)
    ram = Ref(memory.cut(64), initial: capability)
    pool.object.header.references = 1
    shareKernelHalf()
  }

  /// Notes the machine's entries of the upper half, which do not change from now on.
  private mutating func shareKernelHalf() {
    for index in 256..<512 {
      let entry = PageTableEntry(rawValue: M.kernelEntry(index))
      guard entry.isPresent else { continue }
      objects.kernelEntries[objects.kernelEntryCount].object = KernelEntry(
        index: index, entry: entry)
      objects.kernelEntryCount += 1
    }
  }

  /// Gives frames to the pool of all RAM.
  ///
  /// They are cleared when they are first used. Frame 0 and frames of the tables must not be among
  /// them, nor any given before.
  package mutating func donate(_ frames: Range<UInt32>) {
    guard let pool = ram.object.object?.cast(to: Pool.self) else { return }
    objects.donate(frames, to: pool)
  }
}

extension ObjectSpace {
  fileprivate mutating func newRAMPool() -> Pool { Pool(header: newHeader(.pool)) }

  /// Cuts a range into the largest aligned blocks.
  fileprivate mutating func donate(_ range: Range<UInt32>, to pool: Ref<Pool>) {
    var start = range.lowerBound
    while start < range.upperBound {
      let room = range.upperBound - start
      let fitting = UInt32.bitWidth - 1 - room.leadingZeroBitCount
      let order = min(min(start.trailingZeroBitCount, fitting), Int(Pool.maximumOrder))
      // At most 20, from the line above.
      let small = UInt8(truncatingIfNeeded: order)
      insertFree(FrameNumber(start), order: small, in: pool, needsClearing: true)
      let bytes = Self.bytes(order: small)
      pool.object.totalBytes += bytes
      pool.object.freeBytes += bytes
      pool.object.lowWaterBytes = pool.object.freeBytes
      start += 1 << UInt32(order)
    }
  }
}
