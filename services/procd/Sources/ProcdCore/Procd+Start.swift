// Starts of instances: a process with exactly what its launcher added, or nothing at all. What was
// made before a step failed goes back through the owner that everything is counted to.

import CapABI
import IPC
import Service
import Store
import Sys

extension Procd {
  /// Nanoseconds that an instance may take to its READY.
  static var patience: UInt64 { 10_000_000_000 }

  /// SPAWN_SERVICE.
  ///
  /// - Throws: DENIED, WRONG_STATE, EXISTS, NOT_FOUND, and what `start` throws.
  mutating func spawn<S: System>(
    _ launch: ServiceLaunch, _ launcher: Badge, _ system: inout S
  ) throws(ResultCode) -> ProcessID {
    guard var service = try service(of: launch.role, launcher) else { throw .wrongState }
    guard !service.state.isAlive, service.state != .restarting else { throw .exists }
    guard modules[launch.moduleIndex] != nil else { throw .notFound }
    guard launch.launcher == .none else {
      service.launch = launch
      service.launcher = ProcdFaces.launcher(launch.launcher)
      services[launch.role.key] = service
      return .none
    }
    guard areDependenciesRunning(of: launch.role) else { throw .wrongState }
    return try start(launch, &system)
  }

  /// START_SERVICE.
  ///
  /// - Returns: The process; none when it starts as soon as what it needs serves.
  /// - Throws: DENIED, NOT_FOUND, EXISTS, and what `start` throws.
  mutating func startPrepared<S: System>(
    _ role: RoleID, _ launcher: Badge, _ system: inout S
  ) throws(ResultCode) -> ProcessID {
    guard let service = try service(of: role, launcher), let launch = service.launch,
      launch.launcher != .none
    else { throw .notFound }
    guard service.isPrepared else { throw .exists }
    guard areDependenciesRunning(of: role) else {
      // As a service whose dependency ended: `wakeDependents` starts it.
      services[role.key]?.state = .restarting
      return .none
    }
    return try start(launch, &system)
  }

  /// STOP_SERVICE.
  ///
  /// - Throws: DENIED, NOT_FOUND, WRONG_STATE.
  mutating func stopPrepared<S: System>(
    _ role: RoleID, _ launcher: Badge, _ system: inout S
  ) throws(ResultCode) {
    guard var service = try service(of: role, launcher), let launch = service.launch,
      launch.launcher != .none
    else { throw .notFound }
    if service.state == .restarting {
      arm(&service, role, at: 0)
      service.state = .ended
      services[role.key] = service
    } else {
      guard stop(role, .killed, &system) else { throw .wrongState }
    }
  }

  /// Starts an instance of a service that has none.
  ///
  /// - Throws: WRONG_STATE without what every process starts with, LIMIT_REACHED, EXISTS when its
  ///   owner is another service's, INVALID_ARGUMENT for the image, and what memd, vspaced and the
  ///   kernel refuse. Nothing is left of the instance then.
  mutating func start<S: System>(
    _ launch: ServiceLaunch, _ system: inout S
  ) throws(ResultCode) -> ProcessID {
    let role = launch.role
    guard let pager = start(of: role, in: StartupSlot.pager),
      let supervisor = start(of: role, in: StartupSlot.supervisor),
      start(of: role, in: StartupSlot.endpoint) != nil,
      start(of: role, in: StartupSlot.notification) != nil
    else { throw .wrongState }
    let owner = pager.descriptor.badge
    guard owner != .none, owners[TableKey(owner.rawValue)] == nil else { throw .exists }
    guard nextProcess != .max, owners.count < owners.capacity, let slot = slots.take() else {
      throw .limitReached
    }
    let child = Child(
      role: role, number: ProcessID(rawValue: nextProcess), slot: CapSlot(rawValue: slot),
      owner: owner)
    nextProcess += 1
    _ = owners.insert(role, at: TableKey(owner.rawValue))
    readClock(&system)
    do throws(ResultCode) {
      try make(child, launch, &system)
    } catch {
      unmake(child, &system)
      throw error
    }
    enter(child, launch, isHeard: supervisor.descriptor.peer == .procd)
    return child.number
  }

  /// Writes down that an instance runs.
  private mutating func enter(_ child: Child, _ launch: ServiceLaunch, isHeard: Bool) {
    guard var service = services[child.role.key] else { return }
    _ = processes.remove(service.process.key)
    _ = processes.insert(child.role, at: child.number.key)
    service.launch = launch
    service.process = child.number
    service.slot = child.slot
    service.owner = child.owner
    service.instances += 1
    service.startNanoseconds = now
    service.code = 0
    // Whoever reports to somebody else is watched there.
    // As many as there are owners, whose records are as large.
    _ = watched.insert(0, at: Self.watchKey(child.number, child.role))
    service.state = isHeard ? .starting : .running
    arm(&service, child.role, at: isHeard ? now + Self.patience : 0)
    services[child.role.key] = service
  }

  /// Takes everything back that was made for a child.
  private mutating func unmake<S: System>(_ child: Child, _ system: inout S) {
    try? system.drop(ServiceSlot.replyLanding)
    try? system.drop(Child.grant)
    try? system.drop(Child.memory)
    // Empty, and the control call refused, when the process was never made.
    _ = try? system.control(.abort(process: child.slot), on: Self.process)
    try? system.drop(child.slot)
    slots.giveBack(child.slot.rawValue)
    release(child.owner, &system)
  }
}
