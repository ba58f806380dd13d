// TABLE
// What each driver drives, for whom, and which interrupt line it handles. rootd seeds deviced and
// irqd with it (docs/decisions/0026-drivers-are-prepared.md).

public import CapABI
public import IPC

/// The line that a driver handles.
public struct DriverLine: Equatable, Sendable {
  /// Which input of the interrupt controllers.
  public let line: UInt32
  /// How it signals.
  public let flags: LineFlags

  /// A line of these parts.
  public init(line: UInt32, flags: LineFlags) {
    self.line = line
    self.flags = flags
  }
}

/// Drivers of this system.
public enum KnownDrivers {
  /// What a driver drives; nil for a role that is no driver, or one that is not written yet.
  public static func binding(of driver: RoleID) -> DriverBinding? {
    switch driver {
    case .drvSerial:
      DriverBinding(driver: driver, owner: .seriald, device: .com1, interface: .serial)
    default: nil
    }
  }

  /// The line that a driver handles; nil for one that needs none.
  public static func line(of driver: RoleID) -> DriverLine? {
    switch driver {
    // The ISA bus gives the first serial port line 4, edge-triggered and active high.
    case .drvSerial: DriverLine(line: 4, flags: .none)
    default: nil
    }
  }
}
