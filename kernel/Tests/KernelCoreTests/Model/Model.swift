// The reference model: what capabilities, objects and budgets are, said with dictionaries and
// plain recursion, and independent of how the kernel does it. Everything happens at once; the
// kernel must have reached the same state when its finaliser has nothing left to do.

import CapABI
import KernelCore
import KernelSimulation

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
  /// In a Reply capability: whether the answer may carry capabilities.
  var grantsReplies = false

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
  var bytes: [Int]
  /// The kernel's id, learnt when the object was made.
  var id: UInt64 = 0
  var capabilities = 0
  var isAlive = true

  // Pools.
  var chunks: [(source: ModelObject?, bytes: UInt64)] = []
  var process: ModelObject?
  // Frames.
  var order: UInt8 = 0
  var buffer = ModelBuffer()
  // Endpoints and notifications.
  var meeting: ModelMeeting?
  // CSpaces.
  var slotCount: UInt32 = 0
  var window: Range<UInt32> = 0..<0
  // Install grants: what they are for.
  weak var target: ModelObject?
  var covered: Range<UInt32> = 0..<0
  // Processes.
  var state = ProcessState.staged
  var budget: ModelCapability?
  var cspace: ModelObject?
  var thread: ModelObject?
  /// In the order they were made.
  var threads: [ModelThread] = []
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
  /// All threads, by the ids of their objects.
  var threads: [UInt64: ModelThread] = [:]
  /// During a system call of a thread: what lost its last capability and ends after the call.
  var endsLater: [ModelObject]?
  var nextArrival = 0
  /// Hidden capabilities of top-up chunks, by pool.
  var chunkCapabilities: [ObjectIdentifier: [ModelCapability]] = [:]
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
    first.meeting = ModelMeeting()
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
    if let twin = kernel.object.firstThread { learn(process.threads[0], from: twin) }
    let thread = process.budget?.children.first { $0.object === process.thread }
    if let thread { rename(thread, to: .childThread(process: process.id)) }
  }

  /// Takes over the kernel's thread.
  func learn(_ thread: ModelThread, from kernel: Ref<Thread>) {
    thread.twin = kernel
    thread.object.id = kernel.object.header.id
    threads[thread.object.id] = thread
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
    raiseChildren(of: capability)
    forget(capability)
  }

  /// Passes what was derived from a capability to its parent.
  func raiseChildren(of capability: ModelCapability) {
    for child in capability.children {
      child.parent = capability.parent
      capability.parent?.children.append(child)
    }
    capability.children = []
  }

  /// Moves a capability; its place in the tree goes with it.
  func relocate(_ capability: ModelCapability, to place: Place) {
    if let old = capability.place { capabilities[old] = nil }
    capability.place = place
    capabilities[place] = capability
  }

  func cut(_ capability: ModelCapability) {
    capability.parent?.children.removeAll { $0 === capability }
    capability.parent = nil
  }

  func forget(_ capability: ModelCapability) {
    cut(capability)
    let isTakenApart = isInDyingCSpace(capability)
    if let place = capability.place { capabilities[place] = nil }
    capability.place = nil
    if let caller = savedCaller(capability) {
      endWait(caller, with: isTakenApart ? .peerDied : .abandoned)
    }
    guard !capability.isChunk else { return }
    capability.object.capabilities -= 1
    guard capability.object.capabilities == 0 else { return }
    if endsLater == nil { end(capability.object) } else { endsLater?.append(capability.object) }
  }

  /// Whether the CSpace that holds a capability is going, as opposed to the capability alone.
  private func isInDyingCSpace(_ capability: ModelCapability) -> Bool {
    guard capability.type == .reply, case .slot(let id, _) = capability.place else { return false }
    return objects.contains { $0.id == id && $0.kind == .cspace && $0.capabilities == 0 }
  }
}
