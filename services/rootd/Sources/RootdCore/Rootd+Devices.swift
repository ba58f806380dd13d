// What irqd and deviced must know about drivers: which line each one handles, what it drives, which
// hardware it gets. They forget it when they end, so they are seeded at each of their starts, and
// report READY when that is done (docs/decisions/0026-drivers-are-prepared.md).

import Bootstrap
import CapABI
import Devices
import Handoff
import IPC
import Runtime
import Sys

extension Rootd {
  /// Seeds irqd with the lines of all drivers that the configuration has, and seals it.
  ///
  /// - Throws: What irqd answers.
  mutating func seedLines(
    _ config: borrowing BootConfig, deadline: UInt64
  ) throws(ResultCode) {
    for index in 0..<config.services.count {
      guard let driver = config.services[index], driver.launchKind == .driver,
        let line = KnownDrivers.line(of: driver.role)
      else { continue }
      try tell(
        irqd: .seedHandler(
          client: IrqdFaces.handler(driver.role), line: line.line, line.flags), deadline)
    }
    try tell(irqd: .seal, deadline)
  }

  /// Seeds deviced with all drivers that the configuration has and their hardware, and seals it.
  ///
  /// - Throws: What deviced answers.
  mutating func seedDrivers(
    _ config: borrowing BootConfig, deadline: UInt64
  ) throws(ResultCode) {
    for index in 0..<config.services.count {
      guard let driver = config.services[index], driver.launchKind == .driver,
        let binding = KnownDrivers.binding(of: driver.role)
      else { continue }
      try tell(deviced: .seedBinding(binding), deadline)
      let declared = config.capabilities(of: driver)
      for place in 0..<declared.count {
        guard let descriptor = declared[place]?.descriptor, descriptor.isHardware else {
          continue
        }
        try tell(
          deviced: .seedCapability(driver: driver.role, register: 0, descriptor), deadline)
      }
    }
    try tell(deviced: .seal, deadline)
  }

  /// Tells deviced that procd starts a driver no more, so that nobody waits for it.
  mutating func giveUp(_ driver: RoleID) {
    guard let time = try? system.now() else { return }
    // WRONG_STATE says that deviced knows.
    try? tell(deviced: .stopDriver(driver), time &+ Self.patience)
  }

  private mutating func tell(
    irqd request: IrqdRequest, _ deadline: UInt64
  ) throws(ResultCode) {
    let _: IrqdReply = try system.ask(request, of: RootdSlots.irqd, deadline: deadline)
  }

  private mutating func tell(
    deviced request: DevicedRequest, _ deadline: UInt64
  ) throws(ResultCode) {
    let _: DevicedReply = try system.ask(request, of: RootdSlots.deviced, deadline: deadline)
  }
}

extension ServiceEntry {
  /// Whether drivers must be prepared when it starts: it comes behind those that mediate, and may
  /// ask deviced for one.
  var mayOwnDrivers: Bool {
    switch role.phase {
    case .foundation, .coordination, .mediation: false
    default: true
    }
  }
}
