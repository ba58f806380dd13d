// The protocol of hotplugd: devices that come and go
// (docs/reference/protocols/hotplugd.md has Rights, Errors and Blocks of each operation).

import CapABI

/// Operations of hotplugd.
public enum HotplugdOperation: UInt16, ServiceOperation {
  /// Takes the events that wait.
  case discover = 0x570
  /// Reads the latest event.
  case readLastEvent = 0x571

  /// How each operation travels.
  public var shape: OperationShape {
    switch self {
    case .discover: .call(.empty, reply: .exactly(8))
    case .readLastEvent: .call(.empty, reply: .exactly(16))
    }
  }
}

/// The faces of hotplugd, as ranges of badges.
public enum HotplugdFaces {
  /// Those that may have it look.
  public static var control: BadgeRange { .controlFace }
  /// Those that read what happened.
  public static var client: BadgeRange { .publicFace }
}

/// A device that came or went.
public struct HotplugEvent: Equatable, BitwiseCopyable, Sendable {
  /// Which event of this boot, counted from 1.
  public var number: UInt64
  /// What happened.
  public var kind: HotplugKind
  /// Where.
  public var location: DeviceLocation

  /// An event of these parts.
  public init(number: UInt64, kind: HotplugKind, location: DeviceLocation) {
    self.number = number
    self.kind = kind
    self.location = location
  }
}

/// A request to hotplugd.
public enum HotplugdRequest: ServiceRequest, Equatable, Sendable {
  /// Whatever waits.
  case discover
  /// The latest.
  case readLastEvent

  /// What is asked for.
  public var operation: HotplugdOperation {
    switch self {
    case .discover: .discover
    case .readLastEvent: .readLastEvent
    }
  }

  /// Reads the fields: there are none.
  public init(
    _ operation: HotplugdOperation, from reader: inout BodyReader
  ) throws(ProtocolError) {
    switch operation {
    case .discover: self = .discover
    case .readLastEvent: self = .readLastEvent
    }
  }

  /// Writes the fields: there are none.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {}
}

/// A successful reply of hotplugd.
public enum HotplugdReply: ServiceReply, Equatable, Sendable {
  /// How many events were taken.
  case discover(eventCount: UInt32)
  /// The event.
  case readLastEvent(HotplugEvent)

  /// What is answered.
  public var operation: HotplugdOperation {
    switch self {
    case .discover: .discover
    case .readLastEvent: .readLastEvent
    }
  }

  /// Reads the fields.
  public init(
    _ operation: HotplugdOperation, from reader: inout BodyReader
  ) throws(ProtocolError) {
    switch operation {
    case .discover:
      self = .discover(eventCount: try reader.integer())
      try reader.reserved(4)
    case .readLastEvent:
      let number: UInt64 = try reader.integer(in: 1...UInt64.max)
      let location: DeviceLocation = try reader.value()
      self = .readLastEvent(
        HotplugEvent(number: number, kind: try reader.value(), location: location))
      try reader.reserved(3)
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .discover(let eventCount):
      try writer.integer(eventCount)
      try writer.reserved(4)
    case .readLastEvent(let event):
      try writer.integer(event.number, in: 1...UInt64.max)
      try writer.value(event.location)
      try writer.value(event.kind)
      try writer.reserved(3)
    }
  }
}
