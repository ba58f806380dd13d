// The part of the audit that compares the records of mappings with the page tables and with the
// counts in the frames.

import CapABI
import KernelCore
import KernelMachine

extension Audit {
  /// How often a frame is mapped.
  private struct Uses {
    var writable: UInt64 = 0
    var executable: UInt64 = 0
  }

  mutating func checkMappings() {
    var uses: [UInt: Uses] = [:]
    var expected: [UInt: [UInt64: PageTableEntry]] = [:]
    for slot in slots.values where slot.object.flags == .mapping {
      guard let object = slot.object.object else { continue }
      let rights = slot.object.mapping.rights
      if rights.contains(.write) { uses[object.address, default: Uses()].writable += 1 }
      if rights.contains(.execute) { uses[object.address, default: Uses()].executable += 1 }
      expect(slot.object.rights.contains(rights), "mapping allows more than its capability")
      guard let owner = space.frames.tableOwner(space.frames[space.frames.frame(of: slot)]) else {
        problems.append("mapping without address space")
        continue
      }
      expected[owner.address, default: [:]].merge(entries(of: slot)) { _, other in other }
    }
    for slot in slots.values where slot.object.flags == .buffer {
      guard let object = slot.object.object else { continue }
      uses[object.address, default: Uses()].writable += 1
    }
    for object in found.values {
      if object.object.kind == .frame { checkFrame(object, uses[object.address] ?? Uses()) }
      guard object.object.kind == .vspace else { continue }
      checkPageTables(object.cast(to: VSpace.self), expected[object.address] ?? [:])
    }
  }

  private mutating func checkFrame(_ object: Ref<ObjectHeader>, _ uses: Uses) {
    let frame = object.cast(to: Frame.self).object
    expect(
      frame.writable == uses.writable && frame.executable == uses.executable,
      "frame counts \(frame.writable) and \(frame.executable), is mapped \(uses)")
    expect(frame.writable == 0 || frame.executable == 0, "frame is writable and executable")
    let record = space.frames[frame.block].object
    expect(record.state == .block && record.order == frame.order, "frame without its block")
    for page in 0..<frame.cleared where frame.cleared < frame.pageCount {
      let number = FrameNumber(frame.block.rawValue + page)
      expect(space.frames.isClear(number), "unused page is dirty")
    }
    if frame.cleared < frame.pageCount {
      expect(uses.writable + uses.executable == 0, "frame used before it was cleared")
    }
  }

  /// The entries that a record asks for, by address.
  private func entries(of slot: Ref<Slot>) -> [UInt64: PageTableEntry] {
    let mapping = slot.object.mapping
    var start: UInt64 = 0
    var order: UInt8 = 0
    var isUncached = false
    if let frame = slot.object.object, slot.object.type == .frame {
      let frame = frame.cast(to: Frame.self).object
      start = space.frames.address(of: frame.block).rawValue
      order = frame.order
    } else if let frame = slot.object.object?.cast(to: DeviceFrame.self).object {
      start = frame.start.rawValue
      order = frame.order
      isUncached = frame.isUncached
    }
    let isLarge = order >= 9
    let size: UInt64 = isLarge ? 1 << 21 : 1 << 12
    let access = PageAccess(
      writable: mapping.rights.contains(.write), executable: mapping.rights.contains(.execute),
      uncached: isUncached,
      patchable: slot.object.type == .frame && slot.object.rights.contains(.write))
    var result: [UInt64: PageTableEntry] = [:]
    for index in 0..<(UInt64(4096) << UInt64(order)) / size {
      result[mapping.address + index * size] = PageTableEntry(
        page: PhysicalAddress(truncating: start + index * size), access, isLarge: isLarge)
    }
    return result
  }

  private mutating func checkPageTables(
    _ vspace: Ref<VSpace>, _ expected: [UInt64: PageTableEntry]
  ) {
    var present: [UInt64: PageTableEntry] = [:]
    var levels: [(table: FrameNumber, address: UInt64, shift: UInt64)] = [
      (vspace.object.root, 0, 39)
    ]
    while let (table, address, shift) = levels.popLast() {
      let entries = space.frames.table(of: PageTableEntry.self, in: table)
      let record = space.frames[table].object
      expect(record.state == .pageTable, "page table in another kind of page")
      var used: UInt16 = 0
      for index in 0..<(shift == 39 ? 256 : 512) {
        let entry = entries[index].object
        guard entry.isPresent else {
          expect(entry == .absent, "remnants in a page table")
          continue
        }
        used += 1
        expect(entry.isUser, "entry of the kernel in the lower half")
        let start = address + UInt64(index) << shift
        guard shift != 12, !entry.isLarge else {
          expect(!(entry.isWritable && entry.isExecutable), "page writable and executable")
          present[start] = entry
          continue
        }
        levels.append((space.frames.frame(at: entry.address), start, shift - 9))
      }
      expect(record.used == used, "page table counts \(record.used), has \(used)")
      expect(used > 0 || shift == 39, "empty page table kept")
      if shift == 39 { checkKernelHalf(entries) }
    }
    expect(present == expected, "page tables and records of mappings differ")
  }

  private mutating func checkKernelHalf(_ entries: Table<PageTableEntry>) {
    for index in 256..<512 {
      expect(
        entries[index].object.rawValue == kernelEntry(index), "kernel half differs")
    }
  }
}
