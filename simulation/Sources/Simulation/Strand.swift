// A thread of the simulated system on the host: the real code of a program on a stack of its own.
// It runs until it needs the kernel; a program that is killed is left where it stopped, and its
// stack is used again in the next boot.

import CSimulation
import CapABI
import KernelSimulation

/// Where a program stands between two turns.
enum StrandState {
  /// It can go on: it is new, or the page it touched may be there now.
  case ready
  /// It is about to make a system call.
  case calling(CallRegisters)
  /// It made a system call at an instruction.
  case called(at: UInt64)
}

/// A program that was started.
struct Strand {
  /// Who it is.
  let role: RoleID
  /// Where to resume it.
  private var place: UInt64
  /// What it is about.
  var state = StrandState.ready

  /// A program at its entry.
  init(_ role: RoleID, argument: UInt64, stack: UInt64) {
    self.role = role
    place = erix_simulation_begin(
      stack, Host.stackSize, { role, argument in Programs.run(role, argument) },
      UInt64(role.rawValue), argument)
  }

  /// Lets it run until it stops.
  ///
  /// - Returns: Why it stopped.
  mutating func resume() -> erix_exchange {
    place = erix_simulation_resume(place)
    return erix_simulation_stopped()
  }

  /// Lets it find these registers behind its system call.
  func answer(_ registers: CallRegisters) {
    erix_simulation_answer(
      erix_registers(
        rax: registers[0], rdi: registers[1], rsi: registers[2], rdx: registers[3],
        r10: registers[4], r8: registers[5], r9: registers[6]))
  }
}

extension erix_exchange {
  /// The registers of the system call, in the order of `CallRegisters`.
  var call: CallRegisters {
    [
      registers.rax, registers.rdi, registers.rsi, registers.rdx, registers.r10, registers.r8,
      registers.r9,
    ]
  }
}

/// Stacks, of which boots leave some used and all reusable.
final class Stacks {
  private var free: [UInt64] = []
  private var used: [UInt64] = []

  init() {}

  /// A stack that no program of this boot has.
  func take() -> UInt64 {
    let stack = free.popLast() ?? erix_simulation_stack(Host.stackSize)
    precondition(stack != 0, "no memory for another stack")
    used.append(stack)
    return stack
  }

  /// Ends all programs.
  func reclaim() {
    free += used
    used = []
  }
}
