// What a launcher says about a service before it is started: what it starts with, what it needs.

import CapABI
import IPC
import Service
import Store
import Sys

extension Procd {
  /// The service of a role that a launcher may speak about; nil when nobody did yet.
  ///
  /// - Throws: DENIED for another launcher's.
  func service(of role: RoleID, _ launcher: Badge) throws(ResultCode) -> Service? {
    guard let service = services[role.key] else { return nil }
    guard service.launcher == launcher else { throw .denied }
    return service
  }

  /// Makes sure that a role can be spoken about.
  ///
  /// - Returns: Whether it was prepared, so that its launcher speaks now.
  /// - Throws: DENIED, WRONG_STATE when it was spawned already, LIMIT_REACHED.
  private func checkDeclarable(
    _ role: RoleID, _ launcher: Badge
  ) throws(ResultCode) -> Bool {
    guard let service = try service(of: role, launcher) else {
      guard services.count < services.capacity else { throw .limitReached }
      return false
    }
    guard service.launch == nil || service.isPrepared else { throw .wrongState }
    return service.launch != nil
  }

  /// ADD_CAPABILITY, with the capability in its landing slot.
  ///
  /// - Throws: DENIED, WRONG_STATE, EXISTS, WRONG_TYPE, MISSING_RIGHT, LIMIT_REACHED.
  mutating func addCapability<S: System>(
    _ descriptor: TransferDescriptor, to role: RoleID, _ launcher: Badge, _ system: inout S
  ) throws(ResultCode) {
    let isPrepared = try checkDeclarable(role, launcher)
    let key = role.key(UInt64(descriptor.slot.rawValue))
    let former = custody[key]
    guard former.map({ isPrepared && $0.isReplaceable }) ?? true else { throw .exists }
    let landing = ServiceSlot.firstLanding
    let found = try system.query(landing)
    guard found.type == descriptor.type.rawValue, found.kind == descriptor.kind.rawValue else {
      throw .wrongType
    }
    guard found.rights.contains(descriptor.rights) else { throw .missingRight }
    if let former {
      // What an earlier start of the driver had; its device may have come back elsewhere.
      _ = custody.remove(key)
      try? system.drop(former.slot)
      slots.giveBack(former.slot.rawValue)
    }
    guard custody.count < custody.capacity, let number = slots.take() else {
      throw .limitReached
    }
    let slot = CapSlot(rawValue: number)
    do throws(ResultCode) {
      try system.move(landing, to: slot)
    } catch {
      slots.giveBack(number)
      throw .limitReached
    }
    // There is room for both, and the slot of the role is free (above).
    _ = services.insert(Service(launcher: launcher), at: role.key)
    _ = custody.insert(
      Custody(descriptor: descriptor, isReplaceable: isPrepared, slot: slot), at: key)
  }

  /// ADD_DEPENDENCY.
  ///
  /// - Throws: DENIED, WRONG_STATE, NOT_FOUND, EXISTS, LIMIT_REACHED.
  mutating func addDependency(
    of role: RoleID, on dependency: RoleID, _ launcher: Badge
  ) throws(ResultCode) {
    guard try !checkDeclarable(role, launcher) else { throw .wrongState }
    guard services[dependency.key]?.launch != nil else { throw .notFound }
    let key = role.key(UInt64(dependency.rawValue))
    guard dependencies[key] == nil else { throw .exists }
    guard dependencies.count < dependencies.capacity, dependents.count < dependents.capacity
    else { throw .limitReached }
    _ = services.insert(Service(launcher: launcher), at: role.key)
    _ = dependencies.insert(0, at: key)
    _ = dependents.insert(0, at: dependency.key(UInt64(role.rawValue)))
  }

  /// What stands in a slot of a service at its start.
  func start(of role: RoleID, in slot: CapSlot) -> Custody? {
    custody[role.key(UInt64(slot.rawValue))]
  }

  /// The capability of a role from a slot on, in the order of slots.
  func nextStart(of role: RoleID, from slot: UInt64) -> Custody? {
    guard let (key, found) = custody.first(from: role.key(slot)),
      key.major == UInt64(role.rawValue)
    else { return nil }
    return found
  }

  /// Whether everything that a service needs serves.
  func areDependenciesRunning(of role: RoleID) -> Bool {
    var next: UInt64 = 0
    while let (key, _) = dependencies.first(from: role.key(next)),
      key.major == UInt64(role.rawValue)
    {
      guard services[TableKey(key.minor)]?.state == .running else { return false }
      next = key.minor + 1
    }
    return true
  }
}
