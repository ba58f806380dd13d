// The part of the audit that accounts for every frame and piece of RAM exactly once.

import KernelCore
import KernelMachine

extension Audit {
  /// What the frames of one pool add up to.
  private struct Sums {
    var owned: UInt64 = 0
    var free: UInt64 = 0
    var freeBlocks: [UInt8: Set<UInt32>] = [:]
    var partialPages: [UInt8: Set<UInt32>] = [:]
  }

  mutating func checkFrames(checkingFreeMemory: Bool) {
    var sums: [UInt: Sums] = [:]
    var used: Set<UInt> = []
    var index = 0
    while index < space.frames.records.count {
      let frame = FrameNumber(UInt32(index))
      let record = space.frames[frame].object
      // A frame that belongs to no block is missed in the sum of its pool.
      guard record.state != .inside else {
        index += 1
        continue
      }
      checkBlock(frame, record)
      if let owner = record.owner {
        let small = add(frame, record, to: &sums[owner.address, default: Sums()])
        used.formUnion(small)
      }
      if checkingFreeMemory { checkClear(frame, record) }
      index += 1 << Int(record.order)
    }
    let leaked = used.subtracting(pieces).count
    let unbacked = pieces.subtracting(used).count
    expect(used == pieces, "\(leaked) pieces leaked, \(unbacked) unbacked")
    for object in found.values where object.object.kind == .pool {
      checkPool(object.cast(to: Pool.self), sums[object.address] ?? Sums())
    }
  }

  private mutating func checkBlock(_ frame: FrameNumber, _ record: FrameRecord) {
    let size: UInt32 = 1 << UInt32(record.order)
    expect(frame.rawValue % size == 0, "block is not aligned")
    for inner in frame.rawValue + 1..<frame.rawValue + size {
      expect(space.frames[FrameNumber(inner)].object.state == .inside, "block overlaps")
    }
    guard record.state == .free, record.order < 20, record.chunk != record.order + 1 else { return }
    let buddy = FrameNumber(frame.rawValue ^ size)
    guard Int(buddy.rawValue) < space.frames.records.count else { return }
    let other = space.frames[buddy].object
    expect(
      other.state != .free || other.order != record.order || other.owner != record.owner
        || other.chunk == record.order + 1, "free buddies are not merged")
  }

  /// Adds one block to the sums of its owner; returns the addresses of used pieces.
  private mutating func add(_ frame: FrameNumber, _ record: FrameRecord, to sums: inout Sums)
    -> [UInt]
  {
    let bytes = UInt64(frameBytes) << UInt64(record.order)
    sums.owned += bytes
    switch record.state {
    case .free:
      sums.free += bytes
      sums.freeBlocks[record.order, default: []].insert(frame.rawValue)
    case .pieces:
      let size = 64 << Int(record.pieceClass)
      let count = frameBytes / size
      let first = space.frames.table(of: Slot.self, in: frame).start.address
      let taken = (0..<count).filter { record.word >> UInt64($0) & 1 == 1 }
      sums.free += UInt64((count - taken.count) * size)
      expect(!taken.isEmpty, "page without pieces kept")
      if taken.count < count {
        sums.partialPages[record.pieceClass, default: []].insert(frame.rawValue)
      }
      return taken.map { first + UInt($0 * size) }
    case .inside, .dirty, .block, .leaf, .node, .pageTable: break
    }
    return []
  }

  /// Free memory is zero unless it is marked as a remnant of the boot.
  private mutating func checkClear(_ frame: FrameNumber, _ record: FrameRecord) {
    if record.state == .free, !record.needsClearing {
      for offset in 0..<UInt32(1) << UInt32(record.order) {
        expect(space.frames.isClear(FrameNumber(frame.rawValue + offset)), "free frame is dirty")
      }
    }
    guard record.state == .pieces else { return }
    let size = 64 << Int(record.pieceClass)
    for piece in 0..<frameBytes / size where record.word >> UInt64(piece) & 1 == 0 {
      expect(
        space.frames.isClear(frame, offset: piece * size, size: size), "free piece is dirty")
    }
  }

  private mutating func checkPool(_ pool: Ref<Pool>, _ sums: Sums) {
    let object = pool.object
    pools[object.header.id] = [object.totalBytes, object.freeBytes]
    expect(
      object.freeBytes == sums.free,
      "pool \(object.header.id): \(object.freeBytes) free, frames say \(sums.free)")
    expect(object.totalBytes == sums.owned + lent(by: pool), "pool total")
    expect(object.lowWaterBytes <= object.freeBytes, "low water above the level")
    for order in 0...Pool.maximumOrder {
      let listed = list(object.freeBlocks[Int(order)])
      expect(listed == sums.freeBlocks[order] ?? [], "free list of order \(order)")
      expect((object.freeOrders >> UInt32(order) & 1 == 1) == !listed.isEmpty, "bit map of orders")
    }
    for kind in 0..<UInt8(6) {
      expect(
        list(object.partialPages[Int(kind)]) == sums.partialPages[kind] ?? [],
        "list of partial pages")
    }
  }

  /// The chunks that other pools have from this one, in bytes.
  private func lent(by pool: Ref<Pool>) -> UInt64 {
    var bytes: UInt64 = 0
    for object in found.values where object.object.kind == .pool {
      for chunk in chunks(of: object.cast(to: Pool.self)) where chunk.source == pool {
        bytes += UInt64(frameBytes) << UInt64(chunk.order)
      }
    }
    return bytes
  }

  private func chunks(of pool: Ref<Pool>) -> [Chunk] {
    var chunks = pool.object.base.map { [$0] } ?? []
    var record = pool.object.added
    while let current = record {
      chunks.append(current.object.chunk)
      record = current.object.next
    }
    return chunks
  }

  /// The members of a list of frames, whose back links are checked.
  private mutating func list(_ first: UInt32) -> Set<UInt32> {
    var members: Set<UInt32> = []
    var previous: UInt32 = 0
    var current = first
    while current != 0 {
      guard members.insert(current).inserted else {
        problems.append("list of frames has a cycle")
        break
      }
      let record = space.frames[FrameNumber(current)].object
      expect(record.previous == previous, "back link of a list of frames")
      previous = current
      current = record.next
    }
    return members
  }
}
