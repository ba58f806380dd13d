// What the plan of a boot does to it, at the system call that the plan names.

import CapABI
import IPC
import KernelSimulation

extension Simulation {
  /// Does what the plan says for the system call that a thread is about to make.
  ///
  /// - Returns: Whether the call is not made now.
  func disturb(
    _ thread: RunningThread, _ strand: inout Strand, _ registers: CallRegisters
  ) -> Bool {
    guard let disturbance = plan.disturbance, calls > plan.moment else { return false }
    if calls == plan.moment + 1 { disturbedAt = kernel.time }
    switch disturbance {
    case .littleMemory: return false
    case .kill:
      guard calls == plan.moment + 1 else { return false }
      let living = kernel.processes.filter { roles[$0] != nil && roles[$0] != .rootd }
      guard !living.isEmpty else { return false }
      let victim = living[Int(random.next(below: UInt64(living.count)))]
      log.note(.disturbed(.kill), time: kernel.time, roles[victim] ?? .none, thread)
      victims[victim] = roles[victim]
      strand.state = .calling(registers)
      _ = kernel.kill(process: victim)
      return true
    case .crash:
      guard !hasCrashed, roles[thread.process] != .rootd else { return false }
      hasCrashed = true
      log.note(.disturbed(.crash), time: kernel.time, strand.role, thread)
      victims[thread.process] = strand.role
      strand.state = .calling(registers)
      kernel.invalidInstruction()
      return true
    case .denyMemory(let count):
      guard denied < count, takesMemory(registers) else { return false }
      denied += 1
      log.note(.disturbed(disturbance), time: kernel.time, strand.role, thread)
      let refusal = MessageTag(refusing: .noMemory).rawValue
      strand.answer([0, 0, refusal, 0, 0, 0, 0])
      strand.state = .ready
      return true
    }
  }

  /// Whether a system call is a control operation that may end with NO_MEMORY.
  private func takesMemory(_ registers: CallRegisters) -> Bool {
    guard registers[0] == Syscall.call.rawValue, let slot = UInt32(exactly: registers[1]) else {
      return false
    }
    switch kernel.family(of: CapSlot(rawValue: slot)) {
    case .memory, .vspace, .objects, .process, .pager: return true
    default: return false
    }
  }
}
