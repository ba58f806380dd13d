// Runs a sequence of actions on the kernel alone, with the finaliser left behind by some steps.

import CapABI
import KernelCore
import KernelMachine
import KernelSimulation

/// Every state between two steps must be consistent, too.
///
/// At the end everything is settled.
func runUnsettled(_ actions: [Action], seed: UInt64) throws {
  var random = Generator(state: seed)
  let world = try World(frames: 512, budgetOrder: 5)
  for (step, action) in actions.enumerated() {
    // Refusals are as welcome as successes here.
    if let caller = world.caller(action.caller) { try? world.perform(action, by: caller) }
    world.settle(atMost: random.below(4))
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
  /// The first process, or some living child of it.
  fileprivate func caller(_ choice: Int) -> KernelCaller? {
    let children = Action.slots.compactMap { index -> Ref<Process>? in
      guard index > 0, index < 4096, slot(index)?.object.type == .process else { return nil }
      return process(index)
    }
    let isChild = choice % 2 == 1 && !children.isEmpty
    let chosen = isChild ? children[choice % children.count] : root
    guard let cspace = chosen.object.cspace, let thread = chosen.object.firstThread else {
      return nil
    }
    return KernelCaller(cspace: cspace, thread: thread)
  }
}
