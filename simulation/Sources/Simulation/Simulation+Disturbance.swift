// What the plan of a boot does to it, at the system calls that the plan names.

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
    while begun < plan.misfortunes.count, calls > plan.misfortunes[begun].call {
      pending.append(plan.misfortunes[begun].disturbance)
      begun += 1
    }
    guard let disturbance = pending.first else { return false }
    switch disturbance {
    case .kill, .end:
      let living = kernel.processes.filter { Self.isMeant(roles[$0], by: disturbance) }
      guard !living.isEmpty else { return false }
      let victim = living[Int(random.next(below: UInt64(living.count)))]
      note(disturbance, thread, roles[victim] ?? .none)
      victims[victim] = roles[victim]
      strand.state = .calling(registers)
      _ = kernel.kill(process: victim)
    case .crash:
      guard strand.role != .rootd else { return false }
      note(disturbance, thread, strand.role)
      victims[thread.process] = strand.role
      strand.state = .calling(registers)
      kernel.invalidInstruction()
    case .denyMemory(let count):
      guard takesMemory(registers) else { return false }
      note(disturbance, thread, strand.role)
      if count > 1 { pending.insert(.denyMemory(count: count - 1), at: 0) }
      let refusal = MessageTag(refusing: .noMemory).rawValue
      strand.answer([0, 0, refusal, 0, 0, 0, 0])
      strand.state = .ready
    }
    return true
  }

  /// Notes a disturbance that is carried out, which is pending no more.
  private func note(_ disturbance: Disturbance, _ thread: RunningThread, _ role: RoleID) {
    pending.removeFirst()
    disturbedAt = kernel.time
    log.note(.disturbed(disturbance), time: kernel.time, role, thread)
  }

  /// Whether a disturbance is about a process of this role.
  private static func isMeant(_ role: RoleID?, by disturbance: Disturbance) -> Bool {
    guard let role, role != .rootd else { return false }
    guard case .end(let meant) = disturbance else { return true }
    return role == meant
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
