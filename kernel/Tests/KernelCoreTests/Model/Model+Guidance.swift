// Makes most random actions meaningful: slots are chosen among those that fit in the model's state.

import CapABI
import KernelCore
import KernelSimulation

extension Model {
  /// The action with its slots replaced by ones that fit, as far as the caller has any.
  ///
  /// A caller without room drops something instead, so that states neither fill up nor run dry.
  func guided(_ action: Action, by caller: ModelObject) -> Action {
    guard action.isGuided, let cspace = caller.cspace else { return action }
    var result = action
    switch action.kind {
    case .copy, .move:
      result.first = held(caller, action.first) { _ in true }
      result.second = empty(cspace, action.second)
    case .revoke, .query: result.first = held(caller, action.first) { _ in true }
    case .drop: result.first = expendable(caller, action.first)
    case .endpoint, .notification, .ring, .cspace: result.first = empty(cspace, action.first)
    case .split, .process, .retype:
      result.first = held(caller, action.first) { $0.type == .untyped }
      result.second = empty(cspace, action.second)
      // Buffers are single pages, so those must be frequent.
      if action.kind == .retype, action.badge == 0 { result.order = 0 }
    case .map:
      result.first = held(caller, action.first) { $0.type == .frame }
      result.second = held(caller, action.second) { $0.type == .process }
    case .unmap:
      result.first = held(caller, action.first) { $0.type == .process }
      result.second = empty(cspace, action.second)
      result.third = mappedAddress(result.first, caller, action.third)
    default: guide(&result, caller, cspace)
    }
    if !action.kind.isAlwaysPossible, refusal(of: result, by: caller) == .occupiedSlot {
      result.kind = .drop
      result.first = expendable(caller, action.first)
    }
    return result
  }

  private func guide(_ action: inout Action, _ caller: ModelObject, _ cspace: ModelObject) {
    switch action.kind {
    case .install:
      action.first = held(caller, action.first) { $0.type.canBeCopied }
      action.second = held(caller, action.second) { $0.type == .installGrant }
      let child = capability(action.second, caller)?.object.target?.cspace
      if let child { action.third = empty(child, action.third) }
    case .kill, .budget: action.first = held(caller, action.first) { $0.type == .process }
    case .window, .abort:
      action.first = held(caller, action.first) {
        $0.type == .process && $0.object.state == .staged
      }
    case .start: guideStart(&action, caller)
    case .grant:
      action.first = held(caller, action.first) {
        $0.type == .process && $0.object.state == .staged
      }
      action.second = empty(cspace, action.second)
    case .thread:
      action.first = held(caller, action.first) { $0.type == .process }
      action.second = empty(cspace, action.second)
    case .topUp:
      action.first = held(caller, action.first) { $0.type == .process }
      action.second = held(caller, action.second) { $0.type == .untyped }
    default: guideThread(&action, caller)
    }
  }

  /// A process that could start; grants that stand in the way are dropped first.
  private func guideStart(_ action: inout Action, _ caller: ModelObject) {
    action.first = held(caller, action.first) {
      $0.type == .process && $0.object.state == .staged
    }
    let process = capability(action.first, caller)?.object
    let grant = Action.slots.first { slot in
      guard let found = capability(slot, caller) else { return false }
      return found.type == .installGrant && found.object.target === process
    }
    guard let grant else { return }
    action.kind = .drop
    action.first = grant
  }

  private func guideThread(_ action: inout Action, _ caller: ModelObject) {
    let isStart = action.kind == .startThread
    action.first = held(caller, action.first) {
      guard let thread = threads[$0.object.id] ?? $0.object.thread.flatMap({ threads[$0.id] })
      else { return false }
      return !isStart || thread.state == .stopped
    }
    guard let target = capability(action.first, caller) else { return }
    let first = target.object.thread.flatMap { threads[$0.id] }
    switch action.kind {
    case .pager, .handler, .server:
      guard let thread = threads[target.object.id] ?? first else { return }
      action.second = held(thread.process, action.second) { $0.type == .endpoint }
    case .bind: action.second = held(caller, action.second) { $0.type == .notification }
    case .buffer:
      action.second = held(caller, action.second) { $0.type == .frame && $0.object.order == 0 }
    default: break
    }
  }

  /// A slot of the caller that holds a capability of some sort.
  func held(_ caller: ModelObject, _ choice: UInt32, _ fits: (ModelCapability) -> Bool) -> UInt32 {
    let fitting = Action.slots.filter { capability($0, caller).map(fits) ?? false }
    return fitting.isEmpty ? choice : fitting[Int(choice) % fitting.count]
  }

  /// A slot to drop; the first process keeps its first capability to all RAM.
  private func expendable(_ caller: ModelObject, _ choice: UInt32) -> UInt32 {
    let slot = held(caller, choice) { _ in true }
    return slot == World.ram.rawValue && caller === root ? choice % 64 + 2 : slot
  }

  func empty(_ cspace: ModelObject, _ choice: UInt32) -> UInt32 {
    let fitting = Action.slots.filter {
      $0 > 0 && $0 < cspace.slotCount && capabilities[.slot(cspace: cspace.id, index: $0)] == nil
    }
    return fitting.isEmpty ? choice : fitting[Int(choice) % fitting.count]
  }
}

extension Action.Kind {
  /// Whether no full CSpace stands in the way.
  fileprivate var isAlwaysPossible: Bool {
    switch self {
    case .copy, .move, .endpoint, .notification, .ring, .cspace, .split, .process, .grant, .install,
      .retype, .unmap, .thread:
      false
    default: true
    }
  }
}
