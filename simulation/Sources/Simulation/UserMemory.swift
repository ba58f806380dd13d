// What programs see of simulated RAM. The host shows pages at the very addresses where the
// simulated page tables map them, as a processor's translation buffer would: filled when a program
// touches what is not shown, looked at again when the kernel may have taken a mapping away.

import CSimulation
import KernelSimulation

/// The pages that the host shows, by process.
final class UserMemory {
  /// Neighbouring pages that follow each other in RAM too.
  private struct Run {
    var physical: UInt64
    var size: UInt64
    var pageSize: UInt64
    var isWritable: Bool
  }
  private struct Space {
    var runs: [UInt64: Run] = [:]
    /// The regions that hold the runs, and where the process may look first.
    var regions: Set<UInt64> = []
    var invalidations: UInt64 = 0
  }

  private static let regionSize: UInt64 = 1 << 30
  private let kernel: SimulatedKernel
  private var spaces: [UInt64: Space] = [:]
  /// Whose pages a region shows: addresses of different processes may be the same.
  private var owners: [UInt64: UInt64] = [:]
  private var current: UInt64 = 0

  init(_ kernel: SimulatedKernel) { self.kernel = kernel }

  /// Makes a process the one whose pages are shown, as far as that can be told from outside.
  func enter(_ thread: RunningThread) {
    let changes = kernel.invalidations
    guard thread.process != current || spaces[current]?.invalidations != changes else { return }
    current = thread.process
    var space = spaces[current] ?? Space()
    if space.regions.isEmpty {
      // Programs lie in one region, and the root task's heap in one beside.
      let region = thread.instruction / Self.regionSize
      space.regions = [region]
      for near in 1...2 as ClosedRange<UInt64> {
        space.regions.formUnion([region + near, region - min(region, near)])
      }
    }
    for region in space.regions where owners[region] != current { take(region) }
    if space.invalidations != changes { review(&space) }
    space.invalidations = changes
    spaces[current] = space
  }

  /// Shows the page at an address, if the page tables allow the access.
  func resolve(_ address: UInt64, isWrite: Bool) -> Bool {
    guard let page = kernel.page(at: address), page.isWritable || !isWrite else { return false }
    let offset = address & (page.size - 1)
    let start = address - offset
    var run = Run(
      physical: page.physical - offset, size: page.size, pageSize: page.size,
      isWritable: page.isWritable)
    guard run.physical < Host.ramSize else { return false }
    while run.size < 2 << 20, let next = kernel.page(at: start + run.size),
      next.physical == run.physical + run.size, next.isWritable == run.isWritable,
      next.size == run.pageSize
    { run.size += run.pageSize }
    let region = address / Self.regionSize
    if owners[region] != current { take(region) }
    spaces[current]?.regions.insert(region)
    spaces[current]?.runs[start] = run
    return erix_simulation_show(start, run.size, run.physical, run.isWritable ? 1 : 0) == 0
  }

  /// Hides what another process shows in a region.
  private func take(_ region: UInt64) {
    if let owner = owners[region], var other = spaces[owner] {
      for (start, run) in other.runs where start / Self.regionSize == region {
        _ = erix_simulation_hide(start, run.size)
        other.runs[start] = nil
      }
      spaces[owner] = other
    }
    owners[region] = current
  }

  /// Hides what the page tables do not say any more.
  private func review(_ space: inout Space) {
    for (start, run) in space.runs where !isMapped(run, at: start) {
      _ = erix_simulation_hide(start, run.size)
      space.runs[start] = nil
    }
  }

  private func isMapped(_ run: Run, at start: UInt64) -> Bool {
    var offset: UInt64 = 0
    while offset < run.size {
      guard let page = kernel.page(at: start + offset), page.physical == run.physical + offset,
        page.isWritable == run.isWritable
      else { return false }
      offset += run.pageSize
    }
    return true
  }
}
