// How the kernel is left: what is left to do is done as far as it may be, then the most urgent
// thread goes on.

import CapABI
import KernelMachine

extension KernelState {
  /// Finishes every kernel entry.
  ///
  /// - Returns: The thread to resume, with its address space loaded; nil: the processor idles until
  ///   an interrupt. Holds no reference across a step that may free its object.
  package mutating func leave(on cpu: Ref<Processor>) -> Ref<Thread>? {
    if objects.hasNewWork { adoptWork(on: cpu) }
    if workPriority >= 0 { work(on: cpu) }
    applyInvalidations()
    if cpu.object.timerHasExpired { expire(on: cpu) }
    guard let thread = choose(on: cpu) else {
      idle(on: cpu)
      return nil
    }
    cpu.object.entryPriority = Int(thread.object.priority)
    if cpu.object.loaded != thread { load(thread, on: cpu) }
    arm(on: cpu)
    return thread
  }

  // MARK: Work

  /// New work is as urgent as the thread that caused it.
  private mutating func adoptWork(on cpu: Ref<Processor>) {
    objects.hasNewWork = false
    workPriority = max(workPriority, max(cpu.object.entryPriority, 0))
  }

  /// Finalises, unless a more urgent thread is ready, until an interrupt is pending.
  ///
  /// Priorities are looked at in any case, for they decide which thread is the most urgent. At
  /// least one step is done, so interrupts delay the work and do not stop it.
  private mutating func work(on cpu: Ref<Processor>) {
    while objects.reviews != nil || cpu.object.topPriority <= workPriority {
      unloadDying(on: cpu)
      measuredStep()
      objects.hasNewWork = false
      guard !objects.isSettled else {
        workPriority = -1
        return
      }
      guard !M.interruptPending() else { return }
    }
  }

  /// A step of the finaliser; smoke images note the longest.
  @inline(__always) private mutating func measuredStep() {
    #if ERIX_PROFILE_SMOKE
    let start = M.ticks()
    finaliseStep()
    longestStep = max(longestStep, M.ticks() &- start)
    #else
    finaliseStep()
    #endif
  }

  /// Stops using the address space of a process that is being taken apart.
  ///
  /// Before every step of the finaliser, which may free the process.
  package mutating func unloadDying(on cpu: Ref<Processor>) {
    guard let process = cpu.object.addressSpace, !process.object.state.isAlive else { return }
    charge(on: cpu)
    M.activateKernel()
    cpu.object.addressSpace = nil
    cpu.object.loaded = nil
  }

  // MARK: Scheduling

  /// Does what the timer was armed for.
  private mutating func expire(on cpu: Ref<Processor>) {
    guard expireDeadlines(on: cpu) else { return }
    cpu.object.timerHasExpired = false
    guard let thread = cpu.object.current, M.now() >= cpu.object.quantumEnd,
      cpu.object.ready.top == Int(thread.object.priority)
    else { return }
    thread.object.quantum = Processor.quantum
    cpu.object.current = nil
    cpu.object.ready.append(thread)
  }

  /// Ends the waits whose deadline has passed; false when an interrupt came first.
  private mutating func expireDeadlines(on cpu: Ref<Processor>) -> Bool {
    let now = M.now()
    while true {
      switch cpu.object.timers.step(at: now) {
      case .none: return true
      case .moved: break
      case .expired(let thread):
        thread.object.flags.remove(.timed)
        objects.endWait(thread, with: .timedOut)
      }
      guard !M.interruptPending() else { return false }
    }
  }

  /// Makes the most urgent thread the current one.
  @inline(__always)
  private mutating func choose(on cpu: Ref<Processor>) -> Ref<Thread>? {
    if let thread = cpu.object.current, cpu.object.ready.top <= Int(thread.object.priority) {
      return thread
    }
    return takeNext(on: cpu)
  }

  /// Gives the processor to the first thread of the queue.
  @inline(never)
  private mutating func takeNext(on cpu: Ref<Processor>) -> Ref<Thread>? {
    let now = M.now()
    if let thread = cpu.object.current {
      let rest = cpu.object.quantumEnd
      if rest > now {
        // Whoever gives way keeps its place and the rest of its turn.
        thread.object.quantum = rest - now
        cpu.object.ready.prepend(thread)
      } else {
        cpu.object.ready.append(thread)
      }
    }
    cpu.object.current = cpu.object.ready.takeFirst()
    guard let thread = cpu.object.current else { return nil }
    record(.contextSwitch, thread, thread.object.process.object.header.id, on: cpu)
    cpu.beginTurn(of: thread, at: now)
    return thread
  }

  /// Asks for a timer interrupt when a turn ends while others wait for theirs.
  ///
  /// The timer is left armed while anything is ready, whoever runs, so a direct switch need not
  /// look at it.
  @inline(__always)
  private mutating func arm(on cpu: Ref<Processor>) {
    if !cpu.object.ready.isEmpty, cpu.object.armedUntil > cpu.object.quantumEnd {
      armTurn(on: cpu)
    }
    arm(until: cpu.object.timers.nextTime, on: cpu)
  }

  @inline(never)
  private mutating func armTurn(on cpu: Ref<Processor>) {
    let now = M.now()
    // A turn that nobody waited for the end of begins anew.
    if cpu.object.quantumEnd <= now { cpu.object.quantumEnd = now &+ Processor.quantum }
    arm(until: cpu.object.quantumEnd, on: cpu)
  }

  @inline(__always)
  private mutating func arm(until time: UInt64, on cpu: Ref<Processor>) {
    guard time < cpu.object.armedUntil else { return }
    cpu.object.armedUntil = time
    M.armTimer(at: time)
  }

  // MARK: Processor state

  /// Loads what a thread has of its own beside its general registers.
  private mutating func load(_ thread: Ref<Thread>, on cpu: Ref<Processor>) {
    let process = thread.object.process
    if cpu.object.addressSpace != process || cpu.object.isIdle {
      charge(on: cpu)
      cpu.object.addressSpace = process
      M.activate(root: process.object.root)
      M.isolateProcess()
    }
    switchFPU(to: thread, on: cpu)
    let base = thread.object.context.fsBase
    // User code can clear the base by way of the selector, so what was loaded for another thread
    // says nothing; only where both are 0 there is nothing to clear.
    if cpu.object.fsBase | base != 0 {
      cpu.object.fsBase = base
      M.loadFSBase(base)
    }
    cpu.object.loaded = thread
  }

  private mutating func idle(on cpu: Ref<Processor>) {
    charge(on: cpu)
    arm(until: cpu.object.timers.nextTime, on: cpu)
    cpu.object.isIdle = true
    cpu.object.loaded = nil
  }

  /// Charges the time since the last change to the process that ran.
  private mutating func charge(on cpu: Ref<Processor>) {
    let now = M.ticks()
    if let process = cpu.object.addressSpace, !cpu.object.isIdle {
      process.object.counters.processorTime &+= now &- cpu.object.chargedUntil
    }
    cpu.object.chargedUntil = now
    cpu.object.isIdle = false
  }
}

extension Ref where Object == Processor {
  /// Starts the turn of the thread that has just become the current one.
  @inline(__always) func beginTurn(of thread: Ref<Thread>, at now: UInt64) {
    // Times are below 2^63 and a quantum is 10 ms.
    object.quantumEnd = now &+ thread.object.quantum
    thread.object.quantum = Processor.quantum
  }
}
