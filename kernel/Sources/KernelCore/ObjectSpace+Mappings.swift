// Mapping and unmapping: a capability moves into the record of its mapping and back, together with
// the page-table entries. docs/reference/kernel-memory.md, section 11.

import CapABI
import KernelMachine

/// A mapping that was checked and has its memory: making it cannot fail.
struct MappingPlan {
  /// The capability that moves into the record.
  let source: Ref<Slot>
  let extent: Extent
  let mapping: Mapping
  /// The table for the entries.
  let table: FrameNumber
  /// The empty record.
  let record: Ref<Slot>
  let vspace: Ref<VSpace>
}

extension ObjectSpace {
  /// Checks a mapping and takes the memory for its tables and its record.
  ///
  /// - Throws: `wrongType` for something that cannot be mapped; `missingRight` when the capability
  ///   lacks a right of the mask; `invalidArgument` for a mask without READ, with other bits than
  ///   READ, WRITE and EXECUTE, with the last two together or with EXECUTE for a device, and for an
  ///   address not aligned to the frame or outside user space; `busy` when the mapping would make a
  ///   frame writable and executable; `exists` when part of the range is mapped; `noMemory`.
  @inline(never) mutating func planMapping(
    of source: Ref<Slot>, at address: UInt64, mask: UInt64, in vspace: Ref<VSpace>
  ) throws(SyscallError) -> MappingPlan {
    guard let extent = extent(of: source) else { throw .wrongType }
    let rights = try Self.mappingRights(mask, isDevice: source.object.type == .deviceFrame)
    guard source.object.rights.contains(rights) else { throw .missingRight }
    // The first page stays unmapped, and so does the last, both whatever the size of the frame.
    guard address & (extent.bytes - 1) == 0, address != 0,
      address < VSpace.addressLimit, address + extent.bytes < VSpace.addressLimit
    else { throw .invalidArgument }
    if !extent.isUncached { try checkExclusive(source, rights) }
    let table = try backedPageTable(for: address, isLarge: extent.isLarge, of: vspace)
    let first = Self.firstEntry(address, isLarge: extent.isLarge)
    guard isVacant(table, first: first, count: extent.entryCount) else {
      trimTables(from: table)
      throw .exists
    }
    // Below 2^32, because the address is below 2^44.
    let page = UInt32(truncatingIfNeeded: address >> 12)
    let present = recordSlot(page, of: vspace)
    guard let record = present ?? backedSlot(page, of: vspace.object.records) else {
      trimTables(from: table)
      throw .noMemory
    }
    return MappingPlan(
      source: source, extent: extent, mapping: Mapping(address: address, rights: rights),
      table: table, record: record, vspace: vspace)
  }

  /// The rights of a mapping out of a mask.
  @inline(__always) private static func mappingRights(_ mask: UInt64, isDevice: Bool)
    throws(SyscallError) -> Rights
  {
    let both: Rights = .write | .execute
    guard let bits = UInt32(exactly: mask) else { throw .invalidArgument }
    let rights = Rights(rawValue: bits)
    guard rights.contains(.read), rights.subtracting(both | .read).isEmpty,
      !rights.contains(both), !(isDevice && rights.contains(.execute))
    else { throw .invalidArgument }
    return rights
  }

  /// Refuses what would make memory both writable and executable.
  @inline(__always) private mutating func checkExclusive(_ source: Ref<Slot>, _ rights: Rights)
    throws(SyscallError)
  {
    guard source.object.type == .frame, let object = source.object.object else { return }
    let frame = object.cast(to: Frame.self)
    if rights.contains(.write), frame.object.executable != 0 { throw .busy }
    if rights.contains(.execute), frame.object.writable != 0 { throw .busy }
  }

  /// Gives back what a plan took, if nothing is in it.
  @inline(never)
  mutating func abandon(_ plan: MappingPlan) {
    trimTables(from: plan.table)
    let page = UInt32(truncatingIfNeeded: plan.mapping.address >> 12)
    trim(page / SlotTable.slotsPerLeaf, of: plan.vspace.object.records)
  }

  /// Carries out a plan.
  @inline(never) mutating func map(_ plan: MappingPlan) {
    let rights = plan.mapping.rights
    let access = PageAccess(
      writable: rights.contains(.write), executable: rights.contains(.execute),
      uncached: plan.extent.isUncached,
      patchable: plan.source.object.type == .frame && plan.source.object.rights.contains(.write))
    let isLarge = plan.extent.isLarge
    let entries = frames.table(of: PageTableEntry.self, in: plan.table)
    var page = plan.extent.start
    let first = Self.firstEntry(plan.mapping.address, isLarge: isLarge)
    let count = plan.extent.entryCount
    for index in first..<first &+ count {
      entries[index].object = PageTableEntry(page: page, access, isLarge: isLarge)
      page = PhysicalAddress(truncating: page.rawValue &+ plan.extent.pageBytes)
    }
    // At most 512 entries.
    frames[plan.table].object.used += UInt16(truncatingIfNeeded: count)
    countMapping(plan.source, rights, isMade: true)
    relocate(plan.source, to: plan.record)
    plan.record.object.flags = .mapping
    plan.record.object.mapping = plan.mapping
  }

  /// The record of the mapping that begins at an address; nil if there is none.
  @inline(__always) mutating func mappingRecord(at address: UInt64, in vspace: Ref<VSpace>) -> Ref<
    Slot
  >? {
    guard address & 0xFFF == 0, address < VSpace.addressLimit else { return nil }
    // The last page number is beyond the table; below 2^32, as above.
    let page = UInt32(truncatingIfNeeded: address >> 12)
    guard page < VSpace.pageCount,
      let record = recordSlot(page, of: vspace), !record.object.isEmpty
    else { return nil }
    return record
  }

  /// Removes the page-table entries of a mapping; its record keeps the capability.
  @inline(never) mutating func unmap(_ record: Ref<Slot>, in vspace: Ref<VSpace>) {
    let mapping = record.object.mapping
    guard let extent = extent(of: record),
      let table = pageTable(for: mapping.address, isLarge: extent.isLarge, of: vspace)
    else { preconditionFailure("mapping without page table") }
    let entries = frames.table(of: PageTableEntry.self, in: table)
    let first = Self.firstEntry(mapping.address, isLarge: extent.isLarge)
    let count = extent.entryCount
    for index in first..<first &+ count { entries[index].object = .absent }
    let page = frames[table]
    page.object.used -= UInt16(truncatingIfNeeded: count)
    if page.object.used == 0 { trimTables(from: table) }
    // Without references its process is dying, and no processor has the tables in use.
    if vspace.object.header.references != 0 {
      pendingInvalidation.add(mapping.address, entries: count)
    }
    countMapping(record, mapping.rights, isMade: false)
    record.object.flags = .none
    record.object.mapping = .none
  }

  /// Counts a mapping in its frame, by which writable and executable ones exclude each other.
  @inline(__always) mutating func countMapping(_ slot: Ref<Slot>, _ rights: Rights, isMade: Bool) {
    guard slot.object.type == .frame, let object = slot.object.object else { return }
    let frame = object.cast(to: Frame.self)
    // 64 bits count more mappings than fit into memory.
    if rights.contains(.write) {
      frame.object.writable = isMade ? frame.object.writable &+ 1 : frame.object.writable &- 1
    }
    if rights.contains(.execute) {
      frame.object.executable = isMade ? frame.object.executable &+ 1 : frame.object.executable &- 1
    }
  }

  /// What else the deletion of a slot with flags means, while its capability is still there.
  mutating func release(_ slot: Ref<Slot>) {
    if slot.object.flags.contains(.mapping) {
      let record = frames[frames.frame(of: slot)]
      guard let owner = frames.tableOwner(record) else {
        preconditionFailure("mapping outside an address space")
      }
      return unmap(slot, in: owner.cast(to: VSpace.self))
    }
    countMapping(slot, .write, isMade: false)
    slot.object.flags = .none
  }
}
