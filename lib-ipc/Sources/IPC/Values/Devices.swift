// What identifies devices, and what drivers offer (docs/reference/protocols/deviced.md). Numbers
// of kinds of devices are given out by lib-device.

import CapABI

/// A kind of device that drivers know how to drive; the number says nothing about where it is.
public struct DeviceID: RawRepresentable, Equatable, BitwiseCopyable, Sendable {
  /// The number.
  public let rawValue: UInt32

  /// Wraps any number, known or not.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// A device that no table knows: it is listed, and nothing drives it.
  public static let none = DeviceID(rawValue: 0)
}

/// What a driver offers to the one service that owns its kind of device.
public struct DeviceInterface: RawRepresentable, Equatable, BitwiseCopyable, Sendable {
  /// The number, never 0 on the wire.
  public let rawValue: UInt16

  /// Wraps any number, known or not.
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// Bytes in both directions, of seriald.
  public static let serial = DeviceInterface(rawValue: 1)
}

/// Where a device is: a PCI function, or a place that the platform has by itself.
public struct DeviceLocation: RawRepresentable, Equatable, BitwiseCopyable, Sendable {
  /// bus | device << 8 | function << 16, or bit 31 and the number of the platform's device.
  public let rawValue: UInt32

  /// Wraps a number: nil for one that is neither.
  public init?(rawValue: UInt32) {
    let allowed: UInt32 = rawValue >> 31 == 1 ? 0x8000_00FF : 0x0007_1FFF
    guard rawValue & ~allowed == 0 else { return nil }
    self.rawValue = rawValue
  }

  private init(unchecked rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// A function of a PCI device; only the low 5 and 3 bits of the last two count.
  public init(bus: UInt8, device: UInt8, function: UInt8) {
    rawValue = UInt32(bus) | UInt32(device & 31) << 8 | UInt32(function & 7) << 16
  }

  /// A device that the platform has by itself, by its bit in `PlatformCapabilities`.
  public static func platform(_ number: UInt8) -> DeviceLocation {
    DeviceLocation(unchecked: 0x8000_0000 | UInt32(number))
  }

  /// Another function of the same PCI device.
  public func with(function: UInt8) -> DeviceLocation {
    DeviceLocation(unchecked: rawValue & 0x1FFF | UInt32(function & 7) << 16)
  }

  /// Whether it is a PCI function.
  public var isPCI: Bool { rawValue >> 31 == 0 }
}

/// A device as probed found it.
public struct DeviceReport: Equatable, BitwiseCopyable, Sendable {
  /// Where it is.
  public var location: DeviceLocation
  /// What it is, if the tables know it.
  public var id: DeviceID
  /// Vendor and product of a PCI function, 0 for others.
  public var vendor: UInt16
  /// The product, in the vendor's numbers.
  public var product: UInt16
  /// Revision, programming interface, subclass and class, from the low byte up (PCI Local Bus 3.0,
  /// section 6.2.1).
  public var classCode: UInt32
  /// The interrupt line that the firmware wrote down; 255 for none.
  public var interruptLine: UInt8
  /// 1 to 4 for INTA to INTD, 0 for none.
  public var interruptPin: UInt8

  /// A report of these parts.
  public init(
    location: DeviceLocation, id: DeviceID, vendor: UInt16 = 0, product: UInt16 = 0,
    classCode: UInt32 = 0, interruptLine: UInt8 = 255, interruptPin: UInt8 = 0
  ) {
    self.location = location
    self.id = id
    self.vendor = vendor
    self.product = product
    self.classCode = classCode
    self.interruptLine = interruptLine
    self.interruptPin = interruptPin
  }

  /// Bytes in a message.
  static let size: UInt16 = 20

  init(from reader: inout BodyReader) throws(ProtocolError) {
    location = try reader.value()
    id = try reader.value()
    vendor = try reader.integer()
    product = try reader.integer()
    classCode = try reader.integer()
    interruptLine = try reader.integer()
    interruptPin = try reader.integer(in: 0...4)
    try reader.reserved(2)
  }

  func write(to writer: inout BodyWriter) throws(ProtocolError) {
    try writer.value(location)
    try writer.value(id)
    try writer.integer(vendor)
    try writer.integer(product)
    try writer.integer(classCode)
    try writer.integer(interruptLine)
    try writer.integer(interruptPin, in: 0...4)
    try writer.reserved(2)
  }
}

/// What happened at a place where devices come and go.
public enum HotplugKind: UInt8, BitwiseCopyable, Sendable {
  /// A device is there that was not.
  case inserted = 1
  /// A device is gone.
  case removed = 2
}

extension BodyReader {
  /// Reads an interface that is something.
  @_lifetime(self: copy self)
  mutating func interface() throws(ProtocolError) -> DeviceInterface {
    DeviceInterface(rawValue: try integer(in: 1...UInt16.max))
  }
}

extension BodyWriter {
  /// Writes an interface that is something.
  @_lifetime(self: copy self)
  mutating func interface(_ interface: DeviceInterface) throws(ProtocolError) {
    try integer(interface.rawValue, in: 1...UInt16.max)
  }
}
