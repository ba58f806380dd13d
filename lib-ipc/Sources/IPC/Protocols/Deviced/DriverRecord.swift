// What deviced knows: bindings, as rootd seeds them, and drivers and devices, as tools read them
// (docs/reference/protocols/deviced.md).

public import CapABI

/// Which driver drives which kind of device, and for whom.
public struct DriverBinding: Equatable, BitwiseCopyable, Sendable {
  /// The driver, never `RoleID.none`.
  public var driver: RoleID
  /// The service that its interface is for, never `RoleID.none`.
  public var owner: RoleID
  /// What it drives, never `DeviceID.none`.
  public var device: DeviceID
  /// What it offers.
  public var interface: DeviceInterface

  /// A binding of these parts.
  public init(driver: RoleID, owner: RoleID, device: DeviceID, interface: DeviceInterface) {
    self.driver = driver
    self.owner = owner
    self.device = device
    self.interface = interface
  }

  init(from reader: inout BodyReader) throws(ProtocolError) {
    driver = try reader.role()
    owner = try reader.role()
    device = DeviceID(rawValue: try reader.integer(in: 1...UInt32.max))
    interface = try reader.interface()
  }

  func write(to writer: inout BodyWriter) throws(ProtocolError) {
    try writer.role(driver)
    try writer.role(owner)
    try writer.integer(device.rawValue, in: 1...UInt32.max)
    try writer.interface(interface)
  }
}

/// What a driver waits for, and what it has.
public struct DriverFlags: FlagSet {
  /// The bits.
  public let rawValue: UInt8

  /// Wraps any bits.
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// Its device was reported.
  public static let hasDevice = DriverFlags(rawValue: 1 << 0)
  /// The owner of its interface registered.
  public static let hasOwner = DriverFlags(rawValue: 1 << 1)
  /// It was started, and not stopped again.
  public static let isStarted = DriverFlags(rawValue: 1 << 2)
  /// It registered its endpoint.
  public static let isProvider = DriverFlags(rawValue: 1 << 3)
  /// STOP_DRIVER stopped it: it does not start by itself.
  public static let isHeld = DriverFlags(rawValue: 1 << 4)

  /// Every flag.
  public static var all: DriverFlags {
    hasDevice | hasOwner | isStarted | isProvider | isHeld
  }
}

/// A driver as a reader sees it.
public struct DriverRecord: Equatable, Sendable {
  /// What was seeded.
  public var binding: DriverBinding
  /// Where it stands.
  public var flags: DriverFlags
  /// The device that it drives; nil while there is none.
  public var location: DeviceLocation?

  /// A record of these parts.
  public init(binding: DriverBinding, flags: DriverFlags, location: DeviceLocation?) {
    self.binding = binding
    self.flags = flags
    self.location = location
  }

  static let noLocation: UInt32 = 0xFFFF_FFFF

  init(from reader: inout BodyReader) throws(ProtocolError) {
    binding = try DriverBinding(from: &reader)
    flags = try reader.flags()
    try reader.reserved(1)
    let start = reader.offset
    let number: UInt32 = try reader.integer()
    location = number == Self.noLocation ? nil : DeviceLocation(rawValue: number)
    try reader.require((location == nil) == (number == Self.noLocation), at: start)
    try reader.require(location != nil || !flags.contains(.hasDevice), at: start)
  }

  func write(to writer: inout BodyWriter) throws(ProtocolError) {
    try binding.write(to: &writer)
    try writer.flags(flags)
    try writer.reserved(1)
    try writer.require(location != nil || !flags.contains(.hasDevice), at: writer.offset)
    try writer.integer(location?.rawValue ?? Self.noLocation)
  }
}
