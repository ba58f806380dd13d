// The reference model: what capabilities, objects and budgets are, said with dictionaries and
// plain recursion, and independent of how the kernel does it. Everything happens at once; the
// kernel must have reached the same state when its finaliser has nothing left to do.

import CapABI
import KernelCore

/// A capability in the model.
final class ModelCapability {
  let object: ModelObject
  let type: CapabilityType
  var rights: Rights
  var badge: UInt64
  var place: Place?
  weak var parent: ModelCapability?
  var children: [ModelCapability] = []
  /// Deleting it kills this process.
  weak var keepsAlive: ModelObject?
  var isChunk = false
  /// What it allows where it is mapped.
  var mapped = Rights.none

  init(_ object: ModelObject, _ type: CapabilityType, _ rights: Rights, badge: UInt64 = 0) {
    self.object = object
    self.type = type
    self.rights = rights
    self.badge = badge
  }
}

/// An object in the model; the fields of other kinds stay at their defaults.
final class ModelObject {
  let kind: ObjectKind
  /// The pool that pays, nil for the pool of all RAM.
  let payer: ModelObject?
  /// Pieces of memory that the object itself takes from its payer.
  let bytes: [Int]
  /// The kernel's id, learnt when the object was made.
  var id: UInt64 = 0
  var capabilities = 0
  var isAlive = true

  // Pools.
  var chunks: [(source: ModelObject?, bytes: UInt64)] = []
  var process: ModelObject?
  // Frames.
  var order: UInt8 = 0
  // CSpaces.
  var slotCount: UInt32 = 0
  // Processes.
  var state = ProcessState.staged
  var budget: ModelCapability?
  var cspace: ModelObject?
  var thread: ModelObject?
  var vspace: ModelObject?
  var pool: ModelObject?
  /// The kernel's CSpace of a process, as long as it is alive.
  var twin: Ref<CSpace>?

  init(_ kind: ObjectKind, payer: ModelObject?, bytes: [Int]) {
    self.kind = kind
    self.payer = payer
    self.bytes = bytes
  }
}

/// The state of the model.
final class Model {
  var objects: [ModelObject] = []
  var capabilities: [Place: ModelCapability] = [:]
  let ram: ModelCapability
  var root: ModelObject

  /// Sizes of the kernel's types, which decide what budgets have left.
  static let poolBytes = MemoryLayout<Pool>.size
  static let processBytes = [MemoryLayout<Process>.size, 64 * Process.hiddenSlots]

  init(world: World) {
    let pool = ModelObject(.pool, payer: nil, bytes: [])
    ram = ModelCapability(pool, .untyped, .read | .manage)
    root = pool
    pool.id = world.state.ram.object.object?.object.id ?? 0
    let total = world.state.ram.object.object?.cast(to: Pool.self).object.totalBytes ?? 0
    pool.chunks = [(nil, total)]
    objects = [pool]
    put(ram, at: .ram, under: nil)
    let first = ModelObject(.endpoint, payer: pool, bytes: [64])
    first.capabilities = 1  // Stands for the hidden slot of the first process.
    objects.append(first)
    let order = world.root.object.pool.map {
      UInt8(($0.object.totalBytes / 4096).trailingZeroBitCount)
    }
    root = makeProcess(order: order ?? 0, slotCount: world.cspace.object.slotCount, under: ram)
    put(ModelCapability(root, .process, .read | .write | .manage), at: .first, under: ram)
    learn(root, from: world.root)
    if let cspace = root.cspace {
      put(
        ModelCapability(pool, .untyped, .read | .manage),
        at: .slot(cspace: cspace.id, index: World.ram.rawValue), under: ram)
    }
  }

  /// Takes over the ids that the kernel gave a process and what belongs to it.
  func learn(_ process: ModelObject, from kernel: Ref<Process>) {
    process.id = kernel.object.header.id
    process.pool?.id = kernel.object.pool?.object.header.id ?? 0
    process.twin = kernel.object.cspace
    process.cspace?.id = kernel.object.cspace?.object.header.id ?? 0
    if let budget = process.budget { rename(budget, to: .budget(process: process.id)) }
    let hidden = process.budget?.children.first { $0.object === process.cspace }
    if let hidden { rename(hidden, to: .childCSpace(process: process.id)) }
    process.vspace?.id = kernel.object.vspace?.object.header.id ?? 0
    let vspace = process.budget?.children.first { $0.object === process.vspace }
    if let vspace { rename(vspace, to: .childVSpace(process: process.id)) }
    process.thread?.id = kernel.object.firstThread?.object.header.id ?? 0
    let thread = process.budget?.children.first { $0.object === process.thread }
    if let thread { rename(thread, to: .childThread(process: process.id)) }
  }

  private func rename(_ capability: ModelCapability, to place: Place) {
    if let old = capability.place { capabilities[old] = nil }
    capability.place = place
    capabilities[place] = capability
  }

  // MARK: Capabilities

  func put(_ capability: ModelCapability, at place: Place?, under parent: ModelCapability?) {
    capability.place = place
    if let place { capabilities[place] = capability }
    capability.parent = parent
    parent?.children.append(capability)
    if !capability.isChunk { capability.object.capabilities += 1 }
  }

  /// Deletes one capability; children pass to its parent.
  func delete(_ capability: ModelCapability) {
    if let process = capability.keepsAlive {
      cut(capability)
      return kill(process)
    }
    for child in capability.children {
      child.parent = capability.parent
      capability.parent?.children.append(child)
    }
    capability.children = []
    forget(capability)
  }

  private func cut(_ capability: ModelCapability) {
    capability.parent?.children.removeAll { $0 === capability }
    capability.parent = nil
  }

  private func forget(_ capability: ModelCapability) {
    cut(capability)
    if let place = capability.place { capabilities[place] = nil }
    capability.place = nil
    guard !capability.isChunk else { return }
    capability.object.capabilities -= 1
    if capability.object.capabilities == 0 { end(capability.object) }
  }

  // MARK: Objects

  /// What happens to an object without capabilities.
  private func end(_ object: ModelObject) {
    guard object.isAlive else { return }
    switch object.kind {
    case .none: break
    case .endpoint, .notification, .thread, .frame, .deviceUntyped, .deviceFrame, .installGrant:
      free(object)
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

  /// Hidden capabilities of top-up chunks, by pool.
  var chunkCapabilities: [ObjectIdentifier: [ModelCapability]] = [:]

  func kill(_ process: ModelObject) {
    if process.state == .staged {
      process.state = .dying
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
    let thread = ModelObject(.thread, payer: pool, bytes: [MemoryLayout<Thread>.size])
    process.thread = thread
    objects.append(thread)
    put(ModelCapability(thread, .thread, .read | .write | .manage), at: nil, under: budget)
    objects.append(process)
    return process
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

  private func pages(of cspace: ModelObject) -> UInt64 {
    var leaves: Set<UInt32> = []
    for place in capabilities.keys {
      if case .slot(cspace.id, let index) = place { leaves.insert(index / 64) }
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
