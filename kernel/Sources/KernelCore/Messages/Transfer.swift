// Capabilities that travel with a message. Read once from the sender's buffer, checked completely,
// then moved: delivery allocates nothing and cannot fail halfway.
// docs/reference/ipc.md, "Transfer entry".

import CapABI
import KernelMachine

/// The checked transfer table of a message.
struct Transfer {
  private var entries = InlineArray<4, TransferEntry>(
    repeating: TransferEntry(slot: .null, mode: .copy, rights: .none))
  /// The slots that the entries name.
  private var sources = InlineArray<4, Ref<Slot>?>(repeating: nil)
  private let count: Int

  /// Reads and checks what a thread wants to send.
  ///
  /// - Throws: `noBuffer`; `invalidArgument` for a malformed entry, or a slot that is moved and
  ///   named twice; `slotOutOfRange`, `emptySlot`; `denied` for a copy of what is only moved;
  ///   `alreadyBadged`.
  init(_ count: UInt8, of sender: Ref<Thread>, in space: inout ObjectSpace) throws(SyscallError) {
    guard let buffer = space.bufferWords(of: sender) else { throw .noBuffer }
    self.count = Int(count)
    for index in 0..<self.count {
      let word = (IPCBuffer.transferTableOffset + index * TransferEntry.size) / 8
      let entry = try TransferEntry(
        buffer[word].object, buffer[word + 1].object, buffer[word + 2].object)
      let source = try space.occupied(entry.slot, in: sender.object.cspace, .whole)
      try entry.check(source)
      for earlier in 0..<index where entries[earlier].slot == entry.slot {
        guard entry.mode == .copy, entries[earlier].mode == .copy else { throw .invalidArgument }
      }
      entries[index] = entry
      sources[index] = source
    }
  }

  /// Checks that everything can land.
  ///
  /// - Throws: `noReceiveSlots` when the receiver has too few empty slots; `denied` for the
  ///   permission to answer the receiver itself.
  func check(
    to receiver: Ref<Thread>, in space: inout ObjectSpace
  ) throws(SyscallError) {
    guard count <= Int(receiver.object.receiveSlotCount) else { throw .noReceiveSlots }
    for index in 0..<count {
      guard let slot = space.receiveSlot(index, of: receiver), slot.object.isEmpty else {
        throw .noReceiveSlots
      }
      guard let source = sources[index] else { preconditionFailure("no slot for an entry") }
      guard source.object.type != .reply || source.object.object != receiver.header else {
        throw .denied
      }
    }
  }

  /// Moves everything; `check` has just succeeded.
  func carryOut(
    to receiver: Ref<Thread>, in space: inout ObjectSpace
  ) {
    for index in 0..<count {
      let entry = entries[index]
      guard let source = sources[index],
        let destination = space.receiveSlot(index, of: receiver)
      else { preconditionFailure("checked slots are gone") }
      switch entry.mode {
      case .copy:
        guard let object = source.object.object else {
          preconditionFailure("checked slot is empty")
        }
        let badge = entry.badge == .none ? source.object.badge : entry.badge.rawValue
        let rights = source.object.rights.attenuated(to: entry.rights)
        let copy = Slot(object, type: source.object.type, rights: rights, badge: badge)
        space.place(copy, in: destination, under: source)
      case .move:
        // What was derived before may hold more than the receiver gets, so it does not stay below.
        // docs/decisions/0023-narrowing-moves.md.
        if !entry.rights.contains(source.object.rights) { source.raiseChildren() }
        space.relocate(source, to: destination)
        destination.object.attenuate(to: entry.rights)
      }
    }
  }
}

extension TransferEntry {
  /// Reads the three words of an entry.
  ///
  /// - Throws: `invalidArgument` for an unknown mode, reserved bits, or a badge with MOVE.
  fileprivate init(_ first: UInt64, _ second: UInt64, _ badge: UInt64) throws(SyscallError) {
    let slot = CapSlot(rawValue: UInt32(truncatingIfNeeded: first))
    guard first >> 48 == 0,
      let mode = TransferMode(rawValue: UInt16(truncatingIfNeeded: first >> 32)),
      let mask = UInt32(exactly: second), let rights = Rights(validating: mask),
      mode == .copy || badge == 0
    else { throw .invalidArgument }
    self.init(slot: slot, mode: mode, rights: rights, badge: Badge(rawValue: badge))
  }

  /// Checks an entry against the capability it names.
  fileprivate func check(_ source: Ref<Slot>) throws(SyscallError) {
    guard mode == .copy else { return }
    guard source.object.type.canBeCopied else { throw .denied }
    guard badge != .none else { return }
    guard source.object.type.canBeBadged else { throw .invalidArgument }
    guard source.object.badge == 0 else { throw .alreadyBadged }
  }
}

// MARK: Receive slots

extension ObjectSpace {
  /// Reserves the slots that a thread names in its buffer: their pages stay until the wait is over.
  ///
  /// Whether they are empty counts when something lands.
  /// - Throws: `noBuffer`; `invalidArgument` for more than four or one twice; `slotOutOfRange`,
  ///   `noMemory`. Nothing is reserved then.
  mutating func reserveSlots(for thread: Ref<Thread>) throws(SyscallError) {
    guard let buffer = bufferWords(of: thread) else { throw .noBuffer }
    let count = UInt32(truncatingIfNeeded: buffer[IPCBuffer.receiveSlotCountOffset / 8].object)
    guard count <= UInt32(MessageTag.maximumCapabilities) else { throw .invalidArgument }
    thread.object.receiveSlotCount = 0
    for index in 0..<Int(count) {
      let word = buffer[IPCBuffer.receiveSlotsOffset / 8 + index / 2].object
      let slot = UInt32(truncatingIfNeeded: word >> UInt64(index % 2 * 32))
      do throws(SyscallError) {
        try reserve(slot, for: thread)
      } catch {
        releaseSlots(of: thread)
        throw error
      }
    }
    if count > 0 { thread.object.flags.insert(.reserving) }
  }

  private mutating func reserve(_ index: UInt32, for thread: Ref<Thread>) throws(SyscallError) {
    let count = thread.object.receiveSlotCount
    for earlier in 0..<Int(count) where thread.object.receiveSlots[earlier] == index {
      throw .invalidArgument
    }
    let table = thread.object.cspace.object.table
    _ = try thread.object.cspace.index(CapSlot(rawValue: index), .whole)
    guard let slot = table.slot(index, in: frames) ?? backedSlot(index, of: table) else {
      throw .noMemory
    }
    countSlot(slot, change: 1)
    thread.object.receiveSlots[Int(count)] = index
    thread.object.receiveSlotCount = count + 1
  }

  /// Ends the reservation of a thread's receive slots.
  mutating func releaseSlots(of thread: Ref<Thread>) {
    for index in 0..<Int(thread.object.receiveSlotCount) {
      if let slot = receiveSlot(index, of: thread) { uncountSlot(slot) }
    }
    thread.object.receiveSlotCount = 0
    thread.object.flags.remove(.reserving)
  }

  /// One of the slots that a thread reserved; their pages are there.
  mutating func receiveSlot(_ index: Int, of thread: Ref<Thread>) -> Ref<Slot>? {
    thread.object.cspace.object.table.slot(thread.object.receiveSlots[index], in: frames)
  }
}
