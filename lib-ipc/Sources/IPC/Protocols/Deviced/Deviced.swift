// The protocol of deviced: which driver drives which device, when it starts, who may speak to it
// (docs/reference/protocols/deviced.md has Rights, Errors and Blocks of each operation).

public import CapABI

/// Operations of deviced.
public enum DevicedOperation: UInt16, ServiceOperation {
  /// Announces a driver.
  case seedBinding = 0x550
  /// Announces a hardware capability that a driver gets.
  case seedCapability = 0x551
  /// Ends seeding.
  case seal = 0x552
  /// Registers the owner of an interface.
  case registerHAL = 0x553
  /// Registers a driver's endpoint.
  case registerProvider = 0x554
  /// Gets a capability to the driver of an interface.
  case resolveProvider = 0x555
  /// Tells of a device that was found.
  case reportDevice = 0x556
  /// Tells that all devices were reported.
  case probeDone = 0x557
  /// Tells of a device that came or went.
  case reportHotplug = 0x558
  /// Reads the drivers one by one.
  case readDriver = 0x559
  /// Reads the devices one by one.
  case readDevice = 0x55A
  /// Lets a stopped driver start.
  case startDriver = 0x55B
  /// Stops a driver until START_DRIVER.
  case stopDriver = 0x55C

  /// How each operation travels.
  public var shape: OperationShape {
    switch self {
    case .seedBinding: .call(.exactly(16), reply: .empty)
    case .seedCapability: .call(.exactly(32), reply: .empty)
    case .seal: .call(.empty, reply: .exactly(8))
    case .registerHAL: .call(.exactly(8), reply: .empty)
    case .registerProvider: .call(.exactly(8, capabilities: 1), reply: .empty)
    case .resolveProvider: .call(.exactly(8), reply: .exactly(8, capabilities: 1))
    case .reportDevice: .call(.exactly(24), reply: .empty)
    case .probeDone: .call(.exactly(8), reply: .empty)
    case .reportHotplug: .call(.exactly(8), reply: .empty)
    case .readDriver: .call(.exactly(8), reply: .exactly(16))
    case .readDevice: .call(.exactly(8), reply: .exactly(24))
    case .startDriver, .stopDriver: .call(.exactly(8), reply: .empty)
    }
  }
}

/// The faces of deviced, as ranges of badges.
public enum DevicedFaces {
  /// rootd, which seeds and seals.
  public static var seeding: BadgeRange { .controlFace }
  /// Services and drivers: the badge is the first of the face plus the role.
  public static var client: BadgeRange { .publicFace }
  /// Tools, which look at drivers, and stop and start them.
  public static var tools: BadgeRange { .providerFace }

  /// The badge of a service or driver.
  public static func client(_ role: RoleID) -> Badge {
    Badge(rawValue: client.first + UInt64(role.rawValue))
  }

  /// The badge with which the owner of an interface reaches its driver.
  public static func provider(for owner: RoleID) -> Badge {
    Badge(rawValue: BadgeRange.providerFace.first + UInt64(owner.rawValue))
  }
}

/// A request to deviced.
public enum DevicedRequest: ServiceRequest, Equatable, Sendable {
  /// A driver that may start.
  case seedBinding(DriverBinding)
  /// A driver gets this: one of deviced's own, or the frame of base address register `register`.
  case seedCapability(driver: RoleID, register: UInt8, TransferDescriptor)
  /// No more drivers.
  case seal
  /// The caller owns the interface, and is there.
  case registerHAL(DeviceInterface)
  /// Carries the driver's endpoint with SEND, unbadged.
  case registerProvider(DeviceInterface)
  /// The driver of an interface that the caller owns.
  case resolveProvider(DeviceInterface)
  /// A device.
  case reportDevice(DeviceReport)
  /// How many were reported; what was not is gone.
  case probeDone(deviceCount: UInt32)
  /// What happened where.
  case reportHotplug(HotplugKind, DeviceLocation)
  /// The driver with the lowest role that is at least `cursor`.
  case readDriver(cursor: RoleID)
  /// The device with the lowest location that is at least `cursor`.
  case readDevice(cursor: UInt32)
  /// A driver.
  case startDriver(RoleID)
  /// A driver.
  case stopDriver(RoleID)

  /// Base address registers of a PCI function.
  public static let registers: ClosedRange<UInt8> = 0...5

  /// What is asked for.
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
    case .seedBinding:
      self = .seedBinding(try DriverBinding(from: &reader))
      try reader.reserved(6)
    case .seedCapability:
      let driver = try reader.role()
      let register = try reader.integer(in: Self.registers)
      try reader.reserved(5)
      self = .seedCapability(driver: driver, register: register, try reader.descriptor())
    case .seal: self = .seal
    case .registerHAL:
      self = .registerHAL(try reader.interface())
      try reader.reserved(6)
    case .registerProvider:
      self = .registerProvider(try reader.interface())
      try reader.reserved(6)
    case .resolveProvider:
      self = .resolveProvider(try reader.interface())
      try reader.reserved(6)
    case .reportDevice:
      self = .reportDevice(try DeviceReport(from: &reader))
      try reader.reserved(4)
    case .probeDone:
      self = .probeDone(deviceCount: try reader.integer())
      try reader.reserved(4)
    case .reportHotplug:
      let location: DeviceLocation = try reader.value()
      self = .reportHotplug(try reader.value(), location)
      try reader.reserved(3)
    case .readDriver:
      self = .readDriver(cursor: try reader.value())
      try reader.reserved(6)
    case .readDevice:
      self = .readDevice(cursor: try reader.integer())
      try reader.reserved(4)
    case .startDriver:
      self = .startDriver(try reader.role())
      try reader.reserved(6)
    case .stopDriver:
      self = .stopDriver(try reader.role())
      try reader.reserved(6)
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .seedBinding(let binding):
      try binding.write(to: &writer)
      try writer.reserved(6)
    case .seedCapability(let driver, let register, let descriptor):
      try writer.role(driver)
      try writer.integer(register, in: Self.registers)
      try writer.reserved(5)
      try writer.descriptor(descriptor)
    case .registerHAL(let interface), .registerProvider(let interface),
      .resolveProvider(let interface):
      try writer.interface(interface)
      try writer.reserved(6)
    case .reportDevice(let report):
      try report.write(to: &writer)
      try writer.reserved(4)
    case .reportHotplug(let kind, let location):
      try writer.value(location)
      try writer.value(kind)
      try writer.reserved(3)
    case .readDriver(let role):
      try writer.value(role)
      try writer.reserved(6)
    case .probeDone(let number), .readDevice(let number):
      try writer.integer(number)
      try writer.reserved(4)
    case .startDriver(let role), .stopDriver(let role):
      try writer.role(role)
      try writer.reserved(6)
    case .seal: break
    }
  }
}
