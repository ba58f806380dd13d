// What happens to one boot, as its seed decides: how often programs are interrupted, how much RAM
// there is, and what goes wrong when.

/// What is done to a boot that is not the system's own doing.
public enum Disturbance: Equatable, Sendable {
  /// A process ends.
  case kill
  /// A thread executes an invalid instruction.
  case crash
  /// The kernel has no memory for so many operations that need some.
  case denyMemory(count: UInt64)
  /// The machine has less RAM than the system needs.
  case littleMemory
}

/// What happens to a boot.
public struct BootPlan: Sendable {
  /// The seed of the boot.
  public let seed: UInt64
  /// A system call is interrupted once in so many times.
  public let preemption: UInt64
  /// Bytes of RAM.
  public let ramSize: UInt64
  /// What goes wrong; nil in boots where nothing does.
  public let disturbance: Disturbance?
  /// The system call before which it goes wrong.
  public let moment: UInt64

  /// The plan of a seed.
  ///
  /// - Parameters:
  ///   - seed: Decides everything.
  ///   - calls: About how many system calls an undisturbed boot makes.
  public init(seed: UInt64, calls: UInt64) {
    var random = SeededRandom(seed: seed)
    self.seed = seed
    preemption = [8, 64, 1024][Int(random.next(below: 3))]
    moment = random.next(below: max(calls, 1))
    switch random.next(below: 16) {
    case 0, 1: disturbance = nil
    case 2: disturbance = .littleMemory
    case 3...8: disturbance = .kill
    case 9...11: disturbance = .crash
    default: disturbance = .denyMemory(count: 1 + random.next(below: 4))
    }
    let little = 20 + random.next(below: 80)
    ramSize = disturbance == .littleMemory ? little << 20 : Host.ramSize
  }

  /// A boot in which nothing goes wrong.
  public init(undisturbed seed: UInt64) {
    self.seed = seed
    preemption = 64
    ramSize = Host.ramSize
    disturbance = nil
    moment = 0
  }
}
