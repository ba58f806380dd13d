// Walks the whole kernel state and reports everything that contradicts docs/reference/kernel-
// memory.md. It shares no code with what it checks beyond reading the fields.

package import CapABI
package import KernelCore
package import KernelMachine

/// What an audit found out about one capability.
package struct CapabilityRecord: Equatable {
  /// Its type.
  package var type: CapabilityType
  /// Its rights, as bits.
  package var rights: UInt32
  /// Its badge.
  package var badge: UInt64
  /// The id of its object; 0 for none.
  package var object: UInt64
  /// Where the capability is that it was derived from.
  package var parent: Place?

  /// A record of these parts.
  package init(
    type: CapabilityType, rights: UInt32, badge: UInt64, object: UInt64, parent: Place?
  ) {
    self.type = type
    self.rights = rights
    self.badge = badge
    self.object = object
    self.parent = parent
  }
}

/// Where a capability is, by object ids.
package enum Place: Hashable {
  /// A slot of a CSpace.
  case slot(cspace: UInt64, index: UInt32)
  /// The hidden slot with all RAM.
  case ram
  /// The hidden slot of the first process.
  case first
  /// The hidden slot with the budget of a process.
  case budget(process: UInt64)
  /// The hidden slot with the CSpace of a process.
  case childCSpace(process: UInt64)
  /// The hidden slot with the address space of a process.
  case childVSpace(process: UInt64)
  /// The hidden slot with the first thread of a process.
  case childThread(process: UInt64)
  /// The hidden slot with the notification of a process's end.
  case childNotification(process: UInt64)
  /// The slot of memory that was added to a pool.
  case chunk(pool: UInt64)
  /// The record of a mapping.
  case mapping(vspace: UInt64, page: UInt32)
  /// The slot of an interrupt line.
  case interrupt(line: UInt32)
  /// The slot of a thread's IPC buffer.
  case buffer(thread: UInt64)
}

/// One walk over everything.
package struct Audit {
  let space: ObjectSpace
  let ram: Ref<Slot>
  let interrupts: InterruptLines
  /// The upper halves of all address spaces, entry by entry.
  let kernelEntry: (Int) -> UInt64
  /// What contradicts the rules.
  package var problems: [String] = []
  /// Every capability by place, hidden ones included; top-up chunks are not among them.
  package var capabilities: [Place: CapabilityRecord] = [:]
  /// Total and free bytes of each pool.
  package var pools: [UInt64: [UInt64]] = [:]
  /// Ids of all objects.
  package var objects: Set<UInt64> = []

  var slots: [UInt: Ref<Slot>] = [:]
  var parents: [UInt: Ref<Slot>] = [:]
  var found: [UInt: Ref<ObjectHeader>] = [:]
  /// Addresses of pieces that something known uses.
  var pieces: Set<UInt> = []
  var leaves: [FrameNumber] = []

  /// Walks over the state of a kernel that is not entered.
  ///
  /// - Parameters:
  ///   - state: The kernel's.
  ///   - cpu: The processor that it runs on.
  ///   - checkingFreeMemory: Whether every byte of free memory is looked at.
  package init<M: Machine>(
    _ state: KernelState<M>, on cpu: Ref<Processor>, checkingFreeMemory: Bool = true
  ) {
    space = state.objects
    ram = state.ram
    interrupts = state.interrupts
    kernelEntry = M.kernelEntry
    walkTree(from: ram)
    collectObjects()
    checkReferences()
    checkTables()
    checkMappings()
    nameCapabilities()
    checkFrames(checkingFreeMemory: checkingFreeMemory)
    checkThreads(on: cpu)
  }

  mutating func expect(_ condition: Bool, _ text: @autoclosure () -> String) {
    if !condition { problems.append(text()) }
  }

  // MARK: Tree

  /// Visits a slot and everything below it, checking each link against its opposite.
  mutating func walkTree(from start: Ref<Slot>) {
    var stack = [start]
    while let slot = stack.popLast() {
      guard slots[slot.address] == nil else {
        problems.append("slot visited twice")
        continue
      }
      slots[slot.address] = slot
      expect(!slot.object.isEmpty, "empty slot in the tree")
      expect((slot.object.firstChild == nil) == (slot.object.lastChild == nil), "half a list")
      var previous: Ref<Slot>?
      var child = slot.object.firstChild
      while let current = child {
        parents[current.address] = slot
        checkDerivation(of: current, from: slot)
        let back = current.object.previous
        expect(back.slot == (previous ?? slot), "previous link")
        expect(back.isParent == (previous == nil), "previous tag")
        stack.append(current)
        previous = current
        child = current.object.next.siblingSlot
        if child == nil {
          expect(current.object.next.slot == slot, "last child does not lead to its parent")
          expect(slot.object.lastChild == current, "last child")
        }
      }
    }
  }

  mutating func checkDerivation(of child: Ref<Slot>, from parent: Ref<Slot>) {
    guard child.object.object == parent.object.object, child.object.flags.isEmpty else { return }
    expect(parent.object.rights.contains(child.object.rights), "rights grew")
    expect(
      parent.object.badge == 0 || parent.object.badge == child.object.badge, "badge changed")
  }

  // MARK: Objects

  mutating func collectObjects() {
    for slot in slots.values { note(slot.object.object) }
    var queued = space.finaliseList
    while let object = queued {
      expect(object.object.isQueued, "object on the list is not marked")
      note(object)
      queued = object.object.link
    }
    for index in 0..<space.frames.records.count {
      let record = space.frames.records[index].object
      switch record.state {
      case .free, .dirty, .block, .pieces, .leaf, .node, .pageTable: note(record.owner?.header)
      case .inside: break
      }
      if record.state == .leaf { leaves.append(FrameNumber(UInt32(index))) }
    }
    // Roots besides the RAM slot: budgets that were cut off and wait for the finaliser.
    for object in Array(found.values) where object.object.kind == .process {
      let budget = object.cast(to: Process.self).object.budget
      guard slots[budget.address] == nil, !budget.object.isEmpty else { continue }
      expect(budget.object.previous == .none && budget.object.next == .none, "stray budget")
      walkTree(from: budget)
    }
    for slot in Array(slots.values) { note(slot.object.object) }
    objects = Set(found.values.map { $0.object.id })
    expect(objects.count == found.count, "object id used twice")
  }

  mutating func note(_ object: Ref<ObjectHeader>?) {
    guard let object, found[object.address] == nil else { return }
    found[object.address] = object
    expect(object.object.kind != .none, "reference to a freed object")
    switch object.object.kind {
    case .none: break
    case .thread:
      pieces.insert(object.address)
      note(object.cast(to: Thread.self).object.process.header)
      if let slot = object.cast(to: Thread.self).object.bufferSlot { pieces.insert(slot.address) }
      if let area = object.cast(to: Thread.self).object.fpu,
        space.frames[space.frames.frame(of: area)].object.state == .pieces
      {
        pieces.insert(area.address)
      }
    case .endpoint:
      pieces.insert(object.address)
      if let ring = object.cast(to: Endpoint.self).object.ring { pieces.insert(ring.address) }
    case .notification, .frame, .deviceFrame, .installGrant:
      pieces.insert(object.address)
    case .deviceUntyped:
      pieces.insert(object.address)
      note(object.cast(to: DeviceUntyped.self).object.pool.header)
    case .vspace:
      let records = object.cast(to: VSpace.self).object.records
      pieces.formUnion([object.address, records.root.start.address])
      note(records.pool.header)
    case .cspace:
      pieces.insert(object.address)
      pieces.insert(object.cast(to: CSpace.self).object.table.root.start.address)
      note(object.cast(to: CSpace.self).object.table.pool.header)
    case .pool: notePool(object.cast(to: Pool.self))
    case .process:
      let process = object.cast(to: Process.self).object
      pieces.formUnion([object.address, process.budget.address])
    }
  }

  private mutating func notePool(_ pool: Ref<Pool>) {
    if pool.object.base != nil { pieces.insert(pool.address) }
    note(pool.object.base?.source?.header)
    note(pool.object.process?.header)
    var record = pool.object.added
    while let current = record {
      pieces.formUnion([current.address, current.object.slot.address])
      note(current.object.chunk.source?.header)
      record = current.object.next
    }
  }

  mutating func checkReferences() {
    var counts: [UInt: UInt64] = [:]
    for slot in slots.values where !slot.object.flags.contains(.chunk) {
      guard let object = slot.object.object else { continue }
      counts[object.address, default: 0] += 1
    }
    for object in found.values {
      let count = counts[object.address] ?? 0
      expect(
        object.object.references == count,
        "\(object.object.kind) \(object.object.id): \(object.object.references) references, "
          + "\(count) capabilities")
      if count == 0, object.object.kind != .pool {
        expect(object.object.isQueued, "\(object.object.kind) forgotten")
      }
    }
  }

  // MARK: Slots

  /// How many receive slots threads have reserved in each leaf.
  private func reservations() -> [UInt32: UInt16] {
    var counts: [UInt32: UInt16] = [:]
    for object in found.values where object.object.kind == .thread {
      let thread = object.cast(to: Thread.self)
      guard let cspace = thread.object.process.object.cspace else { continue }
      for index in 0..<Int(thread.object.receiveSlotCount) {
        let slot = cspace.object.table.slot(
          thread.object.receiveSlots[index], in: space.frames)
        if let slot { counts[space.frames.frame(of: slot).rawValue, default: 0] += 1 }
      }
    }
    return counts
  }

  mutating func checkTables() {
    let reserved = reservations()
    for leaf in leaves {
      let record = space.frames[leaf].object
      guard let owner = found[UInt(record.word)], let table = table(of: owner) else {
        problems.append("leaf of an unknown table")
        continue
      }
      let slots = space.frames.table(of: Slot.self, in: leaf)
      var used = reserved[leaf.rawValue] ?? 0
      for position in 0..<64 {
        let slot = slots[position]
        let index = record.next * 64 + UInt32(position)
        expect(
          table.table.slot(index, in: space.frames) == slot, "leaf is not in its table")
        guard !slot.object.isEmpty else { continue }
        used += 1
        expect(index != 0 && index < table.slotCount, "slot beyond the table")
        let isRecord = slot.object.flags == .mapping
        expect(isRecord == (owner.object.kind == .vspace), "mapping outside an address space")
        expect(self.slots[slot.address] != nil, "capability outside the tree")
      }
      expect(record.used == used, "leaf counts \(record.used), has \(used)")
      expect(used > 0, "empty leaf kept")
    }
  }

  /// The slots that an object has, and how many there can be.
  private func table(of object: Ref<ObjectHeader>) -> (table: SlotTable, slotCount: UInt32)? {
    switch object.object.kind {
    case .cspace:
      let cspace = object.cast(to: CSpace.self).object
      return (cspace.table, cspace.slotCount)
    case .vspace: return (object.cast(to: VSpace.self).object.records, VSpace.pageCount)
    default: return nil
    }
  }

  /// The place of each slot.
  mutating func nameCapabilities() {
    var places: [UInt: Place] = [ram.address: .ram]
    for leaf in leaves {
      let record = space.frames[leaf].object
      guard let owner = found[UInt(record.word)] else { continue }
      let slots = space.frames.table(of: Slot.self, in: leaf)
      for position in 0..<64 {
        let index = record.next * 64 + UInt32(position)
        let isRecord = owner.object.kind == .vspace
        places[slots[position].address] =
          isRecord
          ? .mapping(vspace: owner.object.id, page: index)
          : .slot(cspace: owner.object.id, index: index)
      }
    }
    for line in 0..<interrupts.count {
      places[interrupts.slot(line, in: space.frames).address] = .interrupt(line: line)
    }
    for object in found.values {
      if object.object.kind == .process {
        let process = object.cast(to: Process.self).object
        places[process.budget.address] = .budget(process: object.object.id)
        places[process.cspaceSlot.address] = .childCSpace(process: object.object.id)
        places[process.vspaceSlot.address] = .childVSpace(process: object.object.id)
        places[process.threadSlot.address] = .childThread(process: object.object.id)
        places[process.notificationSlot.address] = .childNotification(process: object.object.id)
      }
      if object.object.kind == .thread, let slot = object.cast(to: Thread.self).object.bufferSlot {
        places[slot.address] = .buffer(thread: object.object.id)
      }
      if object.object.kind == .pool {
        var record = object.cast(to: Pool.self).object.added
        while let current = record {
          places[current.object.slot.address] = .chunk(pool: object.object.id)
          record = current.object.next
        }
      }
    }
    for (address, slot) in slots {
      // The only hidden slot that no object knows is that of the first process.
      if places[address] == nil { pieces.insert(address) }
      let place = places[address] ?? .first
      guard !slot.object.flags.contains(.chunk) else { continue }
      // Worlds that boot a root task of their own have two first processes.
      expect(capabilities[place] == nil || place == .first, "two capabilities in \(place)")
      let parent = parents[address].map { places[$0.address] ?? .first }
      capabilities[place] = CapabilityRecord(
        type: slot.object.type, rights: slot.object.rights.rawValue, badge: slot.object.badge,
        object: slot.object.object?.object.id ?? 0, parent: parent)
    }
  }
}
