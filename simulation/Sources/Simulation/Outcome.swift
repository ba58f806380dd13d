// What a boot came to, and the checks that decide whether that is right.

import Bootstrap
import Bytes
import CapABI
import Handoff
import KernelSimulation

/// How a boot ended.
public struct Outcome: Sendable {
  /// The plan that it followed.
  public let plan: BootPlan
  /// What was wrong; nothing in a good boot.
  public internal(set) var findings: [String]
  /// How the kernel ended the emulator; nil when it did not.
  public let exitCode: UInt8?
  /// Entries of the kernel.
  public let steps: Int
  /// System calls.
  public let calls: UInt64
  /// Objects of the kernel at the end, by kind.
  public var objects: [String: Int] = [:]
  /// Frames that are mapped at the end, by role.
  public var mappings: [String: Int] = [:]
  /// Free bytes of all budgets at the end.
  public var freeBytes: UInt64 = 0
  /// Virtual nanoseconds.
  public let time: UInt64
  /// Lines of the kernel's log.
  public let console: [String]
  /// The last messages.
  public let messages: [String]
}

extension Outcome {
  /// What this boot has at its end, crashes that crashd keeps apart.
  private var holdings: [String: Int] {
    var holdings = objects
    holdings["frame", default: 0] -= mappings["crashd"] ?? 0
    return holdings
  }

  /// Compares what a system that is up has with what it has when nothing happened to it.
  mutating func compare(with usual: Outcome) {
    guard exitCode == usual.exitCode, holdings != usual.holdings else { return }
    let kinds = Set(holdings.keys).union(usual.holdings.keys).sorted()
    for kind in kinds where holdings[kind] != usual.holdings[kind] {
      findings.append(
        "\(holdings[kind] ?? 0) objects of kind \(kind) are left, \(usual.holdings[kind] ?? 0) "
          + "when nothing happens")
    }
  }
}

extension Outcome {
  /// A boot that the kernel itself ended before there was a root task.
  init(refusedBecause reason: String, _ plan: BootPlan) {
    self.init(
      plan: plan, findings: [], exitCode: DebugExit.kernelFailure.rawValue, steps: 0, calls: 0,
      time: 0, console: [reason], messages: [])
  }
}

extension Simulation {
  /// Runs the boot and checks how it ended.
  ///
  /// - Parameters:
  ///   - configuration: The compiled boot configuration.
  ///   - undeclared: A role whose rows count for nothing.
  /// - Returns: What it came to.
  func outcome(_ configuration: [UInt8], undeclared: RoleID? = nil) -> Outcome {
    run()
    var objects: [String: Int] = [:]
    var mappings: [String: Int] = [:]
    var freeBytes: UInt64 = 0
    if findings.isEmpty {
      checkEnd(configuration)
      let picture = kernel.picture(checkingFreeMemory: true)
      (objects, freeBytes) = (picture.objects, picture.freeBytes)
      for (process, count) in picture.mappings {
        mappings[name(ofProcess: process), default: 0] += count
      }
      findings += picture.problems.map { "audit: \($0)" }
      checkAuthority(picture, configuration, undeclared)
    }
    return Outcome(
      plan: plan, findings: findings, exitCode: kernel.exitCode, steps: step, calls: calls,
      objects: objects, mappings: mappings, freeBytes: freeBytes, time: kernel.time,
      console: log.console,
      messages: log.lines)
  }

  /// A boot that nothing happened to is ready; any other is ready or has said why not.
  private func checkEnd(_ configuration: [UInt8]) {
    guard let code = kernel.exitCode else {
      findings.append("the boot came to rest without an end: \(waiting())")
      return
    }
    if plan.isUndisturbed, code != Self.ready {
      findings.append("the boot failed although nothing happened to it: \(code)")
    }
    guard code == Self.ready else { return }
    for role in victims.values where Self.isFoundation(role) {
      findings.append("the system goes on without \(name(role))")
    }
    let present = Set(kernel.processes.compactMap { roles[$0]?.rawValue })
    for role in BootSeries.roles(in: configuration) where !present.contains(role.rawValue) {
      findings.append("\(name(role)) does not come back: \(waiting())")
    }
    let lost = kernel.threads.filter { $0.state == "calling" || $0.state == "awaitingReply" }
    guard victims.isEmpty, !lost.isEmpty else { return }
    findings.append("somebody waits for ever: \(waiting())")
  }

  /// Whether the system ends with this service.
  private static func isFoundation(_ role: RoleID) -> Bool { role.phase == .foundation }

  /// Every process holds in its fixed slots what the configuration declares, and no endpoint of
  /// the kernel anywhere else.
  private func checkAuthority(
    _ picture: KernelPicture, _ configuration: [UInt8], _ undeclared: RoleID?
  ) {
    guard let config = try? BootConfig(decoding: configuration.span.rawBytes) else {
      findings.append("the boot configuration is malformed")
      return
    }
    for held in picture.capabilities {
      guard let role = roles[held.process], role != .rootd else { continue }
      let isKernels = held.type == .endpoint && held.family != .generic
      guard held.slot < StartupSlot.firstDynamic || isKernels else { continue }
      let isDeclared = role != undeclared && Self.isDeclared(held, by: role, config)
      if !isDeclared, role == undeclared || !Self.isKept(held, by: role, config) {
        findings.append(
          "\(name(role)) holds \(held.type) in slot \(held.slot), badge \(held.badge), which is "
            + "not declared")
      }
    }
  }

  private static func isDeclared(
    _ held: HeldCapability, by role: RoleID, _ config: borrowing BootConfig
  ) -> Bool {
    for index in 0..<config.services.count {
      guard let service = config.services[index], service.role == role else { continue }
      let declared = config.capabilities(of: service)
      for place in 0..<declared.count {
        guard let capability = declared[place] else { continue }
        let first = capability.descriptor.slot.rawValue
        guard held.slot >= first, UInt64(held.slot) < capability.endSlot else { continue }
        // The upper half of a supervisor's badge names the instance (decision 0022).
        let badge =
          held.slot == StartupSlot.supervisor.rawValue ? held.badge & 0xFFFF_FFFF : held.badge
        return capability.descriptor.type == held.type
          && capability.descriptor.kind == held.family
          && capability.descriptor.rights.contains(held.rights)
          && capability.descriptor.badge.rawValue == badge
      }
    }
    return false
  }

  /// A service may copy what it has, and procd keeps what it installs in those that it starts.
  private static func isKept(
    _ held: HeldCapability, by role: RoleID, _ config: borrowing BootConfig
  ) -> Bool {
    guard held.slot >= StartupSlot.firstDynamic else { return false }
    for index in 0..<config.services.count {
      guard let service = config.services[index],
        service.role == role || role == .procd && service.launchKind == .procd
      else { continue }
      let declared = config.capabilities(of: service)
      for place in 0..<declared.count {
        guard let descriptor = declared[place]?.descriptor, descriptor.kind == held.family,
          descriptor.type == held.type, descriptor.rights.contains(held.rights)
        else { continue }
        return true
      }
    }
    return false
  }
}
