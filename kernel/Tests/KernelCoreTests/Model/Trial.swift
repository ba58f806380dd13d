// Runs a sequence of actions on the kernel and the model side by side.

import CapABI
import KernelCore
import KernelMachine

/// Why and where a sequence failed.
struct Divergence: Error, CustomStringConvertible {
  var step: Int
  var text: String
  var description: String { "step \(step): \(text)" }
}

/// One kernel and one model.
struct Trial {
  let world: World
  let model: Model
  /// Operations that were carried out, as opposed to refused.
  var successes = 0

  init(frames: Int, slotCount: UInt32) throws {
    world = try World(frames: frames, slotCount: slotCount, budgetOrder: frames > 1000 ? 6 : 4)
    model = Model(world: world)
  }

  /// Does one action on both; throws when the results differ.
  mutating func perform(_ wanted: Action, step: Int) throws(Divergence) {
    let callers = model.callers
    // The root task may end itself; then there is nobody left to act.
    guard !callers.isEmpty else { return }
    let caller = callers[wanted.caller % callers.count]
    let action = model.guided(wanted, by: caller)
    guard let kernelCaller = caller.twin, kernelCaller.object.header.kind == .cspace else {
      throw Divergence(step: step, text: "the caller has no CSpace in the kernel")
    }
    let expected = model.refusal(of: action, by: caller)
    let result = attempt(action, by: kernelCaller)
    if result == .noMemory, expected == nil {
      return try checkExhaustion(action, caller, step)
    }
    guard result == expected else {
      let names = "\(String(describing: result)), expected \(String(describing: expected))"
      throw Divergence(step: step, text: "\(action): \(names)")
    }
    guard result == nil else { return }
    successes += 1
    model.apply(action, by: caller, in: world, kernelCaller)
    world.settle()
  }

  private func attempt(_ action: Action, by caller: Ref<CSpace>) -> SyscallError? {
    do throws(SyscallError) {
      try world.perform(action, by: caller)
      return nil
    } catch {
      return error
    }
  }

  /// Running out of memory is right only when no block somewhat larger than needed is left.
  private func checkExhaustion(_ action: Action, _ caller: ModelObject, _ step: Int)
    throws(Divergence)
  {
    let carves: Set<Action.Kind> = [.split, .process, .topUp, .retype]
    var payers = [caller.cspace?.payer?.id ?? 0]
    if action.kind == .install {
      payers.append(model.capability(action.second, caller)?.object.pool?.id ?? 0)
    }
    if action.kind == .map {
      // Three tables and three pages of records may be needed at once.
      let target = model.capability(action.second, caller)?.object
      payers.append(target?.pool?.id ?? target?.payer?.id ?? 0)
    }
    let sourceSlot = action.kind == .topUp ? action.second : action.first
    let source = model.capability(sourceSlot, caller)?.object.id ?? 0
    let frames = world.state.objects.frames
    var isTight = false
    for index in 0..<frames.records.count {
      guard let pool = frames.records[index].object.owner else { continue }
      let largest = 31 - pool.object.freeOrders.leadingZeroBitCount
      let needed = action.kind == .map ? 4 : 2
      if payers.contains(pool.object.header.id), largest < needed { isTight = true }
      if carves.contains(action.kind), pool.object.header.id == source,
        largest < Int(action.order) + 2
      {
        isTight = true
      }
    }
    guard isTight else { throw Divergence(step: step, text: "\(action): memory is there") }
  }

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
    for pool in model.objects where pool.kind == .pool {
      let total = model.total(pool)
      guard audit.pools[pool.id] == [total, total - model.used(pool)] else {
        throw Divergence(
          step: step,
          text: "pool \(pool.id): \(audit.pools[pool.id] ?? []), expected \(total) and "
            + "\(total - model.used(pool)) free")
      }
    }
  }
}

/// Runs a sequence, checking everything after every `stride` steps and at the end.
func run(_ actions: [Action], frames: Int, slotCount: UInt32, every stride: Int)
  throws -> Int
{
  var trial = try Trial(frames: frames, slotCount: slotCount)
  try trial.check(step: 0, checkingFreeMemory: true)
  for (step, action) in actions.enumerated() {
    try trial.perform(action, step: step)
    let isLast = step == actions.count - 1
    guard step % stride == 0 || isLast else { continue }
    try trial.check(step: step, checkingFreeMemory: isLast || step % (stride * 64) == 0)
  }
  return trial.successes
}

/// Runs a sequence on the kernel alone, with the finaliser left behind by some steps.
///
/// Every state between two steps must be consistent, too. At the end everything is settled.
func runUnsettled(_ actions: [Action], frames: Int, seed: UInt64) throws {
  var random = Generator(state: seed)
  let world = try World(frames: frames, budgetOrder: 5)
  for (step, action) in actions.enumerated() {
    var caller = world.cspace
    if action.caller % 2 == 1, let child = world.anyChild(from: action.caller) { caller = child }
    // Refusals are as welcome as successes here.
    try? world.perform(action, by: caller)
    for _ in 0..<random.next() % 4 { world.state.objects.finaliseStep() }
    let audit = Audit(world, checkingFreeMemory: step % 16 == 0)
    if let problem = audit.problems.first {
      throw Divergence(step: step, text: "\(action): \(problem)")
    }
  }
  world.settle()
  if let problem = Audit(world).problems.first {
    throw Divergence(step: actions.count, text: problem)
  }
}

extension World {
  /// The CSpace of some living child of the first process.
  fileprivate func anyChild(from choice: Int) -> Ref<CSpace>? {
    let children = Action.slots.compactMap { index -> Ref<CSpace>? in
      guard index > 0, index < 4096, slot(index)?.object.type == .process else { return nil }
      return process(index)?.object.cspace
    }
    return children.isEmpty ? nil : children[choice % children.count]
  }
}

/// The shortest sequence found that still fails, by leaving out ever smaller parts.
func shrink(_ actions: [Action], failing: ([Action]) -> Bool) -> [Action] {
  var current = actions
  var part = current.count / 2
  while part > 0 {
    var start = 0
    while start < current.count {
      var shorter = current
      shorter.removeSubrange(start..<min(start + part, current.count))
      if failing(shorter) { current = shorter } else { start += part }
    }
    part /= 2
  }
  return current
}
