// Devices: what probed and hotplugd report, and what follows for drivers.

import CapABI
import IPC
import Service
import Sys

extension Deviced {
  /// REPORT_DEVICE.
  ///
  /// - Throws: LIMIT_REACHED.
  mutating func note<S: System>(
    _ report: DeviceReport, _ system: inout S
  ) throws(ResultCode) {
    guard !inventory.confirm(report) else { return }
    // Another device in the place of one that is gone.
    forget(report.location, &system)
    guard let role = try inventory.add(report) else { return }
    startIfDue(role, &system)
  }

  /// PROBE_DONE.
  ///
  /// - Throws: INVALID_ARGUMENT.
  mutating func endScan<S: System>(
    _ count: UInt32, _ system: inout S
  ) throws(ResultCode) {
    guard count == inventory.reportedCount else { throw .invalidArgument }
    var next: UInt32 = 0
    while let location = inventory.missing(from: next) {
      forget(location, &system)
      guard location.rawValue < .max else { break }
      next = location.rawValue + 1
    }
    inventory.endScan()
    isProbed = true
    tellWaitingOwners(&system)
  }

  /// REPORT_HOTPLUG.
  ///
  /// - Throws: INVALID_ARGUMENT.
  mutating func hotplug<S: System>(
    _ kind: HotplugKind, _ location: DeviceLocation, _ system: inout S
  ) throws(ResultCode) {
    guard location.isPCI else { throw .invalidArgument }
    if kind == .removed {
      // A device goes with all its functions.
      for function in 0..<8 as Range<UInt8> {
        forget(location.with(function: function), &system)
      }
    }
    _ = system.notify(Self.probed)
  }

  /// Forgets a device, and ends what drove it; another device of the kind takes its place.
  private mutating func forget<S: System>(_ location: DeviceLocation, _ system: inout S) {
    guard let role = inventory.remove(location) else { return }
    stop(role, &system)
    if inventory.giveAnother(to: role) { startIfDue(role, &system) }
  }

  /// The owners of drivers that have no device can know now that there is none.
  private mutating func tellWaitingOwners<S: System>(_ system: inout S) {
    var next = RoleID.none
    while let driver = inventory.driver(from: next) {
      next = RoleID(rawValue: driver.binding.driver.rawValue &+ 1)
      if driver.flags.contains(.hasOwner), !driver.flags.contains(.hasDevice) {
        signalOwner(of: driver, &system)
      }
      guard next != .none else { return }
    }
  }
}
