// Makes most random actions meaningful: slots are chosen among those that fit in the model's state.

import CapABI
import KernelCore

extension Model {
  /// The action with its slots replaced by ones that fit, as far as the caller has any.
  ///
  /// A caller without room drops something instead, so that states neither fill up nor run dry.
  func guided(_ action: Action, by caller: ModelObject) -> Action {
    guard action.isGuided, let cspace = caller.cspace else { return action }
    var result = action
    switch action.kind {
    case .copy, .move:
      result.first = held(nil, caller, action.first)
      result.second = empty(cspace, action.second)
    case .revoke, .query: result.first = held(nil, caller, action.first)
    case .drop: result.first = expendable(caller, action.first)
    case .endpoint, .notification, .cspace: result.first = empty(cspace, action.first)
    case .split, .process:
      result.first = held(.untyped, caller, action.first)
      result.second = empty(cspace, action.second)
    case .install:
      result.first = held(nil, caller, action.first)
      result.second = held(.process, caller, action.second)
      let child = capability(result.second, caller)?.object.cspace
      if let child { result.third = empty(child, action.third) }
    case .kill, .budget: result.first = held(.process, caller, action.first)
    case .retype:
      result.first = held(.untyped, caller, action.first)
      result.second = empty(cspace, action.second)
    case .map:
      result.first = held(.frame, caller, action.first)
      result.second = held(.process, caller, action.second)
    case .unmap:
      result.first = held(.process, caller, action.first)
      result.second = empty(cspace, action.second)
      result.third = mappedAddress(result.first, caller, action.third)
    case .topUp:
      result.first = held(.process, caller, action.first)
      result.second = held(.untyped, caller, action.second)
    }
    if !action.kind.isAlwaysPossible, refusal(of: result, by: caller) == .occupiedSlot {
      result.kind = .drop
      result.first = expendable(caller, action.first)
    }
    return result
  }

  /// A slot of the caller that holds a capability of a type.
  private func held(_ type: CapabilityType?, _ caller: ModelObject, _ choice: UInt32) -> UInt32 {
    let fitting = Action.slots.filter { slot in
      guard let capability = capability(slot, caller) else { return false }
      return type == nil || capability.type == type
    }
    return fitting.isEmpty ? choice : fitting[Int(choice) % fitting.count]
  }

  /// A slot to drop; the first process keeps its first capability to all RAM.
  private func expendable(_ caller: ModelObject, _ choice: UInt32) -> UInt32 {
    let slot = held(nil, caller, choice)
    return slot == World.ram.rawValue && caller === root ? choice % 64 + 2 : slot
  }

  private func empty(_ cspace: ModelObject, _ choice: UInt32) -> UInt32 {
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
    case .drop, .revoke, .query, .kill, .budget, .topUp, .map: true
    case .copy, .move, .endpoint, .notification, .cspace, .split, .process, .install, .retype,
      .unmap:
      false
    }
  }
}
