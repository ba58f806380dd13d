// Making pools and processes, and adding chunks to budgets. Each either gives everything or
// nothing.

package import CapABI
import KernelMachine

extension ObjectSpace {
  /// Cuts a pool of 2^order frames out of another; nil without memory.
  ///
  /// Its metadata lies in the source. No capability names the pool yet.
  mutating func makePool(order: UInt8, from source: Ref<Pool>) -> Ref<Pool>? {
    guard let piece = allocatePiece(bytes: MemoryLayout<Pool>.size, from: source) else {
      return nil
    }
    let pool = Ref<Pool>(piece, initial: Pool(header: newHeader(.pool)))
    guard let chunk = takeChunk(order: order, from: source, for: pool) else {
      freePiece(pool)
      return nil
    }
    pool.object.base = chunk
    pool.object.lowWaterBytes = pool.object.freeBytes
    return pool
  }

  /// Makes a pool of a free block of another, for the boot; nil without memory.
  ///
  /// If the block has to be split to pay for the pool's own record, the pool is its lower part.
  mutating func makePool(of block: FrameNumber, from source: Ref<Pool>) -> Ref<Pool>? {
    guard let piece = allocatePiece(bytes: MemoryLayout<Pool>.size, from: source) else {
      return nil
    }
    let pool = Ref<Pool>(piece, initial: Pool(header: newHeader(.pool)))
    guard frames[block].object.state == .free else {
      freePiece(pool)
      return nil
    }
    removeFree(block, from: source)
    frames[block].object.state = .block
    source.object.take(bytes: Self.bytes(order: frames[block].object.order))
    pool.object.base = hand(block, from: source, to: pool)
    pool.object.lowWaterBytes = pool.object.freeBytes
    return pool
  }

  /// Adds a chunk to the budget of a process; false without memory.
  ///
  /// The chunk's hidden slot is placed below `source`, the capability that it was taken through.
  mutating func topUp(_ pool: Ref<Pool>, order: UInt8, from source: Ref<Slot>) -> Bool {
    guard let sourcePool = source.object.object?.cast(to: Pool.self),
      let slotPiece = allocatePiece(bytes: MemoryLayout<Slot>.size, from: sourcePool)
    else { return false }
    let slot = Ref<Slot>(slotPiece, initial: Slot())
    guard
      let piece = allocatePiece(bytes: MemoryLayout<ChunkRecord>.size, from: sourcePool)
    else {
      freePiece(slot)
      return false
    }
    guard let chunk = takeChunk(order: order, from: sourcePool, for: pool) else {
      // The piece becomes an object only to be given back by the one way there is.
      freePiece(Ref<Slot>(piece, initial: Slot()))
      freePiece(slot)
      return false
    }
    let record = ChunkRecord(chunk: chunk, slot: slot, next: pool.object.added)
    pool.object.added = Ref(piece, initial: record)
    place(
      Slot(pool.header, type: .untyped, rights: .none, flags: .chunk), in: slot, under: source)
    return true
  }

  /// Makes a staged process whose memory comes from the untyped capability in `source`.
  ///
  /// Nil without memory. The budget's slot is placed below `source`; no capability names the
  /// process yet.
  mutating func makeProcess(
    budgetOrder: UInt8, slotCount: UInt32, from source: Ref<Slot>
  ) -> Ref<Process>? {
    guard let sourcePool = source.object.object?.cast(to: Pool.self),
      let process = makeProcessShell(from: sourcePool)
    else { return nil }
    let budget = process.object.budget
    guard let pool = makePool(order: budgetOrder, from: sourcePool) else {
      freePiece(budget)
      freePiece(process)
      return nil
    }
    pool.object.process = process
    place(
      Slot(
        pool.header, type: .untyped, rights: Pool.capabilityType.meaningfulRights, flags: .budget),
      in: budget, under: source)
    guard let cspace = makeCSpace(slotCount: slotCount, from: pool),
      let vspace = makeVSpace(from: pool)
    else { preconditionFailure("the smallest budget holds a CSpace and an address space") }
    placeHidden(cspace, in: process.object.cspaceSlot, of: process)
    placeHidden(vspace, in: process.object.vspaceSlot, of: process)
    process.object.root = vspace.object.rootAddress
    guard let thread = makeThread(of: process) else {
      preconditionFailure("the smallest budget holds a thread")
    }
    placeHidden(thread, in: process.object.threadSlot, of: process)
    processes.append(process)
    return process
  }

  /// Puts a capability with all rights into a hidden slot, below the budget.
  private mutating func placeHidden<Kept: KernelObject>(
    _ object: Ref<Kept>, in slot: Ref<Slot>, of process: Ref<Process>
  ) {
    let type = Kept.capabilityType
    place(
      Slot(object.header, type: type, rights: type.meaningfulRights), in: slot,
      under: process.object.budget)
  }

  /// The process object with its hidden slots, all empty.
  private mutating func makeProcessShell(from pool: Ref<Pool>) -> Ref<Process>? {
    let slotBytes = Process.hiddenSlots * MemoryLayout<Slot>.stride
    guard let first = allocatePiece(bytes: slotBytes, from: pool) else { return nil }
    let slots = Table<Slot>(first)
    guard let piece = allocatePiece(bytes: MemoryLayout<Process>.size, from: pool) else {
      freePiece(slots.start)
      return nil
    }
    return Ref(piece, initial: Process(header: newHeader(.process), slots: slots))
  }

  /// Moves a block from one pool to another as a chunk that will not merge beyond itself.
  private mutating func takeChunk(
    order: UInt8, from source: Ref<Pool>, for pool: Ref<Pool>
  ) -> Chunk? {
    guard let start = allocateBlock(order: order, from: source) else { return nil }
    return hand(start, from: source, to: pool)
  }

  /// Makes an allocated block of one pool a chunk of another.
  private mutating func hand(
    _ start: FrameNumber, from source: Ref<Pool>, to pool: Ref<Pool>
  ) -> Chunk {
    let record = frames[start]
    let order = record.object.order
    let chunk = Chunk(
      source: source, start: start, order: order, savedMark: record.object.chunk)
    record.object.chunk = order + 1
    insertFree(start, order: order, in: pool, needsClearing: record.object.needsClearing)
    let bytes = Self.bytes(order: order)
    pool.object.totalBytes += bytes
    pool.object.freeBytes += bytes
    return chunk
  }
}

extension KernelState {
  /// Makes the first process out of the pool of all RAM, kept alive by a hidden capability.
  ///
  /// Nil when there is too little memory.
  package mutating func makeFirstProcess(
    budgetOrder: UInt8, slotCount: UInt32
  ) -> Ref<Process>? {
    guard let pool = ram.object.object?.cast(to: Pool.self),
      let piece = objects.allocatePiece(bytes: MemoryLayout<Slot>.size, from: pool)
    else { return nil }
    let slot = Ref<Slot>(piece, initial: Slot())
    guard
      let process = objects.makeProcess(
        budgetOrder: budgetOrder, slotCount: slotCount, from: ram)
    else {
      objects.freePiece(slot)
      return nil
    }
    let capability = Slot(
      process.header, type: .process, rights: Process.capabilityType.meaningfulRights)
    objects.place(capability, in: slot, under: ram)
    return process
  }

  /// Puts a capability to all RAM into an empty slot of the first process.
  package mutating func grantRAM(
    to cspace: Ref<CSpace>, slot: CapSlot
  ) throws(SyscallError) {
    try grant(ram, to: cspace, slot: slot)
  }

  /// Puts a copy of a hidden capability into an empty slot.
  ///
  /// - Throws: `emptySlot` when the hidden slot is; `slotOutOfRange`, `occupiedSlot`, `noMemory`.
  package mutating func grant(
    _ hidden: Ref<Slot>, to cspace: Ref<CSpace>, slot: CapSlot
  ) throws(SyscallError) {
    guard let object = hidden.object.object else { throw .emptySlot }
    let vacancy = try objects.vacant(slot, in: cspace, .whole)
    let destination = try objects.claim(vacancy)
    let capability = Slot(object, type: hidden.object.type, rights: hidden.object.rights)
    objects.place(capability, in: destination, under: hidden)
  }
}
