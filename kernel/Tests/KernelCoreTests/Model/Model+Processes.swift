// The life of processes and the steering of threads in the model: docs/reference/control/process.md
// and thread.md, said once more.

import CapABI
import KernelCore
import KernelSimulation

extension Model {
  func checkProcess(_ action: Action, _ caller: ModelObject) throws(SyscallError) {
    switch action.kind {
    case .kill: _ = try managed(action.first, .process, caller)
    case .abort:
      guard try managed(action.first, .process, caller).state == .staged else {
        throw .wrongState
      }
    case .start: try checkStart(action, caller)
    case .window:
      let process = try managed(action.first, .process, caller)
      guard process.state == .staged, let cspace = process.cspace else { throw .wrongState }
      let (base, count) = action.childWindow
      guard count > 0, base + count <= cspace.slotCount else { throw .invalidArgument }
    case .grant: try checkGrant(action, caller)
    case .install: try checkInstall(action, caller)
    case .budget:
      let process = try typed(occupied(action.first, caller, .window), .process, .read)
      guard process.state.isAlive else { throw .wrongState }
    case .topUp:
      let target = try occupied(action.first, caller, .window)
      let source = try occupied(action.second, caller, .window)
      let process = try typed(target, .process, .manage)
      _ = try typed(source, .untyped, .manage)
      guard action.order <= 20 else { throw .invalidArgument }
      guard process.state.isAlive else { throw .wrongState }
    case .thread:
      let source = try occupied(action.first, caller, .window)
      try vacant(action.second, caller, .window)
      guard try typed(source, .process, .manage).state.isAlive else { throw .wrongState }
    default: try checkThread(action, caller)
    }
  }

  private func managed(_ slot: UInt32, _ type: CapabilityType, _ caller: ModelObject)
    throws(SyscallError) -> ModelObject
  {
    try typed(occupied(slot, caller, .window), type, .manage)
  }

  private func checkStart(_ action: Action, _ caller: ModelObject) throws(SyscallError) {
    let process = try managed(action.first, .process, caller)
    guard action.stack < 1 << 44 else { throw .invalidArgument }
    guard process.state == .staged else { throw .wrongState }
    guard !objects.contains(where: { $0.kind == .installGrant && $0.target === process }) else {
      throw .busy
    }
  }

  private func checkGrant(_ action: Action, _ caller: ModelObject) throws(SyscallError) {
    let source = try occupied(action.first, caller, .window)
    try vacant(action.second, caller, .window)
    let process = try typed(source, .process, .manage)
    guard process.state == .staged, let cspace = process.cspace else { throw .wrongState }
    let (first, count) = action.grantedSlots
    guard first > 0, count > 0, UInt64(first) + UInt64(count) <= UInt64(cspace.slotCount) else {
      throw .invalidArgument
    }
  }

  private func checkInstall(_ action: Action, _ caller: ModelObject) throws(SyscallError) {
    let grant = try managed(action.second, .installGrant, caller)
    guard grant.covered.contains(action.third) else { throw .slotOutOfRange }
    guard let child = grant.target, child.state == .staged else { throw .wrongState }
    let source = try occupied(action.first, caller, .window)
    try vacant(action.third, child)
    try checkCopy(source, action)
  }

  // MARK: Threads

  /// The thread that a slot names, itself or as the first of a process.
  private func managedThread(_ capability: ModelCapability) throws(SyscallError) -> ModelThread {
    guard capability.type == .thread || capability.type == .process else { throw .wrongType }
    guard capability.rights.contains(.manage) else { throw .missingRight }
    let object = capability.type == .thread ? capability.object : capability.object.thread
    guard let object, let thread = threads[object.id] else { throw .wrongState }
    return thread
  }

  private func checkThread(_ action: Action, _ caller: ModelObject) throws(SyscallError) {
    let target = try occupied(action.first, caller, .window)
    switch action.kind {
    case .stopThread, .priority: _ = try managedThread(target)
    case .startThread:
      let thread = try managedThread(target)
      guard action.stack < 1 << 44 else { throw .invalidArgument }
      guard thread.state == .stopped, thread.process.state == .running else {
        throw .wrongState
      }
    case .pager, .handler, .server: try checkEndpoint(action, try managedThread(target))
    case .bind: try checkBinding(action, target, caller)
    case .buffer: try checkBuffer(action, target, caller)
    default: throw .unsupported
    }
  }

  private func checkEndpoint(_ action: Action, _ thread: ModelThread) throws(SyscallError) {
    guard thread.process.state.isAlive else { throw .wrongState }
    guard action.second != 0 else { return }
    let isServer = action.kind == .server
    let source = try occupied(action.second, thread.process)
    let endpoint = try typed(source, .endpoint, isServer ? .receive : .send)
    let server = endpoint.meeting?.server
    guard !isServer || server == nil || server === thread else { throw .busy }
  }

  private func checkBinding(
    _ action: Action, _ target: ModelCapability, _ caller: ModelObject
  ) throws(SyscallError) {
    let source = action.second == 0 ? nil : try occupied(action.second, caller, .window)
    let isProcess = target.type == .process
    let thread = isProcess ? nil : try managedThread(target)
    if isProcess { _ = try typed(target, .process, .manage) }
    let notification =
      try source.map { (found) throws(SyscallError) in
        try typed(found, .notification, isProcess ? .send : .receive)
      }
    guard (thread?.process ?? target.object).state.isAlive else { throw .wrongState }
    guard let thread, let meeting = notification?.meeting else { return }
    guard meeting.bound == nil || meeting.bound === thread, meeting.receivers.isEmpty else {
      throw .busy
    }
  }

  private func checkBuffer(
    _ action: Action, _ target: ModelCapability, _ caller: ModelObject
  ) throws(SyscallError) {
    let source = action.second == 0 ? nil : try occupied(action.second, caller, .window)
    let thread = try managedThread(target)
    let frame =
      try source.map { (found) throws(SyscallError) in
        try typed(found, .frame, .read | .write)
      }
    if let frame, frame.order != 0 { throw .invalidArgument }
    guard thread.process.state.isAlive else { throw .wrongState }
    if let frame, mappings(of: frame, allowing: .execute) > 0 { throw .busy }
  }

  // MARK: What they do

  func applyProcess(_ action: Action, _ caller: ModelObject) {
    guard let source = capability(action.first, caller) else { return }
    switch action.kind {
    case .kill: kill(source.object)
    case .abort:
      kill(source.object)
      // Its own end may have taken the capability along.
      if source.place != nil { delete(source) }
    case .start:
      source.object.state = .running
      if let thread = source.object.thread.flatMap({ threads[$0.id] }) { goOn(thread, nil) }
    case .window:
      let (base, count) = action.childWindow
      source.object.cspace?.window = base..<base + count
    case .install:
      guard let child = capability(action.second, caller)?.object.target?.cspace else { return }
      applyCopy(source, action, to: .slot(cspace: child.id, index: action.third))
    case .topUp: applyTopUp(action, caller)
    case .bind where source.type == .process: applyBinding(action, source.object, caller)
    case .budget: break
    default:
      if let thread = try? managedThread(source) { applyThread(action, thread, caller) }
    }
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

  private func applyBinding(_ action: Action, _ process: ModelObject, _ caller: ModelObject) {
    let place = Place.childNotification(process: process.id)
    if let old = capabilities[place] { delete(old) }
    guard let source = capability(action.second, caller) else { return }
    put(
      ModelCapability(source.object, .notification, .send, badge: source.badge), at: place,
      under: source)
  }

  private func applyThread(_ action: Action, _ thread: ModelThread, _ caller: ModelObject) {
    switch action.kind {
    case .startThread: goOn(thread, nil)
    case .stopThread: stop(thread)
    case .priority: thread.base = action.order
    case .pager: thread.pager = action.second
    case .handler: thread.handler = action.second
    case .server:
      thread.serves?.meeting?.server = nil
      thread.serves = capability(action.second, thread.process)?.object
      thread.serves?.meeting?.server = thread
    case .bind: applyBinding(action, thread, caller)
    case .buffer: applyBuffer(action, thread, caller)
    default: break
    }
  }

  private func applyBinding(_ action: Action, _ thread: ModelThread, _ caller: ModelObject) {
    unbind(thread)
    guard let notification = capability(action.second, caller)?.object else { return }
    thread.bound = notification
    notification.meeting?.bound = thread
    signal(notification, notification.meeting?.bits ?? 0) { $0 === thread }
  }

  private func applyBuffer(_ action: Action, _ thread: ModelThread, _ caller: ModelObject) {
    let place = Place.buffer(thread: thread.object.id)
    if let old = capabilities[place] { delete(old) }
    guard let source = capability(action.second, caller) else { return }
    if !thread.hasBufferSlot {
      thread.hasBufferSlot = true
      thread.object.bytes.append(64)
    }
    let hidden = ModelCapability(source.object, .frame, .read | .write)
    hidden.mapped = .write
    put(hidden, at: place, under: source)
  }
}
