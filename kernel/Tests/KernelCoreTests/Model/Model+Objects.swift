// How objects begin and end in the model, and what they cost.

import CapABI
import KernelCore
import KernelSimulation

extension Model {
  // MARK: Objects

  /// What happens to an object without capabilities.
  func end(_ object: ModelObject) {
    guard object.isAlive else { return }
    switch object.kind {
    case .none: break
    case .frame, .deviceUntyped, .deviceFrame, .installGrant: free(object)
    case .endpoint, .notification:
      if let meeting = object.meeting { close(meeting) }
      free(object)
    case .thread: endThread(object)
    case .vspace:
      while let capability = mappings(of: object).first { delete(capability) }
      free(object)
    case .cspace:
      while let capability = contents(of: object).first { delete(capability) }
      free(object)
    case .pool: if used(object) == 0 { freePool(object) }
    case .process: kill(object)
    }
  }

  private func endThread(_ object: ModelObject) {
    if let thread = threads[object.id] {
      retire(thread)
      if let buffer = capabilities[.buffer(thread: object.id)] { delete(buffer) }
      thread.process.threads.removeAll { $0 === thread }
      threads[object.id] = nil
    }
    free(object)
  }

  private func contents(of cspace: ModelObject) -> [ModelCapability] {
    capabilities.values.filter { capability in
      guard case .slot(cspace.id, _) = capability.place else { return false }
      return true
    }
  }

  private func free(_ object: ModelObject) {
    object.isAlive = false
    objects.removeAll { $0 === object }
    guard let pool = object.payer, pool.capabilities == 0, used(pool) == 0 else { return }
    end(pool)
  }

  private func freePool(_ pool: ModelObject) {
    guard pool.payer != nil else { return }
    let sources = pool.chunks.compactMap(\.source)
    pool.chunks = []
    for capability in chunkCapabilities[ObjectIdentifier(pool)] ?? [] { forget(capability) }
    chunkCapabilities[ObjectIdentifier(pool)] = nil
    free(pool)
    for source in sources where source.isAlive && source.capabilities == 0 { end(source) }
  }

  func kill(_ process: ModelObject) {
    if process.state.isAlive {
      process.state = .dying
      for thread in process.threads.reversed() { retire(thread) }
      while let child = process.budget?.children.first { delete(child) }
      process.pool?.process = nil
      for capability in process.pool.map({ chunkCapabilities[ObjectIdentifier($0)] ?? [] }) ?? [] {
        capability.keepsAlive = nil
      }
      if let budget = process.budget { forget(budget) }
      process.budget = nil
      process.pool = nil
      process.cspace = nil
      process.thread = nil
      process.vspace = nil
      process.state = .dead
      if let hidden = capabilities[.childNotification(process: process.id)] {
        signal(hidden.object, hidden.badge) { $0.twin?.object.state == .ready }
        delete(hidden)
      }
    }
    if process.state == .dead, process.capabilities == 0, process.isAlive { free(process) }
  }

  func makeProcess(order: UInt8, slotCount: UInt32, under source: ModelCapability)
    -> ModelObject
  {
    let payer = source.object
    let process = ModelObject(.process, payer: payer, bytes: Self.processBytes)
    let pool = makePool(order: order, from: payer)
    pool.process = process
    process.pool = pool
    let budget = ModelCapability(pool, .untyped, .read | .manage)
    budget.keepsAlive = process
    process.budget = budget
    put(budget, at: nil, under: source)
    let cspace = makeCSpace(slotCount: slotCount, payer: pool)
    process.cspace = cspace
    put(ModelCapability(cspace, .cspace, .read | .write | .manage), at: nil, under: budget)
    // The top-level page table, the object and the root of the records.
    let vspace = ModelObject(.vspace, payer: pool, bytes: [4096, MemoryLayout<VSpace>.size, 256])
    process.vspace = vspace
    objects.append(vspace)
    put(ModelCapability(vspace, .vspace, .read | .write | .manage), at: nil, under: budget)
    let thread = makeThread(of: process, payer: pool)
    process.thread = thread
    put(ModelCapability(thread, .thread, .read | .write | .manage), at: nil, under: budget)
    objects.append(process)
    return process
  }

  func makeThread(of process: ModelObject, payer: ModelObject) -> ModelObject {
    let object = ModelObject(.thread, payer: payer, bytes: [MemoryLayout<Thread>.size])
    objects.append(object)
    process.threads.append(ModelThread(object, of: process))
    return object
  }

  func makePool(order: UInt8, from source: ModelObject) -> ModelObject {
    let pool = ModelObject(.pool, payer: source, bytes: [Self.poolBytes])
    pool.chunks = [(source, 4096 << UInt64(order))]
    objects.append(pool)
    return pool
  }

  func makeCSpace(slotCount: UInt32, payer: ModelObject) -> ModelObject {
    let leaves = (Int(slotCount) + 63) / 64
    let rootEntries = leaves <= 512 ? leaves : (leaves + 1023) / 1024
    let cspace = ModelObject(
      .cspace, payer: payer, bytes: [MemoryLayout<CSpace>.size, rootEntries * 4])
    cspace.slotCount = slotCount
    cspace.window = 0..<slotCount
    objects.append(cspace)
    return cspace
  }

  // MARK: Memory

  func total(_ pool: ModelObject) -> UInt64 { pool.chunks.reduce(0) { $0 + $1.bytes } }

  /// What is in use, computed from nothing but what lives in the pool.
  func used(_ pool: ModelObject) -> UInt64 {
    var bytes: UInt64 = 0
    for object in objects {
      if object.payer === pool { bytes += object.bytes.reduce(0) { $0 + Self.rounded($1) } }
      if object.kind == .cspace, object.payer === pool { bytes += pages(of: object) * 4096 }
      if object.kind == .vspace, object.payer === pool {
        bytes += pages(ofAddressSpace: object) * 4096
      }
      if object.kind == .frame, object.payer === pool { bytes += 4096 << UInt64(object.order) }
      for (index, chunk) in object.chunks.enumerated() where chunk.source === pool {
        bytes += chunk.bytes
        // A chunk added later has a record and a slot in its source.
        if index > 0 { bytes += 128 }
      }
    }
    return bytes
  }

  /// Pages of slots: those that hold capabilities, and those where some may land.
  private func pages(of cspace: ModelObject) -> UInt64 {
    var leaves: Set<UInt32> = []
    for place in capabilities.keys {
      if case .slot(cspace.id, let index) = place { leaves.insert(index / 64) }
    }
    for thread in threads.values where thread.process.cspace === cspace {
      for slot in thread.receiveSlots { leaves.insert(slot / 64) }
    }
    let hasNodes = cspace.slotCount > 512 * 64
    let nodes = hasNodes ? Set(leaves.map { $0 / 1024 }).count : 0
    return UInt64(leaves.count + nodes)
  }

  private static func rounded(_ bytes: Int) -> UInt64 {
    var size = 64
    while size < bytes { size *= 2 }
    return UInt64(size)
  }
}
