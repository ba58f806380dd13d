// The audit of a test's world.

import KernelSimulation

extension Audit {
  init(_ world: World, checkingFreeMemory: Bool = true) {
    self.init(world.state, on: world.cpu, checkingFreeMemory: checkingFreeMemory)
  }
}
