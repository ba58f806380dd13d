// Runs a sequence of actions on the kernel and the model side by side.

import CapABI
import IPC
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
  /// What the next message says.
  private var token: UInt64 = 1
  /// The call that is being compared.
  private var lastCall: ThreadCall?

  init(_ size: TrialSize) throws {
    world = try World(
      frames: size.frames, slotCount: size.slotCount, budgetOrder: size.frames > 1000 ? 6 : 4)
    // Between any two whole milliseconds, where deadlines are.
    world.devices.time = 10_500_000
    model = Model(world: world)
  }

  /// Does one action on both; throws when the results differ.
  mutating func perform(_ wanted: Action, step: Int) throws(Divergence) {
    lastCall = nil
    do throws(Divergence) {
      if wanted.kind == .pass {
        world.pass(UInt64(wanted.steps) * 1_000_000)
      } else if wanted.kind.isOfThread, let current = world.cpu.object.current {
        try performCall(wanted, by: current, step)
      } else {
        try performOperation(wanted.kind.isOfThread ? revival(wanted) : wanted, step)
      }
      try catchUp(step)
    } catch {
      let call = lastCall.map { " after \($0)" } ?? ""
      throw Divergence(step: step, text: error.text + call)
    }
  }

  /// What happens instead when every thread waits: somebody is started or stopped, or time passes.
  private func revival(_ action: Action) -> Action {
    var result = action
    result.kind = [.startThread, .stopThread, .startThread, .priority][Int(action.extra % 4)]
    result.isGuided = true
    return result
  }

  // MARK: Operations of a process

  private mutating func performOperation(_ wanted: Action, _ step: Int) throws(Divergence) {
    let callers = model.callers
    // The root task may end itself; then there is nobody left to act.
    guard !callers.isEmpty else { return }
    let caller = callers[wanted.caller % callers.count]
    let action = model.guided(wanted, by: caller)
    guard let cspace = caller.twin, cspace.object.header.kind == .cspace,
      let thread = caller.threads.first?.twin
    else { throw Divergence(step: step, text: "the caller has no CSpace in the kernel") }
    let expected = model.refusal(of: action, by: caller)
    let result = attempt(action, by: KernelCaller(cspace: cspace, thread: thread))
    if result == .noMemory, expected == nil {
      return try checkExhaustion(action, caller, step)
    }
    guard result == expected else {
      let names = "\(String(describing: result)), expected \(String(describing: expected))"
      throw Divergence(step: step, text: "\(action): \(names)")
    }
    guard result == nil else { return }
    successes += 1
    model.apply(action, by: caller, in: world, cspace)
  }

  private func attempt(_ action: Action, by caller: KernelCaller) -> SyscallError? {
    do throws(SyscallError) {
      try world.perform(action, by: caller)
      return nil
    } catch {
      return error
    }
  }

  // MARK: Calls of the thread that runs

  private mutating func performCall(_ action: Action, by current: Ref<Thread>, _ step: Int)
    throws(Divergence)
  {
    guard let thread = model.threads[current.object.header.id] else {
      throw Divergence(step: step, text: "a thread runs that is no more")
    }
    token += 1
    if action.kind == .fault {
      let kind: FaultKind = action.extra % 3 == 0 ? .divide : .page
      world.enter { $0.fault(UserFault(kind: kind, address: 0x5000), on: world.cpu) }
      return model.raise(kind, by: thread)
    }
    let call = model.threadCall(action, by: thread, token: token, time: world.devices.time)
    lastCall = call
    if action.kind == .resolve { return try performResolve(call, current, thread, step) }
    world.write(call.buffer, for: current)
    model.buffer(of: thread)?.buffer = call.buffer
    world.carryOut(call)
    if current.object.state == .ready, current.status == .noMemory {
      guard call.mayTakeMemory, isTight(thread.process.cspace?.payer, below: 2) else {
        throw Divergence(step: step, text: "\(call): memory is there")
      }
      return model.goOn(thread, .status(.noMemory))
    }
    model.perform(call, by: thread)
    switch thread.comesBack {
    case nil, .message, .status(.ok): successes += 1
    case .status: break
    }
  }

  private func performResolve(
    _ call: ThreadCall, _ current: Ref<Thread>, _ thread: ModelThread, _ step: Int
  ) throws(Divergence) {
    let request = ControlRequest(
      operation: .resolveFault, badge: 0, length: 32, word0: call.slot & 0xFFFF_FFFF, word1: 0,
      word2: 0, word3: 0)
    var result: SyscallError?
    do throws(SyscallError) { _ = try world.state.control(.testRoot, request, from: current) } catch
    {
      result = error
    }
    var expected: SyscallError?
    do throws(SyscallError) {
      try model.resolve(UInt32(truncatingIfNeeded: call.slot), by: thread)
    } catch {
      expected = error
    }
    guard result == expected else {
      throw Divergence(
        step: step,
        text: "RESOLVE_FAULT \(call.slot): \(String(describing: result)), "
          + "expected \(String(describing: expected))")
    }
  }

  // MARK: Comparing

  /// Lets kernel and model finish what an action has begun, and compares every thread.
  private func catchUp(_ step: Int) throws(Divergence) {
    world.settle()
    world.reschedule()
    model.settlePriorities()
    world.pass(0)
    model.expire(at: world.devices.time)
    world.settle()
    world.reschedule()
    model.settlePriorities()
    for thread in model.threads.values {
      if let problem = difference(thread) {
        throw Divergence(step: step, text: "thread \(thread.object.id): \(problem)")
      }
      thread.comesBack = nil
    }
    let top = model.threads.values.filter { $0.state == .ready }.map(\.effective).max()
    let current = world.cpu.object.current.flatMap { model.threads[$0.object.header.id] }
    guard current?.effective == top, current?.state ?? .ready == .ready else {
      throw Divergence(step: step, text: "the thread that runs is not the most urgent")
    }
  }

  private func difference(_ thread: ModelThread) -> String? {
    guard let twin = thread.twin, twin.object.header.id == thread.object.id else {
      return "is gone in the kernel"
    }
    guard twin.object.state == thread.state else {
      return "is \(twin.object.state), expected \(thread.state)"
    }
    if twin.object.priority != thread.effective {
      guard twin.object.priority > thread.effective, model.inheritsInCircles(thread) else {
        return "has priority \(twin.object.priority), expected \(thread.effective)"
      }
      thread.effective = twin.object.priority
    }
    switch thread.comesBack {
    case nil: return nil
    case .status(let code):
      return twin.status == code ? nil : "got status \(twin.status), expected \(code)"
    case .message(let message):
      let isRight =
        twin.object.context.rax == 0 && twin.badge == message.badge
        && twin.tag.rawValue == message.tag
        && zip(twin.words, message.words).allSatisfy { $1 == nil || $0 == $1 }
      return isRight
        ? nil
        : "got \(twin.status) \(twin.badge) \(twin.tag) \(twin.words), expected \(message)"
    }
  }
}

/// How large a trial is, and how often everything is compared.
struct TrialSize {
  var frames: Int
  var slotCount: UInt32
  /// The steps between two comparisons in larger states.
  var stride = 1000
  /// The objects up to which everything is compared after every step.
  var smallest = 64
}

/// Runs a sequence, comparing everything as often as `size` says and at the end.
func run(_ actions: [Action], _ size: TrialSize) throws -> Int {
  var trial = try Trial(size)
  try trial.check(step: 0, checkingFreeMemory: true)
  for (step, action) in actions.enumerated() {
    try trial.perform(action, step: step)
    let isLast = step == actions.count - 1
    let isSmall = trial.model.objects.count <= size.smallest
    guard isSmall || step % size.stride == 0 || isLast else { continue }
    try trial.check(step: step, checkingFreeMemory: isLast || step % (size.stride * 64) == 0)
  }
  return trial.successes
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
