// What deviced answers (docs/reference/protocols/deviced.md).

public import CapABI

/// A successful reply of deviced.
public enum DevicedReply: ServiceReply, Equatable, Sendable {
  /// Done.
  case seedBinding
  /// Done.
  case seedCapability
  /// How many drivers were seeded.
  case seal(driverCount: UInt32)
  /// Done; the caller's notification says when the driver is there.
  case registerHAL
  /// Done.
  case registerProvider
  /// Carries the driver's endpoint, with the badge of the owner.
  case resolveProvider(driver: RoleID)
  /// Done.
  case reportDevice
  /// Done.
  case probeDone
  /// Done.
  case reportHotplug
  /// The driver.
  case readDriver(DriverRecord)
  /// The device, and the driver that it was given to, `RoleID.none` for none.
  case readDevice(DeviceReport, driver: RoleID)
  /// Done.
  case startDriver
  /// Done.
  case stopDriver

  /// What is answered.
  public var operation: DevicedOperation {
    switch self {
    case .seedBinding: .seedBinding
    case .seedCapability: .seedCapability
    case .seal: .seal
    case .registerHAL: .registerHAL
    case .registerProvider: .registerProvider
    case .resolveProvider: .resolveProvider
    case .reportDevice: .reportDevice
    case .probeDone: .probeDone
    case .reportHotplug: .reportHotplug
    case .readDriver: .readDriver
    case .readDevice: .readDevice
    case .startDriver: .startDriver
    case .stopDriver: .stopDriver
    }
  }

  /// Reads the fields.
  public init(_ operation: DevicedOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .seedBinding: self = .seedBinding
    case .seedCapability: self = .seedCapability
    case .seal:
      self = .seal(driverCount: try reader.integer())
      try reader.reserved(4)
    case .registerHAL: self = .registerHAL
    case .registerProvider: self = .registerProvider
    case .resolveProvider:
      self = .resolveProvider(driver: try reader.role())
      try reader.reserved(6)
    case .reportDevice: self = .reportDevice
    case .probeDone: self = .probeDone
    case .reportHotplug: self = .reportHotplug
    case .readDriver: self = .readDriver(try DriverRecord(from: &reader))
    case .readDevice:
      let report = try DeviceReport(from: &reader)
      self = .readDevice(report, driver: try reader.value())
      try reader.reserved(2)
    case .startDriver: self = .startDriver
    case .stopDriver: self = .stopDriver
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .seal(let driverCount):
      try writer.integer(driverCount)
      try writer.reserved(4)
    case .resolveProvider(let driver):
      try writer.role(driver)
      try writer.reserved(6)
    case .readDriver(let record): try record.write(to: &writer)
    case .readDevice(let report, let driver):
      try report.write(to: &writer)
      try writer.value(driver)
      try writer.reserved(2)
    case .seedBinding, .seedCapability, .registerHAL, .registerProvider, .reportDevice,
      .probeDone, .reportHotplug, .startDriver, .stopDriver:
      break
    }
  }
}
