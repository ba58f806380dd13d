// Many boots of one image, one after the other, each with the plan of its seed.
import Bootstrap
import Bytes
public import CapABI
import Handoff
import KernelSimulation

/// A boot configuration that can be booted again and again.
public final class BootSeries {
  private let medium: BootMedium
  private let stacks = Stacks()
  private let undeclared: RoleID?
  /// A boot in which nothing goes wrong.
  private var usual: Outcome?

  /// An image of a boot configuration and of its programs.
  ///
  /// - Parameters:
  ///   - json: The text of the boot configuration.
  ///   - undeclared: A role whose rows count for nothing when a boot is judged, to see that they
  ///     are looked at.
  /// - Throws: What is wrong with the text.
  public init(configuration json: [UInt8], undeclared: RoleID? = nil) throws {
    self.undeclared = undeclared
    let configuration = try Configuration(json)
    medium = BootMedium(configuration: configuration.bytes, roles: configuration.roles)
  }

  /// Boots without any disturbance: what other boots are compared with.
  ///
  /// - Returns: What it came to.
  /// - Throws: What keeps the kernel from booting.
  public func undisturbed(seed: UInt64) throws -> Outcome {
    try run(BootPlan(undisturbed: seed))
  }

  /// Boots with the plan of a seed.
  ///
  /// - Returns: What it came to.
  /// - Throws: What keeps the kernel from booting.
  public func boot(seed: UInt64) throws -> Outcome {
    let calls = try normal().calls
    return try boot(BootPlan(seed: seed, calls: calls))
  }

  /// Boots with a plan.
  ///
  /// - Returns: What it came to.
  /// - Throws: What keeps the kernel from booting.
  public func boot(_ plan: BootPlan) throws -> Outcome {
    let normal = try normal()
    var outcome = try run(plan)
    // With other RAM the kernel makes other pieces of it.
    if outcome.findings.isEmpty, plan.hasAllMemory { outcome.compare(with: normal) }
    return outcome
  }

  /// The boot that others are compared with.
  private func normal() throws -> Outcome {
    if let usual { return usual }
    let outcome = try undisturbed(seed: 1)
    usual = outcome
    return outcome
  }

  private func run(_ plan: BootPlan) throws -> Outcome {
    do {
      return try Simulation(medium, plan, stacks: stacks)
        .outcome(medium.configuration, undeclared: undeclared)
    } catch SimulatedBootError.refused(let reason) where !plan.hasAllMemory {
      // The kernel says why it does not boot, and ends: as it should.
      return Outcome(refusedBecause: reason, plan)
    }
  }

  /// The roles of a compiled boot configuration that are always there, rootd excepted.
  static func roles(in configuration: [UInt8]) -> [RoleID] {
    guard let config = try? BootConfig(decoding: configuration.span.rawBytes) else { return [] }
    return (0..<config.services.count).compactMap { config.services[$0] }
      .filter { $0.launchKind == .rootd || $0.launchKind == .procd }.map(\.role)
  }
}
