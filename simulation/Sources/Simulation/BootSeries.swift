// Many boots of one image, one after the other, each with the plan of its seed.
import Bootstrap
import Bytes
import CapABI
import Handoff
import KernelSimulation

/// A boot configuration that can be booted again and again.
public final class BootSeries {
  private let medium: BootMedium
  private let stacks = Stacks()
  /// About how many system calls a boot makes in which nothing goes wrong.
  public private(set) var usualCalls: UInt64 = 0

  /// An image of a boot configuration and of its programs.
  ///
  /// - Parameter json: The text of the boot configuration.
  /// - Throws: What is wrong with the text.
  public init(configuration json: [UInt8]) throws {
    let configuration = try Configuration(json)
    medium = BootMedium(configuration: configuration.bytes, roles: configuration.roles)
  }

  /// Boots without any disturbance, which tells how long a boot is.
  ///
  /// - Returns: What it came to.
  /// - Throws: What keeps the kernel from booting.
  public func undisturbed(seed: UInt64) throws -> Outcome {
    let outcome = try boot(BootPlan(undisturbed: seed))
    usualCalls = outcome.calls
    return outcome
  }

  /// Boots with the plan of a seed.
  ///
  /// - Returns: What it came to.
  /// - Throws: What keeps the kernel from booting.
  public func boot(seed: UInt64) throws -> Outcome {
    try boot(BootPlan(seed: seed, calls: usualCalls))
  }

  /// The roles of a compiled boot configuration that are always there, rootd excepted.
  static func roles(in configuration: [UInt8]) -> [RoleID] {
    guard let config = try? BootConfig(decoding: configuration.span.rawBytes) else { return [] }
    return (0..<config.services.count).compactMap { config.services[$0] }
      .filter { $0.launchKind == .rootd || $0.launchKind == .procd }.map(\.role)
  }

  private func boot(_ plan: BootPlan) throws -> Outcome {
    do {
      return try Simulation(medium, plan, stacks: stacks).outcome(medium.configuration)
    } catch SimulatedBootError.refused(let reason) where !plan.hasAllMemory {
      // The kernel says why it does not boot, and ends: as it should.
      return Outcome(refusedBecause: reason, plan)
    }
  }
}
