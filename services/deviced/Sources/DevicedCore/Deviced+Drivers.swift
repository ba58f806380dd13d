// Drivers: when one starts, what it gets, who may speak to it. procd makes the processes and keeps
// what was added for them; deviced says when.

import CapABI
import IPC
import Runtime
import Service
import Store
import Sys

extension Deviced {
  // MARK: Owners

  mutating func registerOwner<S: System>(
    _ interface: DeviceInterface, _ asker: Asker, _ system: inout S
  ) throws(ResultCode) {
    guard inventory.isSealed else { throw .wrongState }
    var driver = try owned(interface, asker)
    driver.flags = driver.flags | .hasOwner
    inventory[driver.binding.driver] = driver
    startIfDue(driver.binding.driver, &system)
  }

  mutating func resolve<S: System>(
    _ interface: DeviceInterface, _ asker: Asker, _ system: inout S
  ) throws(ResultCode) -> DevicedReply {
    var driver = try owned(interface, asker)
    let role = driver.binding.driver
    guard driver.flags.contains(.isProvider) else {
      let isHopeless = isProbed && !driver.flags.contains(.hasDevice)
      throw isHopeless || driver.flags.contains(.isHeld) ? .notFound : .retry
    }
    let found = try? system.query(driver.slot)
    guard found?.type == CapabilityType.endpoint.rawValue else {
      // The endpoint was destroyed, and its capabilities with it.
      dropEndpoint(of: &driver, &system)
      inventory[role] = driver
      throw .retry
    }
    system.send(
      TransferEntry(
        slot: driver.slot, mode: .copy, rights: .send,
        badge: DevicedFaces.provider(for: driver.binding.owner)))
    return .resolveProvider(driver: role)
  }

  /// The driver of an interface that belongs to the caller.
  ///
  /// - Throws: DENIED.
  private func owned(
    _ interface: DeviceInterface, _ asker: Asker
  ) throws(ResultCode) -> Driver {
    guard let driver = inventory.driver(of: interface), asker.isOf(driver.binding.owner) else {
      throw .denied
    }
    return driver
  }

  // MARK: Providers

  mutating func registerProvider<S: System>(
    _ interface: DeviceInterface, _ asker: Asker, _ system: inout S
  ) throws(ResultCode) {
    let role = try asker.role()
    guard var driver = inventory[role], driver.binding.interface == interface else {
      throw .notFound
    }
    guard inventory.isSealed else { throw .wrongState }
    let brought = try system.query(ServiceSlot.firstLanding)
    guard brought.type == CapabilityType.endpoint.rawValue, brought.kind == 0 else {
      throw .wrongType
    }
    guard brought.rights.contains(.send) else { throw .missingRight }
    // Nobody is told the badge of a capability, but one that has a badge takes no other.
    try system.copy(
      ServiceSlot.firstLanding, to: Self.scratch, rights: .send, badge: Badge(rawValue: 1))
    try system.drop(Self.scratch)
    dropEndpoint(of: &driver, &system)
    guard let number = slots.take() else { throw .limitReached }
    let slot = CapSlot(rawValue: number)
    do throws(ResultCode) {
      try system.move(ServiceSlot.firstLanding, to: slot)
    } catch {
      slots.giveBack(number)
      throw error
    }
    driver.slot = slot
    // Who runs was started: by this deviced, by procd again for an earlier one, or by a tool at
    // procd that thinks otherwise than whoever held it.
    driver.flags = (driver.flags | .isStarted | .isProvider).subtracting(.isHeld)
    inventory[role] = driver
    tellReady(role, &system)
    signalOwner(of: driver, &system)
  }

  private mutating func dropEndpoint<S: System>(of driver: inout Driver, _ system: inout S) {
    driver.flags = driver.flags.subtracting(.isProvider)
    guard driver.slot != .null else { return }
    // Empty when the endpoint was destroyed.
    try? system.drop(driver.slot)
    slots.giveBack(driver.slot.rawValue)
    driver.slot = .null
  }

  func signalOwner<S: System>(of driver: Driver, _ system: inout S) {
    guard let slot = Self.signal(of: driver.binding.owner) else { return }
    _ = system.notify(slot)
  }

  /// The line that scenarios wait for: `ERIX_DEVICED:READY:` and the name in capitals.
  private func tellReady<S: System>(_ role: RoleID, _ system: inout S) {
    guard tellsReady, let name = role.name else { return }
    var line = TextLine("ERIX_DEVICED:READY:")
    let text = TextLine(name)
    for index in 0..<text.count {
      let byte = text[index]
      let isLetter = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
      line.append(byte: byte == UInt8(ascii: "-") ? UInt8(ascii: "_") : isLetter ? byte - 32 : byte)
    }
    system.write(line, on: Self.log)
  }

  // MARK: Starts

  /// Starts a driver if its device and its owner are there; a failure is told to the log.
  mutating func startIfDue<S: System>(_ role: RoleID, _ system: inout S) {
    do throws(ResultCode) {
      try startDue(role, &system)
    } catch {
      var line = TextLine("no start: ")
      line.append(role)
      system.log(line, .error)
    }
  }

  /// - Throws: What procd or the kernel refuses.
  private mutating func startDue<S: System>(
    _ role: RoleID, _ system: inout S
  ) throws(ResultCode) {
    guard var driver = inventory[role], driver.isDue, let location = driver.location else {
      return
    }
    do throws(ResultCode) {
      try giveHardware(to: role, at: location, &system)
      let _: ProcdReply = try system.ask(ProcdRequest.startService(role), of: Self.procd)
    } catch {
      // It runs already, or will: an earlier deviced started it.
      guard error == .exists || error == .wrongState else { throw error }
    }
    driver.flags = driver.flags | .isStarted
    inventory[role] = driver
  }

  /// Gives procd what the driver's binding declares, and nothing else.
  private func giveHardware<S: System>(
    to role: RoleID, at location: DeviceLocation, _ system: inout S
  ) throws(ResultCode) {
    var next: UInt64 = 0
    while let row = inventory.hardware(of: role, from: next) {
      let descriptor = row.descriptor
      next = UInt64(descriptor.slot.rawValue) + 1
      if let source = Self.source(of: descriptor.kind) {
        system.send(TransferEntry(slot: source, mode: .copy, rights: descriptor.rights))
      } else {
        guard location.isPCI else { throw .wrongType }
        try? system.drop(Self.scratch)
        try system.control(
          .deriveBAR(
            into: Self.scratch, function: UInt64(location.rawValue),
            register: UInt64(row.register)), on: Self.deviceFrame)
        system.send(
          TransferEntry(slot: Self.scratch, mode: .move, rights: descriptor.rights))
      }
      let _: ProcdReply = try system.ask(
        ProcdRequest.addCapability(role: role, descriptor), of: Self.procd)
    }
  }

  /// Ends a driver whose device is gone, or that is held.
  mutating func stop<S: System>(_ role: RoleID, _ system: inout S) {
    guard var driver = inventory[role] else { return }
    if driver.flags.contains(.isStarted) {
      // WRONG_STATE says that it ended by itself.
      let _: ProcdReply? = try? system.ask(ProcdRequest.stopService(role), of: Self.procd)
    }
    driver.flags = driver.flags.subtracting(.isStarted)
    dropEndpoint(of: &driver, &system)
    inventory[role] = driver
    signalOwner(of: driver, &system)
  }

  // MARK: Holding

  /// STOP_DRIVER.
  ///
  /// - Throws: NOT_FOUND, WRONG_STATE.
  mutating func hold<S: System>(_ role: RoleID, _ system: inout S) throws(ResultCode) {
    guard let driver = inventory[role] else { throw .notFound }
    guard !driver.flags.contains(.isHeld) else { throw .wrongState }
    inventory[role]?.flags = driver.flags | .isHeld
    stop(role, &system)
  }

  /// START_DRIVER.
  ///
  /// - Throws: NOT_FOUND, WRONG_STATE, and what `startDue` throws.
  mutating func release<S: System>(_ role: RoleID, _ system: inout S) throws(ResultCode) {
    guard let driver = inventory[role] else { throw .notFound }
    guard driver.flags.contains(.isHeld) else { throw .wrongState }
    inventory[role]?.flags = driver.flags.subtracting(.isHeld)
    try startDue(role, &system)
  }
}
