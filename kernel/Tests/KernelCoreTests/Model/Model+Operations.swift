// What each operation means, or which error it must give, in the model.

import CapABI
import KernelCore

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
    case .endpoint, .notification: try vacant(action.first, caller)
    case .cspace:
      try vacant(action.first, caller)
      guard (1...1 << 20).contains(action.third) else { throw .invalidArgument }
    case .split, .process: try checkCarving(action, caller)
    case .install: try checkInstall(action, caller)
    case .kill: _ = try typed(occupied(action.first, caller), .process, .manage)
    case .topUp: try checkTopUp(action, caller)
    case .retype: try checkRetype(action, caller)
    case .map: try checkMap(action, caller)
    case .unmap: try checkUnmap(action, caller)
    case .budget:
      let process = try typed(occupied(action.first, caller), .process, .read)
      guard process.state == .staged, process.pool != nil else { throw .wrongState }
    }
  }

  private func checkCopy(_ source: ModelCapability, _ action: Action) throws(SyscallError) {
    guard source.type.canBeCopied else { throw .denied }
    guard action.rights < 128 else { throw .invalidArgument }
    guard action.badge != 0 else { return }
    guard source.type == .endpoint || source.type == .notification else { throw .invalidArgument }
    guard source.badge == 0 else { throw .alreadyBadged }
  }

  private func checkCarving(_ action: Action, _ caller: ModelObject) throws(SyscallError) {
    let source = try occupied(action.first, caller)
    try vacant(action.second, caller)
    _ = try typed(source, .untyped, .manage)
    guard action.order <= 20 else { throw .invalidArgument }
    guard action.kind == .process else { return }
    guard action.order >= Process.minimumBudgetOrder, (1...1 << 20).contains(action.third) else {
      throw .invalidArgument
    }
  }

  private func checkInstall(_ action: Action, _ caller: ModelObject) throws(SyscallError) {
    let child = try typed(occupied(action.second, caller), .process, .manage)
    guard child.state == .staged, child.cspace?.isAlive ?? false else { throw .wrongState }
    let source = try occupied(action.first, caller)
    try vacant(action.third, child)
    try checkCopy(source, action)
  }

  private func checkTopUp(_ action: Action, _ caller: ModelObject) throws(SyscallError) {
    let target = try occupied(action.first, caller)
    let source = try occupied(action.second, caller)
    let process = try typed(target, .process, .manage)
    _ = try typed(source, .untyped, .manage)
    guard action.order <= 20 else { throw .invalidArgument }
    guard process.state == .staged else { throw .wrongState }
  }

  private func inRange(_ slot: UInt32, _ caller: ModelObject) throws(SyscallError) {
    guard let cspace = caller.cspace, slot > 0, slot < cspace.slotCount else {
      throw .slotOutOfRange
    }
  }

  func occupied(_ slot: UInt32, _ caller: ModelObject) throws(SyscallError)
    -> ModelCapability
  {
    try inRange(slot, caller)
    guard let found = capability(slot, caller) else { throw .emptySlot }
    return found
  }

  func vacant(_ slot: UInt32, _ caller: ModelObject) throws(SyscallError) {
    try inRange(slot, caller)
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
    case .install:
      guard let child = capability(action.second, caller)?.object.cspace else { return }
      applyCopy(source, action, to: .slot(cspace: child.id, index: action.third))
    case .move:
      guard let source, let old = source.place else { return }
      capabilities[old] = nil
      source.place = place(action.second)
      capabilities[place(action.second)] = source
    case .drop: if let source { delete(source) }
    case .revoke: while let child = source?.children.first { delete(child) }
    case .kill: if let process = source?.object { kill(process) }
    case .query, .budget: break
    case .topUp: applyTopUp(action, caller)
    case .map: applyMap(action, caller)
    case .unmap: applyUnmap(action, caller)
    case .endpoint, .notification, .cspace, .split, .process, .retype:
      applyCreation(action, caller, in: world, kernel)
    }
  }

  private func applyCopy(_ source: ModelCapability?, _ action: Action, to place: Place) {
    guard let source else { return }
    let copy = ModelCapability(
      source.object, source.type, Rights(rawValue: source.rights.rawValue & action.rights),
      badge: action.badge == 0 ? source.badge : action.badge)
    put(copy, at: place, under: source)
  }

  private func applyTopUp(_ action: Action, _ caller: ModelObject) {
    guard let process = capability(action.first, caller)?.object, let pool = process.pool,
      let source = capability(action.second, caller)
    else { return }
    pool.chunks.append((source.object, 4096 << UInt64(action.order)))
    let hidden = ModelCapability(pool, .untyped, .none)
    hidden.isChunk = true
    hidden.keepsAlive = process
    put(hidden, at: nil, under: source)
    chunkCapabilities[ObjectIdentifier(pool), default: []].append(hidden)
  }

  private func applyCreation(
    _ action: Action, _ caller: ModelObject, in world: World, _ kernel: Ref<CSpace>
  ) {
    guard let cspace = caller.cspace, let pool = cspace.payer else { return }
    let isCarved = [.split, .process, .retype].contains(action.kind)
    let slot = isCarved ? action.second : action.first
    let place = Place.slot(cspace: cspace.id, index: slot)
    let source = capability(action.first, caller)
    let made: (object: ModelObject, type: CapabilityType, parent: ModelCapability?)
    switch action.kind {
    case .endpoint, .notification:
      let kind: ObjectKind = action.kind == .endpoint ? .endpoint : .notification
      let object = ModelObject(kind, payer: pool, bytes: [64])
      objects.append(object)
      made = (object, action.kind == .endpoint ? .endpoint : .notification, nil)
    case .cspace: made = (makeCSpace(slotCount: action.third, payer: pool), .cspace, nil)
    case .split:
      guard let source else { return }
      made = (makePool(order: action.order, from: source.object), .untyped, source)
    case .retype:
      guard let source else { return }
      let frame = ModelObject(.frame, payer: source.object, bytes: [64])
      frame.order = action.order
      objects.append(frame)
      made = (frame, .frame, source)
    default:
      guard let source else { return }
      let process = makeProcess(order: action.order, slotCount: action.third, under: source)
      if let twin = world.process(slot, in: kernel) { learn(process, from: twin) }
      made = (process, .process, source)
    }
    made.object.id = world.slot(slot, in: kernel)?.object.object?.object.id ?? 0
    let capability = ModelCapability(made.object, made.type, made.type.meaningfulRights)
    put(capability, at: place, under: made.parent ?? pool.process?.budget)
  }
}
