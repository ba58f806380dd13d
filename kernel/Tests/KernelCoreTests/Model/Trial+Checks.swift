// The comparison of everything, and what may be short of memory.

import CapABI
import KernelCore
import KernelMachine
import KernelSimulation

extension ThreadCall {
  /// Whether slots have to be backed with memory.
  var mayTakeMemory: Bool {
    number == .saveReply || MessageTag(rawValue: tag).flags.contains(.receiveSlots)
  }
}

extension Trial {
  /// Compares everything.
  func check(step: Int, checkingFreeMemory: Bool) throws(Divergence) {
    let audit = Audit(world, checkingFreeMemory: checkingFreeMemory)
    if let problem = audit.problems.first { throw Divergence(step: step, text: problem) }
    var expected: [Place: CapabilityRecord] = [:]
    for (place, capability) in model.capabilities {
      expected[place] = CapabilityRecord(
        type: capability.type, rights: capability.rights.rawValue, badge: capability.badge,
        object: capability.object.id, parent: capability.parent?.place)
    }
    guard expected == audit.capabilities else {
      let wrong = Set(expected.keys).union(audit.capabilities.keys).first {
        expected[$0] != audit.capabilities[$0]
      }
      let both = wrong.map {
        "\($0): \(String(describing: audit.capabilities[$0])) expected "
          + "\(String(describing: expected[$0]))"
      }
      throw Divergence(step: step, text: both ?? "")
    }
    // The stand-in for the hidden slot of the first process has no id.
    let ids = Set(model.objects.map(\.id)).subtracting([0])
    guard ids == audit.objects else { throw Divergence(step: step, text: "objects") }
    for object in model.objects {
      if object.kind == .pool { try checkPool(object, audit, step) }
      if object.kind == .process { try checkProcess(object, step) }
      if let meeting = object.meeting, object.id != 0 { try check(meeting, object, step) }
    }
  }

  private func checkPool(_ pool: ModelObject, _ audit: Audit, _ step: Int) throws(Divergence) {
    let total = model.total(pool)
    guard audit.pools[pool.id] == [total, total - model.used(pool)] else {
      throw Divergence(
        step: step,
        text: "pool \(pool.id): \(audit.pools[pool.id] ?? []), expected \(total) and "
          + "\(total - model.used(pool)) free")
    }
  }

  private func checkProcess(_ process: ModelObject, _ step: Int) throws(Divergence) {
    for thread in process.threads {
      guard thread.twin?.object.process.object.state == process.state else {
        throw Divergence(step: step, text: "process \(process.id) is not \(process.state)")
      }
    }
  }

  /// Compares the queues of an endpoint, and the bits of a notification.
  private func check(_ meeting: ModelMeeting, _ object: ModelObject, _ step: Int)
    throws(Divergence)
  {
    for thread in meeting.callers + meeting.receivers {
      guard thread.twin?.object.place?.object.id == object.id else {
        throw Divergence(step: step, text: "thread \(thread.object.id) waits elsewhere")
      }
    }
    guard object.kind == .notification, meeting.bits != 0 else { return }
    let holder = model.capabilities.values.first { $0.object === object }?.place
    guard case .slot(let cspace, let index) = holder,
      let owner = model.callers.first(where: { $0.cspace?.id == cspace })?.twin,
      let twin = world.slot(index, in: owner)?.object.object?.cast(to: Notification.self)
    else { return }
    guard twin.object.bits == meeting.bits else {
      throw Divergence(step: step, text: "notification \(object.id) has other bits")
    }
  }

  /// Running out of memory is right only when no block somewhat larger than needed is left.
  func checkExhaustion(_ action: Action, _ caller: ModelObject, _ step: Int)
    throws(Divergence)
  {
    let carves: Set<Action.Kind> = [.split, .process, .topUp, .retype]
    let target = model.capability(action.first, caller)?.object
    let second = model.capability(action.second, caller)?.object
    var payers = [caller.cspace?.payer]
    switch action.kind {
    case .install: payers.append(second?.target?.pool)
    case .thread, .grant: payers.append(target?.pool)
    // Three tables and three pages of records may be needed at once.
    case .map: payers.append(second?.pool ?? second?.payer)
    case .buffer: payers.append(target?.kind == .thread ? target?.payer : target?.pool)
    default: break
    }
    let needed = action.kind == .map ? 4 : action.kind == .ring ? 5 : 2
    var isExcused = payers.contains { isTight($0, below: needed) }
    if carves.contains(action.kind) {
      let source = action.kind == .topUp ? second : target
      if isTight(source, below: Int(action.order) + 2) { isExcused = true }
    }
    guard isExcused else { throw Divergence(step: step, text: "\(action): memory is there") }
  }

  /// Whether a pool has no block of 2^order pages.
  func isTight(_ pool: ModelObject?, below order: Int) -> Bool {
    guard let pool else { return false }
    let frames = world.state.objects.frames
    for index in 0..<frames.records.count {
      guard let owner = frames.records[index].object.owner, owner.object.header.id == pool.id
      else { continue }
      return 31 - owner.object.freeOrders.leadingZeroBitCount < order
    }
    return true
  }
}
