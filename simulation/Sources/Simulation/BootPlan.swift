// What happens to one boot, as its seed decides: how often programs are interrupted, how much RAM
// there is, and what goes wrong when.

public import CapABI

/// What is done to a boot that is not the system's own doing.
public enum Disturbance: Equatable, Sendable {
  /// A process ends, any but rootd's.
  case kill
  /// The process of one service ends.
  case end(RoleID)
  /// A thread executes an invalid instruction.
  case crash
  /// The kernel has no memory for so many operations that need some.
  case denyMemory(count: UInt64)
}

/// A disturbance and when it comes.
public struct Misfortune: Equatable, Sendable {
  /// What is done.
  public let disturbance: Disturbance
  /// The system call before which it is done.
  public let call: UInt64

  /// Something that is done before a system call.
  public init(_ disturbance: Disturbance, before call: UInt64) {
    self.disturbance = disturbance
    self.call = call
  }
}

/// What happens to a boot.
public struct BootPlan: Sendable {
  /// The seed of the boot.
  public let seed: UInt64
  /// A system call is interrupted once in so many times.
  public let preemption: UInt64
  /// Bytes of RAM.
  public let ramSize: UInt64
  /// What goes wrong, in order; nothing in some boots.
  public let misfortunes: [Misfortune]

  /// The plan of a seed.
  ///
  /// - Parameters:
  ///   - seed: Decides everything.
  ///   - calls: About how many system calls an undisturbed boot makes.
  public init(seed: UInt64, calls: UInt64) {
    var random = SeededRandom(seed: seed)
    self.seed = seed
    preemption = [8, 64, 1024][Int(random.next(below: 3))]
    let isSmall = random.happens(onceIn: 16)
    ramSize = isSmall ? (20 + random.next(below: 80)) << 20 : Host.ramSize
    var misfortunes: [Misfortune] = []
    for _ in 0..<random.next(below: 4) {
      let call = random.next(below: max(calls, 1))
      misfortunes.append(Misfortune(Disturbance(&random), before: call))
    }
    self.misfortunes = misfortunes.sorted { $0.call < $1.call }
  }

  /// A boot in which nothing goes wrong.
  public init(undisturbed seed: UInt64) {
    self.seed = seed
    preemption = 64
    ramSize = Host.ramSize
    misfortunes = []
  }

  /// A boot with these misfortunes, in the order of their calls.
  public init(seed: UInt64, _ misfortunes: [Misfortune]) {
    self.seed = seed
    preemption = 64
    ramSize = Host.ramSize
    self.misfortunes = misfortunes
  }

  /// Whether the machine has all the RAM that the system needs.
  public var hasAllMemory: Bool { ramSize == Host.ramSize }
  /// Whether nothing goes wrong.
  public var isUndisturbed: Bool { hasAllMemory && misfortunes.isEmpty }
}

extension Disturbance {
  /// Any of them.
  fileprivate init(_ random: inout SeededRandom) {
    switch random.next(below: 8) {
    case 0...3: self = .kill
    case 4, 5: self = .crash
    default: self = .denyMemory(count: 1 + random.next(below: 4))
    }
  }
}
