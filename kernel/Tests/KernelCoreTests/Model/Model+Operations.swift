// What each operation means, or which error it must give, in the model.

import CapABI
import KernelCore
import KernelSimulation

extension Model {
  /// Processes that can call: those with a CSpace, in the order they were made.
  var callers: [ModelObject] {
    objects.filter { $0.kind == .process && ($0.cspace?.isAlive ?? false) }
  }

  /// The error that an action must give, memory aside; nil when it must succeed.
  func refusal(of action: Action, by caller: ModelObject) -> SyscallError? {
    do throws(SyscallError) {
      try check(action, caller)
      return nil
    } catch {
      return error
    }
  }

  private func check(_ action: Action, _ caller: ModelObject) throws(SyscallError) {
    let scope = action.kind.scope
    switch action.kind {
    case .copy:
      let source = try occupied(action.first, caller)
      try vacant(action.second, caller)
      try checkCopy(source, action)
    case .move:
      _ = try occupied(action.first, caller)
      try vacant(action.second, caller)
    case .drop: _ = try occupied(action.first, caller)
    case .revoke:
      guard try occupied(action.first, caller).rights.contains(.manage) else {
        throw .missingRight
      }
    case .query: try inRange(action.first, caller)
    case .endpoint, .notification: try vacant(action.first, caller, scope)
    case .ring:
      try vacant(action.first, caller, scope)
      guard action.order > 0 else { throw .invalidArgument }
    case .cspace:
      try vacant(action.first, caller)
      guard (1...1 << 20).contains(action.third) else { throw .invalidArgument }
    case .split, .process: try checkCarving(action, caller)
    case .retype: try checkRetype(action, caller)
    case .map: try checkMap(action, caller)
    case .unmap: try checkUnmap(action, caller)
    default: try checkProcess(action, caller)
    }
  }

  func checkCopy(_ source: ModelCapability, _ action: Action) throws(SyscallError) {
    guard source.type.canBeCopied else { throw .denied }
    guard action.rights < 128 else { throw .invalidArgument }
    guard action.badge != 0 else { return }
    guard source.type == .endpoint || source.type == .notification else { throw .invalidArgument }
    guard source.badge == 0 else { throw .alreadyBadged }
  }

  private func checkCarving(_ action: Action, _ caller: ModelObject) throws(SyscallError) {
    let source = try occupied(action.first, caller, .window)
    try vacant(action.second, caller, .window)
    _ = try typed(source, .untyped, .manage)
    guard action.order <= 20 else { throw .invalidArgument }
    guard action.kind == .process else { return }
    let (base, count) = action.childWindow
    guard action.order >= Process.minimumBudgetOrder, (1...1 << 20).contains(action.third),
      count > 0, UInt64(base) + UInt64(count) <= UInt64(action.third)
    else { throw .invalidArgument }
  }

  func inRange(_ slot: UInt32, _ caller: ModelObject, _ scope: SlotScope = .whole)
    throws(SyscallError)
  {
    guard let cspace = caller.cspace, slot > 0, slot < cspace.slotCount,
      scope == .whole || cspace.window.contains(slot)
    else { throw .slotOutOfRange }
  }

  func occupied(_ slot: UInt32, _ caller: ModelObject, _ scope: SlotScope = .whole)
    throws(SyscallError) -> ModelCapability
  {
    try inRange(slot, caller, scope)
    guard let found = capability(slot, caller) else { throw .emptySlot }
    return found
  }

  func vacant(_ slot: UInt32, _ caller: ModelObject, _ scope: SlotScope = .whole)
    throws(SyscallError)
  {
    try inRange(slot, caller, scope)
    guard capability(slot, caller) == nil else { throw .occupiedSlot }
  }

  func typed(_ capability: ModelCapability, _ type: CapabilityType, _ right: Rights)
    throws(SyscallError) -> ModelObject
  {
    guard capability.type == type else { throw .wrongType }
    guard capability.rights.contains(right) else { throw .missingRight }
    return capability.object
  }

  func capability(_ slot: UInt32, _ caller: ModelObject) -> ModelCapability? {
    caller.cspace.flatMap { capabilities[.slot(cspace: $0.id, index: slot)] }
  }

  /// Carries out an action that succeeded; `world` tells the ids of new objects.
  func apply(_ action: Action, by caller: ModelObject, in world: World, _ kernel: Ref<CSpace>) {
    guard let cspace = caller.cspace else { return }
    func place(_ slot: UInt32) -> Place { .slot(cspace: cspace.id, index: slot) }
    let source = capability(action.first, caller)
    switch action.kind {
    case .copy: applyCopy(source, action, to: place(action.second))
    case .move: if let source { relocate(source, to: place(action.second)) }
    case .drop: if let source { delete(source) }
    case .revoke: while let child = source?.children.first { delete(child) }
    case .query: break
    case .map: applyMap(action, caller)
    case .unmap: applyUnmap(action, caller)
    case .endpoint, .notification, .ring, .cspace, .split, .process, .retype, .grant, .thread:
      applyCreation(action, caller, in: world, kernel)
    default: applyProcess(action, caller)
    }
  }

  func applyCopy(_ source: ModelCapability?, _ action: Action, to place: Place) {
    guard let source else { return }
    let copy = ModelCapability(
      source.object, source.type, Rights(rawValue: source.rights.rawValue & action.rights),
      badge: action.badge == 0 ? source.badge : action.badge)
    put(copy, at: place, under: source)
  }

  private func applyCreation(
    _ action: Action, _ caller: ModelObject, in world: World, _ kernel: Ref<CSpace>
  ) {
    guard let cspace = caller.cspace, let pool = cspace.payer else { return }
    let isFirst = [.endpoint, .notification, .ring, .cspace].contains(action.kind)
    let slot = isFirst ? action.first : action.second
    let source = capability(action.first, caller)
    let made: (object: ModelObject, type: CapabilityType)
    switch action.kind {
    case .endpoint, .ring:
      made = (makeEndpoint(capacity: action.kind == .ring ? action.order : 0, pool), .endpoint)
    case .notification:
      let object = ModelObject(
        .notification, payer: pool, bytes: [MemoryLayout<KernelCore.Notification>.size])
      object.meeting = ModelMeeting()
      objects.append(object)
      made = (object, .notification)
    case .cspace: made = (makeCSpace(slotCount: action.third, payer: pool), .cspace)
    default:
      guard let source, let carved = carve(action, source) else { return }
      made = carved
    }
    made.object.id = world.slot(slot, in: kernel)?.object.object?.object.id ?? 0
    if action.kind == .process, let twin = world.process(slot, in: kernel) {
      learn(made.object, from: twin)
    }
    if action.kind == .thread, let thread = source?.object.threads.last,
      let twin = world.slot(slot, in: kernel)?.object.object?.cast(to: Thread.self)
    {
      learn(thread, from: twin)
    }
    let capability = ModelCapability(made.object, made.type, made.type.meaningfulRights)
    let isCarved = [.split, .process, .retype].contains(action.kind)
    // What belongs to a process, or to the owner of a CSpace, is a child of that one's budget.
    let owner = [.grant, .thread].contains(action.kind) ? source?.object : pool.process
    put(
      capability, at: .slot(cspace: cspace.id, index: slot),
      under: isCarved ? source : owner?.budget)
  }

  /// What is made out of another capability's object.
  private func carve(_ action: Action, _ source: ModelCapability)
    -> (object: ModelObject, type: CapabilityType)?
  {
    let owner = source.object
    switch action.kind {
    case .split: return (makePool(order: action.order, from: owner), .untyped)
    case .retype:
      let frame = ModelObject(.frame, payer: owner, bytes: [64])
      frame.order = action.order
      objects.append(frame)
      return (frame, .frame)
    case .thread:
      guard let pool = owner.pool else { return nil }
      return (makeThread(of: owner, payer: pool), .thread)
    case .grant:
      guard let pool = owner.pool else { return nil }
      let grant = ModelObject(
        .installGrant, payer: pool, bytes: [MemoryLayout<InstallGrant>.size])
      grant.target = owner
      let (first, count) = action.grantedSlots
      grant.covered = first..<first + count
      objects.append(grant)
      return (grant, .installGrant)
    default:
      let process = makeProcess(order: action.order, slotCount: action.third, under: source)
      let (base, count) = action.childWindow
      process.cspace?.window = base..<base + count
      return (process, .process)
    }
  }

  private func makeEndpoint(capacity: UInt8, _ pool: ModelObject) -> ModelObject {
    let endpoint = ModelObject(.endpoint, payer: pool, bytes: [MemoryLayout<Endpoint>.size])
    endpoint.meeting = ModelMeeting()
    endpoint.meeting?.capacity = Int(capacity)
    if capacity > 0 {
      let pages = (Int(capacity) + 63) / 64
      endpoint.bytes += [MemoryLayout<MessageRing>.size] + Array(repeating: 4096, count: pages)
    }
    objects.append(endpoint)
    return endpoint
  }
}
