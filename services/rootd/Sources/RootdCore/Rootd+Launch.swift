// Services that procd starts: rootd hands over what the configuration declares for each, has it
// started, and waits until it serves.

import Bootstrap
import CapABI
import Handoff
import IPC
import Runtime
import Sys

extension Rootd {
  /// Has procd start a service with exactly the capabilities that are declared, and waits until it
  /// serves.
  mutating func launch(
    _ service: ServiceEntry, at index: Int, _ config: borrowing BootConfig
  ) throws(BootFailure) {
    try spawn(service, at: index, config)
    try awaitService(service)
  }

  /// Has procd start a program, and waits for one that is required to report.
  ///
  /// Of one that must end, procd tells how it did (`watch`), a start that failed included.
  mutating func launchProgram(
    _ program: ServiceEntry, at index: Int, _ config: borrowing BootConfig
  ) throws(BootFailure) {
    guard program.isRequired else {
      try? spawn(program, at: index, config)
      return
    }
    guard program.validation == .probe else {
      try launch(program, at: index, config)
      return
    }
    // A configuration has at most 64 entries, so each has its bit.
    unfinished |= 1 << UInt64(index)
    try spawn(program, at: index, config)
  }

  private mutating func spawn(
    _ service: ServiceEntry, at index: Int, _ config: borrowing BootConfig
  ) throws(BootFailure) {
    let image = Self.imageIndex(of: index, config)
    do throws(ResultCode) {
      // procd may wait for a part of the foundation that is gone, and then never answers.
      let limit = try system.now() &+ Self.patience
      try hand(service, at: index, config, deadline: limit)
      try addDependencies(of: service, config, deadline: limit)
      let reply: ProcdReply = try system.ask(
        ProcdRequest.spawnService(ServiceLaunch(service, image: image)), of: RootdSlots.procd,
        deadline: limit)
      guard case .spawnService = reply else { throw .internal }
    } catch {
      throw .refused(service.role, error)
    }
    try restarted(service, config)
  }

  // MARK: Drivers

  /// Has procd keep what the drivers start with: deviced starts them, when their devices are there.
  ///
  /// The system comes up without a driver; the log says so.
  mutating func prepareDrivers(_ order: LaunchOrder, _ config: borrowing BootConfig) {
    for position in 0..<order.count {
      guard let index = order[position], let driver = config.services[index],
        driver.launchKind == .driver
      else { continue }
      do throws(ResultCode) {
        try prepare(driver, at: index, config)
      } catch {
        tell(BootFailure.refused(driver.role, error).line)
      }
    }
  }

  private mutating func prepare(
    _ driver: ServiceEntry, at index: Int, _ config: borrowing BootConfig
  ) throws(ResultCode) {
    let limit = try system.now() &+ Self.patience
    try hand(driver, at: index, config, deadline: limit)
    try addDependencies(of: driver, config, deadline: limit)
    var launch = try ServiceLaunch(driver, image: Self.imageIndex(of: index, config))
    launch.launcher = .deviced
    let reply: ProcdReply = try system.ask(
      ProcdRequest.spawnService(launch), of: RootdSlots.procd, deadline: limit)
    guard reply == .spawnService(.none) else { throw .internal }
  }

  /// The index of a service's image among the frames that procd has.
  private static func imageIndex(of service: Int, _ config: borrowing BootConfig) -> UInt32 {
    var count: UInt32 = 0
    for index in 0..<service where config.services[index]?.isStartedByProcd == true { count += 1 }
    return count
  }

  /// The declared capabilities, one after another, without their badges: procd gives them those.
  private mutating func hand(
    _ service: ServiceEntry, at index: Int, _ config: borrowing BootConfig, deadline: UInt64
  ) throws(ResultCode) {
    let declared = config.capabilities(of: service)
    for place in 0..<declared.count {
      guard let capability = declared[place], !capability.flags.contains(.acquired) else {
        continue
      }
      let descriptor = capability.descriptor
      // Hardware comes from deviced, when the device is there.
      guard service.launchKind != .driver || !descriptor.isHardware else { continue }
      guard let source = source(of: descriptor, for: index, config) else { throw .unsupported }
      system.send(TransferEntry(slot: source, mode: .copy, rights: descriptor.rights))
      let reply: ProcdReply = try system.ask(
        ProcdRequest.addCapability(role: service.role, descriptor), of: RootdSlots.procd,
        deadline: deadline)
      guard reply == .addCapability else { throw .internal }
    }
  }

  /// Those dependencies that procd started; the foundation never ends before its dependents.
  private mutating func addDependencies(
    of service: ServiceEntry, _ config: borrowing BootConfig, deadline: UInt64
  ) throws(ResultCode) {
    let dependencies = config.dependencies(of: service)
    for place in 0..<dependencies.count {
      guard let role = dependencies[place]?.role, let index = Self.index(of: role, config),
        config.services[index]?.launchKind == .procd
      else { continue }
      let reply: ProcdReply = try system.ask(
        ProcdRequest.addDependency(role: service.role, on: role), of: RootdSlots.procd,
        deadline: deadline)
      guard reply == .addDependency else { throw .internal }
    }
  }
}

extension TransferDescriptor {
  /// Whether it is a part of a device, which deviced passes on to its driver.
  var isHardware: Bool { type == .deviceFrame || kind == .com1 || kind == .i8042 }
}

extension ServiceLaunch {
  /// What the configuration says about a service.
  ///
  /// - Parameters:
  ///   - service: Its entry, whose role has a name.
  ///   - image: Index of its image among procd's frames.
  /// - Throws: INTERNAL for a role without a name.
  init(_ service: ServiceEntry, image: UInt32) throws(ResultCode) {
    guard let name = ServiceName(service.role) else { throw .internal }
    self.init(
      role: service.role, name: name, moduleIndex: image, priority: service.priority,
      affinity: service.affinity, budgetBytes: service.budget, slotCount: service.cspaceSlots,
      syscalls: service.syscalls, restart: IPC.RestartPolicy(service.restart),
      watchdogMilliseconds: service.watchdogMilliseconds)
  }
}

extension IPC.RestartPolicy {
  /// The same policy as procd is told it.
  init(_ policy: Bootstrap.RestartPolicy) {
    let mode: RestartMode =
      switch policy.mode {
      case .never: .never
      case .onFailure: .onFailure
      case .always: .always
      }
    self.init(
      mode: mode, maximumRestarts: policy.maximumRestarts, windowSeconds: policy.windowSeconds,
      firstBackOffMilliseconds: policy.firstBackoffMilliseconds,
      longestBackOffMilliseconds: policy.longestBackoffMilliseconds)
  }
}
