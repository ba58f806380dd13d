// The simulation's one way to the host below Swift: simulated RAM at a fixed address, and a kernel
// on it. Prepared once per process of the host; one simulation uses it at a time.

import CSimulation
import KernelSimulation

/// What the host gives the simulation.
enum Host {
  /// Bytes of simulated RAM.
  static let ramSize: UInt64 = 128 << 20
  /// Where the host shows them: above all user addresses, below everything of the host's own.
  private static let ramAddress: UInt64 = 1 << 45
  /// Bytes of the stack of a program; most of it is never touched.
  static let stackSize: UInt64 = 1 << 20

  /// Whether there is RAM.
  private static let isPrepared: Bool = erix_simulation_prepare(ramAddress, ramSize) == 0

  /// Makes RAM zero, and shows none of it to programs.
  static func clear() {
    precondition(isPrepared, "the host gives no memory for simulated RAM")
    _ = erix_simulation_hide(4096, (1 << 44) - 4096)
    precondition(erix_simulation_clear() == 0, "simulated RAM cannot be cleared")
  }

  /// Boots a kernel on RAM that holds its modules.
  ///
  /// - Throws: `SimulatedBootError`.
  static func boot(
    _ layout: PhysicalLayout, handoff: [UInt8], rootTask: [UInt8]
  ) throws(SimulatedBootError) -> SimulatedKernel {
    precondition(isPrepared && layout.ramSize <= ramSize, "more RAM than there is")
    // SAFETY: `isPrepared` says that RAM is mapped there, never to be unmapped; simulations follow
    // each other on one thread, and each gives its kernel up before the next boots.
    guard let ram = unsafe UnsafeMutableRawPointer(bitPattern: UInt(ramAddress)) else {
      preconditionFailure("RAM at address 0")
    }
    // SAFETY: as above: RAM of this size that no other kernel uses.
    return unsafe try SimulatedKernel(ram: ram, layout, handoff: handoff, rootTask: rootTask)
  }
}
